"""The elements of HTML by what they mean for text: which are a block, which run on in a line, which say nothing."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _names("h1 h2 h3 h4 h5 h6")

LEAVES = HEADINGS | _names("p li blockquote pre td th dd dt figcaption caption")
"""Elements that are a block when no other stands in them."""

TEXTUAL = _names("p h2 h3 h4 h5 h6 li blockquote pre dd td")
"""Leaves that an article's text is made of."""

INLINE = _names(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark math mi mn mo mrow ms mtext nobr
    output q rb rp rt rtc ruby s samp semantics slot small span strike strong sub sup time tt u var wbr img picture
    source svg input"""
)
"""Elements that do not break a run of text."""

MUTE = _names(
    """script style noscript template title textarea select option button iframe object embed video audio canvas svg
    noembed noframes datalist head map progress meter"""
)
"""Elements whose text is no text of the page as it is read."""

BREAKING = _names("button select textarea iframe video audio object canvas")
"""Mute elements that break a run of bare text."""

CELLS = _names("td th")

CLOSED = INLINE | _names(
    """head table tbody thead tfoot tr colgroup caption p h1 h2 h3 h4 h5 h6 ul ol dl menu a button select option
    optgroup datalist label legend summary pre figcaption figure template noscript svg math iframe object video audio
    canvas textarea title script style dir hgroup picture"""
)
"""Elements in which neither a notice nor a wall can stand, at any depth."""

BESIDE = _names("nav footer aside form dialog figure figcaption menu caption th dt")
"""Elements that stand beside a text."""

AFTERWARDS = _names("footer nav")
"""Elements that close a page or an article."""

UNSEEN = _names("script style link meta template")

WRAPPERS = _names(
    """div ul ol dl section article main center blockquote header footer aside nav details fieldset form figure listing
    menu pre summary address dir search hgroup button li dd dt"""
)
"""Elements that the parser looks for among all that stand open."""
