"""Django's admin, for what has no page of its own at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pennypress.office import rights
from pennypress.office.desk.second_factor import is_lacking
from pennypress.office.installation import installation
from pennypress.office.models import (
    Account,
    Code,
    Letter,
    Payment,
    Plan,
    PriceChange,
    Refund,
    Right,
    Subscription,
)
from pennypress.office.signin import way_back

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class OfficeAdmin(admin.AdminSite):
    """An admin of these models alone: those of the libraries hold secrets, and nobody needs them."""

    site_header = site_title = "Pennypress"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is somebody of the staff, with a second factor where one is asked for."""
        account = request.user
        return isinstance(account, Account) and account.is_active and account.is_staff and not is_lacking(account)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Our own sign-in in the place of the admin's, which would ask for a password; or the second factor, where that
        is what is lacking; or a refusal."""
        if isinstance(request.user, Account):
            if not request.user.is_staff:
                raise PermissionDenied
            return redirect("second-factor" if is_lacking(request.user) else "admin:index")
        sealed = installation().returns.seal(request.GET.get("next", "") or request.path)
        return redirect(way_back.page("sign-in", sealed))


site = OfficeAdmin(name="admin")


class Kept(_ModelAdmin):
    """Something that is never deleted by hand unless a role says so; what it changes is projected beside the meter."""

    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool) -> None:
        """Keep it, and let its reader's rights follow."""
        super().save_model(request, obj, form, change)
        _follow(obj)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete it, and let its reader's rights follow."""
        super().delete_model(request, obj)
        _follow(obj)

    def get_actions(self, request: HttpRequest) -> Any:
        """None on many at once: each is looked at."""
        return {}


@admin.register(Account, site=site)
class Accounts(Kept):
    """Readers and staff."""

    list_display = ("number", "name", "email", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("number", "name", "email", "postcode")
    exclude = ("password", "last_login", "stripe_customer", "mail_verified", "email", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The number for all; the role for all but the owner, so that nobody makes themselves one."""
        account = request.user
        is_owner = isinstance(account, Account) and account.is_superuser
        return ("number",) if is_owner else ("number", "role")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts are made by signing in, at the desk, or by the command line."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A reader deletes their own account; deletion reaches into every store."""
        return False


@admin.register(Plan, site=site)
class Plans(Kept):
    """What is offered."""

    list_display = ("name", "slug", "kind", "price", "currency", "period", "offered", "position")
    list_filter = ("kind", "offered")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 -- as Django's admin declares it


@admin.register(PriceChange, site=site)
class PriceChanges(Kept):
    """New prices for those who have a plan already."""

    list_display = ("plan", "price", "since", "announced", "done")
    readonly_fields = ("announced",)


@admin.register(Code, site=site)
class Codes(Kept):
    """Codes that were handed out."""

    list_display = ("code", "days", "percent", "plan", "uses", "used", "until", "why")
    search_fields = ("code", "why")


@admin.register(Subscription, site=site)
class Subscriptions(Kept):
    """Subscriptions; what happens at the till is not done here."""

    list_display = ("account", "plan", "status", "method", "price", "period_end")
    list_filter = ("status", "method", "plan")
    search_fields = ("account__name", "account__email", "account__number", "reference")
    autocomplete_fields = ("account",)
    readonly_fields = ("stripe", "taken_in", "reference", "imported")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They begin on the page with the offers, or at the desk."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """They end; they are not deleted."""
        return False


@admin.register(Right, site=site)
class Rights(Kept):
    """Rights that are no subscription."""

    list_display = ("account", "kind", "start", "until", "why", "revoked")
    list_filter = ("kind",)
    search_fields = ("account__name", "account__email", "account__number")
    autocomplete_fields = ("account",)
    exclude = ("external",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """They are taken back."""
        return False


class Looked(_ModelAdmin):
    """Something that one looks at and nobody changes."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody's."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody's."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody's."""
        return False


@admin.register(Payment, site=site)
class Payments(Looked):
    """Money that came."""

    list_display = ("number", "received", "account", "amount", "currency", "method", "what")
    search_fields = ("number", "account__name", "account__email", "account__number")
    date_hierarchy = "received"


@admin.register(Refund, site=site)
class Refunds(Looked):
    """Money that went back."""

    list_display = ("payment", "amount", "made", "sent", "why")


@admin.register(Letter, site=site)
class Letters(Looked):
    """Letters that were written."""

    list_display = ("made", "to", "kind", "shown", "sent", "failure")
    list_filter = ("kind",)
    search_fields = ("to",)
    exclude = ("subject", "body", "key")


@admin.register(LogEntry, site=site)
class Audit(Looked, LogEntryAdmin):  # type: ignore[misc]
    """Who changed what, when and why."""

    list_display = ("timestamp", "actor", "action", "content_type", "object_repr", "why")
    search_fields = ("object_repr", "actor__email", "changes", "additional_data")
    list_filter = ("action", "content_type")

    @admin.display(description="why")
    def why(self, entry: LogEntry) -> str:
        """The reason that was given."""
        return str((entry.additional_data or {}).get("why", ""))


def _follow(obj: Model) -> None:
    account = obj if isinstance(obj, Account) else getattr(obj, "account", None)
    if isinstance(account, Account):
        rights.project(account)
