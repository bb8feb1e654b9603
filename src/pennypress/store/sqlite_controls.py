"""The small tables of the SQLite file: an operator's words to running workers, and the workers' tallies back."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType

from pennypress.core.entitlement import Lock, Opening
from pennypress.core.meter import ReaderId
from pennypress.core.policy import Mode
from pennypress.core.target import PathPattern
from pennypress.core.window import Span
from pennypress.store import Controls, Summary
from pennypress.store.links import claimed
from pennypress.store.sqlite_rows import unpack

_AT_ONCE = 5000
_TALLY = (
    "INSERT INTO tallies (day, name, count) VALUES (?, ?, ?)"
    " ON CONFLICT (day, name) DO UPDATE SET count = count + excluded.count"
)
_STOPPED = (
    "INSERT INTO stopped (observed, reader, moment) VALUES (?, ?, ?)"
    " ON CONFLICT (observed, reader) DO UPDATE SET moment = excluded.moment"
)


def read_controls(connection: sqlite3.Connection, known: Controls) -> Controls:
    """The controls as they stand; those already known while their generation is the same."""
    generation, mode, mode_said = connection.execute("SELECT generation, mode, mode_said FROM controls").fetchone()
    if generation == known.generation:
        return known
    openings = connection.execute("SELECT path, tag, start, until, why FROM openings ORDER BY id").fetchall()
    locks = connection.execute("SELECT path, start, until, why FROM locks ORDER BY id").fetchall()
    disbelieved = connection.execute("SELECT DISTINCT link FROM links WHERE disbelieved").fetchall()
    return Controls(
        generation=generation,
        disbelieved=frozenset(link for (link,) in disbelieved),
        mode=None if mode is None else Mode(mode),
        mode_said=mode_said,
        openings=tuple(
            Opening(None if path is None else PathPattern(path), tag, _moment(start), _moment(until), why)
            for path, tag, start, until, why in openings
        ),
        locks=tuple(
            Lock(PathPattern(path), _moment(start), None if until is None else _moment(until), why)
            for path, start, until, why in locks
        ),
    )


def say_mode(connection: sqlite3.Connection, mode: Mode) -> None:
    """Write a mode."""
    connection.execute(
        "UPDATE controls SET mode = ?, mode_said = generation + 1, generation = generation + 1", (mode.value,)
    )


def add_opening(connection: sqlite3.Connection, opening: Opening) -> None:
    """Write an opening."""
    path = None if opening.path is None else opening.path.text
    connection.execute(
        "INSERT INTO openings (path, tag, start, until, why) VALUES (?, ?, ?, ?, ?)",
        (path, opening.tag, _text(opening.start), _text(opening.until), opening.why),
    )
    connection.execute("UPDATE controls SET generation = generation + 1")


def add_lock(connection: sqlite3.Connection, lock: Lock) -> None:
    """Write a lock, in the place of one on the same pattern."""
    until = None if lock.until is None else _text(lock.until)
    connection.execute(
        "INSERT OR REPLACE INTO locks (path, start, until, why) VALUES (?, ?, ?, ?)",
        (lock.path.text, _text(lock.start), until, lock.why),
    )
    connection.execute("UPDATE controls SET generation = generation + 1")


def remove_lock(connection: sqlite3.Connection, path: str) -> bool:
    """Remove the lock on a pattern's text; False when there was none."""
    if connection.execute("DELETE FROM locks WHERE path = ?", (path,)).rowcount == 0:
        return False
    connection.execute("UPDATE controls SET generation = generation + 1")
    return True


def add_claim(connection: sqlite3.Connection, link: str, address: str, sketch: bytes) -> None:
    """Write a claim to a canonical link; the first one that makes it unbelievable is marked."""
    rows = connection.execute("SELECT address, sketch, disbelieved FROM links WHERE link = ?", (link,)).fetchall()
    claims = {held: text for held, text, _ in rows}
    believed = claimed(claims, address, sketch)
    if address not in claims:
        return
    known = any(marked for _, _, marked in rows)
    connection.execute(
        "INSERT OR REPLACE INTO links (link, address, sketch, disbelieved) VALUES (?, ?, ?, ?)",
        (link, address, sketch, int(known or not believed)),
    )
    if not known and not believed:
        connection.execute("UPDATE controls SET generation = generation + 1")


def add_tallies(
    connection: sqlite3.Connection,
    day: date,
    counts: Mapping[str, int],
    stopped: Sequence[ReaderId],
    *,
    observed: bool,
    now: datetime,
) -> None:
    """Add to a day's tallies, and note who was stopped."""
    connection.executemany(_TALLY, [(day.isoformat(), name, count) for name, count in counts.items()])
    moment = int(now.timestamp())
    connection.executemany(_STOPPED, [(int(observed), reader, moment) for reader in stopped])


def read_summary(connection: sqlite3.Connection, span: Span, day: date, now: datetime) -> Summary:
    """The figures for ``status``; reads every meter, in steps, so that the log can be written back meanwhile."""
    readers, place = 0, b""
    while True:
        rows = connection.execute(
            "SELECT reader, units FROM meters WHERE reader > ? ORDER BY reader LIMIT ?", (place, _AT_ONCE)
        ).fetchall()
        readers += sum(_counts(packed, span, now) for _, packed in rows)
        if len(rows) < _AT_ONCE:
            break
        place = rows[-1][0]
    stopped = [
        sum(span.counts(datetime.fromtimestamp(moment, UTC), now) for (moment,) in moments)
        for moments in (
            connection.execute("SELECT moment FROM stopped WHERE observed = ?", (observed,)) for observed in (0, 1)
        )
    ]
    tallies = dict(connection.execute("SELECT name, count FROM tallies WHERE day = ?", (day.isoformat(),)).fetchall())
    return Summary(readers, stopped[0], stopped[1], MappingProxyType(tallies))


def _counts(packed: bytes, span: Span, now: datetime) -> bool:
    return any(span.counts(datetime.fromtimestamp(taken, UTC), now) for _, taken in reversed(unpack(packed)))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
