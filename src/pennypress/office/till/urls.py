"""Addresses of the tills."""

from __future__ import annotations

from django.urls import path

from pennypress.office.bank.views import promise
from pennypress.office.till import demo, returning, webhook

urlpatterns = [
    path("return/<slug:key>", returning.returned, name="till-return"),
    path("portal", returning.portal, name="till-portal"),
    path("webhook", webhook.webhook, name="till-webhook"),
    path("promise/<slug:key>", promise, name="promise"),
    path("demo/<slug:key>", demo.page, name="till-demo"),
]
