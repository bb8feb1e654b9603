"""An OpenID Connect provider with its own keys that misbehaves as it is told; ``python provider.py`` prints its port.

``POST /be/FAULT`` says how; ``/authorize`` signs in at once whoever was named last by ``POST /person`` (JSON claims).
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_STRANGE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_CURVE = ec.generate_private_key(ec.SECP256R1())


class Provider(ThreadingHTTPServer):
    """What the provider knows."""

    fault = "none"
    person: dict[str, Any] = {}  # noqa: RUF012 -- a test says who it is before anybody is asked
    last_token = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.codes: dict[str, dict[str, str]] = {}

    def token(self, asked: dict[str, str]) -> str:
        """The ID token for a question, with the fault of the day."""
        now, fault = int(time.time()), self.fault
        claims: dict[str, Any] = {
            "iss": self.address,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
            **({} if fault in ("userinfo", "userinfo-of-another") else self.person),
            "sub": self.person["sub"],
        }
        wrong: dict[str, dict[str, Any]] = {
            "wrong-audience": {"aud": "another-client"},
            "another-party": {"aud": [asked["client_id"], "another"], "azp": "another"},
            "wrong-issuer": {"iss": "https://evil.example"},
            "expired": {"iat": now - 7200, "exp": now - 3600},
            "clock-ahead": {"iat": now + 60},
            "clock-far-ahead": {"iat": now + 900},
            "wrong-nonce": {"nonce": "of-another-sign-in"},
        }
        claims.update(wrong.get(fault, {}))
        for missing in {"no-nonce": ["nonce"], "no-expiry": ["exp"], "no-subject": ["sub"]}.get(fault, []):
            del claims[missing]
        if fault == "replay" and self.last_token:
            return self.last_token
        self.last_token = self._signed(claims)
        return self.last_token

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.fault == "unsigned":
            return jwt.encode(claims, "", algorithm="none", headers={"kid": "rsa"})
        if self.fault == "signed-by-the-client":
            return jwt.encode(claims, "the client's secret, which is long", algorithm="HS256", headers={"kid": "rsa"})
        if self.fault == "signed-by-a-stranger":
            return jwt.encode(claims, _STRANGE, algorithm="RS256", headers={"kid": "rsa"})
        if self.fault == "unknown-key":
            return jwt.encode(claims, _STRANGE, algorithm="RS256", headers={"kid": "strange"})
        if self.fault == "signature-cut":
            return jwt.encode(claims, _KEY, algorithm="RS256", headers={"kid": "rsa"}).rpartition(".")[0] + "."
        if self.fault == "elliptic":
            return jwt.encode(claims, _CURVE, algorithm="ES256", headers={"kid": "ec"})
        return jwt.encode(claims, _KEY, algorithm="RS256", headers={"kid": "rsa"})


class Handler(BaseHTTPRequestHandler):
    """Answers."""

    wbufsize = -1  # head and body in one write: else each waits 40 ms for the other side's word
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if self.server.fault == "down":
            self._say(503, b"down", "text/plain")
        elif parts.path == "/.well-known/openid-configuration":
            own = self.server.address
            self._json(
                {
                    "issuer": own,
                    "authorization_endpoint": f"{own}/authorize",
                    "token_endpoint": f"{own}/token",
                    "userinfo_endpoint": f"{own}/userinfo",
                    "jwks_uri": f"{own}/jwks",
                }
            )
        elif parts.path == "/jwks":
            keys = [
                {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key())), "kid": "rsa", "use": "sig"},
                {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_CURVE.public_key())), "kid": "ec", "use": "sig"},
            ]
            self._json({"keys": keys})
        elif parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            code = secrets.token_urlsafe(8)
            self.server.codes[code] = asked
            answer = {"state": asked["state"], **({"error": "access_denied"} if self._denies() else {"code": code})}
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
            self.end_headers()
        else:
            subject = "somebody-else" if self.server.fault == "userinfo-of-another" else self.server.person["sub"]
            self._json({**self.server.person, "sub": subject})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path.startswith("/be/"):
            self.server.fault = self.path.removeprefix("/be/")
            self._json({})
        elif self.path == "/person":
            self.server.person = json.loads(body)
            self._json({})
        else:
            self._exchange({name: values[0] for name, values in parse_qs(body).items()})

    def _exchange(self, given: dict[str, str]) -> None:
        asked = self.server.codes.pop(given.get("code", ""), None)
        if self.server.fault == "nonsense":
            self._say(200, b"<html>busy", "text/html")
        elif asked is None or given.get("redirect_uri") != asked["redirect_uri"] or not given.get("code_verifier"):
            self._say(400, b'{"error": "invalid_grant"}', "application/json")
        elif self.server.fault == "no-token":
            self._json({"access_token": "a", "token_type": "Bearer"})
        else:
            self._json({"access_token": "a", "token_type": "Bearer", "id_token": self.server.token(asked)})

    def _denies(self) -> bool:
        return self.server.fault == "denied"

    def _json(self, value: object) -> None:
        self._say(200, json.dumps(value).encode(), "application/json")

    def _say(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def main() -> None:
    """Serve until killed."""
    provider = Provider()
    sys.stdout.write(f"{provider.server_address[1]}\n")
    sys.stdout.flush()
    provider.serve_forever()


if __name__ == "__main__":
    main()
