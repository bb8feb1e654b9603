"""The guard's knowledge: which articles withhold which text, and whose text stands in an answer."""

from __future__ import annotations

import base64
import codecs
import json
import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypress.core.article import Article
from pennypress.core.known import KnownText
from pennypress.pages.anchors import Anchors, anchors_of
from pennypress.pages.guard import Guard, known_text
from pennypress.pages.words import squeeze, words

WITHHELD = (
    "The harbour master said on Tuesday that the old crane would be taken down before winter. "
    "Nobody had asked the three families who live in its shadow, and one of them has now gone to court. "
    "A judge is going to hear them in March, long after the last bolt has been carried away by barge."
)
SHOWN = "The crane on the quay is older than the town hall."


def text_of(key: str, shown: str, withheld: str) -> KnownText:
    return known_text(Article(key, (key,), title=f"The story {key}"), key, "", shown, withheld)


def taught(*texts: KnownText) -> Guard:
    guard = Guard()
    guard.learn(texts)
    return guard


CRANE = text_of("/news/crane", SHOWN, WITHHELD)


def keys(guard: Guard, text: str) -> list[str]:
    return [sighting.article.key for sighting in guard.look(text)]


@pytest.mark.parametrize(
    "wrapped",
    [
        WITHHELD,
        f"<p>{WITHHELD}</p>",
        json.dumps({"content": f"<p>{WITHHELD}</p>"}),
        f"<description>{escape(escape(WITHHELD))}</description>",
        WITHHELD.upper(),
        WITHHELD.replace(" ", "\u00a0\u200b"),
        "".join(f"\\u{ord(char):04x}" for char in WITHHELD),
        f"<d><![CDATA[{WITHHELD.replace('e', 'e]]><![CDATA[')}]]></d>",
        codecs.encode(WITHHELD, "rot13"),
        WITHHELD[::-1],
        f'{{"data": "{base64.b64encode(WITHHELD.encode()).decode()}"}}',
        "WEBVTT\n\n"
        + "".join(f"00:00:0{n}.000 --> 00:00:0{n + 1}.000\n{line}\n\n" for n, line in enumerate(WITHHELD.split(", "))),
    ],
)
def test_withheld_text_is_found_in_every_form_that_it_may_be_read_in(wrapped: str) -> None:
    assert keys(taught(CRANE), wrapped) == ["/news/crane"]


def test_what_an_article_shows_is_no_secret() -> None:
    assert keys(taught(CRANE), f"{SHOWN} {SHOWN}") == []


def test_seven_words_in_a_row_are_no_run_and_eight_are() -> None:
    some = words(WITHHELD)[5:]
    assert keys(taught(CRANE), " ".join(some[:7])) == []
    assert keys(taught(CRANE), " ".join(some[:8])) == ["/news/crane"]


def test_every_run_of_eight_words_is_found() -> None:
    guard, plain = taught(CRANE), words(WITHHELD)
    for first in range(len(plain) - 7):
        assert keys(guard, "before it " + " ".join(plain[first : first + 8]) + " behind it"), first


def test_text_of_two_articles_is_nobodys() -> None:
    wire = "The agency reports that rain is expected over the whole of the coast until Friday at least."
    guard = taught(
        text_of("/news/a", "One.", f"{wire} {WITHHELD}"), text_of("/news/b", "Two.", f"{wire} Something else here.")
    )
    assert keys(guard, wire) == []
    assert keys(guard, WITHHELD) == ["/news/a"]


def test_text_of_a_free_article_or_of_anothers_preview_is_nobodys() -> None:
    free = text_of("/news/free", WITHHELD[:90], "")
    shown = text_of(
        "/news/other", WITHHELD[90:190], "This one withholds what nobody else has ever written down before."
    )
    guard = taught(CRANE, free, shown)
    assert keys(guard, WITHHELD[:90]) == keys(guard, WITHHELD[90:190]) == []
    assert keys(guard, WITHHELD[190:]) == ["/news/crane"]


def test_a_later_part_of_the_same_article_makes_no_second_one() -> None:
    again = known_text(CRANE.article, "/news/crane?page=2", "/news/crane?page=2", "", WITHHELD)
    assert keys(taught(CRANE, again), WITHHELD) == ["/news/crane", "/news/crane"]


def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    guard = taught(CRANE)
    guard.learn((text_of("/news/crane", SHOWN, "Now the article says something else entirely, and at some length."),))
    assert keys(guard, WITHHELD) == []
    assert keys(guard, "it says something else entirely, and at some length.") == ["/news/crane"]


def test_an_article_that_became_free_withholds_nothing() -> None:
    guard = taught(CRANE)
    guard.learn((text_of("/news/crane", f"{SHOWN} {WITHHELD}", ""),))
    assert keys(guard, WITHHELD) == []
    assert guard.knows("/news/crane")


def test_learning_the_same_again_changes_nothing() -> None:
    guard = taught(CRANE)
    before = guard.generation
    guard.learn((text_of("/news/crane", SHOWN, WITHHELD),))
    assert guard.generation == before


def test_fewer_than_eight_withheld_words_are_not_guarded() -> None:
    assert not text_of("/news/short", SHOWN, "Only a few words here.").withholds


word = st.text(alphabet="abcdeé漢", min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(word, min_size=8, max_size=60), st.data())
def test_each_run_of_eight_words_holds_an_anchor_whole(some: list[str], data: st.DataObject) -> None:
    plain = words(" ".join(some))
    anchors = Anchors()
    anchors.add([(7, anchors_of(words(" ".join(some))))])
    first = data.draw(st.integers(0, max(0, len(plain) - 8)))
    run = "".join(plain[first : first + 8])
    assert (7 in anchors.owners_in(squeeze("qqq") + run + "zzz")) == (len(plain) >= 8 and len(run) >= 7)


def test_in_a_script_without_spaces_a_name_with_its_title_is_no_run() -> None:
    told = "昨日の記者会見で内閣総理大臣山田太郎は来年度予算案について説明し、国民の理解を求めた。"
    guard = taught(text_of("/news/ja", "港の起重機は古い。", told))
    assert keys(guard, "内閣総理大臣山田太郎、訪米へ") == []
    assert keys(guard, "内閣総理大臣山田太郎は来年度予算案について説明") == ["/news/ja"]


def test_reports_that_are_written_after_one_pattern_are_articles_each() -> None:
    pattern = (
        "In {0} it will rain from the morning on and the wind comes from the west at {1} knots until the evening. "
    )
    towns = [("Hull", 3), ("Ely", 5), ("Deal", 7), ("York", 9), ("Bath", 2), ("Rye", 4)]
    reports = ["".join(pattern.format(town, knots + day) for town, knots in towns) for day in (10, 40)]
    guard = taught(text_of("/news/monday", "Monday.", reports[0]), text_of("/news/tuesday", "Tuesday.", reports[1]))
    assert keys(guard, "it will rain from the morning on and the wind comes from the west at") == []


def test_an_article_learned_under_two_names_at_once_is_not_nobodys() -> None:
    again = text_of("/news/crane?x=1", SHOWN, WITHHELD)
    assert keys(taught(CRANE, again), WITHHELD) == ["/news/crane", "/news/crane?x=1"]


def report(number: int) -> str:
    """One of many stories that are written by one pattern."""
    who, where = f"Warden Holm{100 + number}", f"Quay {100 + number}"
    lines = (
        "{who} opened the gates of {where} at dawn and said that the price of every berth will rise again this year.",
        "The council met on Monday to hear {who}, who said that the plan for {where} was older than anybody there.",
        "Nobody asked the neighbours of {where}, and {who} told us that three of them have gone to court since.",
        "It was item number {item} on the list that {who} had made for {where} and that was read aloud to them.",
    )
    return "\n".join(line.format(who=who, where=where, item=item) for item in range(6) for line in lines)


def test_sixty_stories_of_one_pattern_are_told_apart_in_well_under_a_second_also_when_more_is_learned() -> None:
    guard = taught(*(text_of(f"/news/{number}", SHOWN, report(number)) for number in range(60)))
    began = time.process_time()
    assert keys(guard, report(7)) == ["/news/7"]
    assert keys(guard, report(60)) == []
    first = time.process_time() - began
    guard.learn([CRANE])
    began = time.process_time()
    assert keys(guard, report(7)) == ["/news/7"]
    again = time.process_time() - began
    assert (first < 3, again < 1) == (True, True), (first, again)


def test_a_feed_of_twenty_stories_of_one_pattern_is_looked_at_in_seconds() -> None:
    guard = taught(*(text_of(f"/news/{number}", SHOWN, report(number)) for number in range(60)))
    feed = "\n".join(report(number) for number in range(0, 60, 3))
    guard.look(report(0))
    began = time.process_time()
    assert len(keys(guard, feed)) == 20
    assert time.process_time() - began < 4


def test_a_story_of_a_pattern_is_nobodys_once_another_article_shows_the_whole_of_it() -> None:
    guard = taught(*(text_of(f"/news/{number}", SHOWN, report(number)) for number in range(3)))
    assert keys(guard, report(1)) == ["/news/1"]
    guard.learn([text_of("/news/free", f"{SHOWN} {report(1)}", "")])
    assert keys(guard, report(1)) == []


@pytest.mark.parametrize("headlines", ["", "The old crane would be taken down before winter, he said"])
@pytest.mark.parametrize("withheld", ["", "This one withholds what nobody else has ever written down before."])
def test_what_another_article_calls_itself_is_nobodys_and_its_excerpts_do_not_say_it(
    headlines: str, withheld: str
) -> None:
    title = "Nobody had asked the three families who live in its shadow"
    key = "/news/a-judge-is-going-to-hear-them-in-march%2C-long?x=1"
    other = known_text(Article(key, (key,), title), key, "", "It was so.", withheld, "en", headlines)
    guard = taught(CRANE, other)
    assert keys(guard, title) == keys(guard, "A judge is going to hear them in March, long") == []
    assert keys(guard, "the old crane would be taken down before winter") == ([] if headlines else ["/news/crane"])
    assert keys(guard, f"{title}, and one of them has now gone to court") == ["/news/crane"]
    assert (other.texts, other.language) == (("It was so.", withheld), "en")
