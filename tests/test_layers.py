"""Rooms and arrows: which module may import which, and what else the layout promises; read from the sources alone."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from models import vocabulary

ROOT = Path(__file__).parent.parent
API, MODELS = ROOT / "api", ROOT / "models"

#: What knows the web, and what knows a database.
WEB = ("api", "flask", "werkzeug", "marshmallow", "apispec", "click", "granian")
DATABASES = ("peewee", "playhouse", "psycopg", "psycopg_pool", "sqlite3")

#: Modules that lie open beside the nouns: functions over words, which every room may import.
PURE = ("refusals", "addresses", "spans", "claim_text")
#: Rooms from the lowest to the highest; each may import itself and what stands before it.
BELOW = ("storage", "tables", "queries", "history", "nouns")
#: Rooms over the nouns, which do not import one another.
TOP = ("ingest", "transfer", "access", "upkeep")
#: Rooms that import nothing of ours but themselves.
ALONE = ("extraction", "matching")
#: All that the rest of `models` may import of extraction: the nouns cut texts into sentences.
CUTTER = "models.extraction.segmentation"

#: Lines of the longest file, and the files that may be longer.
LONGEST, LONGER = 400, ("models/tables.py", "models/extraction/")
#: How often anything outside storage may ask which of the two databases is bound.
MOST_ASKED = 13
#: The one file of queries that takes apart what people type, and so may use regular expressions.
TYPED = "models/queries/search.py"

#: A word of SQL, a table with its alias, an alias with its dot, or a placeholder.
_SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|WHERE|INDEXED|INDEX|UNION|ORDER BY|GROUP BY)\b"
    r"|^[a-z_]+ [a-z]{1,2}$|^ ?[a-z]{1,2}(\. ?| )$|%s|@\("
)
#: A statement of SQL, as it is written in a string.
_STATEMENT = re.compile(
    r"\bSELECT\s.*\bFROM\b|\bINSERT INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE FROM\b|\bPRAGMA\b", re.DOTALL
)


# -- reading the sources ----------------------------------------------------------------------------


@cache
def files(folder: Path) -> list[Path]:
    """List the modules below a folder."""
    found = sorted(folder.rglob("*.py"))
    assert found, f"{folder} is empty: the rule would hold nothing"
    return found


@cache
def tree_of(file: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def place(file: Path) -> str:
    """Write a file's path from the root of the checkout."""
    return file.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield every name that is imported, inside functions too, with dots: `models.vocabulary.SCOPES`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            for name in node.names:
                yield f"{node.module}.{name.name}"


@cache
def imports_of(file: Path) -> tuple[str, ...]:
    """List every name that a file imports."""
    return tuple(imports(tree_of(file)))


def called(call: ast.Call) -> str:
    """Name the function or method that is called, without what it is a part of."""
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def reached(folder: Path, *forbidden: str) -> list[str]:
    """List the imports of a folder's modules that are one of the `forbidden` modules, or inside one."""
    return [
        f"{place(file)} imports {name}"
        for file in files(folder)
        for name in imports_of(file)
        if any(name == module or name.startswith(f"{module}.") for module in forbidden)
    ]


def modules() -> dict[str, Path]:
    """Name every module of ours, with its file."""
    named = {}
    for file in (*files(API), *files(MODELS)):
        parts = file.relative_to(ROOT).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return named


def ours(names: Iterable[str], known: dict[str, Path]) -> set[str]:
    """Find the modules of ours that hold these names."""
    found = set()
    for name in names:
        module = name
        while module and module not in known:
            module = module.rpartition(".")[0]
        if module:
            found.add(module)
    return found


def room_of(module: str) -> str:
    """Name the room in which a module stands."""
    outside, _, rest = module.partition(".")
    first = rest.partition(".")[0]
    if outside == "api":
        return "api"
    if not first:
        return "models"
    if first in ("tables", "vocabulary"):
        return "tables"
    if first in PURE:
        return "pure"
    rooms = {*BELOW, *TOP, *ALONE}
    return first if first in rooms else "nouns"


def may_import(module: str, other: str) -> bool:
    """Tell whether the table of rooms lets `module` import `other`."""
    room, target = room_of(module), room_of(other)
    if room == target:
        return room != "pure" or other == "models.refusals"
    if room == "api":
        return True
    if target == "pure":
        return room not in ("storage", *ALONE) or (room == "storage" and other == "models.refusals")
    if other == CUTTER:
        return room in ("nouns", *TOP)
    if target in ALONE:
        return room == "ingest"
    order = [*BELOW, room] if room in TOP else list(BELOW)
    return room in order and target in order[: order.index(room)]


def none(found: list[str]) -> None:
    """Fail with what was found, a line each."""
    assert not found, "\n" + "\n".join(found)


# -- arrows -----------------------------------------------------------------------------------------


def test_the_inside_knows_nothing_of_the_outside() -> None:
    none(reached(MODELS, *WEB))


def test_a_room_imports_what_lies_below_it_and_nothing_else() -> None:
    known = modules()
    wrong = [
        f"{module} ({room_of(module)}) imports {other} ({room_of(other)})"
        for module, file in known.items()
        for other in sorted(ours(imports_of(file), known))
        if not may_import(module, other)
    ]
    none(wrong)


def test_no_modules_import_one_another_in_a_circle() -> None:
    known = modules()
    arrows = {module: ours(imports_of(file), known) - {module} for module, file in known.items()}
    while ends := [module for module, others in arrows.items() if not others & arrows.keys()]:
        for module in ends:
            del arrows[module]
    # What only imports a circle is no part of it.
    while starts := [module for module in arrows if not any(module in others for others in arrows.values())]:
        for module in starts:
            del arrows[module]
    none(sorted(arrows))


def test_the_outside_knows_no_database_and_no_sql() -> None:
    written = [
        f"{place(file)}:{node.lineno} holds SQL"
        for file in files(API)
        for node in strings(tree_of(file))
        if _STATEMENT.search(node.value)
    ]
    none(reached(API, *DATABASES) + written)


def strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the strings of a module that are no docstrings."""
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node


def test_what_is_pure_knows_no_database() -> None:
    for room in ALONE:
        assert reached(MODELS / room, *DATABASES) == []
    for module in PURE:
        names = imports_of(MODELS / f"{module}.py")
        assert [name for name in names if name.partition(".")[0] in DATABASES] == []


def test_a_schema_is_a_shape() -> None:
    assert reached(API / "schemas", "flask", "api.routes", "api.contract", *DATABASES) == []
    used = {name for file in files(API / "schemas") for name in imports_of(file) if name.startswith("models")}
    assert used, "schemas take their lists of words from models/vocabulary.py"
    assert {name for name in used if not name.startswith("models.vocabulary.")} == set()


def test_the_vocabulary_holds_words_and_imports_nothing() -> None:
    assert imports_of(MODELS / "vocabulary.py") == ()
    constants = {name: value for name, value in vars(vocabulary).items() if not name.startswith("__")}
    assert all(name.isupper() and isinstance(value, tuple) for name, value in constants.items())


def test_the_outside_knows_no_peewee_and_no_database() -> None:
    assert reached(API, *DATABASES, "models.tables") == []
    assert [place(file) for file in files(API) if "on_sqlite" in file.read_text(encoding="utf-8")] == []


def test_a_route_asks_the_models_and_no_table() -> None:
    forbidden = ("models.storage", "models.tables", "models.queries.shapes", "models.refusals")
    assert reached(API / "routes", *DATABASES, *forbidden) == []


def test_only_the_errors_know_the_statuses_of_refusals() -> None:
    knowing = {place(file) for file in files(API) if "TYPES: dict[type[refusals" in file.read_text(encoding="utf-8")}
    assert knowing == {"api/contract/errors.py"}


# -- what each room says, and how it is written -------------------------------------------------------


@pytest.mark.parametrize("room", [*(room for room in BELOW if (MODELS / room).is_dir()), *TOP, *ALONE])
def test_a_room_says_what_it_is_for_what_it_may_import_and_where_to_begin(room: str) -> None:
    said = ast.get_docstring(tree_of(MODELS / room / "__init__.py")) or ""
    assert re.match(r"[A-Z][^\n]+", said), f"{room} does not say what it is for"
    assert re.search(r"\bimports? ", said), f"{room} does not say what it may import"
    assert begun(MODELS / room, said)


@pytest.mark.parametrize("room", ["commands", "contract", "formats", "middleware", "routes", "schemas"])
def test_a_room_of_the_outside_says_what_it_is_for_and_where_to_begin(room: str) -> None:
    assert begun(API / room, ast.get_docstring(tree_of(API / room / "__init__.py")) or "")


def begun(room: Path, said: str) -> bool:
    """Tell whether a room's docstring says where to begin, and names files that are there."""
    begin = re.search(r"\b[Bb]egin with ((?:\w+\.py|and|or|,|\s)+)", said)
    assert begin, f"{place(room)} does not say where to begin"
    named = re.findall(r"\w+\.py", begin[1])
    assert named
    assert [name for name in named if not (room / name).exists()] == []
    return True


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    lengths = {
        place(file): len(file.read_text(encoding="utf-8").splitlines()) for file in (*files(API), *files(MODELS))
    }
    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST and not name.startswith(LONGER)}
    assert too_long == {}


def test_few_places_ask_which_database_it_is() -> None:
    asking = [
        f"{place(file)}:{node.lineno}"
        for file in (*files(API), *files(MODELS))
        if not place(file).startswith("models/storage/")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and called(node) == "on_sqlite"
    ]
    assert len(asking) <= MOST_ASKED, "\n".join(asking)


def test_no_sql_is_made_by_editing_text() -> None:
    """Hold what can be seen: SQL in the arguments of what edits text, and regular expressions among the queries."""
    edited = [
        f"{place(file)}:{node.lineno}: {ast.unparse(node)[:80]}"
        for file in (*files(API), *files(MODELS))
        if not place(file).startswith(("models/storage/", "models/extraction/"))
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and edits_sql(node)
    ]
    patterns = [
        f"{place(file)} imports re"
        for file in files(MODELS / "queries")
        if place(file) != TYPED and "re" in imports_of(file)
    ]
    none(edited + patterns)


def edits_sql(call: ast.Call) -> bool:
    """Tell whether a call edits a text, or looks for a pattern, that holds a word of SQL."""
    if not isinstance(call.func, ast.Attribute):
        return False
    edits = call.func.attr in ("replace", "removeprefix", "removesuffix")
    matches = isinstance(call.func.value, ast.Name) and call.func.value.id == "re"
    texts = [part.value for argument in call.args for part in ast.walk(argument) if isinstance(part, ast.Constant)]
    return (edits or matches) and any(isinstance(text, str) and _SQL.search(text) for text in texts)


#: Underscored names that are public by their libraries' documentation: peewee's, a namedtuple's, http.client's.
DOCUMENTED = {"_meta", "_schema", "_replace", "_asdict", "_fields", "_encode_request"}


def test_no_test_reads_a_private_name_of_ours() -> None:
    read = [
        f"{place(file)}:{line}: {name}"
        for file in files(ROOT / "tests")
        for line, name in sorted(private_names(tree_of(file)))
    ]
    none(read)


def private_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the underscored names that a test reads of something else than itself, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                if is_private(name.name):
                    yield node.lineno, f"{node.module}.{name.name}"
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call) and called(node) in ("setattr", "getattr"):
            for argument in node.args[:2]:
                if isinstance(argument, ast.Constant) and is_private(str(argument.value).rpartition(".")[2]):
                    yield node.lineno, ast.unparse(node)


def is_private(name: str) -> bool:
    """Tell whether a name is private, and not one that its library documents."""
    return name.startswith("_") and not name.startswith("__") and name not in DOCUMENTED


# -- the rules themselves -------------------------------------------------------------------------------


def test_sees_an_import_inside_a_function() -> None:
    assert list(imports(ast.parse("def f():\n    from flask import request\n"))) == ["flask.request"]


@pytest.mark.parametrize(
    ("module", "other", "allowed"),
    [
        ("models.claims", "models.queries.lists", True),
        ("models.claims", "models.extraction.segmentation", True),
        ("models.claims", "models.extraction.assemble", False),
        ("models.claims", "models.ingest.suggest", False),
        ("models.queries.lists", "models.history.merged_filters", False),
        ("models.queries.lists", "models.addresses", True),
        ("models.spans", "models.tables", False),
        ("models.spans", "models.refusals", True),
        ("models.storage.schema", "models.refusals", True),
        ("models.storage.schema", "models.addresses", False),
        ("models.transfer.dumps", "models.upkeep.verify", False),
        ("models.transfer.imports", "models.claims", True),
        ("models.ingest.suggest", "models.matching.overlap", True),
        ("models.matching.overlap", "models.refusals", False),
        ("api.routes.claims", "models.claims", True),
        ("models.claims", "api.routes.claims", False),
    ],
)
def test_tells_an_arrow_that_is_allowed(module: str, other: str, allowed: bool) -> None:
    assert may_import(module, other) is allowed


@pytest.mark.parametrize(
    ("code", "edits"),
    [
        ("sql.replace(' e ', ' e INDEXED BY x ')", True),
        ("source.removeprefix('FROM ')", True),
        ("text.replace('l.', 'k.')", True),
        ("edge.replace('counterclaims e', its, 1)", True),
        ("re.compile(r' INDEXED BY \\w+')", True),
        ("domain.removeprefix('www.')", False),
        ("re.sub('[0-9]+', '', text)", False),
    ],
)
def test_tells_what_edits_sql(code: str, edits: bool) -> None:
    (call,) = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    assert edits_sql(call) is edits
