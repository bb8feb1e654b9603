"""The sections of the office: accounts, mail, payment, and the law that holds; each setting declared once."""
# ruff: noqa: RUF009  -- the calls in the bodies of the sections are their declarations; each gives a new field

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pennypress.config.addresses import site_url
from pennypress.config.reading import (
    duration,
    file,
    flag,
    language,
    list_of,
    mail_server,
    mailbox,
    office_path,
    one_of,
    per_cent,
    whole_number,
)
from pennypress.config.setting import optional, setting
from pennypress.config.words import text

Law = Literal["uk", "eu", "none"]

_LAWS: tuple[Law, ...] = ("uk", "eu", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSection:
    """Accounts and subscriptions."""

    enabled: bool = setting(
        flag,
        kind="true or false",
        default=False,
        help="Whether readers can sign in and subscribe here. While false, nothing of it is shown or answered.",
    )
    subscribe: str = setting(
        office_path, kind="path", default="/subscribe", help="The path of the page with the offers."
    )
    account: str = setting(office_path, kind="path", default="/account", help="The path of the reader's own account.")
    sign_in: str = setting(office_path, kind="path", default="/sign-in", help="The path of the sign-in.")
    languages: tuple[str, ...] = setting(
        list_of(language, example='["en-GB"]', may_be_empty=True),
        kind="list of languages",
        default=[],
        example=["en-GB", "cy"],
        help="The languages of these pages; [] is those of [paper] languages that they exist in.",
    )
    law: Law = setting(
        one_of(*_LAWS),
        kind="word",
        default="uk",
        help='Whose law of subscriptions is kept: "uk", "eu" or "none". Every interval of it stands in [law].',
    )
    trust: timedelta = setting(
        duration,
        kind="stretch of time",
        default="14 days",
        help="How long one reads on who has promised to pay by transfer, cheque or cash.",
    )
    session: timedelta = setting(
        duration,
        kind="stretch of time",
        default="365 days",
        help="How long a device stays signed in after it was last read on.",
    )
    code: timedelta = setting(
        duration, kind="stretch of time", default="30 minutes", help="How long a code sent by mail can be used."
    )
    demo_till: bool = setting(
        flag,
        kind="true or false",
        default=False,
        help="Whether a till is offered that takes no money, for trying out: whoever says so there counts as paid.",
    )
    bank: str | None = optional(
        text,
        kind="text",
        absent="transfers are not offered",
        example="Morning Post Ltd, 20-00-00, 12345678",
        help="The account to which readers transfer: holder, sort code and number, or holder and IBAN.",
    )
    company: str | None = optional(
        text,
        kind="text",
        absent="the paper's name",
        example="Morning Post Ltd, 1 High Street, Skerrow",
        help="Who sells: name and address, as they stand on receipts.",
    )
    why: str | None = optional(
        text,
        kind="text",
        absent="a text of ours",
        example="Four reporters cover this valley. You keep them here.",
        help="Why this paper asks for support: the first words of the page with the offers.",
    )
    second_factor: bool = setting(
        flag,
        kind="true or false",
        default=True,
        help="Whether staff need a second step, an app with codes or a passkey, before the desk opens.",
    )
    server_key: Path | None = optional(
        file,
        kind="file",
        absent="rights cannot be handed over",
        example="server.key",
        help="A file with the key by which the paper's own system hands over rights (mode 0600).",
    )
    openid: Path | None = optional(
        file,
        kind="file",
        absent="no other sign-in",
        example="openid.toml",
        help="A file with the OpenID Connect providers by which readers may sign in (mode 0600).",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSection:
    """How letters leave."""

    server: str = setting(
        mail_server,
        kind="address",
        default="folder:mails",
        example="smtps://paper@smtp.example.com:465",
        help='"smtp://", "smtp+starttls://" or "smtps://", a user and a host; or "folder:" and a folder that takes '
        "the letters instead, for trying out.",
    )
    password: Path | None = optional(
        file, kind="file", absent="no password", example="mail.password", help="A file with the user's password."
    )
    sender: str = setting(
        mailbox,
        kind="mail address",
        default="subscriptions@localhost",
        example="subscriptions@example.com",
        help="The address from which letters come, and to which readers answer.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSection:
    """Payment by card and mandate through Stripe."""

    key: Path | None = optional(
        file,
        kind="file",
        absent="no payment by card",
        example="stripe.key",
        help="A file with the secret key of the Stripe account (mode 0600).",
    )
    webhook: Path | None = optional(
        file,
        kind="file",
        absent="webhooks are refused",
        example="stripe-webhook.key",
        help="A file with the secret that signs webhooks, one a line, newest first.",
    )
    address: str = setting(
        site_url,
        kind="address",
        default="https://api.stripe.com",
        help="Where Stripe's interface is; another one only for trials.",
    )
    debit: tuple[str, ...] = setting(
        list_of(one_of("bacs_debit", "sepa_debit"), example='["bacs_debit"]', may_be_empty=True),
        kind="list of words",
        default=[],
        example=["bacs_debit"],
        help='Direct debits that are offered beside the card: "bacs_debit", "sepa_debit".',
    )


def _access(default: bool, help: str) -> bool:
    return setting(flag, kind="true or false", default=default, help=help)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSection:
    """Which status of a subscription reads."""

    active: bool = _access(True, "Paid for.")
    trialing: bool = _access(True, "In its trial.")
    past_due: bool = _access(True, "A payment failed and is tried again.")
    pending: bool = _access(True, "A mandate was given and its first payment is under way.")
    promised: bool = _access(True, "To be paid by transfer, cheque or cash, within `[office] trust`.")
    unpaid: bool = _access(False, "Every try to take the payment failed.")
    incomplete: bool = _access(False, "The first payment was begun and not made.")
    paused: bool = _access(False, "Paused by the reader for a holiday.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LawSection:
    """The intervals of the law of subscriptions. The defaults are those of the stricter of the two laws."""

    cooling_off: timedelta = setting(
        duration, kind="stretch of time", default="14 days", help="How long one may change one's mind after buying."
    )
    renewal_cooling_off: timedelta = setting(
        duration,
        kind="stretch of time",
        default="14 days",
        help="How long after a trial, an introductory price or a renewal of a year or more.",
    )
    trial_reminder: timedelta = setting(
        duration,
        kind="stretch of time",
        default="3 days",
        help="How long before a trial or an introductory price ends a reminder is sent.",
    )
    renewal_reminder: timedelta = setting(
        duration,
        kind="stretch of time",
        default="21 days",
        help="How long before the renewal of a year or more a reminder is sent.",
    )
    regular_reminder: timedelta = setting(
        duration,
        kind="stretch of time",
        default="182 days",
        help="How often a reminder is sent of a subscription that goes on.",
    )
    price_notice: timedelta = setting(
        duration, kind="stretch of time", default="30 days", help="How long before a price changes notice is given."
    )
    tax: int = setting(
        per_cent,
        kind="per cent",
        default="0",
        example="20",
        help="The tax contained in prices, as it stands on receipts, where a plan says nothing else.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSection:
    """How long what is kept of readers is kept."""

    idle_accounts: timedelta = setting(
        duration,
        kind="stretch of time",
        default="1095 days",
        help="Accounts without a subscription that were not used for so long are deleted.",
    )
    payments: timedelta = setting(
        duration,
        kind="stretch of time",
        default="2557 days",
        help="Payments and receipts, which tax law demands, also after an account was deleted.",
    )
    letters: timedelta = setting(
        duration, kind="stretch of time", default="90 days", help="The text of letters that were sent."
    )
    audit: timedelta = setting(
        duration, kind="stretch of time", default="1095 days", help="The record of who changed what."
    )
    newcomer: timedelta = setting(
        duration,
        kind="stretch of time",
        default="60 days",
        help="Under which hashed address a new account was made.",
    )
    attempts: int = setting(
        whole_number(3, 100),
        kind="number",
        default=10,
        help="How many codes one address may be sent, and how often one may try, in an hour.",
    )
