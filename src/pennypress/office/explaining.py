"""Why a reader can or cannot read, in words, for those who help them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pennypress.core.entitlement import Entitlement
from pennypress.core.rights import Lapse, LapseKind
from pennypress.office.models import Account, Status, Subscription
from pennypress.office.rights import Why, resolve


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether somebody reads now; each reason in a sentence; and what would mend it, where something would."""

    reads: bool
    reasons: tuple[str, ...]
    mend: str


def explain(account: Account, now: datetime) -> Explanation:
    """Why this account reads now, or does not."""
    if not account.is_active:
        return Explanation(
            False, (_("The account is closed."),), _("Reader: make a new account. Staff: put this one in use again.")
        )
    rights = resolve(account, now)
    holding = [right for right in rights.entitlements if right.holds(now)]
    if holding:
        return Explanation(True, tuple(_told(right) for right in holding), "")
    coming = [right.start for right in rights.entitlements if right.start is not None and right.start > now]
    reasons = [_told_subscription(held) for held in account.subscriptions.select_related("plan")]
    if rights.lapse is not None and not reasons:
        reasons.append(_told_lapse(rights.lapse))
    if coming:
        reasons.append(_("A right to read begins on %(day)s.") % {"day": _day(min(coming))})
    if not reasons:
        reasons.append(_("There was never a subscription under this account."))
    return Explanation(False, tuple(reasons), _mend(account, rights.lapse))


def _told(right: Entitlement) -> str:
    words = {
        Why.SUBSCRIPTION: _("A subscription that is paid for"),
        Why.TRIAL: _("A trial"),
        Why.GRACE: _("A subscription whose last payment failed; it is tried again, and meanwhile they read on"),
        Why.TRUST: _("A payment that was promised or is under way"),
        Why.COMPLIMENTARY: _("A complimentary right"),
        Why.PASS: _("A pass for some days"),
        Why.CODE: _("A code that was used"),
        Why.HANDED_OVER: _("A right handed over by the paper's own system"),
        Why.STAFF: _("A staff pass"),
    }
    what = words[Why(right.why)]
    if right.until is None:
        return _("%(what)s, until it is ended.") % {"what": what}
    return _("%(what)s, until %(day)s.") % {"what": what, "day": _day(right.until)}


def _told_subscription(held: Subscription) -> str:
    facts = {"plan": held.plan.name, "day": _day(held.ended or held.period_end or held.started)}
    match Status(held.status):
        case Status.INCOMPLETE:
            return _("“%(plan)s” was begun, and its first payment was never made.") % facts
        case Status.UNPAID:
            return _("“%(plan)s”: every try to take the payment failed.") % facts
        case Status.PAUSED:
            return _("“%(plan)s” is paused.") % facts
        case Status.PROMISED:
            return _("“%(plan)s”: the payment that was promised had not come by %(day)s.") % facts
        case _status:
            return _("“%(plan)s” ended on %(day)s.") % facts


def _told_lapse(lapse: Lapse) -> str:
    words = {
        LapseKind.ENDED: _("The right to read ended on %(day)s."),
        LapseKind.PAYMENT_FAILED: _("The payment has failed since %(day)s."),
        LapseKind.NOT_RECEIVED: _("The payment that was promised had not come by %(day)s."),
        LapseKind.TRIAL_ENDED: _("The trial ended on %(day)s."),
    }
    return words[lapse.kind] % {"day": _day(lapse.on)}


def _mend(account: Account, lapse: Lapse | None) -> str:
    if account.mail_verified is None and account.email:
        return _("Sign in once with a code sent to the mail address; then subscribe, or be given a right to read.")
    match lapse.kind if lapse else None:
        case LapseKind.PAYMENT_FAILED:
            return _("Give another card or account on the account page, or pay in another way.")
        case LapseKind.NOT_RECEIVED:
            return _("Record the payment once it is there, or give more days.")
        case _:
            return _("Subscribe again on the page with the offers, or be given a right to read.")


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")
