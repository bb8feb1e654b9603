"""Words and sentences in any script."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.pages.measure import count_words, sentence_ends


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two words", 2),
        ("", 0),
        ("l'été — déjà", 2),
        ("Привет, мир", 2),
        ("日本語", 3),
        ("日本 and more", 4),
        ("สวัสดี", 4),
        ("한국어 신문", 2),
    ],
)
def test_words_are_counted_as_their_script_sets_them(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", " Two!", " Three?"]),
        ("He said: “Gone away.” Then he left…", ["He said: “Gone away.”", " Then he left…"]),
        ("Dr. Miller met J. Doe of the U.S. Army.", ["Dr. Miller met J. Doe of the U.S. Army."]),
        ("It is 3.5 km to example.org and back.", ["It is 3.5 km to example.org and back."]),
        ("今日は晴れ。「はい。」明日も", ["今日は晴れ。", "「はい。」"]),
        ("यह सच है। वह नहीं।", ["यह सच है।", " वह नहीं।"]),
        ("هل هذا صحيح؟ نعم هو كذلك.", ["هل هذا صحيح؟", " نعم هو كذلك."]),
        ("یہ اردو ہے۔ یہ بھی۔", ["یہ اردو ہے۔", " یہ بھی۔"]),
        ("No end here", []),
    ],
)
def test_sentences_end_at_the_marks_of_their_script(text: str, sentences: list[str]) -> None:
    ends = [0, *sentence_ends(text)]
    assert [text[start:end] for start, end in itertools.pairwise(ends)] == sentences


@given(st.text())
def test_sentence_ends_lie_in_order_within_the_text(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)


@pytest.mark.parametrize("text", ["." * 50_000, "?!" * 25_000, "a." * 25_000, "”" * 50_000, "Dr. " * 15_000])
def test_a_text_of_marks_alone_takes_linear_time(text: str) -> None:
    assert sentence_ends(text) is not None
