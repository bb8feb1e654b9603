"""Reading the files that other programs export."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from pennypress.office.bringing.columns import SOURCES, Columns, Meaning
from pennypress.office.bringing.rows import Reading, Row, RowFault, Source, Unreadable
from pennypress.office.mailboxes import one_spelling
from pennypress.office.models import Period, Status
from pennypress.office.subscribe.amounts import Unreadable as NoAmount
from pennypress.office.subscribe.amounts import read_amount

_LARGEST = 64 * 1024 * 1024
_NONE = frozenset(("", "0", "-", "n/a", "null", "none", "never", "0000-00-00 00:00:00"))
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
_PERIODS = {"day": None, "week": Period.WEEK, "month": Period.MONTH, "quarter": Period.QUARTER, "year": Period.YEAR}
_STILL_PAYING = frozenset((Status.ACTIVE, Status.TRIALING))

_Record = Mapping[str, str]


class _Unfit(Exception):
    """A cell that cannot be used: what is wrong, and the mend."""


def read_file(path: Path, source: Source | None, zone: ZoneInfo) -> Reading:
    """The rows of a CSV file; ``source`` None finds out by its columns whose it is. Days are days of ``zone``.

    Raises Unreadable for a file that is none of those that are known.
    """
    names, records = _records(path)
    columns = _columns(path, names, source)
    rows: list[Row] = []
    faults: list[RowFault] = []
    for line, record in records:
        try:
            rows.append(_row(columns, line, record, zone))
        except _Unfit as unfit:
            wrong, mend = unfit.args
            faults.append(RowFault(f"line {line}", wrong, mend))
    return Reading(columns.source, tuple(rows), tuple(faults))


def _records(path: Path) -> tuple[frozenset[str], Iterator[tuple[int, _Record]]]:
    text = _text(path)
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_name(cell) for cell in next(reader)]
    except (StopIteration, csv.Error):
        raise Unreadable(
            f"{path} is empty: export it again, with the names of its columns in the first line."
        ) from None
    return frozenset(names), _lines(path, reader, names)


def _lines(path: Path, reader: Iterator[list[str]], names: list[str]) -> Iterator[tuple[int, _Record]]:
    line = 1
    try:
        for cells in reader:
            line += 1
            if any(cell.strip() for cell in cells):
                yield line, {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
    except csv.Error as error:
        raise Unreadable(f"{path}, after line {line}: this is no CSV ({error}); export the file again.") from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise Unreadable(f"{path} is larger than 64 MB: split it, and bring over one part after the other.")
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror}): check its name.") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().lower())


def _columns(path: Path, names: frozenset[str], source: Source | None) -> Columns:
    for columns in SOURCES:
        if columns.source is source or (source is None and columns.marks <= names):
            missing = [wanted for wanted in (columns.mail, columns.key) if wanted and not names & set(wanted)]
            if columns.source is not Source.CSV and missing:
                break
            return columns
    known = ", ".join(columns.source.value for columns in SOURCES)
    raise Unreadable(
        f"{path}: its columns ({', '.join(sorted(names)[:8])}) are not those of {source or known}; "
        "name them as docs/bringing-over.md says, and use --format csv."
    )


def _row(columns: Columns, line: int, record: _Record, zone: ZoneInfo) -> Row:
    mail = _mail(_first(record, columns.mail))
    plan = _plan(_first(record, columns.plan))
    meaning = _meaning(columns, record)
    currency = _first(record, columns.currency).upper() or None
    row = Row(
        source=columns.source,
        line=line,
        key=_key(columns, record, mail, plan),
        mail=mail,
        name=" ".join(part for column in columns.names if (part := record.get(column, ""))),
        plan=plan,
        status=meaning.status,
        cancelled=meaning.cancelled,
        complimentary=meaning.complimentary,
        started=_moment(record, columns.started, zone),
        paid_until=_moment(record, columns.paid_until, zone, end_of_day=True),
        trial_end=_moment(record, columns.trial_end, zone),
        price=_price(_first(record, columns.price), currency),
        currency=currency,
        period=_PERIODS.get(_first(record, columns.period).lower()),
        stripe_customer=_stripe(record, columns.customer, "cus_"),
        stripe_subscription=_stripe(record, columns.subscription, "sub_"),
    )
    return _checked(row)


def _checked(row: Row) -> Row:
    """The row, less what contradicts itself. A date of cancellation that lies behind is an end."""
    if row.mail is None and not row.name:
        raise _Unfit("there is neither a mail address nor a name", "write one of them")
    if row.status in _STILL_PAYING and row.paid_until is None and row.stripe_subscription is None:
        raise _Unfit("it reads, but not until when", "write the day until which it is paid for")
    return row if row.status is not Status.ENDED else replace(row, cancelled=False)


def _meaning(columns: Columns, record: _Record) -> Meaning:
    if columns.source is Source.GHOST:
        return _meaning_in_ghost(record)
    said = _first(record, columns.status).lower().removeprefix("wc-")
    if said not in columns.words:
        raise _Unfit(f'the status "{said}" is not known', f"write one of {', '.join(columns.words)}")
    return columns.words[said]


def _meaning_in_ghost(record: _Record) -> Meaning:
    """Ghost says who reads without paying; who pays is known to Stripe alone, from which it is brought over next."""
    return Meaning(None, complimentary=record.get("complimentary_plan", "").lower() == "true")


def _first(record: _Record, columns: tuple[str, ...]) -> str:
    return next((value for column in columns if (value := record.get(column, ""))), "")


def _mail(typed: str) -> str | None:
    if not typed:
        return None
    try:
        validate_email(typed)
    except ValidationError:
        raise _Unfit(f'"{typed[:80]}" is no mail address', "correct it, or leave it empty") from None
    return one_spelling(typed)


def _plan(said: str) -> str:
    """The plan's own name: WooCommerce puts lines of an order as ``id:1|name:Gold|quantity:1`` or ``name:Gold``."""
    found = re.search(r"(?:^|\|)name:([^|;]+)", said)
    return (found[1] if found else said).strip()[:120]


def _moment(record: _Record, columns: tuple[str, ...], zone: ZoneInfo, *, end_of_day: bool = False) -> datetime | None:
    said = next((value for column in columns if (value := record.get(column, "")).lower() not in _NONE), None)
    if said is None:
        return None
    moment = _parsed(said, zone, end_of_day=end_of_day)
    if moment is None:
        raise _Unfit(f'"{said[:40]}" is no day', "write it as 2026-12-31")
    return moment.astimezone(UTC)


def _parsed(said: str, zone: ZoneInfo, *, end_of_day: bool) -> datetime | None:
    moment = _iso(said) or next((found for form in _FORMS if (found := _strict(said, form)) is not None), None)
    if moment is None:
        return None
    if end_of_day and len(said) <= len("2026-12-31"):
        moment = datetime.combine(moment.date(), time.max)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _iso(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return None


def _strict(said: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(said, form)
    except ValueError:
        return None


def _price(said: str, currency: str | None) -> int | None:
    if not said or currency is None:
        return None
    try:
        return read_amount(said, currency)
    except NoAmount:
        raise _Unfit(f'"{said[:40]}" is no amount', "write it as 8.00") from None


def _stripe(record: _Record, columns: tuple[str, ...], prefix: str) -> str | None:
    said = _first(record, columns)
    if not said:
        return None
    if not re.fullmatch(rf"{prefix}[A-Za-z0-9]+", said):
        raise _Unfit(
            f'"{said[:40]}" is no name of Stripe\'s', f"it begins with {prefix}; correct it, or leave it empty"
        )
    return said


def _key(columns: Columns, record: _Record, mail: str | None, plan: str) -> str:
    """What the source calls it; where it calls it nothing, a digest of mail, name and plan."""
    said = _first(record, columns.key)
    if not said:
        parts = "\n".join((mail or "", " ".join(record.get(name, "") for name in columns.names), plan))
        said = hashlib.sha256(parts.encode()).hexdigest()[:24]
    return f"{columns.source.value}:{said}"[:64]
