"""Documents say what is so: the files, functions and links that they name exist, and notes keep their form."""

import ast
import re
from pathlib import Path

import pytest

from tests.checked import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "bench/*.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts
)
NOTES = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
SOURCES = sorted(path for room in ("api", "models", "bench", "deploy") for path in (ROOT / room).rglob("*.py"))

#: A path of the checkout: what follows a folder of ours, up to the end of the name. One with `<noun>` or `NNNN` in it
#: is a pattern.
_PATH = re.compile(
    r"(?<![\w/.…-])(?:/opt/counterclaim/)?"
    r"((?:api|models|tests|docs|bench|deploy|examples|\.ci)/(?:[\w./<>-]*[\w/>])?)"
)
#: The most words of a note.
LONGEST_NOTE = 200


def named(text: str) -> set[str]:
    """List the paths of the checkout that a text names."""
    return {path for path in _PATH.findall(text) if "NNNN" not in path}


def exists(path: str) -> bool:
    """Tell whether a file or folder has this path; a note may be named by its number, a noun's file by `<noun>`."""
    if "<noun>" in path:
        return any(ROOT.glob(path.replace("<noun>", "*")))
    if re.fullmatch(r"docs/decisions/\d{4}", path):
        return any(ROOT.glob(f"{path}-*.md"))
    # What is made by a command or by hand, and not committed.
    return (ROOT / path).exists() or path in ("deploy/.env", "bench/.venv")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    missing = {path for path in named(document.read_text(encoding="utf-8")) if not exists(path)}
    assert missing == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def anchors(document: Path) -> set[str]:
    """List the anchors that a document's headings have on GitHub."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_target_of_make_that_a_document_names_exists(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    typed = re.findall(r"(?:^|`)make ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(typed) - set(targets) == set()


def test_the_list_of_fault_tests_names_each_file() -> None:
    folder = ROOT / "tests" / "faults"
    named = re.findall(r"`(test_\w+\.py)`", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(path.name for path in folder.glob("test_*.py"))


def test_every_note_that_the_code_names_exists() -> None:
    for source in SOURCES:
        for number in re.findall(r"docs/decisions/(\d{4})", source.read_text(encoding="utf-8")):
            assert exists(f"docs/decisions/{number}"), f"{source.relative_to(ROOT)} names note {number}"


def test_every_function_of_the_two_walks_stands_in_its_file() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\| `([\w/]+\.py)` \| `(\w+)` \|", text, re.MULTILINE)
    assert len(steps) > 20
    missing = [f"{path}: {name}" for path, name in steps if name not in defined(ROOT / path)]
    assert missing == []


def defined(file: Path) -> set[str]:
    """List the functions, methods and classes that a file defines."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, kinds)}


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.stem)
def test_a_note_begins_with_its_decision_and_is_short(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    title, decision, status, *rest = text.split("\n\n")
    assert title.startswith(f"# {int(note.stem[:4])}. ")
    assert decision.endswith(".")
    assert re.fullmatch(r"Status: (accepted|replaced by note \d+)\.", status)
    assert rest[0].startswith("Context: ")
    assert any(part.startswith("Rejected:") for part in rest)
    assert len(re.findall(r"\S*\w\S*", text)) <= LONGEST_NOTE


def test_the_index_lists_each_note_once() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d+)\]\(([\w-]+\.md)\) \| .+ \|$", index, re.MULTILINE)
    assert rows == [(str(int(note.stem[:4])), note.name) for note in NOTES]


def test_the_changelog_says_in_forty_lines_what_the_first_version_is() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = changelog[changelog.index("## 0.1.0") :]
    assert len(first.splitlines()) <= 40
    assert set(re.findall(r"^### (.*)$", first, re.MULTILINE)) <= {"Added", "Changed", "Fixed"}
