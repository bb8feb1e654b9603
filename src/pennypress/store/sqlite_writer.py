"""The one writer of a process: it gathers what is asked of the file in a moment into one commit, then answers.

An answer leaves only after its commit is on the disk. Whoever has waited too long is told so, and what they asked is
withdrawn in the same step: what is not yet sealed into a commit is left out of it, and a unit that a commit took for
one who no longer waits is taken back.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from pennypress.errors import StoreUnavailable
from pennypress.store.sqlite_file import connect
from pennypress.store.sqlite_rows import Rows

PATIENCE = 0.2
"""Seconds that a question waits for the file before it is withdrawn."""

GRACE = 0.05
"""Seconds more that it waits for a commit that is already on its way to the disk."""

_MOST_AT_ONCE = 256
_LAST_EFFORTS = 500
_TURN = 0.01
_PAUSE_IN_TURN, _PAUSE_OUT_OF_TURN = 0.0002, 0.001

Answer = TypeVar("Answer")


class Stage(Enum):
    """How far a question has come. The writer's lock guards every change."""

    WAITING = auto()
    SEALED = auto()
    ANSWERED = auto()
    GONE = auto()


class Question(Generic[Answer]):
    """Something asked of the file.

    ``take`` is done inside a commit; ``look`` only reads, and answers alone where it returns something. ``take_back``
    undoes a commit that took too long to be waited for; without it such a commit stands.
    """

    __slots__ = ("future", "graced", "look", "stage", "take", "take_back", "until")

    def __init__(
        self,
        future: asyncio.Future[Answer],
        until: float,
        look: Callable[[Rows], Answer | None] | None,
        take: Callable[[Rows], Answer] | None,
        take_back: Callable[[Rows, Answer], None] | None,
    ) -> None:
        self.future = future
        self.until = until
        self.look = look
        self.take = take
        self.take_back = take_back
        self.stage = Stage.WAITING
        self.graced = False


class Turnstile:
    """Lets one process at a time try for the file's write lock, so that none is starved.

    SQLite's lock has no queue: a busy process would take it again within microseconds of giving it up, and the others
    would hardly ever find it free. Whoever has just committed waits here behind those who try. It is held for a
    moment only, by a lock on ``<file>-turn``; nothing depends on it but fairness.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path.with_name(f"{path.name}-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._until: float | None = None

    @property
    def pause(self) -> float:
        """Seconds to wait before the next try."""
        return _PAUSE_OUT_OF_TURN if self._until is None else _PAUSE_IN_TURN

    def enter(self) -> bool:
        """Whether it is our turn to try; gives the turn up when it has lasted too long."""
        now = time.monotonic()
        if self._until is not None:
            if now < self._until:
                return True
            self.leave()
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._until = now + _TURN
        return True

    def leave(self) -> None:
        """Give up the turn, if it is ours."""
        if self._until is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._until = None

    def close(self) -> None:
        """Give up the turn and the file."""
        os.close(self._file)


class Writer:
    """Answers questions on a thread of its own. To be asked from one event loop at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._rows = Rows(self._connection)
        self._turnstile = Turnstile(path)
        self._lock = threading.Lock()
        self._turn: list[Question[Any]] = []
        self._arriving: SimpleQueue[list[Question[Any]] | None] = SimpleQueue()
        self._returns: list[Callable[[Rows], None]] = []
        self._closing = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="pennypress-writer", daemon=True)
        self._thread.start()

    async def ask(
        self,
        *,
        look: Callable[[Rows], Answer | None] | None = None,
        take: Callable[[Rows], Answer] | None = None,
        take_back: Callable[[Rows, Answer], None] | None = None,
        patience: float = PATIENCE,
    ) -> Answer:
        """Ask, and wait for the answer. Raises StoreUnavailable when it does not come in time or the file fails."""
        if self._closing:
            raise StoreUnavailable("the store is closed")
        loop = asyncio.get_running_loop()
        question: Question[Answer] = Question(loop.create_future(), loop.time() + patience, look, take, take_back)
        self._turn.append(question)
        if len(self._turn) == 1:
            loop.call_soon(self._hand_over, loop)
        try:
            return await question.future
        except asyncio.CancelledError:
            self._leave(question)
            raise

    async def close(self) -> None:
        """Answer what was asked, then end the thread and close the file."""
        if not self._closing:
            self._hand_over(asyncio.get_running_loop())
            self._closing = True
            self._arriving.put(None)
        await asyncio.to_thread(self._thread.join)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give all that one turn of the event loop asked to the thread together, so that it shares a commit."""
        turn, self._turn = self._turn, []
        if turn:
            self._arriving.put(turn)
            loop.call_at(min(question.until for question in turn), self._end_of_wait, loop, turn)

    def _end_of_wait(self, loop: asyncio.AbstractEventLoop, turn: list[Question[Any]]) -> None:
        now = loop.time()
        waiting, gone = [], []
        with self._lock:
            for question in turn:
                if question.stage in (Stage.ANSWERED, Stage.GONE):
                    continue
                if question.until > now:
                    waiting.append(question)
                elif question.stage is Stage.SEALED and not question.graced:
                    question.graced = True
                    question.until = now + GRACE
                    waiting.append(question)
                else:
                    question.stage = Stage.GONE
                    gone.append(question)
        for question in gone:
            if not question.future.done():
                question.future.set_exception(StoreUnavailable("the meters' file did not answer in time"))
        if waiting:
            loop.call_at(min(question.until for question in waiting), self._end_of_wait, loop, waiting)

    def _leave(self, question: Question[Any]) -> None:
        with self._lock:
            if question.stage is not Stage.ANSWERED:
                question.stage = Stage.GONE

    def _run(self) -> None:
        waiting: list[Question[Any]] = []
        blocked, last_efforts = False, _LAST_EFFORTS
        while True:
            idle = not waiting and not self._returns
            if (idle and self._ended) or last_efforts == 0:
                break
            fresh = self._gather(None if idle else self._turnstile.pause if blocked else 0.0)
            self._answer_by_looking([question for question in fresh if blocked or question.take is None])
            waiting += [question for question in fresh if question.take is not None]
            waiting = [question for question in waiting if question.stage is Stage.WAITING]
            if not waiting and not self._returns:
                self._turnstile.leave()
                continue
            if self._begin(waiting):
                self._commit(waiting[:_MOST_AT_ONCE])
                waiting, blocked = waiting[_MOST_AT_ONCE:], False
                continue
            if not blocked:
                self._answer_by_looking(waiting)
            blocked = True
            if self._ended:
                last_efforts -= 1
        self._connection.close()
        self._turnstile.close()

    def _gather(self, wait: float | None) -> list[Question[Any]]:
        """All that has arrived; waits for the first so many seconds (None: as long as it takes)."""
        gathered: list[Question[Any]] = []
        try:
            arrived = self._arriving.get(timeout=wait) if wait != 0.0 else self._arriving.get_nowait()
            while arrived is not None:
                gathered += arrived
                arrived = self._arriving.get_nowait()
            self._ended = True
        except Empty:
            pass
        return gathered

    def _answer_by_looking(self, questions: list[Question[Any]]) -> None:
        """Answer those for whom reading is enough; they need no lock on the file."""
        answered: list[tuple[Question[Any], Any]] = []
        for question in questions:
            try:
                answer = question.look(self._rows) if question.look is not None else None
            except Exception as failure:  # as in a commit: the thread must live on
                self._fail([question], failure)
            else:
                if answer is not None:
                    answered.append((question, answer))
        self._answer(answered)

    def _begin(self, waiting: list[Question[Any]]) -> bool:
        """Whether the file's write lock is ours now; where the file fails otherwise, everybody hears of it."""
        if not self._turnstile.enter():
            return False
        try:
            self._rows.begin()
        except sqlite3.Error as failure:
            if failure.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                self._fail(waiting, failure)
            return False
        self._turnstile.leave()
        return True

    def _commit(self, waiting: list[Question[Any]]) -> None:
        with self._lock:
            sealed = [question for question in waiting if question.stage is Stage.WAITING]
            for question in sealed:
                question.stage = Stage.SEALED
        try:
            for take_back in self._returns:
                take_back(self._rows)
            answered = [(question, question.take(self._rows)) for question in sealed if question.take is not None]
            self._rows.commit()
        except Exception as failure:  # whatever it is, the thread must live on and nobody may wait in vain
            with suppress(sqlite3.Error):
                self._rows.roll_back()
            self._fail(sealed, failure)
            return
        self._returns.clear()
        self._answer(answered)

    def _answer(self, answered: list[tuple[Question[Any], Any]]) -> None:
        """Let the answers go; a commit made for one who has gone is noted to be taken back."""
        wanted: list[tuple[Question[Any], Any]] = []
        with self._lock:
            for question, answer in answered:
                if question.stage is not Stage.GONE:
                    question.stage = Stage.ANSWERED
                    wanted.append((question, answer))
                elif question.take_back is not None:
                    self._returns.append(_taking_back(question.take_back, answer))
        _deliver(wanted, _set_answers)

    def _fail(self, questions: list[Question[Any]], failure: Exception) -> None:
        error = StoreUnavailable(f"the meters' file: {failure}") if isinstance(failure, sqlite3.Error) else failure
        with self._lock:
            failed = [question for question in questions if question.stage is not Stage.GONE]
            for question in failed:
                question.stage = Stage.ANSWERED
        _deliver([(question, error) for question in failed], _set_failures)


def _taking_back(take_back: Callable[[Rows, Any], None], answer: Any) -> Callable[[Rows], None]:
    return lambda rows: take_back(rows, answer)


def _deliver(
    pairs: list[tuple[Question[Any], Any]], deliver: Callable[[list[tuple[Question[Any], Any]]], None]
) -> None:
    """Hand a batch to its event loop in one call; one whose loop is closed has nobody left to hear."""
    if pairs:
        with suppress(RuntimeError):
            pairs[0][0].future.get_loop().call_soon_threadsafe(deliver, pairs)


def _set_answers(pairs: list[tuple[Question[Any], Any]]) -> None:
    for question, answer in pairs:
        if not question.future.done():
            question.future.set_result(answer)


def _set_failures(pairs: list[tuple[Question[Any], Any]]) -> None:
    for question, error in pairs:
        if not question.future.done():
            question.future.set_exception(error)
