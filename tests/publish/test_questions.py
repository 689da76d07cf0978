"""The eight users' questions: for each, the page that `docs/questions.md` names is opened, and its answer is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from gisement.publish.web.site import Site

PROJECT = Path(__file__).resolve().parents[2]
TOLD = (PROJECT / "docs" / "questions.md").read_text(encoding="utf-8")
USERS = re.split(r"^## (\d\. .+)$", TOLD, flags=re.MULTILINE)
BY_USER = dict(zip(USERS[1::2], USERS[2::2], strict=True))
ROW = re.compile(r"^\| (.+\?) \| `(.+?)` \| (?:`(.+?)`|(document|commande)) \| `(\w+)` \|$", re.MULTILINE)
ANSWER = 20
"""Letters under which an element answers nothing."""


def rows(user: str) -> list[tuple[str, str, str, str]]:
    """Question, page or command, what answers, test."""
    return [(q, where, answer, test) for q, where, answer, _, test in ROW.findall(BY_USER[user].split("\n## ")[0])]


def test_every_question_of_the_eight_users_has_its_line() -> None:
    assert [len(rows(user)) for user in BY_USER] == [7, 8, 6, 7, 6, 5, 6, 5]


@pytest.mark.parametrize("user", BY_USER)
def test_a_user_finds_the_answer_to_each_question(user: str, wide: Page, site: Site) -> None:
    words = {
        "ACHETEUR": site.served.found("", kind="buyer")[0]["key"],
        "BESOIN": "cleaning_services",
        "FENÊTRE": site.windows()[0].identifier,
    }
    for question, where, answer, _ in rows(user):
        if not where.startswith("/"):
            continue
        for word, value in words.items():
            where = where.replace(word, value)
        reply = wide.goto(where)
        assert reply is not None, question
        assert reply.status == 200, f"{question} {where}"
        found = wide.locator(answer).first
        assert found.count() == 1, f"{question} {where} {answer}"
        section = found.locator(
            "xpath=ancestor-or-self::*[self::section or self::table or self::article or self::p][1]"
        )
        text = (section if section.count() else found).first.text_content() or ""
        assert len(text) > ANSWER, f"{question} {where} {answer}"


def test_what_is_a_document_or_a_command_is_documented_and_tried() -> None:
    commands = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    tests = {path.stem for path in (PROJECT / "tests").rglob("test_*.py")}
    for user in BY_USER:
        for question, where, _, test in rows(user):
            assert test in tests, question
            if not where.startswith("/"):
                name = " ".join(word for word in where.split()[1:] if not word.startswith("--"))
                assert f"## `{name}`" in commands, question
