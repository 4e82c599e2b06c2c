"""The bench's own scripts, run as people run them: what they generate and convert is a registry of ours."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.app import create_app
from api.cli import main
from api.settings import Settings
from models.queries import derived
from models.storage import database

BENCH = Path(__file__).parents[2] / "bench"


def script(name: str, *arguments: object) -> None:
    subprocess.run([sys.executable, BENCH / name, *map(str, arguments)], check=True, cwd=BENCH.parent)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    script("generate.py", 300, folder)
    script("generate.py", 300, folder, "--lines", folder / "registry.ndjson")
    return folder


@pytest.fixture
def registry(generated: Path) -> Iterator[Path]:
    database.connect(f"sqlite:///{generated / 'registry.db'}")
    yield generated
    database.close()


def count(table: str) -> int:
    return int(database.fetch(f"SELECT count(*) FROM {table}")[0][0])


def test_generates_as_many_claims_as_were_asked_for(registry: Path) -> None:
    assert count("claims") == 300
    assert count("statements") > 300
    assert count("counterclaims") > 10


def test_what_is_derived_is_in_step(registry: Path) -> None:
    assert derived.differences() == []


def test_generates_the_same_again(generated: Path, tmp_path: Path) -> None:
    script("generate.py", 300, tmp_path, "--lines", tmp_path / "again.ndjson")
    assert (tmp_path / "again.ndjson").read_bytes() == (generated / "registry.ndjson").read_bytes()


def test_chooses_what_to_ask(generated: Path) -> None:
    workload = json.loads((generated / "workload.json").read_text())
    assert {"ids", "speakers", "words", "filters", "deep", "new"} <= workload.keys()
    assert all(workload.values())


def test_import_takes_its_lines_and_finds_as_much(generated: Path, tmp_path: Path) -> None:
    create_app(Settings(DATABASE_URL=f"sqlite:///{generated / 'registry.db'}"))
    tables = ("topics", "speakers", "documents", "claims", "statements", "counterclaims", "reviews")
    wanted = {table: count(table) for table in tables}
    database.close()
    url = f"sqlite:///{tmp_path / 'imported.db'}"
    told = CliRunner(env={"DATABASE_URL": url}).invoke(main, ["import", str(generated / "registry.ndjson")])
    assert told.exit_code == 0, told.output
    database.connect(url)
    try:
        assert {table: count(table) for table in wanted} == wanted
    finally:
        database.close()


def test_converts_tables_row_by_row(tmp_path: Path) -> None:
    for name, row in TABLES.items():
        (tmp_path / f"{name}.ndjson").write_text(json.dumps(row) + "\n" if row else "")
    script("convert.py", tmp_path, "--database", tmp_path / "converted.db")
    database.connect(f"sqlite:///{tmp_path / 'converted.db'}")
    try:
        columns = "id, claim_id, speaker_id, sentence_id, mention, cue, content"
        assert database.fetch(f"SELECT {columns} FROM statements") == [
            (3, 7, 5, 1, "Ada Vance", "said", '[{"text":"water rose","start":20,"end":30}]')
        ]
        assert database.fetch("SELECT topic_id FROM claim_topic_index WHERE claim_id = 7") == [(1,)]
    finally:
        database.close()


@pytest.mark.slow
def test_measures_every_work_and_refuses_what_is_no_measurement(tmp_path: Path) -> None:
    command = [sys.executable, BENCH / "run.py", "--claims", "2000", "--rounds", "1", "--seconds", "1"]
    options = ["--servers", "ours,limit", "--folder", tmp_path]
    told = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    same = "the same ids as ours {'W1': 1.0, 'W2': 1.0, 'W3': 1.0, 'W4': 1.0, 'W4D': 1.0}"
    assert f"limit: {same}" in told.stdout
    rows = [line.strip("| ").split(" | ") for line in told.stdout.splitlines() if line.startswith("| ")]
    ours, limit = zip(*(cells[1:3] for cells in rows[1:]), strict=True)
    assert [cells[0] for cells in rows[1:]] == ["W1", "W2", "W3", "W4", "W4D", "W8", "MIX", "W5", "W6", "W7"]
    assert "–" not in ours + limit, told.stdout


@pytest.mark.slow
def test_measures_postgresql_and_a_standby_over_the_same_claims(tmp_path: Path) -> None:
    command = [sys.executable, BENCH / "postgresql.py", "--claims", "300", "--rounds", "1", "--seconds", "2"]
    options = ["--warm", "1", "--works", "W2,W5", "--folder", tmp_path]
    told = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    for name in ("postgresql", "standby"):
        assert f"{name}: the same ids as ours {{'W1': 1.0, 'W2': 1.0" in told.stdout
    rows = [line.strip("| ").split(" | ") for line in told.stdout.splitlines() if line.startswith("| ")]
    assert [cells[0] for cells in rows[1:]] == ["W2", "W5", "import"]
    (read, recorded) = rows[1:3]
    assert "–" not in read + recorded, told.stdout
    # The standby answers half of the reads and no write. Both shares are taken within one run, so that a machine that
    # is busy in one run and not in another tells no less: .62 and .99 beside two busy processes, on two cores.
    assert float(read[-1]) < 0.85 < float(recorded[-1])


#: One row of each table of the wider comparison.
TABLES: dict[str, dict[str, Any]] = {
    "speakers": {"id": 5, "name": "Ada Vance", "kind": "person", "aliases": ["Vance"]},
    "documents": {
        "id": 2,
        "title": "Water",
        "publisher": "Lake Post",
        "url": "https://example.org/2",
        "published_at": "2024-05-01T06:00:00Z",
        "text": "Ada Vance said that water rose.",
    },
    "sentences": {
        "id": 1,
        "document_id": 2,
        "position": 0,
        "start": 0,
        "end": 31,
        "text": "Ada Vance said that water rose.",
    },
    "claims": {"id": 7, "text": "Water rose.", "topic": "climate"},
    "statements": {
        "id": 3,
        "claim_id": 7,
        "speaker_id": 5,
        "sentence_id": 1,
        "cue": "said",
        "content": "water rose",
        "stance": "asserts",
        "said_on": "2024-05-01",
    },
    "counterclaims": {},
    "reviews": {"id": 1, "claim_id": 7, "publisher": "Checks", "rating": "True", "url": "https://checks.example/7"},
}


@pytest.mark.slow
def test_measures_how_all_works_grow(tmp_path: Path) -> None:
    command = [sys.executable, BENCH / "growth.py", tmp_path, "--sizes", "1000,2000"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    cells = {line.strip("| ").split(" | ")[0]: line.strip("| ").split(" | ") for line in told.stdout.splitlines()}
    for work in ("import", "start", "claims", "verify", "backup", "export", "merge two speakers", "migrate 0002"):
        assert "–" not in cells[work], cells[work]
    assert '"error"' not in told.stdout
