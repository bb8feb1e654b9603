"""Addresses of the tills."""

from __future__ import annotations

from django.urls import path

from pennypress.office.till import demo, returning

urlpatterns = [
    path("return/<slug:key>", returning.returned, name="till-return"),
    path("demo/<slug:key>", demo.page, name="till-demo"),
]
