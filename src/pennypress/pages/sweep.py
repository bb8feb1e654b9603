"""The sweep: the withheld text taken out of everything in a page but its kept parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.pages.elements import CELLS, INLINE
from pennypress.pages.json_data import without_withheld
from pennypress.pages.nodes import above, children_of, content_of, is_block, is_gone, is_hollow, path_of, walk
from pennypress.pages.style_rules import without_rules
from pennypress.pages.withheld import Withheld

_ROUNDS = 4
_DEEPEST = 100
_BATCH = 64
_LOOKS = 40
_JSON_TYPES = frozenset({"importmap", "speculationrules"})
_CODE_TYPES = frozenset({"", "module", "text/babel", "text/jsx"})
_RAW = frozenset({"noscript", "iframe", "noembed", "noframes", "xmp", "textarea", "plaintext"})
_STEADY = frozenset({"html", "head", "body", "title", "main"})
_WITHIN = INLINE | _RAW | {"option", "button"}
_HOLLOW = frozenset({"blockquote", "q", "ul", "ol", "li", "dl", "figure", "aside", "details", "tr", "table", "tbody"})
_COMMON = frozenset({"class", "id", "style", "href", "src", "srcset", "rel", "type", "role", "width", "height", "lang"})


class Kind(StrEnum):
    """In what a page held the withheld text a second time."""

    ATTRIBUTE = "attribute"
    META = "meta"
    COMMENT = "comment"
    STYLE = "style"
    STRUCTURED = "structured data"
    STATE = "page state"
    SCRIPT = "script"
    TEXT = "text"
    RESIDUE = "residue"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that held a run of the withheld text, and was taken out: what it was, where it stood (a path of
    elements as in CSS), and how many words of a run it held (0 where only several places together held one)."""

    kind: Kind
    where: str
    words: int


def sweep(tree: LexborHTMLParser, withheld: Withheld, kept: Iterable[LexborNode]) -> tuple[Finding, ...]:
    """Take every run of the withheld text out of a tree, in place, and say where it stood.

    ``kept`` are nodes that stay with all their text (the preview's, the headline, the place of the wall); of their
    attributes those that hold a run go. JSON scripts stay valid JSON. What is left after a bounded number of rounds is
    left: whether the page is clean is for the caller to ask of its bytes.
    """
    sweeping = _Sweep(tree, withheld, kept)
    for _ in range(_ROUNDS):
        sweeping.pieces()
        if not withheld.in_text(tree.html or ""):
            break
        sweeping.residue()
    return tuple(sweeping.findings)


def held_state(findings: Iterable[Finding]) -> bool:
    """Whether scripts or page state held the text, so that what they would build no longer is the page as it stands."""
    return any(finding.kind in (Kind.STATE, Kind.SCRIPT) for finding in findings)


class _Sweep:
    """One sweep of one tree: what it keeps, and what it found so far."""

    def __init__(self, tree: LexborHTMLParser, withheld: Withheld, kept: Iterable[LexborNode]) -> None:
        self.tree = tree
        self.withheld = withheld
        self.kept: set[int] = set()
        self.holding: set[int] = set()
        for node in kept:
            self.kept.add(node.mem_id)
            self.holding.update(holder.mem_id for holder in above(node))
        self.findings: list[Finding] = []
        self._dropped: set[tuple[int, str]] = set()
        self._left = 0

    def pieces(self) -> None:
        """Look at every script, style, attribute, comment and text by itself, and at those of one kind together."""
        nodes = list(walk(self._root()))
        elements = [node for node in nodes if node.is_element_node]
        self._scripts([node for node in elements if node.tag == "script"])
        self._styles([node for node in elements if node.tag == "style"])
        self._attributes([node for node in elements if not is_gone(node)])
        self._comments([node for node in nodes if not node.is_element_node and not node.is_text_node])
        self._texts([node for node in nodes if node.is_element_node or node.is_text_node])

    def residue(self) -> None:
        """Remove the smallest parts of the tree whose markup still holds a run."""
        self._left = _LOOKS * len(self.tree.html or "")
        self._narrow(self._root(), 0)

    def _root(self) -> LexborNode:
        root = self.tree.root
        assert root is not None
        return root.parent or root

    def _remove(self, node: LexborNode, kind: Kind, words: int) -> None:
        self.findings.append(Finding(kind, path_of(node if node.is_element_node else node.parent or node), words))
        node.remove()

    def _scripts(self, scripts: list[LexborNode]) -> None:
        for script in scripts:
            text = script.text()
            words = self.withheld.words_in(text)
            if not words:
                continue
            kind = script_kind(script)
            cleared = None if kind is Kind.SCRIPT else without_withheld(text, self.withheld)
            if cleared is None:
                self._remove(script, kind, words)
            else:
                self.findings.append(Finding(kind, path_of(script), words))
                script.inner_html = cleared

    def _styles(self, styles: list[LexborNode]) -> None:
        for style in styles:
            text = style.text()
            words = self.withheld.words_in(text)
            if not words:
                continue
            left = without_rules(text, self.withheld)
            if left is None:
                self._remove(style, Kind.STYLE, words)
            else:
                self.findings.append(Finding(Kind.STYLE, path_of(style), words))
                style.inner_html = left

    def _is_dropped(self, node: LexborNode, name: str) -> bool:
        return (node.mem_id, name) in self._dropped

    def _attributes(self, elements: list[LexborNode]) -> None:
        self._dropped.clear()
        held = [
            (node, name, value) for node in elements for name, value in node.attributes.items() if value is not None
        ]
        for place, words in self._leaks([value for _, _, value in held]).items():
            self._drop_attribute(held[place][0], held[place][1], words)
        # Reading an element's attributes takes time by how many they are, so they are read once.
        by_name: dict[str, list[tuple[LexborNode, str]]] = {}
        for node, name, value in held:
            if name not in _COMMON:
                by_name.setdefault(name, []).append((node, value))
        for name, named in by_name.items():
            left = [(node, value) for node, value in named if not self._is_dropped(node, name) and not is_gone(node)]
            for stretch in self.withheld.stretches([value for _, value in left]):
                for node, _ in left[stretch.first : stretch.last + 1]:
                    self._drop_attribute(node, name, 0)
        for place in self._leaks([" ".join(node.attributes) for node in elements]):
            names = list(elements[place].attributes)
            for name in [name for name in names if self.withheld.in_text(name)] or names:
                self._drop_attribute(elements[place], name, 0)

    def _drop_attribute(self, node: LexborNode, name: str, words: int) -> None:
        """Take out an attribute; a meta, or a script or link that says the text in its address, goes as a whole."""
        if self._is_dropped(node, name):
            return
        self._dropped.add((node.mem_id, name))
        if node.tag in ("meta", "script", "link") and node.mem_id not in self.holding | self.kept:
            self._remove(node, Kind.META if node.tag == "meta" else Kind.ATTRIBUTE, words)
            return
        self.findings.append(Finding(Kind.ATTRIBUTE, f"{path_of(node)}[{name}]", words))
        if name == "alt":
            node.attrs[name] = ""
        else:
            del node.attrs[name]

    def _leaks(self, texts: Sequence[str]) -> dict[int, int]:
        """Which of these texts hold a run each by itself, and how many words of it."""
        found: dict[int, int] = {}
        long = [place for place, text in enumerate(texts) if not self.withheld.is_short(text)]
        for first in range(0, len(long), _BATCH):
            batch = long[first : first + _BATCH]
            if len(batch) == 1 or self.withheld.in_text("\n".join(texts[place] for place in batch)):
                found.update({place: words for place in batch if (words := self.withheld.words_in(texts[place]))})
        return found

    def _comments(self, comments: list[LexborNode]) -> None:
        """Take out comments, and whatever else is neither element nor text."""
        contents = [content_of(comment) for comment in comments]
        going = self._leaks(contents)
        for stretch in self.withheld.stretches(contents):
            for place in range(stretch.first, stretch.last + 1):
                going.setdefault(place, 0)
        for place, words in going.items():
            self._remove(comments[place], Kind.COMMENT, words)

    def _texts(self, nodes: list[LexborNode]) -> None:
        texts: list[LexborNode] = []
        pieces: list[str | None] = []
        for node in nodes:
            if node.is_text_node and not is_gone(node):
                tag = node.parent.tag if node.parent is not None else None
                if tag not in ("script", "style"):
                    texts.append(node)
                    pieces.append(None if self._is_kept(node) else node.text_content or "")
        going: dict[int, int] = {}
        for stretch in self.withheld.stretches(pieces):
            for place in range(stretch.first, stretch.last + 1):
                if (pieces[place] or "").strip():
                    going[place] = max(going.get(place, 0), stretch.words)
        for place, words in self._leaks([piece or "" for piece in pieces]).items():
            going.setdefault(place, words)
        gone = {texts[place].mem_id for place in going}
        for place, words in going.items():
            if not is_gone(texts[place]):
                self._drop_text(texts[place], words, gone)

    def _drop_text(self, text: LexborNode, words: int, going: set[int]) -> None:
        """Take out the innermost block around a text; of a box in which more stands, only the line it is in."""
        node = text
        parent = node.parent
        while parent is not None and parent.tag in _WITHIN and not self._stays(parent):
            node, parent = parent, parent.parent
        if parent is not None and node.tag not in _RAW and not self._stays(parent) and is_block(parent, going):
            if parent.tag in CELLS:
                self.findings.append(Finding(Kind.TEXT, path_of(parent), words))
                parent.inner_html = ""
                return
            node = parent
        around = node.parent
        self._remove(node, Kind.TEXT, words)
        while around is not None and around.tag in _HOLLOW and not self._stays(around) and is_hollow(around):
            hollow, around = around, around.parent
            hollow.remove()

    def _stays(self, node: LexborNode) -> bool:
        return node.tag in _STEADY or node.mem_id in self.kept or node.mem_id in self.holding

    def _is_kept(self, node: LexborNode) -> bool:
        return node.mem_id in self.kept or any(holder.mem_id in self.kept for holder in above(node))

    def _narrow(self, node: LexborNode, depth: int) -> None:
        children = [child for child in children_of(node) if child.tag != "-doctype" and child.mem_id not in self.kept]
        leaking = [child for child in children if self._holds(child.html or "")]
        for child in leaking:
            if self._is_whole(child) or depth == _DEEPEST:
                if not self._stays(child):
                    self._remove(child, Kind.RESIDUE, 0)
            else:
                self._narrow(child, depth + 1)
        if not leaking and self._left > 0:
            self._drop_together(node, children)

    def _is_whole(self, node: LexborNode) -> bool:
        """Whether nothing smaller than a node that holds a run can go: it holds no element, and its text, not its tag,
        says the run."""
        if not node.is_element_node:
            return True
        inner = children_of(node)
        if any(child.is_element_node for child in inner):
            return False
        return self._holds("".join(child.html or "" for child in inner))

    def _holds(self, markup: str) -> bool:
        """Whether markup holds a run, as long as there is work left for that; False afterwards."""
        self._left -= len(markup)
        return self._left > 0 and self.withheld.in_text(markup)

    def _drop_together(self, node: LexborNode, children: list[LexborNode]) -> None:
        """Remove the shortest row of children that hold a run together; where none does, the node's own tag."""
        rows = [child.html or "" for child in children]
        if not self._holds("".join(rows)):
            if node.is_element_node and node.tag not in _STEADY and node.mem_id not in self.kept:
                self.findings.append(Finding(Kind.RESIDUE, path_of(node), 0))
                node.unwrap(delete_empty=True)
            return
        last = _least(lambda end: self._holds("".join(rows[:end])), len(rows))
        count = _least(lambda count: self._holds("".join(rows[last - count : last])), last)
        for child in children[last - count : last]:
            if not self._stays(child):
                self._remove(child, Kind.RESIDUE, 0)


def script_kind(script: LexborNode) -> Kind:
    """What a script element is by its type: structured data, page state (other JSON), a script, or mere text."""
    kind = (script.attributes.get("type") or "").split(";")[0].strip().lower()
    if kind == "application/ld+json":
        return Kind.STRUCTURED
    if kind in _JSON_TYPES or kind.endswith("json"):
        return Kind.STATE
    return Kind.SCRIPT if kind in _CODE_TYPES or kind.endswith(("javascript", "ecmascript", "jscript")) else Kind.TEXT


def _least(holds: Callable[[int], bool], high: int) -> int:
    """The least number from 1 on for which it holds, where it holds for the highest and for all above the least."""
    low = 1
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
