"""Do the CMS's admin and search work?"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pennypress.core.decision import Reason
from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.fronts import HOST, TO_GATEWAY
from pennypress.doctor.outside import field_of, leads_to, text_of, tried
from pennypress.doctor.scheme import BEHIND
from pennypress.doctor.visit import Visit
from pennypress.http.answer import Answer
from pennypress.http.health import is_near
from pennypress.pages.leads import bare_host


@dataclass(frozen=True, slots=True)
class Cms:
    """A CMS: how its pages show it, where one signs in and works, and the search."""

    name: str
    signs: tuple[str, ...]
    paths: tuple[str, ...]
    patterns: tuple[str, ...]


_KNOWN = (
    Cms(
        "WordPress",
        ("/wp-content/", "/wp-includes/", 'content="WordPress', "wp-json"),
        ("/wp-login.php", "/wp-admin/", "/?s=news"),
        ("/wp-login.php", "/wp-admin/**"),
    ),
    Cms(
        "Drupal",
        ('content="Drupal', "drupal-settings-json", "/sites/default/files/", "/core/misc/drupal"),
        ("/user/login", "/admin", "/search/node?keys=news"),
        ("/user/**", "/admin/**", "/search/**"),
    ),
)


_INNER = (".internal", ".local", ".lan", ".localdomain")


async def works(visit: Visit) -> Finding:
    """Signing in, the admin and the search are answered as the site behind answers them, and are not metered."""
    cms = _cms_of(visit.arrival.front)
    if cms is None:
        return unseen("The front page shows neither WordPress nor Drupal: try your CMS's admin and search yourself.")
    answers = [(path, await tried(visit.outside.head(path))) for path in cms.paths]
    metered = [path for path, answer in answers if answer is not None and _may_be_walled(answer)]
    if metered:
        patterns = ", ".join(f'"{pattern}"' for pattern in cms.patterns)
        return red(
            f"{_listed(metered)} counts as an article.",
            Paste(
                "pennypress.toml, above every other rule, then reload",
                f'[[rules]]\naccess = "free"\npaths = [{patterns}]',
            ),
        )
    astray = _astray(visit, answers)
    if astray is not None:
        return astray
    behind = [await _behind(visit, path) for path in cms.paths]
    differing = [
        f"{path} ({_status(answer)}; the site behind: {_status(own)})"
        for (path, answer), own in zip(answers, behind, strict=True)
        if own is not None and _status(answer) != _status(own)
    ]
    if differing:
        return red(
            f"{cms.name} is answered otherwise than by the site behind: {_listed(differing)}.",
            *visit.fronts.paste(TO_GATEWAY),
        )
    return _judged_alone(visit, cms, answers, compared=any(own is not None for own in behind))


def _may_be_walled(answer: Answer) -> bool:
    """Whether an answer is an article's, and no rule makes it free."""
    return field_of(answer, "pennypress-reason") not in ("", Reason.FREE)


def _astray(visit: Visit, answers: list[tuple[str, Answer | None]]) -> Finding | None:
    """Where signing in or the admin leads away from the paper's own address; None where nothing does."""
    home = visit.outside.home
    for path, answer in answers:
        address = None if answer is None else leads_to(home, answer)
        if address is None:
            continue
        if _is_inner(visit, urlsplit(address).hostname or ""):
            return red(f"{path} leads readers where they cannot go, to {address}.", *visit.fronts.paste(HOST))
        if bare_host(address) == bare_host(home) and home.startswith("https:") and address.startswith("http:"):
            return red(f"{path} leads to {address}: the site takes https for http.", *BEHIND)
    return None


def _is_inner(visit: Visit, name: str) -> bool:
    """Whether a name is one by which only the paper's own machines know each other, and is not the one asked for."""
    if name == visit.outside.name:
        return False
    upstream = urlsplit(visit.config.gateway.upstream).hostname if visit.config is not None else None
    return name == upstream or is_near(name) or "." not in name or name.endswith(_INNER)


def _judged_alone(visit: Visit, cms: Cms, answers: list[tuple[str, Answer | None]], *, compared: bool) -> Finding:
    """What the answers say by themselves."""
    listed = _listed([f"{path} ({_status(answer)})" for path, answer in answers])
    if compared:
        return green(f"{cms.name}: {listed}, as the site behind answers them.")
    broken = [f"{path} ({_status(answer)})" for path, answer in answers if answer is None or _is_broken(answer)]
    if broken:
        return red(f"{cms.name} does not work: {_listed(broken)}.", *visit.fronts.paste(TO_GATEWAY))
    if all(answer is not None and answer.status < 400 for _, answer in answers):
        return green(f"{cms.name}: {listed}; the site behind was not reached to compare.")
    return unseen(f"{cms.name}: {listed}. Whether the site behind answers so itself was not seen from here.")


async def _behind(visit: Visit, path: str) -> Answer | None:
    """The answer of the site behind itself; None where it is not reached from here."""
    if visit.config is None or visit.behind is None:
        return None
    return await tried(visit.outside.behind(visit.config.gateway.upstream, path, method="HEAD"))


def _cms_of(front: Answer) -> Cms | None:
    page = text_of(front)
    said = f"{page} {field_of(front, 'x-generator')} {field_of(front, 'link')}"
    generator = field_of(front, "x-generator")
    named = (cms for cms in _KNOWN if cms.name in generator or any(sign in said for sign in cms.signs))
    return next(named, None)


def _is_broken(answer: Answer) -> bool:
    return answer.status in (400, 405, 421) or answer.status >= 500


def _status(answer: Answer | None) -> str:
    return "no answer" if answer is None else str(answer.status)


def _listed(texts: list[str]) -> str:
    return ", ".join(texts)
