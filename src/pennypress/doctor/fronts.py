"""What stands in front, told by how it answers, and the lines that each kind of front takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pennypress.config.addresses import HostAddress, SocketAddress
from pennypress.doctor.finding import Paste
from pennypress.doctor.outside import field_of
from pennypress.http.answer import Answer


class Front(Enum):
    """The servers whose lines we know: what people call each, and where in its file the lines stand."""

    NGINX = ("nginx", "in the location that leads to Pennypress")
    CADDY = ("Caddy", "in the site's block")
    APACHE = ("Apache", "in the site's VirtualHost")


@dataclass(frozen=True, slots=True)
class Lines:
    """The same thing said to each kind of front. ``server`` is where nginx takes them in its server, not in a
    location."""

    nginx: str
    caddy: str
    apache: str
    server: bool = False


TO_GATEWAY = Lines(
    """location / {
    proxy_pass %(gateway)s;
    proxy_http_version 1.1;
    proxy_set_header Host %(host)s;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
}""",
    "reverse_proxy %(gateway)s",
    'ProxyPreserveHost On\nProxyPass "/" "%(gateway)s/"\nRequestHeader set X-Forwarded-Proto "%(scheme)s"',
    server=True,
)
OWN_PATHS = Lines(
    """location ^~ /-/pennypress/ {
    proxy_pass %(gateway)s;
    proxy_set_header Host %(host)s;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
}""",
    "handle /-/pennypress/* {\n    reverse_proxy %(gateway)s\n}",
    'ProxyPass "/-/pennypress/" "%(gateway)s/-/pennypress/"',
    server=True,
)
HOST = Lines(
    "proxy_set_header Host %(host)s;",
    "reverse_proxy %(gateway)s {\n    header_up Host {hostport}\n}",
    "ProxyPreserveHost On",
)
ADDRESS = Lines(
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "reverse_proxy %(gateway)s {\n    header_up X-Forwarded-For {remote_host}\n}",
    "ProxyAddHeaders On",
)
SCHEME = Lines(
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "reverse_proxy %(gateway)s {\n    header_up X-Forwarded-Proto {scheme}\n}",
    'RequestHeader set X-Forwarded-Proto "https"',
)
COOKIES_IN = Lines(
    "proxy_set_header Cookie $http_cookie; # in place of every other line that sets Cookie",
    "# take out: header_up -Cookie",
    "# take out: RequestHeader unset Cookie",
)
COOKIES_OUT = Lines(
    "# take out: proxy_hide_header Set-Cookie;",
    "# take out: header_down -Set-Cookie",
    "# take out: Header unset Set-Cookie",
)
NO_CACHE = Lines(
    "proxy_cache off; # in place of any other line that sets proxy_cache", "# take out: cache", 'CacheDisable "/"'
)
NO_EXPIRES = Lines(
    "expires off; # and take out every line that sets or hides Cache-Control",
    "# take out: header Cache-Control",
    "ExpiresActive Off\n# take out: Header set Cache-Control",
)
TO_HTTPS = Lines(
    "server {\n    listen 80;\n    server_name %(name)s;\n    return 301 https://$host$request_uri;\n}",
    "# take out of the global options: auto_https off",
    '<VirtualHost *:80>\n    ServerName %(name)s\n    Redirect permanent "/" "https://%(name)s/"\n</VirtualHost>',
    server=True,
)

_SERVERS = {"nginx": Front.NGINX, "openresty": Front.NGINX, "caddy": Front.CADDY, "apache": Front.APACHE}
_NETWORKS = {
    "cf-ray": "Cloudflare",
    "x-amz-cf-id": "CloudFront",
    "x-fastly-request-id": "Fastly",
    "x-varnish": "Varnish",
}
_KEEP_NOTHING = {
    "Cloudflare": Paste("Cloudflare, a Cache Rule for the site's pages, above the others", "Bypass cache"),
    "CloudFront": Paste("CloudFront, the behaviour for the site's pages", "Cache policy: CachingDisabled"),
    "Fastly": Paste("Fastly, in vcl_fetch", 'if (beresp.http.Cache-Control ~ "no-store") { return (pass); }'),
    "Varnish": Paste(
        "Varnish, in vcl_backend_response",
        'if (beresp.http.Cache-Control ~ "no-store") { set beresp.uncacheable = true; return (deliver); }',
    ),
}


class Fronts:
    """The lines for one installation, whose gateway listens at ``listen`` and whose readers ask at ``home``."""

    def __init__(self, answer: Answer | None, *, listen: HostAddress | SocketAddress, home: str) -> None:
        self.server = None if answer is None else _server_of(answer)
        self.network = None if answer is None else _network_of(answer)
        self._listen = listen
        scheme, _, host = home.partition("://")
        name, colon, _ = host.partition(":")
        self._values = {"host": "$http_host" if colon else "$host", "name": name, "scheme": scheme}

    @property
    def name(self) -> str:
        """What stands in front, as people call it."""
        return self.network or (self.server.value[0] if self.server else "a server that does not say what it is")

    def paste(self, lines: Lines) -> tuple[Paste, ...]:
        """The lines for the server that stands there; for all that we know where it does not say which it is."""
        servers = (self.server,) if self.server is not None else tuple(Front)
        return tuple(self._paste(front, lines) for front in servers)

    def keep_nothing(self, lines: Lines) -> tuple[Paste, ...]:
        """Lines that keep a cache from keeping articles: for the network that answers, and for the server."""
        of_network = (_KEEP_NOTHING[self.network],) if self.network else ()
        return (*of_network, *self.paste(lines))

    def _paste(self, front: Front, lines: Lines) -> Paste:
        name, where = front.value
        said = {Front.NGINX: lines.nginx, Front.CADDY: lines.caddy, Front.APACHE: lines.apache}[front]
        place = f"{name}, in the site's server" if lines.server and front is Front.NGINX else f"{name}, {where}"
        return Paste(place, said % {**self._values, "gateway": _reached(self._listen, front)})


def _reached(listen: HostAddress | SocketAddress, front: Front) -> str:
    """Where a front on the same machine reaches the gateway, as that front writes it."""
    if isinstance(listen, HostAddress):
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)
        return f"http://{HostAddress(host, listen.port)}"
    return {
        Front.NGINX: f"http://unix:{listen.path}:",
        Front.CADDY: f"unix/{listen.path}",
        Front.APACHE: f"unix:{listen.path}|http://localhost",
    }[front]


def _server_of(answer: Answer) -> Front | None:
    server, via = field_of(answer, "server").lower(), field_of(answer, "via").lower()
    return next((front for name, front in _SERVERS.items() if server.startswith(name) or name in via), None)


def _network_of(answer: Answer) -> str | None:
    return next((network for name, network in _NETWORKS.items() if field_of(answer, name)), None)
