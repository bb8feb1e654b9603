"""The nodes of a parsed page: in their order, by what holds them, as a path, and as blocks of text."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from pennypress.pages.elements import INLINE, LEAVES

_SOUND = "img, picture, video, audio, iframe, object, embed, svg, canvas, input, button, select, textarea, script"


def path_of(node: LexborNode) -> str:
    """Where an element stands: its own name and those of at most two around it, as in CSS."""
    names: list[str] = []
    here: LexborNode | None = node
    while here is not None and len(names) < 3:
        if here.is_element_node:
            names.append(_name(here))
        here = here.parent
    return " > ".join(reversed(names))


def walk(node: LexborNode) -> Iterator[LexborNode]:
    """Every node under a node in the order of the page, with what stands in templates."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if inner.tag not in ("-document", "-doctype"):
            yield inner
        waiting.extend(reversed(children_of(inner)))


def children_of(node: LexborNode) -> list[LexborNode]:
    """What stands directly in a node; of a template, what its content holds."""
    if node.tag == "template":
        return [child for fragment in node.template_fragments() for child in children_of(fragment)]
    children: list[LexborNode] = []
    child = node.first_child
    while child is not None:
        children.append(child)
        child = child.next
    return children


def above(node: LexborNode) -> Iterator[LexborNode]:
    """The nodes around a node, the nearest first."""
    holder = node.parent
    while holder is not None:
        yield holder
        holder = holder.parent


def content_of(node: LexborNode) -> str:
    """What a comment says, or the markup of what is neither comment, element nor text."""
    return node.comment_content or node.html or ""


def is_gone(node: LexborNode) -> bool:
    """Whether a node was taken out of the tree."""
    return node.parent is None


def is_block(element: LexborNode, going: set[int]) -> bool:
    """Whether an element is a leaf of text: by its kind, or as a box in which no other text is than what goes."""
    if any(inner.tag not in INLINE | {"br"} for inner in element.css("*") if inner.mem_id != element.mem_id):
        return False
    texts = [inner for inner in element.traverse(include_text=True, skip_empty=True) if inner.is_text_node]
    return element.tag in LEAVES or all(inner.mem_id in going for inner in texts)


def is_hollow(element: LexborNode) -> bool:
    """Whether an element shows nothing."""
    return not element.text().strip() and element.css_first(_SOUND) is None


def _name(element: LexborNode) -> str:
    attributes = element.attributes
    if attributes.get("id"):
        return f"{element.tag}#{(attributes['id'] or '')[:40]}"
    classes = (attributes.get("class") or "").split()
    return f"{element.tag}.{classes[0][:40]}" if classes else str(element.tag)
