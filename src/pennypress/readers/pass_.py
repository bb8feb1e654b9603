"""The reader's pass: a cookie that holds an opaque random id and a keyed tag, and nothing else."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

from pennypress.core.meter import ReaderId
from pennypress.readers.keys import Keys

NAME = "pennypress"
SECURE_NAME = "__Host-pennypress"

_ID_BYTES = 16
_TAG_BYTES = 16
_MAX_AGE = 393 * 24 * 60 * 60  # thirteen months, however short they are
_EXAMINED = 8
_REMEMBERED = 16384
_FIELDS_REMEMBERED = 1024
_SHORT = 2048
"""With these two nobody fills more than some 4 MB with cookies of their own making."""

_NAME = NAME.encode("ascii")
_VALUE = re.compile(rb"[A-Za-z0-9_-]{43}")
_PADDING = b" \t\x00\x0b\x0c\x85\xa0"
# Some fronts join Cookie fields with a comma, and some origins split there: both count as ends of a cookie.
_OURS = re.compile(
    rb'(?:^|[;,])[\x00-\x20\x85\xa0"=]*((?:__Host-)?pennypress(?:-account|-language)?)[\x00-\x20\x85\xa0"]*=([^;,]*)'
)


class Cookies(NamedTuple):
    """What a request's Cookie fields hold: the ids of readers' passes, those of devices', and the fields as the origin
    may see them, without a pass in any spelling and without the office's cookies, else byte for byte."""

    readers: tuple[ReaderId, ...]
    devices: tuple[ReaderId, ...]
    others: tuple[bytes, ...]


class Passes:
    """Reads and writes passes. ``secure`` is for a paper on https: then the cookie is bound to its host."""

    def __init__(self, keys: Keys, *, secure: bool) -> None:
        self.name = SECURE_NAME if secure else NAME
        self._keys = keys.derive("reader's pass")
        self._device_keys = keys.derive("device's pass")
        self._name = self.name.encode("ascii")
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self._cookies = lru_cache(maxsize=_FIELDS_REMEMBERED)(self._read)
        self._verified: OrderedDict[bytes, tuple[ReaderId, bool]] = OrderedDict()

    def read(self, cookie_headers: Sequence[bytes]) -> tuple[ReaderId, ...]:
        """The ids of the passes that verify, each once, in the order of the request's Cookie fields.

        Forged, cut and foreign values are passed over. Of a request's values under our name the first eight count.
        """
        return self.cookies(cookie_headers).readers

    def read_devices(self, cookie_headers: Sequence[bytes]) -> tuple[ReaderId, ...]:
        """The same for devices: browsers that have signed in to an account. The tag of a device's pass is made with
        another key, so that who never signed in costs no look-up of rights."""
        return self.cookies(cookie_headers).devices

    def cookies(self, cookie_headers: Sequence[bytes]) -> Cookies:
        """What the Cookie fields of a request hold. What is short is remembered: a browser says the same with a page
        and with all that the page is made of."""
        fields = tuple(cookie_headers)
        return self._cookies(fields) if sum(map(len, fields)) <= _SHORT else self._read(fields)

    def _read(self, cookie_headers: tuple[bytes, ...]) -> Cookies:
        found: tuple[list[ReaderId], list[ReaderId]] = ([], [])
        others: list[bytes] = []
        left = _EXAMINED
        for header in cookie_headers:
            matches = list(_passes(header)) if _NAME in header else []
            for match in matches:
                if match[1] != self._name or not left:
                    continue
                left -= 1
                verified = self._verify(match[2].strip(_PADDING).strip(b'"'))
                if verified is not None and verified[0] not in found[verified[1]]:
                    found[verified[1]].append(verified[0])
            other = _without(header, matches)
            if other:
                others.append(other)
        return Cookies(tuple(found[0]), tuple(found[1]), tuple(others))

    def fresh(self, random: Callable[[int], bytes]) -> ReaderId:
        """A new reader's id, from a source of secret random bytes such as ``os.urandom``."""
        return ReaderId(random(_ID_BYTES))

    def set_cookie(self, reader: ReaderId) -> bytes:
        """The value of the Set-Cookie field that gives a reader their pass."""
        value = _encode(reader + _tag(reader, self._keys[0])).decode("ascii")
        return f"{self.name}={value}; Max-Age={_MAX_AGE}; {self._attributes}".encode("ascii")

    def set_device_cookie(self, device: ReaderId) -> bytes:
        """The value of the Set-Cookie field that gives a device its pass."""
        value = _encode(device + _tag(device, self._device_keys[0])).decode("ascii")
        return f"{self.name}={value}; Max-Age={_MAX_AGE}; {self._attributes}".encode("ascii")

    def _verify(self, value: bytes) -> tuple[ReaderId, bool] | None:
        """The id of a pass, and whether it is a device's; None for a value that is no pass of ours."""
        known = self._verified.get(value)
        if known is not None:
            self._verified.move_to_end(value)
            return known
        if not _VALUE.fullmatch(value):
            return None
        raw = urlsafe_b64decode(value + b"=")
        reader, tag = ReaderId(raw[:_ID_BYTES]), raw[_ID_BYTES:]
        # The last of the 43 letters has two bits to spare: only one of its four spellings is ours.
        if _encode(raw) != value:
            return None
        is_device = not _fits(reader, tag, self._keys)
        if is_device and not _fits(reader, tag, self._device_keys):
            return None
        self._verified[value] = reader, is_device
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return reader, is_device


def _encode(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")


def _tag(reader: bytes, key: bytes) -> bytes:
    return blake2b(reader, key=key, digest_size=_TAG_BYTES).digest()


def _fits(reader: bytes, tag: bytes, keys: Sequence[bytes]) -> bool:
    return any(compare_digest(tag, _tag(reader, key)) for key in keys)


def _passes(header: bytes) -> Iterator[re.Match[bytes]]:
    """The cookies under our names, the office's among them, each with the separator before it."""
    done, name = 0, header.find(_NAME)
    while name >= 0:
        separator = max(header.rfind(b";", done, name), header.rfind(b",", done, name), done)
        match = _OURS.match(header, separator)
        done = name + len(_NAME)
        if match:
            yield match
            done = match.end()
        name = header.find(_NAME, done)


def _without(header: bytes, matches: Sequence[re.Match[bytes]]) -> bytes:
    """A Cookie field less the cookies found in it."""
    if not matches:
        return header
    kept, done = [], 0
    for match in matches:
        kept.append(header[done : match.start()])
        done = match.end()
    kept.append(header[done:])
    # Where ours stood first, the separator behind it is left over.
    return b"".join(kept) if kept[0] else b"".join(kept).lstrip(b";, \t")
