"""What every template of the office may say."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pennypress.office.installation import installation


def paper(request: HttpRequest) -> dict[str, Any]:
    """The paper, and the paths of the office."""
    config = installation().config
    return {"paper": config.paper, "office": config.office}
