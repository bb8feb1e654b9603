"""Filters for templates; built in, so no page has to load them."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from pennypress.office.money import Money

register = template.Library()


@register.filter
def money(amount: Money) -> str:
    """An amount as it is written in the page's language."""
    return amount.shown(get_language() or "en")
