"""Pages that are looked at again as more is learned: found is what would be found anew, at next to no cost."""

from __future__ import annotations

import base64
import codecs
import json
from html import escape
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypress.core.article import Article
from pennypress.core.known import KnownText
from pennypress.pages.guard import Guard, Looked, known_text

SENTENCES = (
    "The harbour master said on Tuesday that the old crane would be taken down before winter.",
    "Nobody had asked the three families who live in its shadow, and one of them has gone to court.",
    "A judge is going to hear them in March, long after the last bolt has been carried away by barge.",
    "I am as he is if we do so to it or at an ox.",
    "We saw a fox, a big hen or a dog up there.",
    "Das Rathaus öffnet erst wieder nach den Sommerferien, so lange bleibt der schöne Saal für alle geschlossen.",
    "港の古いクレーンは冬が来る前に解体されることになったと港長が火曜日に語った。",
    "What becomes of the quay nobody knows, though the brewery has said that it would like to buy it.",
)
FORMS = (
    lambda text: text,
    lambda text: f"<p>{escape(escape(text))}</p>",
    lambda text: json.dumps({"content": text}),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: codecs.encode(text, "rot13"),
    lambda text: text[::-1],
    lambda text: text.replace(" ", " <i></i>"),
)
CHAFF = "<p>" + " ".join(f"{n} boats and {n * 7} gulls were seen off pier {n * 13}." for n in range(200)) + "</p>"

sentences = st.lists(st.sampled_from(SENTENCES), max_size=3, unique=True)
lessons = st.lists(st.tuples(st.sampled_from(("a", "b", "c")), sentences, sentences), min_size=1, max_size=5)
pages = st.tuples(sentences, st.sampled_from(FORMS)).map(lambda drawn: CHAFF + drawn[1](" ".join(drawn[0])) + CHAFF)


def text_of(name: str, shown: str, withheld: str) -> KnownText:
    key = f"/news/{name}"
    return known_text(Article(key, (key,), title=f"The story {name}"), key, "", shown, withheld)


def again(guard: Guard, page: str, looked: Looked) -> Looked:
    return guard.ruled_out(looked) or guard.look_again(lambda: page, looked)


def alone(sentence: str) -> str:
    """Eight words from the middle of a sentence."""
    return " ".join(sentence.split()[2:10])


def looked_at_twice(guard: Guard, page: str) -> Looked:
    return guard.look_again(lambda: page, guard.look_again(lambda: page, None))


@settings(max_examples=150, deadline=None)
@given(pages, lessons)
def test_what_is_found_again_is_what_is_found_anew_whatever_was_learned_meanwhile(
    page: str, taught: list[tuple[str, list[str], list[str]]]
) -> None:
    guard = Guard()
    guard.learn((text_of("other", "A story of the sea.", "It was told by a man who had never been there himself."),))
    looked = looked_at_twice(guard, page)
    for name, shown, withheld in taught:
        guard.learn((text_of(name, " ".join(shown), " ".join(withheld)),))
        looked = again(guard, page, looked)
        assert [(one.known.name, one.words) for one in looked.sightings] == [
            (one.known.name, one.words) for one in guard.look(page)
        ]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("form", FORMS)
def test_what_is_learned_later_is_found_in_every_form_in_which_it_stood_there_before(
    sentence: str, form: object
) -> None:
    assert callable(form)
    page = CHAFF + form(sentence) + CHAFF
    guard = Guard()
    guard.learn((text_of("other", "A story of the sea.", SENTENCES[0] if sentence != SENTENCES[0] else SENTENCES[1]),))
    looked = looked_at_twice(guard, page)
    guard.learn((text_of("new", "It is short.", sentence),))
    assert [one.known for one in again(guard, page, looked).sightings] == [one.known for one in guard.look(page)]


@pytest.mark.parametrize("sentence", [sentence for sentence in SENTENCES if " " in sentence])
def test_eight_words_alone_are_found_that_were_learned_later(sentence: str) -> None:
    page = CHAFF + alone(sentence) + CHAFF
    guard = Guard()
    guard.learn((text_of("other", "A story of the sea.", SENTENCES[0] if sentence != SENTENCES[0] else SENTENCES[1]),))
    looked = looked_at_twice(guard, page)
    guard.learn((text_of("new", "It is short.", sentence),))
    assert [one.words for one in again(guard, page, looked).sightings] == [8]


def test_a_page_in_which_nothing_new_can_stand_is_not_read_again() -> None:
    guard = Guard()
    guard.learn((text_of("other", "A story of the sea.", SENTENCES[0]),))
    looked = looked_at_twice(guard, CHAFF)

    for number in range(3):
        guard.learn((text_of(f"new{number}", "It is short.", SENTENCES[(1, 2, 7)[number]]),))
        ruled_out = guard.ruled_out(looked)
        assert ruled_out is not None
        looked = ruled_out
    assert looked.generation == guard.generation
    assert looked.sightings == ()


def test_a_text_that_was_two_articles_own_is_found_once_one_of_them_changed() -> None:
    guard = Guard()
    page = CHAFF + SENTENCES[2]
    guard.learn(
        (
            text_of("one", "A story of the sea.", " ".join(SENTENCES[0:3])),
            text_of("two", "A story of the land.", " ".join((SENTENCES[2], SENTENCES[7], SENTENCES[5]))),
        )
    )
    looked = looked_at_twice(guard, page)
    assert looked.sightings == ()
    guard.learn((text_of("two", "A story of the land.", SENTENCES[7]),))
    assert [one.article.key for one in again(guard, page, looked).sightings] == ["/news/one"]


def test_a_run_that_lies_where_two_windows_of_a_long_text_meet_is_found() -> None:
    guard = Guard()
    guard.learn((text_of("other", "A story of the sea.", SENTENCES[1]),))
    page = "q" * (262_144 - 20) + " " + alone(SENTENCES[0])
    looked = looked_at_twice(guard, page)
    assert looked.number is not None
    guard.learn([text_of("new", "It is short.", SENTENCES[0])])
    assert [one.article.key for one in again(guard, page, looked).sightings] == ["/news/new"]


def test_after_more_news_than_are_remembered_a_page_is_read_again() -> None:
    guard = Guard()
    page = CHAFF + SENTENCES[0]
    guard.learn((text_of("other", "A story of the sea.", SENTENCES[1]),))
    looked = looked_at_twice(guard, page)
    guard.learn([text_of("new", "It is short.", SENTENCES[0])])
    guard.learn([text_of(f"n{number}", "Short.", f"{SENTENCES[7]} {number}") for number in range(300)])
    assert [one.article.key for one in again(guard, page, looked).sightings] == ["/news/new"]


def test_a_short_text_without_spaces_is_found_that_was_learned_later() -> None:
    guard = Guard()
    withheld = "港の古いクレーンは冬が来る"
    page = CHAFF + withheld + CHAFF
    guard.learn((text_of("other", "A story of the sea.", SENTENCES[1]),))
    looked = looked_at_twice(guard, page)
    guard.learn([text_of("new", "It is short.", withheld)])
    assert [one.article.key for one in again(guard, page, looked).sightings] == ["/news/new"]


def test_a_run_across_the_end_of_an_opening_is_found_once_its_second_owner_changed() -> None:
    guard = Guard()
    page = f"{CHAFF}<p>taken down before winter Nobody had asked the</p>{CHAFF}"
    guard.learn(
        (
            text_of(
                "one",
                "It is short.",
                " ".join(
                    (
                        *SENTENCES[0:3],
                        SENTENCES[5],
                        "Seaweed is cheap at the market this week, and the ferry sails at noon.",
                    )
                ),
            ),
            text_of("two", SENTENCES[0], f"{SENTENCES[1]} {SENTENCES[7]}"),
        )
    )
    looked = looked_at_twice(guard, page)
    assert looked.sightings == ()
    guard.learn([text_of("two", "A story of the land.", SENTENCES[7])])
    assert [one.article.key for one in again(guard, page, looked).sightings] == ["/news/one"]


def test_who_looks_while_an_article_changes_finds_what_it_withholds_before_and_after() -> None:
    guard = Guard()
    page = CHAFF + SENTENCES[0]
    guard.learn([text_of("crane", "It is short.", SENTENCES[0])])
    over = Event()

    def edit() -> None:
        for number in range(400):
            guard.learn([text_of("crane", f"It is short, for the time {number}.", SENTENCES[0])])
        over.set()

    editing = Thread(target=edit)
    editing.start()
    found = []
    while not over.is_set():
        found.append(bool(guard.look(page)))
    editing.join()
    assert len(found) > 1
    assert all(found)


def test_a_long_text_is_not_held_against_a_short_page_for_ever() -> None:
    guard = Guard()
    page = CHAFF + SENTENCES[0]
    guard.learn([text_of("other", "A story of the sea.", SENTENCES[1])])
    looked = looked_at_twice(guard, page)
    for number in range(20):
        guard.learn(
            [
                text_of(
                    f"long{number}",
                    "It is short.",
                    f"{number} " + " ".join(f"{number * place} ships lie in the bay." for place in range(3_000)),
                )
            ]
        )
    assert guard.ruled_out(looked) is None


def test_a_text_that_was_another_articles_headline_is_found_once_that_one_calls_itself_otherwise() -> None:
    guard = Guard()
    headline = SENTENCES[2]
    page = CHAFF + headline
    named = known_text(Article("/news/two", ("/news/two",), title=headline), "/news/two", "", "Land.", SENTENCES[7])
    guard.learn((text_of("one", "A story of the sea.", " ".join(SENTENCES[0:3])), named))
    looked = looked_at_twice(guard, page)
    assert looked.sightings == ()
    guard.learn((text_of("two", "Land.", SENTENCES[7]),))
    assert [one.article.key for one in again(guard, page, looked).sightings] == ["/news/one"]
