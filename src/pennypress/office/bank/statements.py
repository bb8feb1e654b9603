"""Bank statements: CSV as banks export it, and camt.053 (ISO 20022, Bank-to-Customer Statement)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from babel.numbers import get_currency_precision
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_LARGEST = 8 * 1024 * 1024
_DAY = ("date", "booking date", "transaction date", "value date", "buchungstag", "valuta", "date opération", "fecha")
_AMOUNT = ("amount", "value", "betrag", "montant", "importe", "paid in", "credit", "credit amount", "money in")
_DEBIT = ("paid out", "debit", "debit amount", "money out")
_CURRENCY = ("currency", "währung", "waehrung", "devise", "divisa")
_PAYER = (
    "name",
    "payer",
    "counterparty",
    "counter party",
    "beguenstigter/zahlungspflichtiger",
    "auftraggeber",
    "payee",
)
_TEXT = (
    "description",
    "reference",
    "details",
    "transaction description",
    "verwendungszweck",
    "libellé",
    "concepto",
    "memo",
)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y")


class Unreadable(Exception):
    """What was given is no statement; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One credit: money that came. ``amount`` is in minor units; ``key`` tells it from every other line of any
    statement, and is the same when the statement is read again."""

    key: str
    day: date
    amount: int
    currency: str
    payer: str
    text: str


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that cannot be read: where, and what is wrong with it."""

    line: int
    wrong: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The credits of a statement, and the lines that could not be read; debits are passed over."""

    lines: tuple[Line, ...]
    faults: tuple[LineFault, ...]


def read_statement(raw: bytes, currency: str) -> Statement:
    """The credits of a statement. ``currency`` is that of lines that name none. Raises Unreadable."""
    if len(raw) > _LARGEST:
        raise Unreadable("This file is larger than 8 MB: export fewer days at a time.")
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return _of_camt(raw)
    return _of_csv(_text(raw), currency)


def _of_camt(raw: bytes) -> Statement:
    try:
        root = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError):
        raise Unreadable("This XML file cannot be read: export the statement again, as camt.053.") from None
    if "camt.053" not in root.tag:
        raise Unreadable("This XML file is no camt.053 statement: choose that form when you export it.")
    seen: Counter[str] = Counter()
    lines = [line for entry in root.iter(_named(root, "Ntry")) for line in _credits(entry, root, seen)]
    return Statement(tuple(lines), ())


def _credits(entry: Element, root: Element, seen: Counter[str]) -> Iterator[Line]:
    """The credits of one entry: each of its transactions where it lists several, else the entry itself."""
    if _said(entry, root, "CdtDbtInd") != "CRDT" or _said(entry, root, "RvslInd") == "true":
        return
    day = _camt_day(entry, root)
    parts = list(entry.iter(_named(root, "TxDtls")))
    for part in parts if len(parts) > 1 else [entry]:
        amount = part.find(f".//{_named(root, 'Amt')}")
        if day is None or amount is None:
            continue
        currency = amount.get("Ccy", "")
        units = _units(amount.text or "", currency)
        payer = _deep(part, root, "Dbtr", "Nm")
        text = " ".join(
            node.text.strip()
            for name in ("Ustrd", "Ref", "EndToEndId")
            for node in part.iter(_named(root, name))
            if node.text and node.text.strip() != "NOTPROVIDED"
        )
        if units:
            yield _line(day, units, currency, payer, text, seen)


def _camt_day(entry: Element, root: Element) -> date | None:
    for name in ("BookgDt", "ValDt"):
        for kind in ("Dt", "DtTm"):
            said = _deep(entry, root, name, kind)
            if said:
                try:
                    return datetime.fromisoformat(said).date()
                except ValueError:
                    continue
    return None


def _of_csv(text: str, currency: str) -> Statement:
    names, rows = _table(text)
    seen: Counter[str] = Counter()
    lines: list[Line] = []
    faults: list[LineFault] = []
    for number, row in rows:
        try:
            line = _csv_line(row, names, currency, seen)
        except ValueError as wrong:
            faults.append(LineFault(number, str(wrong)))
            continue
        if line is not None:
            lines.append(line)
    return Statement(tuple(lines), tuple(faults))


def _table(text: str) -> tuple[Mapping[str, int], list[tuple[int, list[str]]]]:
    """The columns that are known, by what they mean, and the rows below them: banks put lines of their own above."""
    delimiter = max((",", ";", "\t"), key=text.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    for place, row in enumerate(rows[:30]):
        names = _meanings([cell.strip().strip('"').lower() for cell in row])
        if "day" in names and "amount" in names:
            return names, [(number, row) for number, row in enumerate(rows[place + 1 :], place + 2) if any(row)]
    raise Unreadable(
        "No line of this file names a column for the day and one for the amount: export it as CSV or camt.053."
    )


def _meanings(names: list[str]) -> dict[str, int]:
    wanted = {"day": _DAY, "amount": _AMOUNT, "debit": _DEBIT, "currency": _CURRENCY, "payer": _PAYER, "text": _TEXT}
    found: dict[str, int] = {}
    for meaning, known in wanted.items():
        for name in known:
            if name in names:
                found[meaning] = names.index(name)
                break
    return found


def _csv_line(row: list[str], names: Mapping[str, int], currency: str, seen: Counter[str]) -> Line | None:
    """The credit that a row is; None for money that went. Raises ValueError with what is wrong."""

    def cell(meaning: str) -> str:
        place = names.get(meaning)
        return row[place].strip() if place is not None and place < len(row) else ""

    if not cell("amount"):
        if cell("debit"):
            return None
        raise ValueError("there is no amount")
    unit = cell("currency").upper() or currency
    units = _units(cell("amount"), unit)
    if units is None:
        raise ValueError(f'"{cell("amount")[:40]}" is no amount')
    day = _day(cell("day"))
    if day is None:
        raise ValueError(f'"{cell("day")[:40]}" is no day')
    return _line(day, units, unit, cell("payer"), cell("text"), seen) if units > 0 else None


def _day(said: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(said, form).date()
        except ValueError:
            continue
    return None


def _units(said: str, currency: str) -> int | None:
    """Minor units, of ``1,234.50``, ``1.234,50`` or ``-12``; None for what is no amount, or has too many places."""
    plain = re.sub(r"[\s'£€$]|[A-Z]{3}", "", said)
    if "," in plain and "." in plain:
        plain = plain.replace("," if plain.rindex(",") < plain.rindex(".") else ".", "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]+)?", plain):
        return None
    places = get_currency_precision(currency) if currency else 2
    try:
        units = Decimal(plain).scaleb(places)
    except InvalidOperation:
        return None
    return int(units) if units == units.to_integral_value() else None


def _line(day: date, units: int, currency: str, payer: str, text: str, seen: Counter[str]) -> Line:
    """A line with its key: a digest of what it says, and which of several equal ones of its day it is."""
    said = "\n".join((day.isoformat(), str(units), currency, payer.casefold(), " ".join(text.casefold().split())))
    seen[said] += 1
    key = hashlib.sha256(f"{said}\n{seen[said]}".encode()).hexdigest()
    return Line(key, day, units, currency, payer[:140], text[:500])


def _text(raw: bytes) -> str:
    for coding in ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return raw.decode(coding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace")


def _named(root: Element, name: str) -> str:
    """A name in the statement's own version of the standard."""
    return f"{root.tag.partition('}')[0]}}}{name}" if root.tag.startswith("{") else name


def _said(node: Element, root: Element, name: str) -> str:
    found = node.find(_named(root, name))
    return (found.text or "").strip() if found is not None else ""


def _deep(node: Element, root: Element, *names: str) -> str:
    """The text under a path of names, wherever it begins below a node."""
    found = node.find(".//" + "/".join(_named(root, name) for name in names))
    return (found.text or "").strip() if found is not None else ""
