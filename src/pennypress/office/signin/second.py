"""The second factor, for accounts that have one."""

from __future__ import annotations

from allauth.mfa.base.views import AuthenticateView


class SecondFactor(AuthenticateView):  # type: ignore[misc]
    """Asks for the code of an authenticator app, a spare code, or a passkey, between sign-in and session."""

    template_name = "office/signin/second.html"


sign_in = SecondFactor.as_view()
