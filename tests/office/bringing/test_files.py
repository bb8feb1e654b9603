"""Files of other programs are read as what they are, and their faults told line by line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pennypress.office.bringing.files import read_file
from pennypress.office.bringing.rows import Reading, Source, Unreadable
from pennypress.office.models import Period, Status

LONDON = ZoneInfo("Europe/London")


def _read(tmp_path: Path, text: str | bytes, source: Source | None = None) -> Reading:
    file = tmp_path / "export.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(file, source, LONDON)


def test_our_own_csv_says_who_has_paid_until_when(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "mail,name,plan,status,paid until,price,currency,period\n"
        "Ann@Example.com,Ann Ash,Gold,active,2026-12-31,8.00,gbp,month\n",
    )
    (row,) = reading.rows
    assert (reading.source, row.mail, row.name, row.plan) == (Source.CSV, "ann@example.com", "Ann Ash", "Gold")
    assert (row.status, row.price, row.currency, row.period) == (Status.ACTIVE, 800, "GBP", Period.MONTH)
    assert row.paid_until == datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def test_woocommerce_is_known_by_its_columns(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "subscription_id,subscription_status,billing_email,billing_first_name,billing_last_name,next_payment_date,"
        "end_date,billing_period,order_total,order_currency,order_items\n"
        "101,wc-active,ann@example.com,Ann,Ash,2026-12-05 10:00:00,0,month,8.00,GBP,product_id:4|name:Gold|quantity:1\n"
        "102,wc-pending-cancel,bob@example.com,Bob,Birch,0,2026-12-09 10:00:00,year,80.00,GBP,product_id:5|name:Year\n"
        "103,wc-expired,cy@example.com,Cy,Cedar,0,2025-01-01 00:00:00,month,8.00,GBP,name:Gold\n",
    )
    ann, bob, cy = reading.rows
    assert reading.source is Source.WOOCOMMERCE
    assert (ann.key, ann.status, ann.plan, ann.cancelled) == ("woocommerce:101", Status.ACTIVE, "Gold", False)
    assert (bob.status, bob.cancelled, bob.paid_until) == (
        Status.ACTIVE,
        True,
        datetime(2026, 12, 9, 10, tzinfo=UTC),
    )
    assert cy.status is Status.ENDED


def test_newspack_is_woocommerce_with_its_readers_column(tmp_path: Path) -> None:
    text = (
        "subscription_id,subscription_status,billing_email,next_payment_date,newspack_reader_id\n"
        "7,active,a@b.example,2027-01-01,9\n"
    )
    assert _read(tmp_path, text).source is Source.NEWSPACK


def test_leaky_paywall_is_known_by_its_columns(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "user_id,user_email,first_name,last_name,level_id,level_name,subscriber_id,price,created,expires,"
        "payment_gateway,payment_status\n"
        "5,ann@example.com,Ann,Ash,2,Digital,cus_9x,5,2025-01-01 08:00:00,2026-12-20 08:00:00,stripe,canceled\n",
    )
    (row,) = reading.rows
    assert (reading.source, row.plan, row.status, row.cancelled) == (
        Source.LEAKY_PAYWALL,
        "Digital",
        Status.ACTIVE,
        True,
    )


def test_ghost_says_who_reads_without_paying(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,"
        "tiers\n"
        "6a,ann@example.com,Ann,,true,true,,2025-01-01T00:00:00.000Z,,,Gold\n"
        "6b,bob@example.com,Bob,,true,false,cus_B1,2025-01-01T00:00:00.000Z,,,Gold\n",
    )
    ann, bob = reading.rows
    assert ann.complimentary
    assert not bob.complimentary
    assert (bob.stripe_customer, bob.status) == ("cus_B1", None)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ("not-a-mail,Ann,Gold,active,2026-12-31", "is no mail address"),
        ("a@b.example,Ann,Gold,running,2026-12-31", 'status "running" is not known'),
        ("a@b.example,Ann,Gold,active,", "it reads, but not until when"),
        ("a@b.example,Ann,Gold,active,tomorrow", '"tomorrow" is no day'),
        (",,Gold,active,2026-12-31", "neither a mail address nor a name"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_rest_is_read(tmp_path: Path, cells: str, wrong: str) -> None:
    reading = _read(tmp_path, f"mail,name,plan,status,paid_until\n{cells}\nb@b.example,Bob,Gold,active,2026-12-31\n")
    (fault,) = reading.faults
    assert fault.place == "line 2"
    assert wrong in str(fault)
    assert [row.mail for row in reading.rows] == ["b@b.example"]


def test_semicolons_and_an_old_encoding_are_read(tmp_path: Path) -> None:
    text = "mail;name;plan;status;paid_until\nj@b.example;Jörg;Gold;active;31.12.2026\n".encode("cp1252")
    (row,) = _read(tmp_path, text).rows
    assert row.name == "Jörg"
    assert row.paid_until is not None


@pytest.mark.parametrize("text", ["", "colour,size\nred,4\n"])
def test_what_is_no_export_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable, match=r"export\.csv"):
        _read(tmp_path, text)


def test_a_quote_that_never_closes_is_refused_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="after line"):
        _read(tmp_path, 'mail,status\n"a@b.example,active\n')
