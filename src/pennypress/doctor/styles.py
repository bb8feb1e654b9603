"""Does the page let the style sheet in?"""

from __future__ import annotations

from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.fronts import OWN_PATHS
from pennypress.doctor.outside import bytes_of, field_of, fields_of, tried
from pennypress.doctor.policy import mended, policies_of
from pennypress.doctor.visit import Visit
from pennypress.pages.notice import STYLE_URL


async def are_let_in(visit: Visit) -> Finding:
    """The style sheet of notice and wall arrives, and the Content-Security-Policy of an article's page allows it."""
    outside = visit.outside
    if visit.plain is None and visit.health is None:
        return unseen("No gateway answered, so there is no style sheet to ask for.")
    sheet = await tried(outside.get(STYLE_URL))
    if sheet is not None and sheet.status == 421:
        return unseen("The gateway refuses the name that the front hands on: mend that first.")
    kind = field_of(sheet, "content-type") if sheet is not None else ""
    if sheet is None or sheet.status != 200 or not kind.startswith("text/css"):
        got = "nothing" if sheet is None else f"{sheet.status} {kind}".strip()
        return red(
            f"{STYLE_URL} is answered {got}, not with ours: the front looks for a file of that name.",
            *visit.fronts.paste(OWN_PATHS),
        )
    answer = visit.reading.first if visit.reading is not None else visit.arrival.front
    policies = policies_of(fields_of(answer, "content-security-policy"), bytes_of(answer))
    lines = [line for policy in policies if (line := mended(policy, outside.home + STYLE_URL))]
    if lines:
        return red(
            "The page's Content-Security-Policy keeps our style sheet out: notice and wall stand there unstyled.",
            *(Paste("the site's Content-Security-Policy, in place of that directive", line) for line in lines),
        )
    said = "and the page's Content-Security-Policy lets it in" if policies else "and no Content-Security-Policy is set"
    return green(f"The style sheet arrives, {said}.")
