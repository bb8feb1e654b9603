"""What django-allauth asks of us."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from cryptography.fernet import Fernet, MultiFernet
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.models import Account
from pennypress.office.signin.joining import TO_JOIN
from pennypress.office.signin.providers import providers


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Signs in; the pages and letters are ours."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Open a session under a new id; its browser is to be joined to the account."""
        super().login(request, user)
        request.session[TO_JOIN] = 0.0
        Account.objects.filter(pk=user.pk).update(used=clock.today())

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by our own pages alone."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what there is to say."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Our letters say what there is to say."""


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors and passkeys."""

    def is_mfa_enabled(self, user: AbstractBaseUser, types: Any = None) -> bool:
        """Whether a second factor is asked for: a reader's passkey is a way to sign in, and no condition of the
        others; a passkey of the staff is both."""
        if isinstance(user, Account) and not user.is_staff:
            types = [Authenticator.Type.TOTP]
        return bool(super().is_mfa_enabled(user, types))

    def encrypt(self, text: str) -> str:
        """A secret as it is kept."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """The paper's name."""
        return installation().config.paper.name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The paper, as passkeys know it."""
        return {**super().get_public_key_credential_rp_entity(), "name": installation().config.paper.name}


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The OpenID Connect providers of ``[office] openid``."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Those of a name, or all."""
        return [each.app() for each in providers() if provider in (None, "openid_connect", each.id)]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Accounts are made by our own pages alone."""
        return False


def _box() -> MultiFernet:
    keys = installation().keys.derive("office second factor")
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
