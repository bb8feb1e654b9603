"""Style sheets without the rules that hold the withheld text."""

from __future__ import annotations

import re

from pennypress.pages.withheld import Withheld

_RULE = re.compile(r"[^{}]*+\{[^{}]*+\}")


def without_rules(style: str, withheld: Withheld) -> str | None:
    """The style sheet without each innermost rule that holds a run; None where that does not take the text out."""
    left = _RULE.sub(lambda rule: "" if withheld.in_text(rule[0]) else rule[0], style)
    return None if withheld.in_text(left) else left
