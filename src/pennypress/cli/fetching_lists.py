"""Fetching the lists of networks that operators publish."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp

from pennypress.http.unreachable import in_words
from pennypress.readers.published import SOURCES, Source

_SECONDS = 20.0
_LARGEST = 5_000_000
_AGENT = "pennypress-crawlers"


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a list could not be fetched."""

    why: str


async def fetch_all(mirror: str | None) -> list[tuple[Source, bytes | Failed]]:
    """Every list, or why there is none; from where it is published, or a folder that holds all."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    headers = {"User-Agent": _AGENT, "Accept": "application/json"}
    async with aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as session:
        found = await asyncio.gather(*(_fetch(session, source.at(mirror)) for source in SOURCES))
    return list(zip(SOURCES, found, strict=True))


async def _fetch(session: aiohttp.ClientSession, url: str) -> bytes | Failed:
    try:
        async with session.get(url, max_redirects=3) as response:
            if response.status != 200:
                return Failed(f"it answered {response.status}")
            if url.startswith("https:") and response.url.scheme != "https":
                return Failed("it leads to an address that anybody on the way may change")
            held = bytearray()
            async for chunk in response.content.iter_any():
                held += chunk
                if len(held) > _LARGEST:
                    return Failed(f"it is larger than {_LARGEST:,} bytes")
            return bytes(held)
    except TimeoutError:
        return Failed("it takes too long")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Failed(f"it cannot be fetched ({in_words(error)})")
