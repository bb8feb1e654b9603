"""Statements as banks export them: each of these was written by us, after the columns that the banks use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.office.bank.statements import Line, Unreadable, read_statement

NATIONWIDE = """"Account Name:","Lantern ****12345"
"Account Balance:","£1,234.50"

"Date","Transaction type","Description","Paid out","Paid in","Balance"
"24 Nov 2026","Bank credit","A READER 3FDCHJ","","£1,008.00","£1,234.50"
"23 Nov 2026","Direct debit","THE PRINTER","£90.00","","£226.50"
"""
LLOYDS = """Transaction Date,Transaction Type,Sort Code,Transaction Description,Debit Amount,Credit Amount
24/11/2026,FPI,20-00-00,A READER 3FDCHJ,,1008.00
23/11/2026,DD,20-00-00,THE PRINTER,90.00,
"""
STARLING = """Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP)
24/11/2026,A Reader,3FDCHJ,FASTER PAYMENT,1008.00,1234.50
23/11/2026,The Printer,,DIRECT DEBIT,-90.00,226.50
"""
SPARKASSE = """"Auftragskonto";"Buchungstag";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Betrag";"Waehrung"
"DE00";"24.11.26";"3FDCHJ";"Jörg Leser";"1.008,00";"EUR"
"DE00";"23.11.26";"Rechnung";"Druckerei";"-90,00";"EUR"
"""
DKB = """"Girokonto";"DE00"
"Kontostand vom 24.11.2026:";"1.234,50 €"
""
"Buchungsdatum";"Wertstellung";"Zahlungspflichtige*r";"Verwendungszweck";"Betrag (€)"
"24.11.26";"24.11.26";"Jörg Leser";"3FDCHJ";"1.008,00"
"23.11.26";"23.11.26";"Zeitung";"Rechnung";"-90,00"
"""
MARKED = """Datum;Omschrijving;Af Bij;Bedrag;Mededelingen
20261124;J Lezer;Bij;1008,00;3FDCHJ
20261123;Drukker;Af;90,00;
"""
AMERICAN = """Posting Date\tDescription\tAmount
11/24/2026\tA READER 3FDCHJ\t$1,008.00
11/04/2026\tTHE PRINTER\t($90.00)
"""

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>{entries}</Stmt></BkToCstmrStmt>
</Document>"""
ENTRY = """<Ntry><Amt Ccy="EUR">8.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-24</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="GBP">7.00</Amt></InstdAmt></AmtDtls>
<RltdPties><Dbtr><Pty><Nm>Jörg Leser</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>Lantern 3FDCHJ</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def camt(*entries: str) -> bytes:
    return CAMT.format(entries="".join(entries)).encode()


def only(raw: bytes, currency: str = "GBP") -> Line:
    statement = read_statement(raw, currency)
    assert statement.faults == ()
    (line,) = statement.lines
    return line


@pytest.mark.parametrize("text", [NATIONWIDE, LLOYDS, STARLING, SPARKASSE, DKB, MARKED, AMERICAN])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_credits_of_a_banks_csv_are_read_and_its_debits_passed_over(text: str, coding: str) -> None:
    line = only(text.encode(coding))
    assert line.day == date(2026, 11, 24)
    assert line.amount == 100_800
    assert "3FDCHJ" in line.text


@pytest.mark.parametrize(
    ("text", "currency"), [(NATIONWIDE, "GBP"), (STARLING, "GBP"), (SPARKASSE, "EUR"), (DKB, "EUR"), (MARKED, "CHF")]
)
def test_the_currency_is_that_of_the_line_the_column_or_else_the_papers(text: str, currency: str) -> None:
    assert only(text.encode(), "CHF" if text is MARKED else "GBP").currency == currency


def test_the_payer_is_kept_with_all_letters() -> None:
    assert only(SPARKASSE.encode("cp1252")).payer == "Jörg Leser"


def test_a_camt_entry_is_read_as_it_was_booked() -> None:
    line = only(camt(ENTRY))
    assert (line.day, line.amount, line.currency) == (date(2026, 11, 24), 800, "EUR")
    assert (line.payer, line.text) == ("Jörg Leser", "Lantern 3FDCHJ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<CdtDbtInd>CRDT", "<CdtDbtInd>DBIT"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>PDNG</Sts>"),
        ("<Sts>", "<RvslInd>true</RvslInd><Sts>"),
    ],
)
def test_what_went_is_only_announced_or_was_taken_back_is_passed_over(old: str, new: str) -> None:
    assert read_statement(camt(ENTRY.replace(old, new)), "EUR").lines == ()


def test_a_collected_entry_is_each_of_its_payments() -> None:
    parts = "".join(
        f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>'
        for amount, text in (("8.00", "first"), ("24.00", "second"))
    )
    entry = (
        '<Ntry><Amt Ccy="EUR">32</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<ValDt><DtTm>2026-11-24T10:00:00</DtTm></ValDt><NtryDtls>{parts}</NtryDtls></Ntry>"
    )
    lines = read_statement(camt(entry), "EUR").lines
    assert [(line.amount, line.text) for line in lines] == [(800, "first"), (2400, "second")]


@pytest.mark.parametrize(
    ("old", "new"), [("8.00", "8.001"), ("8.00", "much"), ("2026-11-24", "today"), ("BookgDt", "X")]
)
def test_an_entry_that_cannot_be_read_is_a_fault_and_not_left_out(old: str, new: str) -> None:
    statement = read_statement(camt(ENTRY, ENTRY.replace(old, new)), "EUR")
    assert [fault.line for fault in statement.faults] == [2]


def test_faults_name_the_line_of_the_file_and_what_is_wrong() -> None:
    text = (
        'Date,Amount,Description\n2026-11-24,8.00,"two\nlines"\nyesterday,8.00,x\n2026-11-24,eight,x\n2026-11-24,,x\n'
    )
    faults = read_statement(text.encode(), "GBP").faults
    assert [(fault.line, fault.wrong) for fault in faults] == [
        (4, "“yesterday” is no day"),
        (5, "“eight” is no amount"),
        (6, "there is no amount"),
    ]


def test_a_mark_that_nobody_knows_is_a_fault() -> None:
    (fault,) = read_statement(MARKED.replace("Bij;1008", "Misschien;1008").encode(), "EUR").faults
    assert "Misschien" in fault.wrong


@pytest.mark.parametrize("amount", ["1.500", "1,500", "1,50.00", "1.2.3", "99999999999", "8.005", "8 or 9", "∞"])
def test_an_amount_that_could_mean_two_is_a_fault(amount: str) -> None:
    text = f'Date;Amount\n2026-11-24;"{amount}"\n'
    assert len(read_statement(text.encode(), "GBP").faults) == 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "No line of this file"),
        (b"hello\nworld\n", "No line of this file"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"x" * (8 * 1024 * 1024 + 1), "8 MB"),
        (b"<html>", "cannot be read"),
        (b"<html></html>", "no camt.053"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>', "cannot be read"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "cannot be read"),
    ],
)
def test_what_is_no_statement_is_refused_with_what_to_do(raw: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_statement(raw, "GBP")


def test_a_line_has_the_same_key_when_it_is_read_again_and_two_equal_ones_have_two() -> None:
    row = "2026-11-24,8.00,Cash\n"
    once = read_statement(f"Date,Amount,Description\n{row}".encode(), "GBP").lines
    twice = read_statement(f"Date,Amount,Description\n{row}{row}".encode(), "GBP").lines
    assert once[0].key == twice[0].key
    assert twice[0].key != twice[1].key


@given(st.integers(1, 99_999_999), st.sampled_from(["{:.2f}", "{:,.2f}", "£{:,.2f}", "{:.2f} GBP", "+{:.2f}"]))
def test_every_amount_is_read_to_the_penny(amount: int, form: str) -> None:
    english = form.format(Decimal(amount) / 100)
    german = english.translate(str.maketrans(",.", ".,"))
    for written in (english, german):
        assert only(f'Date;Amount\n2026-11-24;"{written}"\n'.encode()).amount == amount


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(raw: bytes) -> None:
    for given_ in (raw, b"Date,Amount\n" + raw, b"<" + raw):
        try:
            read_statement(given_, "GBP")
        except Unreadable:
            continue
