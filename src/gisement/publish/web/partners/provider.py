"""Sign-in by OpenID Connect: the authorization code flow with PKCE, `state` and `nonce`, against one provider.

ProConnect is one: its identity is in `siret`, `given_name`, `usual_name`, `email`; its userinfo is a signed token.
Source: openid.net/specs/openid-connect-core-1_0 (3.1); RFC 7636; RFC 9700; partenaires.proconnect.gouv.fr.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gisement.terms import Trouble

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are taken: by a key pair. `none`, and secrets shared with the provider, are not among them."""
SCOPE = "openid email siret given_name usual_name"
LEEWAY, PATIENCE, LONGEST_ANSWER = 60, 10.0, 1 << 20


@dataclass(frozen=True)
class Settings:
    """The provider (`issuer`), this site as it knows it, and the address of this site. Secrets come from outside."""

    issuer: str
    client_id: str
    client_secret: str
    address: str
    scope: str = SCOPE

    @property
    def callback(self) -> str:
        """The address to which the provider sends people back."""
        return f"{self.address}/session/callback"


class Provider:
    """What the provider says of itself (read once), and the two steps of a sign-in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._told: Mapping[str, Any] = {}

    def leave(self) -> tuple[str, dict[str, str]]:
        """The address to send someone to, and what the answer must bring back (`state`, `nonce`, `verifier`)."""
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        address, _ = self._client().create_authorization_url(
            self._metadata()["authorization_endpoint"],
            state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"],
        )  # fmt: skip
        return str(address), kept

    def claims(self, query: Mapping[str, str], kept: Mapping[str, str]) -> tuple[dict[str, Any], str]:
        """Who came back, in claims of the identity token and of userinfo, and the token itself (to sign out).

        Raises Trouble where anything is not as it was asked: state, nonce, signature, issuer, audience, time, subject.
        """
        is_ours = secrets.compare_digest(query.get("state", "").encode(), kept.get("state", "-").encode())
        if not is_ours or "code" not in query:
            raise _refused("state")
        if query.get("iss", self.settings.issuer) != self.settings.issuer:
            raise _refused("iss")
        client = self._client()
        try:
            given = client.fetch_token(
                self._metadata()["token_endpoint"], code=query["code"], code_verifier=kept["verifier"],
                grant_type="authorization_code",
            )  # fmt: skip
            identity = self._verified(str(given.get("id_token", "")))
            if identity.get("nonce") != kept["nonce"]:
                raise _refused("nonce")
            more = self._userinfo(client)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise _refused(type(error).__name__) from None
        if more and more.get("sub") != identity["sub"]:
            raise _refused("sub")
        return {**more, **identity}, str(given["id_token"])

    def goodbye(self, hint: str, state: str) -> str:
        """The address at which the provider ends its own session; this site's where it has none."""
        end = self._metadata().get("end_session_endpoint")
        asked = {"id_token_hint": hint, "state": state, "post_logout_redirect_uri": f"{self.settings.address}/"}
        return f"{end}?{urlencode(asked)}" if end and hint else f"{self.settings.address}/"

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self.settings.client_id, self.settings.client_secret, scope=self.settings.scope,
            redirect_uri=self.settings.callback, code_challenge_method="S256", timeout=PATIENCE,
            token_endpoint_auth_method="client_secret_post",
        )  # fmt: skip

    def _metadata(self) -> Mapping[str, Any]:
        if not self._told:
            told = self._json(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.settings.issuer:
                raise _refused("issuer")
            self._told = told
        return self._told

    def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that the provider signed for this site; keys are read anew each time: they change."""
        keys = KeySet.import_key_set(self._json(self._metadata()["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
        )
        registry.validate(claims)
        return dict(claims)

    def _userinfo(self, client: OAuth2Client) -> dict[str, Any]:
        endpoint = self._metadata().get("userinfo_endpoint")
        if not endpoint:
            return {}
        answer = client.get(endpoint)
        answer.raise_for_status()
        if "jwt" in answer.headers.get("content-type", ""):
            keys = KeySet.import_key_set(self._json(self._metadata()["jwks_uri"]))  # type: ignore[arg-type]
            return dict(jwt.decode(answer.text, keys, algorithms=list(ALGORITHMS)).claims)
        return dict(answer.json())

    def _json(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx.get(address, timeout=PATIENCE, follow_redirects=False)
            answer.raise_for_status()
            return dict(json.loads(answer.content[:LONGEST_ANSWER]))
        except (httpx.HTTPError, ValueError) as error:
            raise Trouble(
                fr=f"Le fournisseur d'identité ne répond pas comme il le doit ({type(error).__name__}) : réessayer "
                "plus tard.",
                en=f"The identity provider does not answer as it should ({type(error).__name__}): try again later.",
            ) from None


def _refused(why: str) -> Trouble:
    return Trouble(
        fr=f"La connexion n'a pas abouti ({why}) : recommencer depuis la page de connexion.",
        en=f"The sign-in did not succeed ({why}): begin again from the sign-in page.",
    )
