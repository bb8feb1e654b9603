"""Addresses of the offers."""

from __future__ import annotations

from django.urls import path

from pennypress.office.subscribe.pages import code_page, done_page, offers_page
from pennypress.office.subscribe.plan_page import plan_page

urlpatterns = [
    path("", offers_page, name="subscribe"),
    path("/code", code_page, name="subscribe-code"),
    path("/done/<slug:key>", done_page, name="subscribe-done"),
    path("/<slug:slug>", plan_page, name="subscribe-plan"),
]
