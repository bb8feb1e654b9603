"""Blocks: leaves of text, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pennypress.errors import Undecodable
from pennypress.pages.blocks import Outline, outline


def read(page: str) -> Outline:
    root = LexborHTMLParser(page, scripting=True).body
    assert root is not None
    return outline(root)


def texts(page: str) -> list[str]:
    return [" ".join(block.text.split()) for block in read(page).blocks]


@pytest.mark.parametrize("tag", ["p", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"])
def test_each_leaf_is_a_block(tag: str) -> None:
    assert texts(f"<div><{tag}>One <b>bold</b> line.</{tag}><{tag}>Two.</{tag}></div>") == ["One bold line.", "Two."]


def test_list_items_cells_definitions_and_captions_are_blocks() -> None:
    assert texts("<ul><li>a<li>b</ul><dl><dt>c<dd>d</dl>") == ["a", "b", "c", "d"]
    assert texts("<table><tr><td>a<td>b<tr><th>c</table>") == ["a", "b", "c"]
    assert texts("<figure><img src=x><figcaption>a <i>b</i></figcaption></figure>") == ["a b"]


def test_only_the_innermost_leaf_counts() -> None:
    assert texts("<blockquote><p>a</p><p>b</p></blockquote>") == ["a", "b"]
    assert texts("<ul><li>a <ul><li>b</li></ul> c</li></ul>") == ["a", "b", "c"]
    assert texts("<table><td><p>a<p>b</table>") == ["a", "b"]


def test_bare_text_is_parted_at_line_breaks() -> None:
    assert texts("<div>One.<br><br>Two <b>bold.</b><br>Three.</div>") == ["One.", "Two bold.", "Three."]
    assert texts("<div><span>One.<br>Two.</span> More.<hr>Three.</div>") == ["One.", "Two. More.", "Three."]


def test_a_line_break_does_not_part_a_leaf() -> None:
    assert texts("<p>One.<br>Still <span>one.<br>Still</span> one.</p>") == ["One.Still one.Still one."]


def test_wrappers_are_entered_however_deep() -> None:
    assert texts("<div><section><article><div><p>a</div><x-story><p>b</x-story>") == ["a", "b"]


def test_a_custom_element_in_a_line_is_part_of_it_and_elsewhere_a_wrapper() -> None:
    assert texts("<p>a <x-tip>b</x-tip> c</p><x-story>d</x-story>e") == ["a b c", "d", "e"]


def test_what_holds_no_letter_is_no_block() -> None:
    assert texts("<p> </p><p>&nbsp;</p><p>* * *</p><p><img></p><p>&mdash;</p><p>7</p>") == ["7"]


def test_scripts_fields_and_frames_say_nothing() -> None:
    page = "<p>a<script>b</script><style>c</style><noscript>d</noscript><template>e</template></p><select><option>f"
    assert texts(
        page + "</select><textarea>g</textarea><button>h</button><iframe>i</iframe><svg><text>j</text></svg>"
    ) == ["a"]


def test_hidden_text_is_a_block_like_any_other() -> None:
    assert texts("<p hidden>a<p style='display:none'>b<p aria-hidden=true>c") == ["a", "b", "c"]


def test_words_of_links_are_counted() -> None:
    block = read("<p>Read <a href=/x>this or <b>that</b></a> now").blocks[0]
    assert (block.words, block.linked) == (5, 3)


def test_a_box_knows_its_blocks() -> None:
    page = read("<div id=a><p>1<p>2</div><div id=b><p>3<span>4</span></div>")
    spans = {box.node.id: (box.first, box.last) for box in page.boxes if box.node.id}
    assert spans == {"a": (0, 2), "b": (2, 3)}


def test_spaces_between_marked_up_words_stay() -> None:
    assert read("<p>[s]<i>on</i> <i>ordre</i>").blocks[0].text == "[s]on ordre"


def test_a_page_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(Undecodable):
        read("<span>" * 5000 + "x")


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div>",
                "</div>",
                "<br>",
                "<li>",
                "<ul>",
                "</ul>",
                "<td>",
                "<table>",
                "</table>",
                "<b>",
                "</b>",
                "<x-y>",
                "one",
                "two",
            ]
        ),
        max_size=40,
    )
)
def test_every_letter_outside_mute_elements_stands_in_exactly_one_block(pieces: list[str]) -> None:
    page = LexborHTMLParser("".join(pieces), scripting=True)
    assert page.body is not None
    read_blocks = outline(page.body).blocks
    nodes = [text.mem_id for block in read_blocks for text in block.texts]
    assert len(nodes) == len(set(nodes))
    assert "".join("".join(block.text.split()) for block in read_blocks) == "".join(page.body.text().split())
