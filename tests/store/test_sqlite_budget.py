"""The address budget in the SQLite file: exact over processes, withdrawn with its claim, its keys destroyed in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pennypress.core.budget import Address
from pennypress.core.meter import Claim, Outcome
from pennypress.core.window import Window
from pennypress.store.budget import address_id, keys_from
from pennypress.store.opening import prepare
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Rows
from pennypress.store.sqlite_upkeep import Upkeep
from tests.contract.stores import LONDON, MONTH, NOON
from tests.contract.test_budget import HERE, THERE, K, M, claim
from tests.store.workers import Worker

URL = "sqlite:paper.db"
DAY = timedelta(days=1)


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    prepare(URL, tmp_path)
    opened = Rows(connect(tmp_path / "paper.db"))
    yield opened
    opened.connection.close()


def test_four_processes_give_newcomers_at_one_address_the_budget_and_not_one_article_more(tmp_path: Path) -> None:
    prepare(URL, tmp_path)
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(URL, tmp_path)) for _ in range(4)]
        for process, worker in enumerate(workers):
            worker.begin([("spend", (claim(number, f"/{number}"),)) for number in range(process, 80, 4)])
        outcomes = [answer.outcome for worker in workers for answer in worker.finish()]
    assert sorted(outcomes) == sorted([Outcome.GRANTED] * K + [Outcome.BUDGET] * (80 - K))


def test_four_processes_let_no_more_than_m_become_established(tmp_path: Path) -> None:
    prepare(URL, tmp_path)
    later = NOON + DAY
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(URL, tmp_path)) for _ in range(4)]
        for day in (NOON, later):
            for process, worker in enumerate(workers):
                worker.begin([("spend", (claim(number, "/used/0", now=day),)) for number in range(process, 40, 4)])
            for worker in workers:
                worker.finish()
        for number in range(K):
            workers[0].call("spend", claim(100 + number, f"/used/{number}", now=later))
        opened = [workers[0].call("spend", claim(number, f"/new/{number}", now=later)).granted for number in range(40)]
    assert sum(opened) == M


def test_a_withdrawn_claim_gives_its_article_back(rows: Rows) -> None:
    rows.take_back(rows.spend(claim(1, "/a")))
    granted = [rows.spend(claim(10 + number, f"/{number}")).spend.granted for number in range(K + 1)]
    assert granted == [True] * K + [False]


def test_a_withdrawn_claim_keeps_what_a_neighbour_has_opened_meanwhile(rows: Rows) -> None:
    withdrawn = rows.spend(claim(1, "/a"))
    assert rows.spend(claim(2, "/a")).spend.granted
    rows.take_back(withdrawn)
    granted = [rows.spend(claim(10 + number, f"/{number}")).spend.granted for number in range(K)]
    assert granted == [True] * (K - 1) + [False]


def test_nothing_of_a_transaction_that_came_to_nothing_is_remembered(rows: Rows) -> None:
    rows.begin()
    rows.spend(claim(1, "/rolled-back"))
    rows.roll_back()
    rows.begin()
    rows.spend(claim(2, "/kept"))
    rows.spend(claim(3, "/rolled-back"))
    rows.commit()
    held = [unit.article for number in (1, 2, 3) for unit in rows.held(claim(number, "/").reader).units]
    assert held == ["/kept", "/rolled-back"]
    keys = [key for (key,) in rows.connection.execute("SELECT key FROM address_keys")]
    noted = {address for (address,) in rows.connection.execute("SELECT address FROM newcomers")}
    assert noted == {address_id(HERE[0].name, key) for key in keys}


def test_what_another_process_did_between_two_transactions_is_seen_in_the_second(rows: Rows) -> None:
    rows.begin()
    rows.spend(claim(1, "/a"))
    rows.commit()
    with rows.connection:
        rows.connection.execute("DELETE FROM address_keys")
        rows.connection.execute("DELETE FROM articles")
    rows.begin()
    rows.spend(claim(2, "/a"))
    rows.commit()
    assert [unit.article for unit in rows.held(claim(2, "/").reader).units] == ["/a"]
    assert len(months(rows)) == 1


def test_claims_from_both_sides_of_a_months_end_share_a_commit_and_see_each_other(rows: Rows) -> None:
    november, december = datetime(2026, 11, 30, 23, 59, 59, tzinfo=LONDON), datetime(2026, 12, 1, tzinfo=LONDON)
    window = Window.parse("30 days", LONDON)
    rows.begin()
    granted = [
        rows.spend(claim(number, f"/{number}", now=now, window=window)).spend.granted
        for number, now in enumerate((november, *[december] * (K - 1), november))
    ]
    rows.commit()
    assert granted == [True] * K + [False]


def months(rows: Rows) -> list[str]:
    return [month for (month,) in rows.connection.execute("SELECT month FROM address_keys ORDER BY month")]


def run_through(rows: Rows, path: Path, window: Window, claims: list[datetime]) -> None:
    """Claims at these moments, each followed by the upkeep of the file, with as much time between as they say."""
    began = claims[0]
    for moment in claims:
        asked = claim(1, "/a", now=moment, window=window)
        rows.spend(asked)
        upkeep = Upkeep(path, lambda: None, lambda now=moment: (now - began).total_seconds())  # type: ignore[misc]
        upkeep.clean(asked.now, asked.span, keys_from(asked))
        upkeep.close()


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), ["2026-09", "2026-10"]),
        (datetime(2026, 11, 1, 0, 0, tzinfo=UTC), ["2026-10", "2026-11"]),
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), ["2026-10", "2026-11"]),
    ],
)
def test_the_key_of_a_month_is_destroyed_when_the_window_after_it_has_ended(
    rows: Rows, tmp_path: Path, moment: datetime, left: list[str]
) -> None:
    """In the paper's calendar: in London, October begins an hour before it does in UTC."""
    begins = datetime(2026, 9, 1, 12, tzinfo=UTC)
    days = [begins + day * DAY for day in range(100) if begins + day * DAY < moment]
    october = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)
    run_through(rows, tmp_path / "paper.db", MONTH, sorted([*days, october, moment]))
    assert months(rows) == left


def test_under_a_rolling_window_a_key_lives_as_long_as_what_it_may_be_asked_for(rows: Rows, tmp_path: Path) -> None:
    rolling = Window.parse("30 days", LONDON)
    begins = datetime(2026, 9, 1, 12, tzinfo=UTC)
    run_through(rows, tmp_path / "paper.db", rolling, [begins + day * DAY for day in range(90)])
    assert months(rows) == ["2026-09", "2026-10", "2026-11"]
    later = [begins + day * DAY for day in range(90, 93)]
    run_through(rows, tmp_path / "paper.db", rolling, later)
    assert months(rows) == ["2026-10", "2026-11", "2026-12"]


def test_a_destroyed_key_stands_in_no_file_either(rows: Rows, tmp_path: Path) -> None:
    """The log of the file holds pages as they were before."""

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    september, november = datetime(2026, 9, 20, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC)
    leader = Upkeep(tmp_path / "paper.db", lambda: None, lambda: 0.0)
    rows.spend(claim(1, "/a", now=september))
    (key,) = rows.connection.execute("SELECT key FROM address_keys").fetchone()
    leader.write_back()
    run_through(rows, tmp_path / "paper.db", MONTH, [september + day * DAY for day in range(42)] + [november])
    assert months(rows) == ["2026-10", "2026-11"]
    assert key in written()
    leader.write_back()
    assert key not in written()
    leader.close()


def test_no_address_stands_in_the_file(rows: Rows, tmp_path: Path) -> None:
    phone = (Address("2001:db8:a:b::/64", K, M), Address("2001:db8:a::/48", 4 * K, 4 * M))
    asked: list[Claim] = [claim(n, f"/{n}", addresses=place) for n, place in enumerate([HERE, THERE, phone] * 4)]
    for one in asked:
        rows.spend(one)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"/10" in written
    for spelling in (b"192.0.2.1", b"2001:db8", bytes([192, 0, 2, 1]), bytes([0x20, 0x01, 0x0D, 0xB8])):
        assert spelling not in written
