"""One arrow: route, schema, models, extraction or matching. Nothing points back; the imports say so."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import vocabulary

ROOT = Path(__file__).parent.parent

#: What knows the web, and what knows the tables.
WEB = ("api", "flask", "werkzeug", "marshmallow", "apispec", "click", "granian")
TABLES = ("peewee", "playhouse", "psycopg", "sqlite3", "models.storage", "models.tables")


def _files(room: str) -> list[Path]:
    found = sorted((ROOT / room).rglob("*.py"))
    assert found, f"{room} is empty: the rule would hold nothing"
    return found


def _imported(file: Path) -> Iterator[str]:
    """Every module and every name that a file imports, with dots: `models.vocabulary.SCOPES`."""
    return _names(ast.parse(file.read_text(encoding="utf-8")), file)


def _names(tree: ast.Module, file: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute here"
            for name in node.names:
                yield f"{node.module}.{name.name}"


def _reached(room: str, *forbidden: str) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in _files(room)
        for name in _imported(file)
        if any(name == module or name.startswith(f"{module}.") for module in forbidden)
    ]


def test_the_inside_knows_nothing_of_the_outside() -> None:
    assert _reached("models", *WEB) == []


@pytest.mark.parametrize("room", ["extraction", "matching"])
def test_what_is_pure_knows_neither_tables_nor_web(room: str) -> None:
    if not (ROOT / "models" / room).exists():
        assert room == "matching", "models/matching is not built yet"
        return
    assert _reached(f"models/{room}", *WEB, *TABLES) == []
    inside = {name for file in _files(f"models/{room}") for name in _imported(file) if name.startswith("models")}
    assert {name for name in inside if not name.startswith(f"models.{room}")} == set()


def test_a_schema_is_a_shape() -> None:
    assert _reached("api/schemas", "flask", "api.routes", "peewee", "playhouse") == []
    used = {name for file in _files("api/schemas") for name in _imported(file) if name.startswith("models")}
    assert used, "schemas take their lists of words from models/vocabulary.py"
    assert {name for name in used if not name.startswith("models.vocabulary.")} == set()


def test_the_vocabulary_holds_words_and_imports_nothing() -> None:
    assert list(_imported(ROOT / "models" / "vocabulary.py")) == []
    constants = {name: value for name, value in vars(vocabulary).items() if not name.startswith("__")}
    assert all(name.isupper() and isinstance(value, tuple) for name, value in constants.items())


def test_the_outside_knows_no_peewee_and_no_database() -> None:
    assert _reached("api", "peewee", "playhouse", "psycopg", "sqlite3", "models.tables") == []
    assert [file for file in _files("api") if "on_sqlite" in file.read_text(encoding="utf-8")] == []


def test_a_route_asks_the_models_and_no_table() -> None:
    assert (
        _reached("api/routes", "peewee", "playhouse", "models.storage", "models.tables", "models.queries.shapes") == []
    )


def test_only_the_errors_know_the_statuses_of_refusals() -> None:
    knowing = {
        file.relative_to(ROOT).as_posix()
        for file in _files("api")
        if "STATUS: dict[type[refusals" in file.read_text(encoding="utf-8")
    }
    assert knowing == {"api/contract/errors.py"}
    assert _reached("api/routes", "models.refusals") == []


def test_sees_an_import_inside_a_function() -> None:
    tree = ast.parse("def f():\n    from flask import request\n")
    assert list(_names(tree, Path("x.py"))) == ["flask.request"]
