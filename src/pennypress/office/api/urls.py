"""Addresses of the interface for the paper's own system."""

from __future__ import annotations

from django.urls import path

from pennypress.office.api.views import entitlements

urlpatterns = [path("entitlements", entitlements, name="api-entitlements")]
