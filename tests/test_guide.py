"""docs/operations.md tells a stranger nothing that is not so."""

import re
from dataclasses import fields

import click
import pytest

from api.cli import COMMANDS, main
from api.settings import Settings
from tests.checked import ROOT

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def blocks() -> str:
    """What is to be typed."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))


def calls() -> list[str]:
    """Each call of the command: in blocks, and between backticks."""
    typed = re.findall(r"(?:^|bin/| )counterclaim ([a-z]+(?: .*)?)$", blocks(), re.MULTILINE)
    told = re.findall(r"`counterclaim ([a-z][^`]*)`", GUIDE.replace("\n", " "))
    return sorted({call for call in [*typed, *told] if not call.startswith(("--", "/"))})


def test_it_has_calls() -> None:
    assert len(calls()) > 15


@pytest.mark.parametrize("call", calls())
def test_every_command_and_option_in_it_exists(call: str) -> None:
    command: click.Command = main
    words = call.split()
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        inner = command.get_command(click.Context(command), name)
        assert inner, f"{call}: there is no {name}"
        command = inner
    options = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"(?<!\S)--[a-z-]+", " ".join(words))) <= options, call


def test_every_command_stands_in_it_or_in_the_readme() -> None:
    told = GUIDE + (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", told), name
        for inner in getattr(main.get_command(click.Context(main), name), "commands", {}):
            assert re.search(rf"\b{name} ([a-z]+\|)*{inner}\b", told), f"{name} {inner}"


def test_every_setting_that_it_names_exists() -> None:
    settings = {setting.name for setting in fields(Settings)}
    others = {"BODY_WITHIN", "POSTGRES_PASSWORD", "SITE", "SQLITE_TMPDIR"}
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+|SITE|PORT|HOST|PROCESSES|THREADS)(?:=[^`]*)?`", GUIDE))
    assert named <= settings | others


def test_every_file_that_it_names_exists() -> None:
    for name in re.findall(r"(?<![\w/])(?:/opt/counterclaim/)?((?:deploy|docs)/[\w./-]*\w)", GUIDE):
        assert (ROOT / name).exists() or name == "deploy/.env", name


def test_its_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)
    }
    for anchor in re.findall(r"\]\(#([\w-]+)\)", GUIDE):
        assert anchor in headings
