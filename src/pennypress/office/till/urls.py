"""Addresses of the tills."""

from __future__ import annotations

from django.urls import path

from pennypress.office.till import demo, returning

urlpatterns = [
    path("return/<str:key>", returning.returned, name="till-return"),
    path("demo/<str:key>", demo.page, name="till-demo"),
]
