"""Is the newest article's body found?"""

from __future__ import annotations

from pennypress.config import Config
from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.outside import page_of
from pennypress.doctor.suggest import body_selector
from pennypress.doctor.visit import Visit
from pennypress.http.answer import Answer
from pennypress.pages.page import PageOptions

_UNDER_ARTICLES = "pennypress.toml, under [articles], then reload"


async def is_found(visit: Visit) -> Finding:
    """The rule by which the gateway finds the article's body, and how much of it."""
    reading, front = visit.reading, visit.arrival.front
    if reading is None and front.status >= 500:
        return red(f"The front page answers {front.status}: start the site behind, or mend [gateway] upstream.")
    if reading is None and visit.newest.targets:
        return unseen(f"{', '.join(visit.newest.targets)} ({visit.newest.named_by}): none of it is answered 200.")
    if reading is None:
        return unseen("No article was found: no feed or sitemap names one, and the front page links to none.")
    answer = visit.behind if reading.access == "preview" else reading.first
    if answer is None:
        return unseen(
            f'{reading.path} came as the preview ("{reading.reason}"), and the site behind is not reached from here: '
            f"pennypress explain {reading.path}, on the server, shows its body."
        )
    return judged(reading.path, visit.newest.named_by, answer, options_of(visit.config))


def judged(path: str, named_by: str, answer: Answer, options: PageOptions) -> Finding:
    """What is said of an article's page that came whole."""
    page = page_of(answer, path, options)
    where = f"{path} ({named_by})"
    if page is None:
        return red(
            f"{where} cannot be read as a page.", Paste("the site's answer", "Content-Type: text/html; charset=utf-8")
        )
    if page.body_rule is None:
        return _none_found(where, answer)
    found = f'found by "{page.body_rule}": {page.words:,} words in {page.blocks} blocks'
    if options.selector is not None and page.body_rule != "selector":
        said = f'[articles] body = "{options.selector}" matches nothing in {where}. Its body is {found}.'
        return red(said, _line(answer) or Paste(_UNDER_ARTICLES, f'# take out: body = "{options.selector}"'))
    if page.brief:
        return green(f"{where}: {found}; so short an article is free.")
    return green(f"{where}: {found}.")


def options_of(config: Config | None) -> PageOptions:
    """How the gateway reads pages."""
    if config is None:
        return PageOptions()
    return PageOptions(config.articles.body, config.articles.preview, config.articles.scripts)


def _none_found(where: str, answer: Answer) -> Finding:
    said = f"No body is found in {where}: without a grant the headline and the wall go out alone."
    line = _line(answer)
    if line is not None:
        return red(said, line)
    return red(
        f"{said} The page holds hardly any text: if a script brings it, let the site send it with the page.",
        Paste(f"{_UNDER_ARTICLES}; the element that holds the text", 'body = "article .body"'),
    )


def _line(answer: Answer) -> Paste | None:
    selector = body_selector(answer)
    return Paste(_UNDER_ARTICLES, f'body = "{selector}"') if selector else None
