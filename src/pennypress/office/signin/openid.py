"""What a provider says of a reader by OpenID Connect, taken only where it is proved to be meant for us, now, once.

django-allauth knows the protocol's first half (discovery, state, PKCE, the exchange of the code). It takes an ID token
that came over the wire from the provider unverified, and knows no nonce; so the token is verified here.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

from pennypress.office.signin.way_back import absolute

_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that a provider alone can make: none at all is not among them, nor one that the client could make."""
_CLOCKS_DIFFER_BY = 120
_LONGEST_SUBJECT = 255


class AnswerRefused(Exception):
    """An answer of a provider that proves nothing; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says it is; ``mail`` is None where it does not vouch for one."""

    subject: str
    mail: str | None


class Connection(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One sign-in through one provider. What goes wrong on the wire raises requests' and OAuth2's errors."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Our page that the provider sends the reader back to."""
        return absolute(reverse("sign-in-openid-back", args=[self.provider_id]))

    def person(self, token: dict[str, Any], nonce: str) -> Person:
        """Whom the provider's answer to the exchange of a code names. Raises AnswerRefused."""
        claims = self._claims(token.get("id_token"), nonce)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise AnswerRefused("the subject is none")
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            claims = {**claims, **self._said_besides(token, subject)}
        mail = claims.get("email")
        is_verified = claims.get("email_verified") is True
        return Person(subject, mail if is_verified and isinstance(mail, str) else None)

    def _claims(self, id_token: object, nonce: str) -> dict[str, Any]:
        """The claims of an ID token, by section 3.1.3.7 of OpenID Connect Core 1.0."""
        if not isinstance(id_token, str):
            raise AnswerRefused("there is no ID token")
        client = self.get_provider().app.client_id
        try:
            key = self._key(id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=list(_SIGNED_BY),
                audience=client,
                issuer=self.openid_config["issuer"],
                leeway=_CLOCKS_DIFFER_BY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise AnswerRefused(f"the ID token is not good: {type(error).__name__}") from error
        if not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise AnswerRefused("the ID token is of another sign-in")
        if claims.get("azp", client) != client:
            raise AnswerRefused("the ID token is another client's")
        return claims

    def _key(self, id_token: str) -> jwt.PyJWK:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") not in _SIGNED_BY:
            raise AnswerRefused("the ID token is not signed by the provider")
        keys = [key for key in self._keys().keys if key.public_key_use in (None, "sig")]
        named = [key for key in keys if key.key_id == header.get("kid")] if "kid" in header else keys
        if len(named) != 1:
            raise AnswerRefused("the ID token is signed by no key of the provider's")
        return named[0]

    def _keys(self) -> jwt.PyJWKSet:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            return jwt.PyJWKSet.from_dict(answer.json())

    def _said_besides(self, token: dict[str, Any], subject: str) -> dict[str, Any]:
        said = self._fetch_user_info(token["access_token"])
        if said.get("sub") != subject:
            raise AnswerRefused("the provider speaks of somebody else")
        return {name: said[name] for name in ("email", "email_verified") if name in said}


WIRE_ERRORS = (OAuth2Error, requests.RequestException, KeyError, ValueError)
"""What a provider that is down, or talks nonsense, causes."""
