"""The withheld text is found in every form, and nothing else is."""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypress.pages.withheld import Withheld

KEPT = "The harbour wall of Tremorvah has stood for two hundred years. Nobody expected it to move."
WITHHELD = (
    "On the night of the second storm it moved by a hand's breadth, and the harbour master's dog began to howl. "
    "“We measured it twice,” said Iris Penhallow, who keeps the tide tables, “and twice it had gone further.” "
    "The café on the quay closed its doors for good; naïve visitors still ask for its saffron buns every Sunday."
)
ELSEWHERE = (
    "Subscribe to our newsletter and read all about the weather, sport, markets and the gardens of the county. "
    "Ferries leave on the hour from Easter until the last week of September, and dogs travel free of charge."
)
RUN = "measured it twice,” said Iris Penhallow, who keeps the tide tables"


def _deflate_raw(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _char_refs(text: str) -> str:
    return "".join(f"&#x{ord(char):X};" if index % 2 else f"&#{ord(char):07d}" + ";" for index, char in enumerate(text))


def _js(text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "character references": _char_refs,
    "escaped markup": html.escape,
    "JSON": json.dumps,
    "JSON without ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "JavaScript escapes": _js,
    "JavaScript braces": lambda text: "".join(f"\\u{{{ord(char):x}}}" for char in text),
    "JavaScript hex": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode("latin-1", "ignore")),
    "octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode("latin-1", "ignore")),
    "escaped solidus": lambda text: text.replace(" ", "<\\/b> "),
    "percent": lambda text: quote(text, safe=""),
    "percent of everything": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent and plus": quote_plus,
    "percent u": lambda text: "".join(f"%u{ord(char):04x}" for char in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 url-safe": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 after a path": lambda text: "/v1/" + base64.b64encode(text.encode()).decode(),
    "base64 in pieces": lambda text: '"+"'.join(
        base64.b64encode(text.encode()).decode()[at : at + 30] for at in range(0, len(text) * 2, 30)
    ),
    "base64 in crumbs": lambda text: "+".join(
        repr(base64.b64encode(text.encode()).decode()[at : at + 7]) for at in range(0, len(text) * 2, 7)
    ),
    "base64 of each word": lambda text: json.dumps([base64.b64encode(word.encode()).decode() for word in text.split()]),
    "base64 backwards": lambda text: base64.b64encode(text.encode()).decode()[::-1],
    "base64 of zlib": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "base64 of deflate": lambda text: base64.b64encode(_deflate_raw(text.encode())).decode(),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "hex": lambda text: text.encode().hex(),
    "hex capitals": lambda text: text.encode().hex().upper(),
    "hex in pairs": lambda text: text.encode().hex(" "),
    "hex in C": lambda text: ", ".join(f"0x{byte:02x}" for byte in text.encode()),
    "hex of zlib": lambda text: zlib.compress(text.encode()).hex(),
    "hex of gzip": lambda text: gzip.compress(text.encode()).hex(),
    "hex of deflate": lambda text: _deflate_raw(text.encode()).hex(),
    "character codes": lambda text: json.dumps([ord(char) for char in text]),
    "bytes": lambda text: json.dumps(list(text.encode())),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "backwards": lambda text: text[::-1],
    "percent backwards": lambda text: quote(text)[::-1],
    "references backwards": lambda text: _char_refs(text)[::-1],
    "style escapes": lambda text: "".join(f"\\{ord(char):x} " for char in text),
    "style escapes of six digits": lambda text: "".join(f"\\{ord(char):06x}" for char in text),
    "capitals": str.upper,
    "tag in every word": lambda text: "<i title=x>".join(text[at : at + 3] for at in range(0, len(text), 3)),
    "tags for spaces": lambda text: text.replace(" ", "</span><span class='w'>"),
    "comments in words": lambda text: "<!-- > -- -->".join(text[at : at + 4] for at in range(0, len(text), 4)),
    "tags with quoted brackets": lambda text: text.replace(" ", "<a title='a > b' data-x=\"<\"> "),
    "scripts between words": lambda text: text.replace(" ", " <script>junk('</p>')</script> "),
    "soft hyphens": lambda text: "\u00ad".join(text),
    "zero-width marks": lambda text: "\u200b\u2060".join(text),
    "entity soft hyphens": lambda text: "&shy;".join(text.split("a")).replace("&shy;", "a&shy;"),
    "invisible letters": lambda text: "\u3164".join(text),
    "full width": lambda text: "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text),
    "bold mathematical": lambda text: "".join(
        chr(0x1D400 + ord(char) - 65)
        if "A" <= char <= "Z"
        else chr(0x1D41A + ord(char) - 97)
        if "a" <= char <= "z"
        else char
        for char in text
    ),
    "straight quotes": lambda text: text.replace("“", '"').replace("”", '"').replace("’", "'"),
    "accents apart": lambda text: text.replace("é", "e\u0301").replace("ï", "i\u0308"),
    "accents dropped": lambda text: text.replace("é", "e").replace("ï", "i"),
    "no spaces": lambda text: text.replace(" ", ""),
    "a list of words": lambda text: json.dumps(text.split()),
    "words under a key": lambda text: json.dumps([{"t": word, "kind": "word"} for word in text.split()]),
    "words under a bare key": lambda text: ",".join(f"{{t:'{word}',k:'w'}}" for word in text.split()),
    "joined literals": lambda text: " + /* then */ ".join(f'"{word} "' for word in text.split()),
}
NESTING = [
    "character references",
    "JSON",
    "JavaScript escapes",
    "percent",
    "percent of everything",
    "escaped markup",
    "base64",
    "base64 url-safe",
    "base64 of zlib",
    "hex",
    "hex of deflate",
]


@pytest.fixture(scope="module")
def withheld() -> Withheld:
    return Withheld(WITHHELD, KEPT)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("text", [RUN, WITHHELD], ids=["a run", "the whole"])
def test_finds_the_text_in_each_encoding(withheld: Withheld, name: str, text: str) -> None:
    """A run of the withheld text is found however it is written."""
    encoded = ENCODINGS[name](text)
    assert withheld.in_text(encoded)
    assert withheld.in_text(f'{ELSEWHERE} <b class="x">{encoded}</b> {ELSEWHERE}')


@pytest.mark.parametrize("name", ENCODINGS)
def test_finds_the_text_at_rest(name: str) -> None:
    """Kept for long, it looks at brief texts without what whole pages need, and finds the same."""
    withheld = Withheld(WITHHELD, KEPT)
    withheld.rest()
    assert withheld.in_text(f"{ELSEWHERE[:40]} {ENCODINGS[name](RUN)}")
    assert not withheld.in_text(ENCODINGS[name](ELSEWHERE))


@given(before=st.integers(0, 40), first=st.integers(0, 50), count=st.integers(1, 20))
def test_rest_changes_no_answer(before: int, first: int, count: int) -> None:
    """At rest and laid out, a text holds a run or does not."""
    withheld = Withheld(WITHHELD, KEPT)
    text = "x" * before + " ".join(WITHHELD.split()[first : first + count])
    laid_out = withheld.words_in(text)
    withheld.rest()
    assert (withheld.words_in(text) > 0) == (laid_out > 0)


@pytest.mark.parametrize("name", ENCODINGS)
def test_leaves_other_text_alone_in_each_encoding(withheld: Withheld, name: str) -> None:
    """Text that shares no run with the withheld text is never found."""
    assert not withheld.in_text(ENCODINGS[name](f"{ELSEWHERE} {KEPT}"))


@given(chain=st.lists(st.sampled_from(NESTING), min_size=2, max_size=3), part=st.integers(0, 30))
@settings(max_examples=150, deadline=None)
def test_finds_nested_encodings(withheld: Withheld, chain: list[str], part: int) -> None:
    """Encodings nested in each other hide nothing."""
    text = " ".join(WITHHELD.split()[part : part + 12])
    for name in chain:
        text = ENCODINGS[name](text)
    assert withheld.in_text(f"{ELSEWHERE} {text} {ELSEWHERE}")


@pytest.mark.parametrize("name", ["character references", "JSON", "JavaScript escapes", "percent", "escaped markup"])
def test_finds_what_is_encoded_twice(withheld: Withheld, name: str) -> None:
    """Twice the same encoding is undone twice."""
    encode = ENCODINGS[name]
    assert withheld.in_text(encode(encode(RUN)))


@given(first=st.integers(0, 60), count=st.integers(1, 20))
def test_eight_words_are_a_run_and_seven_are_not(first: int, count: int) -> None:
    """Eight words in a row are found; fewer are not."""
    words = [f"w{number}ord{number * 7}" for number in range(80)]
    some = words[first : first + count]
    found = Withheld(" ".join(words), "").in_text(f"before {' '.join(some)} after")
    assert found == (len(some) >= 8)


@given(before=st.text("xyz", max_size=40), length=st.integers(2, 7), first=st.integers(0, 30))
def test_a_run_is_found_wherever_it_begins(before: str, length: int, first: int) -> None:
    """Whatever stands before a run, and however short its words are."""
    letters = "abcdefghijklmnop"
    words = [(letters[number % 16] + letters[number * 7 // 5 % 16] * 6)[:length] for number in range(80)]
    withheld = Withheld(" ".join(words), "")
    assert withheld.in_text(before + "".join(words[first : first + 8]))


@given(st.lists(st.text("abcdefgh", min_size=3, max_size=9), max_size=60))
def test_text_of_other_words_is_never_found(words: list[str]) -> None:
    """Without a common word there is no run in common."""
    withheld = Withheld(" ".join(f"{word}qx" for word in words), "")
    assert not withheld.in_text(" ".join(f"{word} yz" for word in words))


def test_runs_that_are_kept_do_not_count() -> None:
    """What the preview or the headline says may stand anywhere, also where the withheld text repeats it."""
    withheld = Withheld(f"{WITHHELD} {KEPT} And so it went on and on until the very end of May.", KEPT)
    for encode in ENCODINGS.values():
        assert not withheld.in_text(encode(KEPT))
    assert withheld.in_text(f"{KEPT} {RUN}")
    assert withheld.in_text("Nobody expected it to move. And so it went on and on")


def test_a_kept_run_does_not_free_its_surroundings() -> None:
    """A run of which only a part is kept counts."""
    withheld = Withheld(
        "one two three four five six seven eight nine ten eleven", "one two three four five six seven eight"
    )
    assert not withheld.in_text("one two three four five six seven eight")
    assert withheld.in_text("two three four five six seven eight nine")


def test_a_text_shorter_than_a_run_is_its_own_run() -> None:
    """Where fewer than eight words are withheld, all of them together are the run."""
    withheld = Withheld("The verdict was: guilty.", KEPT)
    assert withheld.in_text("And then: the verdict was guilty!")
    assert not withheld.in_text("The verdict was unknown.")


@pytest.mark.parametrize("text", ["", "   ", "— … —"])
def test_nothing_withheld_is_nowhere(text: str) -> None:
    """Where no word is withheld, nothing is found."""
    withheld = Withheld(text, KEPT)
    assert withheld.words == 0
    assert not withheld.in_text(f"{KEPT} {text}")


@pytest.mark.parametrize(
    ("text", "run", "other"),
    [
        (
            "港の堤防は二度目の嵐の夜に手のひら一つ分だけ動いた。",
            "堤防は二度目の嵐の夜",
            "港の天気は今日も晴れでしょう。",
        ),
        ("两次暴风雨之后港口的城墙移动了一掌之宽。", "暴风雨之后港口的城", "今天天气很好我们去海边散步。"),
        ("กำแพงท่าเรือขยับไปหนึ่งฝ่ามือในคืนพายุ", "ท่าเรือขยับไปหนึ่ง", "วันนี้อากาศดีมาก"),
        (
            "В ночь второй бури стена сдвинулась на ладонь, и собака смотрителя завыла.",
            "ночь второй бури стена сдвинулась на ладонь, и",
            "Сегодня в порту ясно, и паромы ходят по расписанию каждый час.",
        ),
        (
            "في ليلة العاصفة الثانية تحرك جدار الميناء بمقدار كف اليد وعوى الكلب",
            "ليلة العاصفة الثانية تحرك جدار الميناء بمقدار كف",
            "الطقس اليوم جميل والعبارات تعمل كل ساعة حتى المساء",
        ),
        (
            "दूसरे तूफ़ान की रात बंदरगाह की दीवार एक हथेली भर खिसक गई थी",
            "तूफ़ान की रात बंदरगाह की दीवार एक हथेली भर",
            "आज मौसम अच्छा है और नावें हर घंटे चलती हैं",
        ),
        (
            "두 번째 폭풍의 밤에 항구의 벽이 손바닥 너비만큼 움직였고 개가 울었다",
            "번째 폭풍의 밤에 항구의 벽이 손바닥 너비만큼 움직였고",
            "오늘은 날씨가 좋아서 배가 한 시간마다 다닙니다",
        ),
    ],
)
def test_works_in_any_script(text: str, run: str, other: str) -> None:
    """Runs are found in every script; where words are not spaced, eight letters are a run."""
    withheld = Withheld(text, "")
    assert withheld.in_text(run)
    assert not withheld.in_text(other)
    for name in NESTING:
        assert withheld.in_text(ENCODINGS[name](run))
        assert not withheld.in_text(ENCODINGS[name](other))


def test_marks_do_not_cut_words_in_pieces() -> None:
    """Vowel signs are part of their word: three Hindi words are no run."""
    withheld = Withheld("दूसरे तूफ़ान की रात बंदरगाह की दीवार एक हथेली भर खिसक गई थी", "")
    assert withheld.words == 13
    assert not withheld.in_text("बंदरगाह की दीवार एक")


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--" * 100_000,
        "<a '" * 100_000,
        '<a "x" ' * 60_000,
        "<script>" * 50_000,
        '"\\' * 200_000,
        "&#" * 200_000,
        "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" * 12_000,
        "%25" * 130_000,
        "\\\\" * 200_000,
        "&amp;" * 80_000,
        "&" + "amp;" * 100_000,
        "1,2," * 100_000,
        "ab " * 130_000,
        "aGVsbG8gd29ybGQ" * 26_000,
        "H4sIAAAA" * 50_000,
        "the " * 100_000,
        ";psbn&" * 60_000,
        base64.b64encode(zlib.compress(b"\0" * 30_000_000)).decode(),
        base64.b64encode(gzip.compress(b"the tide " * 3_000_000)).decode(),
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_answered_in_bounded_time(hostile: str) -> None:
    """Text made to keep the search busy is answered, found or not: nothing is unpacked without end."""
    Withheld("the harbour the tide the table the dog the the the the the the the " * 50, "").in_text(hostile)


def test_what_unpacks_out_of_all_proportion_counts_as_found() -> None:
    """Where looking would never end, the answer is the safe one."""
    assert Withheld(WITHHELD, KEPT).in_text(base64.b64encode(zlib.compress(b"tides " * 3_000_000)).decode())


def test_stretches_name_the_pieces_of_a_run(withheld: Withheld) -> None:
    """A run over several pieces is found with its first and last piece."""
    words = RUN.split()
    pieces = ["News", " ".join(words[:4]), "", " ".join(words[4:]), "Sport"]
    (stretch,) = withheld.stretches(pieces)
    assert (stretch.first, stretch.last, stretch.words) == (1, 3, 11)


def test_a_stretch_ends_with_the_last_whole_word(withheld: Withheld) -> None:
    """A piece is no part of a run because it begins or ends with letters of the next or last word."""
    (stretch,) = withheld.stretches(["Come", RUN.removesuffix(" tables"), "tap"])
    assert (stretch.first, stretch.last) == (1, 1)


def test_no_run_reaches_over_a_barrier(withheld: Withheld) -> None:
    """None between pieces ends every run."""
    words = RUN.split()
    assert withheld.stretches([" ".join(words[:6]), None, " ".join(words[6:])]) == ()


@pytest.mark.parametrize(
    "row",
    [
        "a b c d e f g h",
        "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
        "1 2 3 4 5 6 7 8 9 10",
        " ".join(map(str, range(1, 32))),
        "Mo Tu We Th Fr Sa Su 1 2 3 4 5 6 7 8",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь",
        "1 Aston Villa 38 26 7 5 88 29 59 85 2 Arsenal 38 25 8 5 80 31 49 83",
        "n/a n/a n/a n/a n/a yes no yes no yes no yes no",
        "日 月 火 水 木 金 土 1 2 3 4 5 6 7 8 9 10",
    ],
)
def test_a_row_of_letters_numbers_or_months_is_no_text_and_may_stand_anywhere(row: str) -> None:
    """A calendar or a table in an article takes no script and no form from a page."""
    cells = "\n".join(row.split())
    withheld = Withheld(f"{WITHHELD}\n{cells}\n{WITHHELD}", KEPT)
    assert not withheld.in_text(f"{ELSEWHERE} {row} {ELSEWHERE}")
    assert withheld.in_text(RUN)


@pytest.mark.parametrize(
    "run",
    [
        "it is as if we had all been in on it",
        "to be or not to be that is",
        "the more the merrier was what the mayor said",
        "I am as he is if we do",
        "sales fell by 4.2 per cent in May",
        "stieg auf 12,3 Mio Euro nach 11,2 Mio",
        "и я был с ним у нас в Москве",
        "की रात है और वह घर में था",
        "on Monday and Tuesday he came to us in",
    ],
)
def test_a_run_of_short_and_ordinary_words_is_text_whatever_stands_among_them(run: str) -> None:
    """Prose is found, though its words be few letters, and a number or a month among them."""
    assert Withheld(f"{WITHHELD} {run} {KEPT}", KEPT).in_text(f"{ELSEWHERE} {run} {ELSEWHERE}")
