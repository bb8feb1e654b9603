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
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from babel.numbers import get_currency_precision
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

_LARGEST = 8 * 1024 * 1024
_MOST_UNITS = 2_000_000_000

_DAY = (
    "date", "booking date", "transaction date", "date completed", "posting date", "value date", "buchungstag",
    "buchungsdatum", "valuta", "wertstellung", "date opération", "date operation", "fecha", "fecha operación",
    "boekdatum", "datum",
)  # fmt: skip
_AMOUNT = (
    "amount", "value", "betrag", "montant", "importe", "bedrag", "paid in", "credit", "credit amount", "money in",
    "crédit", "haben",
)  # fmt: skip
_DEBIT = ("paid out", "debit", "debit amount", "money out", "débit", "soll")
_SIGN = ("debit/credit", "credit/debit", "dr/cr", "cr/dr", "soll/haben", "s/h", "af bij", "sens")
_CURRENCY = ("currency", "währung", "waehrung", "devise", "divisa", "valuta")
_PAYER = (
    "name", "payer", "payer name", "counterparty", "counter party", "beguenstigter/zahlungspflichtiger",
    "name zahlungsbeteiligter", "zahlungspflichtige*r", "auftraggeber", "auftraggeber/empfänger", "payee",
)  # fmt: skip
_TEXT = (
    "description", "reference", "payment reference", "details", "transaction description", "verwendungszweck",
    "libellé", "libelle", "concepto", "memo", "narrative", "notes", "omschrijving", "mededelingen", "kundenreferenz",
)  # fmt: skip

_ISO_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
_DAYS = (*_ISO_DAYS, "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y",
         "%m/%d/%Y", "%m/%d/%y")  # fmt: skip
"""How days are written. That with the month first is taken only where no line of the statement has it otherwise."""

_WENT = frozenset({"d", "dr", "debit", "dbit", "s", "soll", "af"})
_CAME = frozenset({"c", "cr", "credit", "crdt", "h", "haben", "bij"})
_SIGNS = {"£": "GBP", "€": "EUR", "$": "USD", "euro": "EUR", "euros": "EUR"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


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
    """A line (of camt.053: an entry) that cannot be read: its number, and what is wrong with it."""

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
        raise Unreadable(_("This file is larger than 8 MB: export fewer days at a time."))
    if raw[:4] in (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("This is a PDF, spreadsheet or ZIP file: unpack it, or export as CSV or camt.053."))
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return _of_camt(raw)
    return _of_csv(_text(raw), currency)


def _of_camt(raw: bytes) -> Statement:
    try:
        root = fromstring(raw.lstrip(b" \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Unreadable(_("This XML file cannot be read: export the statement again, as camt.053.")) from None
    if "camt.053" not in root.tag:
        raise Unreadable(_("This XML file is no camt.053 statement: choose that form when you export it."))
    seen: Counter[str] = Counter()
    lines: list[Line] = []
    faults: list[LineFault] = []
    for number, entry in enumerate(root.iter(_named(root, "Ntry")), 1):
        try:
            lines += _credits(entry, root, seen)
        except ValueError as wrong:
            faults.append(LineFault(number, str(wrong)))
    return Statement(tuple(lines), tuple(faults))


def _credits(entry: Element, root: Element, seen: Counter[str]) -> Iterator[Line]:
    """The credits of one entry: each of its transactions where it lists several, else the entry itself.

    What is only announced, and what was taken back, is passed over. Raises ValueError with what is wrong.
    """
    state = _said(entry, root, "Sts") or _deep(entry, root, "Sts", "Cd") or "BOOK"
    if _said(entry, root, "CdtDbtInd") != "CRDT" or _said(entry, root, "RvslInd") == "true" or state != "BOOK":
        return
    day = _camt_day(entry, root)
    parts = list(entry.iter(_named(root, "TxDtls")))
    for part in parts if len(parts) > 1 else [entry]:
        if _said(part, root, "CdtDbtInd") == "DBIT":
            continue
        said, currency = _camt_amount(part, root)
        units = _units(said, currency)
        if units is None or units < 0 or not _is_currency(currency):
            raise ValueError(_("“%(said)s” is no amount") % {"said": f"{said} {currency}".strip()[:40]})
        payer = _deep(part, root, "Dbtr", "Nm") or _deep(part, root, "Dbtr", "Pty", "Nm")
        if units:
            yield _line(day, units, currency, payer, _camt_text(part, root), seen)


def _camt_amount(part: Element, root: Element) -> tuple[str, str]:
    """What was booked; never what was instructed, which may be in another currency."""
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        found = part.find("/".join(_named(root, name) for name in path))
        if found is not None:
            return (found.text or "").strip(), found.get("Ccy", "")
    return "", ""


def _camt_text(part: Element, root: Element) -> str:
    said = [
        node.text.strip()
        for name in ("Ustrd", "Ref", "EndToEndId", "AddtlNtryInf")
        for node in part.iter(_named(root, name))
        if node.text and node.text.strip() != "NOTPROVIDED"
    ]
    return " ".join(dict.fromkeys(said))


def _camt_day(entry: Element, root: Element) -> date:
    for name in ("BookgDt", "ValDt"):
        for kind in ("Dt", "DtTm"):
            said = _deep(entry, root, name, kind)
            if said:
                try:
                    return datetime.fromisoformat(said).date()
                except ValueError:
                    raise ValueError(_("“%(said)s” is no day") % {"said": said[:40]}) from None
    raise ValueError(_("there is no day"))


def _of_csv(text: str, currency: str) -> Statement:
    table = _table(text)
    form = table.day_form()
    seen: Counter[str] = Counter()
    lines: list[Line] = []
    faults: list[LineFault] = []
    for number, row in table.rows:
        try:
            line = _csv_line(table, row, form, table.currency or currency, seen)
        except ValueError as wrong:
            faults.append(LineFault(number, str(wrong)))
            continue
        if line is not None:
            lines.append(line)
    return Statement(tuple(lines), tuple(faults))


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of CSV: which columns mean what, and the rows below their names, each with its line in the file."""

    columns: Mapping[str, tuple[int, ...]]
    currency: str
    rows: tuple[tuple[int, list[str]], ...]

    def cell(self, row: list[str], meaning: str) -> str:
        """What a row says in the columns of a meaning."""
        said = (row[place].strip() for place in self.columns.get(meaning, ()) if place < len(row))
        return " ".join(filter(None, said))

    def day_form(self) -> str:
        """The way in which every day of the table can be read; else the one that reads the most."""
        days = [day for _number, row in self.rows if (day := self.cell(row, "day"))]
        return max(_DAYS, key=lambda form: sum(_day(day, form) is not None for day in days))


def _table(text: str) -> _Table:
    """The table in a file: banks put lines of their own above it."""
    for delimiter in (";", ",", "\t", "|"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            rows = [(reader.line_num, row) for row in reader]
        except csv.Error:
            continue
        for place, (_number, row) in enumerate(rows[:30]):
            names = [_name(cell) for cell in row]
            columns = _columns([name for name, _unit in names])
            if "day" in columns and "amount" in columns:
                unit = names[columns["amount"][0]][1]
                return _Table(columns, unit, tuple(each for each in rows[place + 1 :] if any(map(str.strip, each[1]))))
    raise Unreadable(
        _("No line of this file names a column for the day and one for the amount: export it as CSV or camt.053.")
    )


def _name(cell: str) -> tuple[str, str]:
    """A column's name in small letters, and the currency that stands behind it in brackets."""
    name, _bracket, unit = cell.strip().strip('"').lower().rstrip(") ").partition("(")
    unit = unit.strip()
    known = _SIGNS.get(unit, unit.upper())
    return " ".join(name.split()), known if _is_currency(known) else ""


def _columns(names: list[str]) -> dict[str, tuple[int, ...]]:
    """Where each meaning stands: one column, but for texts, of which a statement may have several."""
    wanted = {"day": _DAY, "amount": _AMOUNT, "debit": _DEBIT, "sign": _SIGN, "currency": _CURRENCY, "payer": _PAYER}
    found: dict[str, tuple[int, ...]] = {}
    for meaning, known in wanted.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None and (place,) not in found.values():
            found[meaning] = (place,)
    texts = tuple(place for place, name in enumerate(names) if name in _TEXT)
    return found | ({"text": texts} if texts else {})


def _csv_line(table: _Table, row: list[str], form: str, currency: str, seen: Counter[str]) -> Line | None:
    """The credit that a row is; None for money that went, and for a row that is no line of the account.

    Raises ValueError with what is wrong.
    """
    said, written = table.cell(row, "amount"), table.cell(row, "day")
    if not said and (not written or table.cell(row, "debit")):
        return None
    if not said:
        raise ValueError(_("there is no amount"))
    unit = table.cell(row, "currency").upper() or currency
    unit = _SIGNS.get(unit, unit)
    if not _is_currency(unit):
        raise ValueError(_("“%(said)s” is no currency") % {"said": unit[:40]})
    units = _units(said, unit)
    if units is None:
        raise ValueError(_("“%(said)s” is no amount") % {"said": said[:40]})
    day = _day(written, form)
    if day is None:
        raise ValueError(_("“%(said)s” is no day") % {"said": written[:40]})
    if units <= 0 or _went(table.cell(row, "sign")):
        return None
    return _line(day, units, unit, table.cell(row, "payer"), table.cell(row, "text"), seen)


def _went(sign: str) -> bool:
    """Whether a mark such as ``D``, ``Soll`` or ``Debit`` says that the money went. Raises ValueError for others."""
    if sign and sign.casefold() not in _WENT | _CAME:
        raise ValueError(_("“%(said)s” says neither that money came nor that it went") % {"said": sign[:40]})
    return sign.casefold() in _WENT


def _day(said: str, form: str) -> date | None:
    """A day; what is behind it, such as an hour, does not matter where it is written by ISO 8601."""
    try:
        return datetime.strptime(said[:10] if form == _ISO_DAYS[0] else said, form).date()
    except ValueError:
        return None


def _is_currency(unit: str) -> bool:
    return re.fullmatch(r"[A-Z]{3}", unit) is not None


def _units(said: str, currency: str) -> int | None:
    """Minor units, of ``1,234.50``, ``1.234,50``, ``-12`` or ``12,00-``; None for what is no amount, could mean two, or
    has too many places."""
    plain = re.sub(r"[\s'’£€$]|[A-Z]{3}", "", said).replace("−", "-")
    if plain.endswith("-") or (plain.startswith("(") and plain.endswith(")")):
        plain = f"-{plain.strip('()-')}"
    if "," in plain and "." in plain:
        thousands = "," if plain.rindex(",") < plain.rindex(".") else "."
        if not re.fullmatch(rf"[+-]?[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+[.,][0-9]*", plain):
            return None
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]+)?", plain):
        return None
    places = get_currency_precision(currency) if currency else 2
    if len(plain.partition(".")[2]) > places:
        return None
    units = int(Decimal(plain).scaleb(places))
    return units if abs(units) <= _MOST_UNITS else None


def _line(day: date, units: int, currency: str, payer: str, text: str, seen: Counter[str]) -> Line:
    """A line with its key: a digest of what it says, and which of several equal ones of its day it is."""
    payer, text = _CONTROL.sub(" ", payer).strip(), _CONTROL.sub(" ", text).strip()
    said = "\n".join((day.isoformat(), str(units), currency, payer.casefold(), " ".join(text.casefold().split())))
    seen[said] += 1
    key = hashlib.sha256(f"{said}\n{seen[said]}".encode()).hexdigest()
    return Line(key, day, units, currency, payer[:140], text[:500])


def _text(raw: bytes) -> str:
    """The text of a file in UTF-8, UTF-16, or what banks used before."""
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
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
