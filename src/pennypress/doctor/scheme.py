"""Is https seen?"""

from __future__ import annotations

from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.fronts import SCHEME, TO_HTTPS
from pennypress.doctor.outside import field_of, leads_to, tried
from pennypress.doctor.reading import cookie_of
from pennypress.doctor.visit import Visit
from pennypress.readers.pass_ import SECURE_NAME

BEHIND = (
    Paste("WordPress, in wp-config.php", "$_SERVER['HTTPS'] = 'on';"),
    Paste("nginx with PHP behind Pennypress", "fastcgi_param HTTPS on;"),
    Paste("Drupal, in settings.php", "$settings['reverse_proxy'] = TRUE;"),
)
"""What tells the site behind that readers come by https."""


async def is_seen(visit: Visit) -> Finding:
    """Readers come by https, the gateway takes it for https, and the pass is bound to it."""
    outside = visit.outside
    if visit.arrival.circle:
        return red(f"{outside.home} redirects in a circle: the site takes https for http.", *BEHIND)
    if not outside.secure:
        return _by_http(visit)
    seen, config = visit.plain, visit.config
    url = Paste("pennypress.toml, under [paper], then reload", f'url = "{outside.home}"')
    if config is not None and not config.paper.secure:
        shown = config.paper.url or "nothing"
        return red(f"Readers come by https, and [paper] url says {shown}: the pass is not bound to https.", url)
    if seen is not None and seen.scheme != "https":
        said = f"{seen.forwarded_proto[-1]!r}" if seen.forwarded_proto else "nothing"
        return red(
            f"You came by https and the front says {said}: the site takes you for a reader by http, and may redirect "
            "for ever.",
            *visit.fronts.paste(SCHEME),
        )
    reading = visit.reading
    cookie = cookie_of(reading.first) if reading is not None else ""
    if cookie and not cookie.startswith(f"{SECURE_NAME}="):
        return red("The pass that was set is not bound to https.", url)
    return await _open_to_http(visit, cookie)


async def _open_to_http(visit: Visit, cookie: str) -> Finding:
    """Whether who comes by http is led to https."""
    outside = visit.outside
    bound = f"The gateway sees https, and the pass is {SECURE_NAME}." if cookie else "The gateway sees https."
    if visit.plain is None and not cookie:
        return unseen(
            "You came by https; whether the gateway knows was not seen, for want of its keys or of an article."
        )
    if outside.port != 443:
        return green(bound)
    plain = await tried(outside.by_http("/"))
    if plain is None:
        return green(f"{bound} By http nothing answers.")
    address = leads_to(outside.plain_home, plain) or ""
    if address.startswith("https:"):
        return green(f"{bound} Who comes by http is led to it.")
    status = f"{plain.status} {field_of(plain, 'server')}".strip()
    return red(
        f"{outside.plain_home}/ is answered ({status}) and does not lead to https: browsers take no pass there, so "
        "nobody is counted.",
        *visit.fronts.paste(TO_HTTPS),
    )


def _by_http(visit: Visit) -> Finding:
    config = visit.config
    if config is not None and config.paper.secure:
        return red(
            f"[paper] url says {config.paper.url}, and {visit.outside.home} is answered by http: browsers take no pass "
            "there, so nobody is counted.",
            *visit.fronts.paste(TO_HTTPS),
        )
    return unseen(f"You asked by http ({visit.outside.home}), so there is no https to see.")
