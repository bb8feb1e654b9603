"""Accounts, the devices that are signed in to them, and what became of two that were one."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from pennypress.core.meter import ReaderId
from pennypress.office.mailboxes import one_spelling


class Role(models.TextChoices):
    """What somebody of the paper may do; a reader has none."""

    NONE = "", _("reader")
    READ_ONLY = "read-only", _("may look")
    EDITOR = "editor", _("editor")
    SUBSCRIPTIONS = "subscriptions", _("subscriptions")
    OWNER = "owner", _("owner")


class Accounts(BaseUserManager["Account"]):
    """Finds and makes accounts."""

    def with_mail(self, mail: str) -> Account | None:
        """The account of a mail address in whatever spelling; None where there is none.

        The address of an account that was made part of another is that one's.
        """
        found = self.filter(email=one_spelling(mail)).first()
        while found is not None and (into := Merge.objects.filter(gone=found, undone=None).first()) is not None:
            found = into.kept
        return found

    def make(self, mail: str | None, **facts: Any) -> Account:
        """A new account, with a number and a meter of its own. ``mail`` is None for one without an address."""
        from pennypress.office import clock

        account = self.model(
            email=one_spelling(mail) if mail else None,
            number=new_number(),
            meter=secrets.token_hex(16),
            created=facts.pop("created", None) or clock.now(),
            **facts,
        )
        account.set_unusable_password()
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """By mail address, for Django's own commands."""
        return self.get(email=username)


class Account(AbstractBaseUser):
    """A reader's account, or one of the staff's. ``meter`` names it to the meter and is seen nowhere else."""

    number = models.CharField(_("number"), max_length=12, unique=True)
    email = models.EmailField(_("mail"), max_length=254, unique=True, null=True, blank=True)
    mail_verified = models.DateTimeField(_("mail verified"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    address = models.TextField(_("postal address"), max_length=400, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    telephone = models.CharField(_("telephone"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    meter = models.CharField(max_length=32, unique=True, editable=False)
    created = models.DateTimeField(_("made"), editable=False)
    used = models.DateField(_("last used"), null=True, blank=True, editable=False)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.NONE, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    stripe_customer = models.CharField(max_length=64, unique=True, null=True, blank=True)
    card_code = models.CharField(max_length=128, blank=True, editable=False)
    rights_due = models.BooleanField(default=False, db_index=True, editable=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    objects: ClassVar[Accounts] = Accounts()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name or self.email or self.number

    @property
    def reader(self) -> ReaderId:
        """The name under which this account is metered, on all of its devices."""
        return ReaderId(bytes.fromhex(self.meter))

    @property
    def is_staff(self) -> bool:
        """Whether this is somebody of the paper."""
        return self.role != Role.NONE

    @property
    def is_superuser(self) -> bool:
        """Whether this is an owner, who may do everything."""
        return self.role == Role.OWNER

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Whether the role grants a permission of Django's admin, such as ``office.change_plan``."""
        from pennypress.office.roles import grants

        return self.is_active and grants(Role(self.role), permission)

    def has_module_perms(self, label: str) -> bool:
        """Whether the admin shows an app at all."""
        return self.is_active and self.is_staff


class Device(models.Model):
    """A browser that is signed in; ``key`` names it to the meter, ``anonymous`` is the name it goes back to.

    Without an account it is one that holds a staff pass under ``holder``.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="devices", null=True, blank=True)
    key = models.CharField(max_length=32, unique=True, editable=False)
    anonymous = models.CharField(max_length=32, editable=False)
    holder = models.CharField(max_length=32, blank=True, editable=False)
    label = models.CharField(_("kind"), max_length=120, blank=True)
    made = models.DateTimeField(_("signed in"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")


class Merge(models.Model):
    """Two accounts that were made one: what moved, so that it can be undone."""

    kept = models.ForeignKey(Account, models.CASCADE, related_name="+")
    gone = models.ForeignKey(Account, models.CASCADE, related_name="+")
    moved = models.JSONField()
    done = models.DateTimeField()
    undone = models.DateTimeField(null=True, blank=True)


class Newcomer(models.Model):
    """That an account was made at an address, known by a keyed hash alone."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="newcomer")
    address = models.CharField(max_length=64, db_index=True)
    made = models.DateTimeField()


def new_number() -> str:
    """A customer's number: eight digits that were not given before."""
    while True:
        number = f"{secrets.randbelow(90_000_000) + 10_000_000}"
        if not Account.objects.filter(number=number).exists():
            return number
