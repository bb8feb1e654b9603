"""Statements as banks export them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.office.bank.statements import Unreadable, read_statement

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="GBP">8.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-23</Dt></BookgDt>
<NtryDtls><TxDtls><Amt Ccy="GBP">8.00</Amt><RltdPties><Dbtr><Pty><Nm>Ann Ash</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>34C9KX</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="GBP">99.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-11-23</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="GBP">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-24</Dt></BookgDt>
<NtryDtls><TxDtls><Amt Ccy="GBP">12.00</Amt></TxDtls><TxDtls><Amt Ccy="GBP">8.00</Amt></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def test_a_camt_053_statement_gives_its_credits() -> None:
    first, second, third = read_statement(CAMT.encode(), "GBP").lines
    assert (first.day, first.amount, first.currency, first.text) == (date(2026, 11, 23), 800, "GBP", "34C9KX")
    assert [second.amount, third.amount] == [1200, 800]


@pytest.mark.parametrize(
    ("text", "amount", "payer"),
    [
        ("Date,Description,Amount,Name\n23/11/2026,REF 34C9KX,8.00,Ann Ash\n", 800, "Ann Ash"),
        ("Date,Description,Paid out,Paid in\n23/11/2026,REF 34C9KX,,1,\n".replace("1,", '"1,234.50"'), 123450, ""),
        ("Kontoauszug;;\n\nBuchungstag;Verwendungszweck;Betrag;Währung\n23.11.2026;34C9KX;1.234,50;EUR\n", 123450, ""),
        ("Date\tDetails\tAmount\n2026-11-23\t34C9KX\t+8\n", 800, ""),
    ],
)
def test_csv_of_several_banks_is_read(text: str, amount: int, payer: str) -> None:
    (line,) = read_statement(text.encode(), "GBP").lines
    assert (line.amount, line.day, line.payer) == (amount, date(2026, 11, 23), payer)


def test_an_old_encoding_is_read() -> None:
    (line,) = read_statement("Date;Name;Amount\n23.11.2026;Jörg;8,00\n".encode("cp1252"), "EUR").lines
    assert line.payer == "Jörg"


def test_money_that_went_is_passed_over() -> None:
    assert read_statement(b"Date,Amount\n2026-11-23,-8.00\n", "GBP").lines == ()


def test_a_line_that_cannot_be_read_is_told_with_its_place() -> None:
    statement = read_statement(b"Date,Amount\n2026-11-23,8.00\nyesterday,8.00\n2026-11-23,8.005\n", "GBP")
    assert [(fault.line, fault.wrong) for fault in statement.faults] == [
        (3, '"yesterday" is no day'),
        (4, '"8.005" is no amount'),
    ]


def test_the_same_statement_gives_the_same_keys_and_equal_lines_stay_apart() -> None:
    text = b"Date,Amount,Name\n2026-11-23,8.00,Ann\n2026-11-23,8.00,Ann\n"
    one, other = read_statement(text, "GBP").lines, read_statement(text, "GBP").lines
    assert [line.key for line in one] == [line.key for line in other]
    assert one[0].key != one[1].key


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"<html></html>",
        b"<Document",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Document xmlns="camt.053">&a;</Document>',
        b"x" * (8 * 1024 * 1024 + 1),
    ],
)
def test_what_is_no_statement_is_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        read_statement(raw, "GBP")


@given(st.integers(1, 99_999_999))
def test_an_amount_is_read_as_it_was_written(units: int) -> None:
    whole, part = divmod(units, 100)
    for written in (f"{whole}.{part:02}", f'"{whole:,}.{part:02}"', f"£{whole}.{part:02}"):
        (line,) = read_statement(f"Date,Amount\n2026-11-23,{written}\n".encode(), "GBP").lines
        assert line.amount == units


@given(st.binary(max_size=300))
def test_no_file_breaks_it(raw: bytes) -> None:
    with suppress(Unreadable):
        assert all(line.amount > 0 for line in read_statement(raw, "GBP").lines)
