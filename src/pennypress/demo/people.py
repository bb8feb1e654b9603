"""The plans and the people of the demo."""

from __future__ import annotations

from pennypress.demo.behind import PEOPLE


def settle() -> None:
    """Make the plans and the staff, where they are not there yet."""
    from pennypress.office.models import Account, Plan

    if Plan.objects.exists():
        return
    _offer()
    for (mail, *_), role in zip(PEOPLE, ("subscriptions", "editor", "owner"), strict=True):
        Account.objects.make(mail, role=role, name=mail.partition("@")[0].title())


def _offer() -> None:
    from pennypress.office.models import Kind, Period, Plan

    Plan.objects.create(
        slug="monthly",
        name="Reader",
        names={"de": "Lesende", "fr": "Lecture", "es": "Lectura", "cy": "Darllenydd"},
        summary="Every article, on all your devices.",
        summaries={
            "de": "Jeder Artikel, auf allen Ihren Geräten.",
            "fr": "Tous les articles, sur tous vos appareils.",
            "es": "Todos los artículos, en todos sus dispositivos.",
            "cy": "Pob erthygl, ar eich holl ddyfeisiau.",
        },
        price=800,
        position=1,
    )
    Plan.objects.create(
        slug="yearly",
        name="Reader, by the year",
        summary="Every article for a year, with the tide tables.",
        price=8000,
        period=Period.YEAR,
        trial_days=14,
        position=2,
    )
    Plan.objects.create(
        slug="your-price",
        name="Pay what you can",
        kind=Kind.SOLIDARITY,
        summary="Every article, at the price that is right for you.",
        price=500,
        floor=100,
        position=3,
    )
    Plan.objects.create(
        slug="day", name="A day of the Lantern", kind=Kind.PASS, summary="Every article today.", price=150, days=1
    )
    Plan.objects.create(
        slug="gift",
        name="A gift to the Lantern",
        kind=Kind.DONATION,
        summary="For the reporters; you read as before.",
        price=1000,
        floor=100,
    )
    Plan.objects.create(
        slug="concession",
        name="Concession",
        kind=Kind.CONCESSION,
        summary="For students and people without work; we do not ask for a proof.",
        price=300,
    )
