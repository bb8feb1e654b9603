"""Addresses of what is kept of a reader, under that of the account."""

from __future__ import annotations

from django.urls import path

from pennypress.office.privacy import views

urlpatterns = [
    path("/data", views.data, name="account-data"),
    path("/data.json", views.export, name="account-export"),
    path("/delete", views.deletion, name="account-delete"),
]
