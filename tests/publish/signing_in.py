"""A server that partners sign in to, a real provider of identities beside it, and browsers that go through both."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx

from gisement.engine.served import Served
from gisement.publish.web.partners.gate import Gate, House
from gisement.publish.web.partners.provider import Provider, Settings
from gisement.publish.web.partners.rights import parse_rights
from gisement.publish.web.serving.running import listen
from gisement.publish.web.site import Site
from gisement.store import Workspace
from gisement.store.kept import note
from tests.conftest import PROJECT
from tests.workspaces import rows

PROVIDER = PROJECT / ".venv" / "oidc"
TOWN, HOSPITAL, NOBODY = "999000029", "999000045", "123456789"
ACCOUNTS = {
    "town": {
        "siret": f"{TOWN}00019",
        "given_name": "A",
        "usual_name": "B",
        "email": "a@example.org",
        "email_verified": True,
    },
    "hospital": {"siret": f"{HOSPITAL}00017", "email": "h@example.org", "email_verified": True},
    "stranger": {"siret": f"{NOBODY}00017", "email": "s@example.org", "email_verified": True},
    "clerk": {"email": "clerk@example.org", "email_verified": True},
    "unverified": {"email": "clerk@example.org", "email_verified": False},
}
RIGHTS = f"""
[[partner]]
siren = "{TOWN}"
role = "editor"
emails = ["Clerk@example.org"]
[[partner]]
siren = "{HOSPITAL}"
emails = ["clerk@example.org"]
"""


@dataclass
class Place:
    """A server that partners sign in to, its address, its provider's, its journal."""

    address: str
    issuer: str
    gate: Gate
    events: list[Mapping[str, Any]] = field(default_factory=list)


def house(workspace: Workspace, made: Place) -> House:
    def keep(event: Mapping[str, Any]) -> None:
        note(workspace, event)
        made.events.append(event)

    return House(
        lambda siren: Site(Served(workspace, siren=siren), {"fr": [], "en": []}),
        lambda: {row["buyer_siren"] for row in rows(workspace, "SELECT DISTINCT buyer_siren FROM payment", ["payment"])},
        Provider(Settings(made.issuer, "gisement", "a secret of the tests", made.address)),
        parse_rights(RIGHTS, "partners.toml"), keep, is_secure=False,
    )  # fmt: skip


class RunningProvider:
    """The provider's process, from its first word to the end of the tests."""

    def __init__(self, site: str, userinfo: str) -> None:
        free = listen("127.0.0.1", 0)
        port = free.getsockname()[1]
        free.close()
        shutil.copy(PROJECT / "tests" / "oidc" / "provider.mjs", PROVIDER)
        command = ["node", "provider.mjs", str(port), site, json.dumps(ACCOUNTS), userinfo]
        self.process = subprocess.Popen(
            command, cwd=PROVIDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.issuer = f"http://127.0.0.1:{port}"

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        return self.issuer

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()


def signed_in(place: Place, account: str) -> httpx.Client:
    """A browser whose user signed in at the provider."""
    browser = httpx.Client(timeout=300)
    come_back = at_provider(browser, place, account)
    answer = browser.get(come_back)
    assert answer.status_code == 303, answer.text
    return browser


def at_provider(browser: httpx.Client, place: Place, account: str) -> str:
    """The address to which the provider sends a user back, once it has signed in there and consented."""
    return through(browser, browser.get(f"{place.address}/session/in"), place, account)


def through(browser: httpx.Client, answer: httpx.Response, place: Place, account: str) -> str:
    while True:
        if answer.is_redirect:
            following = urljoin(str(answer.url), answer.headers["location"])
            if following.startswith(place.address):
                return following
            answer = browser.get(following)
            continue
        assert answer.status_code == 200, answer.text
        action = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
        assert action, answer.text
        assert prompt, answer.text
        filled = {"prompt": prompt[1], "login": account, "password": "any"}
        answer = browser.post(urljoin(str(answer.url), action[1]), data=filled)
