"""Asking a site for one page as nobody in particular: no cookies, no redirects followed, a bounded body."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import aiohttp
import yarl

from pennypress.core.target import Target
from pennypress.errors import OriginError, OriginFailure
from pennypress.http.answer import Answer
from pennypress.http.unreachable import in_words


async def ask(
    base: str,
    target: Target,
    *,
    host: str,
    agent: str,
    largest: int,
    seconds: float,
    scheme: str | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
    method: str = "GET",
) -> Answer:
    """The answer of the site at ``base`` (scheme, host and port) for a target, asked for under the name ``host``, as by
    a reader who came by ``scheme``, with ``more`` headers.

    Raises OriginError, TOO_LARGE for a body of more than ``largest`` bytes.
    """
    headers = {
        "Host": host,
        "User-Agent": agent,
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Encoding": "gzip, br, zstd",
    }
    if scheme is not None:
        headers["X-Forwarded-Proto"] = scheme
    headers.update(more)
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False, timeout=timeout
            ) as session,
            session.request(
                method, yarl.URL(base + target.forwarded, encoded=True), headers=headers, allow_redirects=False
            ) as response,
        ):
            body = await _read(response, largest)
            fields = tuple((name.lower(), value) for name, value in response.raw_headers)
            return Answer(response.status, fields, body)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        kind = OriginFailure.TIMEOUT if isinstance(error, TimeoutError) else OriginFailure.DOWN
        raise OriginError(kind, in_words(error)) from error


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes:
    held = bytearray()
    async for chunk in response.content.iter_any():
        held += chunk
        if len(held) > largest:
            raise OriginError(OriginFailure.TOO_LARGE, f"the page is larger than {largest:,} bytes")
    return bytes(held)
