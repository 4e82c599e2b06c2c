"""A lock file is installed as it stands: pip resolves nothing, so no new release can break an old checkout."""

import re

import pytest

from tests.checked import ROOT

#: Where packages are installed.
PLACES = ("Makefile", "deploy/Containerfile", ".ci/run", "bench/README.md", "docs/operations.md")

#: A command that installs, with the lines that it goes on over.
_INSTALL = re.compile(r"^.*pip install(?:.*\\\n)*.*$", re.MULTILINE)
_LOCK = re.compile(r"-r \S*\.lock")


def installs(text: str) -> list[str]:
    """List the commands in `text` that install from a lock, with variables of make written out."""
    variables = dict(re.findall(r"^(\w+) :?= (.*)$", text, re.MULTILINE))
    commands = [
        re.sub(r"\$\((\w+)\)", lambda name: variables.get(name[1], ""), line) for line in _INSTALL.findall(text)
    ]
    return [command for command in commands if _LOCK.search(command)]


def test_every_install_from_a_lock_takes_no_dependency_from_elsewhere_and_is_checked() -> None:
    found = 0
    for place in PLACES:
        text = (ROOT / place).read_text(encoding="utf-8")
        commands = installs(text)
        found += len(commands)
        for command in commands:
            assert "--require-hashes" in command, command
            assert "--no-deps" in command, command
        assert text.count("pip check") >= len(commands), place
    assert found >= 4


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "bench/requirements.lock"])
def test_a_lock_names_a_hash_for_every_package_and_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9][^\n]*==", text, re.MULTILINE | re.IGNORECASE)
    assert len(packages) > 10
    assert len(re.findall(r"^[a-z0-9].*\\\n    --hash=sha256:", text, re.MULTILINE | re.IGNORECASE)) == len(packages)
    assert "://" not in text
