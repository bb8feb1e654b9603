"""What a look at an answer's text sees through, beside what the forms of a text show."""

from __future__ import annotations

import base64
import gzip
import json
import quopri
import time

import pytest

from pennypress.pages.guard import Guard
from tests.pages.test_guard import CRANE, SHOWN, WITHHELD, keys, taught, text_of

ROWS = b"".join(b"%d,the,data,row\n" % number for number in range(300_000))
WORDS = WITHHELD.split()
LINES = [" ".join(WORDS[at : at + 7]) for at in range(0, len(WORDS), 7)]
TIMED = [(f"{n // 20}:{n * 3 % 60:02}", line) for n, line in enumerate(LINES)]
SCATTERED: dict[str, str] = {
    "a transcript": "".join(f"<p><span class=ts>{at}</span> <span>{line}</span></p>" for at, line in TIMED),
    "a table with line numbers": "".join(f"<tr><td>{n}</td><td>{line}</td></tr>" for n, line in enumerate(LINES)),
    "that table in JSON": json.dumps({"t": "".join(f"<li><b>{n}</b><i>{line}</i>" for n, line in enumerate(LINES))}),
    "times before lines": "\n".join(f"{at} {line}" for at, line in TIMED),
    "times above lines": "\n".join(f"{at}\n{line}" for at, line in TIMED),
    "times in brackets": "\r\n".join(f"({at}) {line}" for at, line in TIMED),
    "captions with names": "WEBVTT\n\n"
    + "\n\n".join(f"cue-{n}\n00:00:{n:02}.000 --> 00:00:{n + 1:02}.000\n{line}" for n, line in enumerate(LINES)),
    "captions with names in words": "WEBVTT\r\n\r\n"
    + "\r\n\r\n".join(f"the part\r\n00:{n:02}.000 --> 00:{n + 1:02}.000\r\n{line}" for n, line in enumerate(LINES)),
    "MicroDVD": "\n".join(f"{{{n * 50}}}{{{n * 50 + 48}}}{line}" for n, line in enumerate(LINES)),
    "MPL2": "\n".join(f"[{n * 50}][{n * 50 + 48}]{line}" for n, line in enumerate(LINES)),
    "words with times in a table": "start,end,word\n"
    + "".join(f"{n * 0.3:.2f},{n * 0.3 + 0.2:.2f},{w}\n" for n, w in enumerate(WORDS)),
    "words with labels in a table": "id\tform\tpos\n" + "".join(f"{n}\t{word}\tNOUN\n" for n, word in enumerate(WORDS)),
    "a numbered list": "\n".join(f"{n}. {line}" for n, line in enumerate(LINES, 1)),
    "numbered events": "".join(f"data: {n} {word}\n\n" for n, word in enumerate(WORDS)),
    "properties": "\n".join(f"line.{n}={line}" for n, line in enumerate(LINES)),
    "a list under keys": "\n".join(f"- no: {n}\n  text: {line}" for n, line in enumerate(LINES)),
    "lists of a word each": json.dumps([[word, "NOUN", n] for n, word in enumerate(WORDS)]),
    "calls": "".join(f'add("{word}", {n}, "x");' for n, word in enumerate(WORDS)),
    "a scanned page": "".join(f'<String HPOS="{n}" CONTENT="{word}"/><SP WIDTH="4"/>' for n, word in enumerate(WORDS)),
    "attributes of lines": "".join(f'<l n="{n}" text="{line}" style="body"/>' for n, line in enumerate(LINES)),
    "labels for screen readers": "".join(f'<i class="w" aria-label="{word}"></i>' for word in WORDS),
    "a form": "".join(f'<input name="l{n}" value="{line}">' for n, line in enumerate(LINES)),
    "decoys": " ".join(f'{line} <span style="display: none">nobody says</span>' for line in LINES),
}


def packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data)).decode()


@pytest.fixture
def guard() -> Guard:
    return taught(CRANE)


def test_the_text_is_seen_in_a_long_packed_table(guard: Guard) -> None:
    assert keys(guard, f'{{"d": "{packed(ROWS + WITHHELD.encode() + ROWS[:9_000])}"}}') == ["/news/crane"]


def test_what_unpacks_beyond_all_proportion_hides_no_text_beside_it(guard: Guard) -> None:
    bomb = packed(b"the data row " * 5_000_000)
    entities = "".join(f"&#{ord(char)};" for char in WITHHELD)
    assert keys(guard, f'<script>var d = "{bomb}"</script><p>{entities}</p>') == ["/news/crane"]
    assert keys(guard, f'<script>var d = "{bomb}"</script><p>Nothing of it.</p>') == []


@pytest.mark.parametrize("form", SCATTERED)
def test_a_text_is_seen_whatever_stands_between_its_lines_or_words(guard: Guard, form: str) -> None:
    assert keys(guard, SCATTERED[form]) == ["/news/crane"]


def test_a_japanese_text_is_seen_under_its_readings() -> None:
    told = "港湾当局は火曜日、岸壁の古い起重機を冬までに撤去すると発表した。影に暮らす三家族には誰も尋ねなかった。"
    guard = taught(text_of("/news/crane", SHOWN, told))
    ruby = "".join(f"<ruby>{char}<rp>(</rp><rt>かな</rt><rp>)</rp></ruby>" for char in told)
    assert keys(guard, f"<p>{ruby}</p>") == ["/news/crane"]


BRIDGE = "Für größere Brücken über die Flüsse möchte der Gemeinderat künftig natürlich weiß gestrichene Häuser räumen."
CRANES = "Кран на набережной старше ратуши, и большинство тех, кто здесь живёт, скажут, что он ещё и безобразнее."


def rich(told: str, charset: str | None) -> str:
    """A text as RTF, its letters by number or as bytes of a charset."""
    if charset is None:
        return "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in told)
    return "".join(char if char.isascii() else f"\\'{char.encode(charset).hex()}" for char in told)


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (BRIDGE, "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quopri.encodestring(BRIDGE.encode()).decode()),
        (BRIDGE, "X: Quoted-Printable\n\n" + quopri.encodestring(BRIDGE.encode("latin-1")).decode()),
        (CRANES, "NOTE;CHARSET=UTF-8:" + quopri.encodestring(CRANES.encode()).decode()),
        (CRANES, f"{{\\rtf1\\ansi\\b {rich(CRANES, None)}}}"),
        (BRIDGE, f"{{\\rtf1\\ansi {rich(BRIDGE, 'cp1252')}\\par}}"),
        (CRANES, f"{{\\rtf1\\ansi\\ansicpg1251 {rich(CRANES, 'cp1251')}\\par}}"),
    ],
)
def test_letters_and_rich_text_are_read(told: str, written: str) -> None:
    assert keys(taught(text_of("/news/bridge", SHOWN, told)), written) == ["/news/bridge"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<a display:none " * 20_000,
        '["\\"' + '\\"' * 200_000,
        "(" * 300_000,
        ' a="' * 80_001,
        "1-" * 150_000,
        ".:" * 150_000,
        "=C3=BC " * 50_000 + "=C3=B " * 50_000,
        "{\\rtf" + "\\'" * 200_000,
    ],
)
def test_no_text_takes_long_to_be_looked_at(guard: Guard, hostile: str) -> None:
    start = time.process_time()
    assert keys(guard, hostile) == []
    assert time.process_time() - start < 5
