"""Addresses of this part of the office."""

from __future__ import annotations

from django.urls import path

from pennypress.office.signin import openid_views, passkeys, second, views

urlpatterns = [
    path("", views.sign_in, name="sign-in"),
    path("", views.sign_in, name="account_login"),  # as django-allauth calls it
    path("/code", views.sign_in_code, name="sign-in-code"),
    path("/link", views.sign_in_link, name="sign-in-link"),
    path("/card", views.sign_in_card, name="sign-in-card"),
    path("/on", views.sign_in_on, name="sign-in-on"),
    path("/out", views.sign_out, name="sign-out"),
    path("/mail", views.confirm_mail, name="sign-in-mail"),
    path("/passkey", passkeys.sign_in, name="sign-in-passkey"),
    path("/passkeys", passkeys.passkeys, name="account-passkeys"),
    path("/second", second.sign_in, name="mfa_authenticate"),  # as django-allauth calls it
    path("/openid/<slug:provider>", openid_views.begin, name="sign-in-openid"),
    path("/openid/<slug:provider>/back", openid_views.back, name="sign-in-openid-back"),
]
