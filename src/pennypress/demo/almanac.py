"""What makes one page of the demo as heavy as a big paper's: a year of tides drawn, an archive, and page state."""

from __future__ import annotations

import json
import math
from itertools import islice, product

from pennypress.demo.stories import Story, stories

CHART_PLACE = "<!-- the chart of the year stands here -->"

_TIDES = 1_411
_ARCHIVED = 180
_STATED = 180
_WHO = """Harbour board|Rowing club|Lifeboat crew|Library friends|Ferry company|Parish council|Quay Street residents
Net-loft tenants|School governors|Bell ringers|Allotment holders|Pier anglers""".replace("\n", "|").split("|")
_WHAT = """votes to keep the old lamp|asks for a second bench|finds the missing minutes|wins the argument about gulls
mends its own roof|invites Ferrow to tea|paints the railings again|returns a borrowed anchor|counts the puffins twice
settles the matter of the gate|opens the sluice at last|buries the hatchet and marks the spot
thanks an unknown knitter|loses its flag to the wind|hears from Australia""".replace("\n", "|").split("|")


def tide_chart() -> str:
    """Every high and low water of a year as one line of SVG."""
    points = []
    for tide in range(_TIDES):
        spring = 1 + 0.35 * math.cos(2 * math.pi * tide / 57.2) + 0.08 * math.cos(2 * math.pi * tide / 705)
        height = 110 + (-80 if tide % 2 else 80) * spring / 1.43 + 4 * math.sin(tide * 1.7)
        points.append(f"{tide * 800 / _TIDES:.2f} {220 - height:.2f}")
    return (
        '<svg viewBox="0 0 800 220" role="img" aria-label="A line that swings between high and low '
        'water, wide at spring tides and narrow at neaps"><path fill="none" stroke="currentColor" stroke-width=".6" '
        f'd="M{"L".join(points)}"/></svg>'
    )


def archive(path: str) -> str:
    """A long list of older headlines, each leading to a section's page."""
    sections = [story.section for story in stories() if story.path != path]
    items = "".join(
        f'<li class="archive-item archive-item--{number % 7}" data-rank="{number}" data-list="archive-of-the-lantern">'
        f'<a class="archive-link" href="/{sections[number % len(sections)]}">'
        f'<span class="archive-year">{2025 - number % 24}</span> '
        f'<span class="archive-title">{headline}</span></a></li>\n'
        for number, headline in enumerate(_headlines(_ARCHIVED))
    )
    title = '<h2 id="archive">From the archive</h2>'
    return f'<section class="archive" aria-labelledby="archive">{title}<ul>\n{items}</ul></section>\n'


def state(story: Story) -> str:
    """The state that a page's own script would read, as many sites carry it: the story once more, and its lists."""
    held = {
        "page": {"type": "story", "path": story.path, "title": story.title, "body": story.text(1)},
        "lists": [
            {
                "id": f"archive-{number:04d}",
                "headline": headline,
                "summary": f"{headline}: from the Lantern of {2025 - number % 24}, on page {number % 9 + 1}.",
                "teaser": {
                    "label": headline.split(" ", maxsplit=1)[0],
                    "crop": "16:9",
                    "widths": [320, 480, 640, 720, 800],
                },
                "position": number,
                "flags": {"paid": False, "live": False, "comments": number % 3 == 0},
            }
            for number, headline in enumerate(_headlines(_STATED))
        ],
    }
    text = json.dumps(held, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="lantern-state">{text}</script>\n'


def _headlines(count: int) -> list[str]:
    return [f"{who} {what}" for what, who in islice(product(_WHAT, _WHO), count)]
