"""Templates: ours, those of a paper in their place, and texts made into markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from markupsafe import Markup, escape

from pennypress.errors import Fault

_OURS = Path(__file__).parent / "templates"
_MUST_HOLD = ("lang=", "dir=", "aria-label=", "data-nosnippet")


def environment(replacing: Path | None) -> Environment:
    """The environment that renders our templates, or, by the same name, those of a folder in their place."""
    folders = [_OURS] if replacing is None else [replacing, _OURS]
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def refused_templates(
    templates: Environment, folder: Path, render: Callable[[], Mapping[str, bytes]]
) -> tuple[Fault, ...]:
    """The faults of a paper's own templates; ``render`` makes a notice and the walls with them, each by the name of
    its template."""
    ours = {path.name for path in _OURS.iterdir()}
    if not any((folder / name).is_file() for name in ours):
        return (Fault(str(folder), "holds no template", f"name one as one of ours: {', '.join(sorted(ours))}"),)
    try:
        for name in sorted(ours):
            templates.get_template(name)
        rendered = render()
    except TemplateSyntaxError as error:
        return (Fault(f"{error.filename}:{error.lineno}", f"is no template: {error.message}", "mend that line"),)
    except TemplateError as error:
        return (Fault(str(folder), f"cannot be rendered: {error}", "use the values that our own templates use"),)
    return tuple(
        Fault(str(folder / name), f"lacks {mark}", "keep the aside element as it stands in our own template")
        for name, made in rendered.items()
        for mark in (f'class="pennypress-{"notice" if name == "notice.html" else "wall"}"', *_MUST_HOLD)
        if mark.encode() not in made
    )


def marked_up(wording: str, values: Mapping[str, object], href: str | None, direction: str) -> Markup:
    """A wording as markup: escaped, its placeholders filled, the words between its link marks a link to ``href``.

    A value that is markup already stands as it is.
    """
    text = str(escape(wording))
    link = "" if href is None else f'<a href="{escape(href)}">'.replace("{", "%7B").replace("}", "%7D")
    text = text.replace("&lt;a&gt;", link).replace("&lt;/a&gt;", "</a>" if link else "")
    filled = {
        name: value if isinstance(value, Markup) else isolated(str(value), direction) for name, value in values.items()
    }
    return Markup(text.format(**filled))


def isolated(value: str, direction: str) -> Markup:
    """A value as markup; set apart where it runs against the text's direction, so that neither disturbs the other."""
    safe = escape(value)
    return safe if _direction(value) in (direction, None) else Markup("<bdi>{}</bdi>").format(safe)


def _direction(value: str) -> str | None:
    """The direction of a value's first letter that has one."""
    for char in value:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return None
