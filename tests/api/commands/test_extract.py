"""`counterclaim extract`, as a person types it: from a text to JSON, with no database in between."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from api import cli
from api.commands import extraction
from models.extraction.parser import MODELS, Parser
from tests.api.conftest import Stdin
from tests.live import COUNTERCLAIM

CHARGE_AND_DENIAL = "Kyiv said “its drones” had not crossed the river. Moscow disputed that."


Extract = Callable[..., Result]


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> Extract:
    """Run `counterclaim extract` where no database is to be had; the exit code has to be `code`."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")

    def run(*arguments: str, code: int = 0, input: bytes = b"") -> Result:
        result = CliRunner().invoke(cli.main, ("extract", *arguments), input=Stdin(input))
        assert result.exit_code == code, result.output
        return result

    return run


def test_prints_the_findings_of_a_file_with_their_words(extract: Extract, parse: Parser, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_bytes(f"Rivers\r\n\r\n{CHARGE_AND_DENIAL}".encode())
    printed = extract(str(file)).stdout
    told = json.loads(printed)
    assert printed.startswith('{\n  "extractor": "counterclaim-rules",\n  "extractor_version": "')
    charge, denial = told["findings"]
    assert charge["cue"] == {"text": "said", "start": 15, "end": 19}
    assert charge["content"] == [{"text": "“its drones” had not crossed the river", "start": 20, "end": 58}]
    assert (charge["form"], charge["kind"], charge["polarity"], charge["sentence"]) == ("mixed", "speech", "assert", 1)
    assert denial["speaker"] == {"name": "Russian government", "kind": "government"}
    assert denial["mention"]["text"] == "Moscow"
    assert (denial["polarity"], denial["denies"]) == ("deny", charge["id"])


def test_prints_the_text_with_what_was_found_marked_in_it(extract: Extract, parse: Parser) -> None:
    printed = extract("--format", "text", "-", input=f"Rivers\x1b[2J\n\n{CHARGE_AND_DENIAL}\n".encode()).stdout
    assert printed.splitlines() == [
        "Rivers\N{REPLACEMENT CHARACTER}[2J",
        "",
        "{Kyiv} _said_ [1 “its drones” had not crossed the river]. {Moscow} _disputed_ [2 that].",
        "    1 Ukrainian government (0.79)",
        "    2 Russian government ──denies──> 1 (0.60)",
        "",
    ]
    assert (
        "──may deny──> 1, in doubt: the two share no words ("
        in extract(
            "--format",
            "text",
            "-",
            input=b"The union said the dam leaked. It rained. Work began. Olga Fenn said otherwise.",
        ).stdout
    )
    extract("--format", "text", "--jsonl", "-", code=2)


def test_colours_the_text_on_a_terminal(parse: Parser) -> None:
    arguments = ["extract", "--format", "text", "-"]
    printed = CliRunner().invoke(cli.main, arguments, input=CHARGE_AND_DENIAL, color=True).stdout
    assert "\x1b[36m\x1b[1mKyiv\x1b[0m" in printed
    assert click.unstyle(printed) == CliRunner().invoke(cli.main, arguments, input=CHARGE_AND_DENIAL).stdout


def test_reads_standard_input(extract: Extract, parse: Parser) -> None:
    assert len(json.loads(extract("-", input=CHARGE_AND_DENIAL.encode()).stdout)["findings"]) == 2
    assert json.loads(extract("-").stdout)["findings"] == []


def test_writes_the_scorers_shape_line_by_line(extract: Extract, parse: Parser) -> None:
    told = extract(
        "--jsonl", "-", input=_lines({"doc_id": "a", "text": CHARGE_AND_DENIAL, "more": 1}, {"doc_id": 2, "text": ""})
    )
    first, second = map(json.loads, told.stdout.splitlines())
    charge, denial = first["attributions"]
    assert first["doc_id"] == "a"
    assert charge == {
        "id": "f1",
        "source": [0, 4],
        "cue": [5, 9],
        "content": [[10, 48]],
        "polarity": "assert",
        "form": "mixed",
        "denies": None,
    }
    assert (denial["polarity"], denial["denies"]) == ("deny", "f1")
    assert second == {"doc_id": 2, "attributions": []}
    assert told.stderr == ""


def test_tells_each_refused_line_and_goes_on(extract: Extract, parse: Parser) -> None:
    given = b'{"doc_id": "a"}\n{not JSON\n\n"\xff"\n' + _lines({"doc_id": "b", "text": "Lund said no."})
    told = extract("--jsonl", "-", input=given, code=1)
    first, second, third = told.stderr.splitlines()
    assert first == 'line 1: it is no object with a "doc_id" and a "text".'
    assert second.startswith("line 2: it is not JSON: ")
    assert third == "line 4: it is not UTF-8: byte 1 is the first that is not."
    assert json.loads(told.stdout)["doc_id"] == "b"


def test_shows_a_person_how_far_a_long_text_is_read(parse: Parser, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text(f"{CHARGE_AND_DENIAL}\n\n" * (extraction.LONG // len(CHARGE_AND_DENIAL) + 1), encoding="utf-8")
    terminal, end = os.openpty()
    with (
        (tmp_path / "out.json").open("wb") as out,
        subprocess.Popen([COUNTERCLAIM, "extract", file], stdout=out, stderr=end),
    ):
        os.close(end)
        shown = _everything(terminal)
    assert b"100%" in shown
    assert len(json.loads((tmp_path / "out.json").read_bytes())["findings"]) > 1000


def test_refuses_what_is_no_text_and_what_is_not_there(extract: Extract, parse: Parser) -> None:
    assert "byte 2 is the first" in extract("-", input=b"ab\xff", code=1).stderr
    assert "nowhere.txt" in extract("nowhere.txt", code=2).stderr


def test_says_in_one_line_what_is_missing(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    told = extract("-", input=b"Lund said no.", code=1)
    assert told.stdout == ""
    assert told.stderr.startswith("Error: Extraction needs spaCy and its small English model")
    assert told.stderr.count("\n") == 1


def _lines(*made: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in made)


def _everything(terminal: int) -> bytes:
    """Read what a terminal shows until whoever writes to it is gone, which Linux tells with an error."""
    shown = b""
    with suppress(OSError):
        while read := os.read(terminal, 65536):
            shown += read
    os.close(terminal)
    return shown


@pytest.mark.slow
def test_several_processes_write_the_lines_in_their_order(extract: Extract, parse: Parser) -> None:
    given = _lines(*({"doc_id": number, "text": CHARGE_AND_DENIAL * (9 - number % 9)} for number in range(40)))
    given += b"\nno JSON\n" + _lines({"doc_id": "last", "text": "Lund said no."})
    one, two = (extract("--jsonl", "-", "--jobs", jobs, code=1, input=given) for jobs in ("1", "2"))
    assert two.stdout == one.stdout
    assert [json.loads(line)["doc_id"] for line in two.stdout.splitlines()] == [*range(40), "last"]
    assert two.stderr == one.stderr
    assert two.stderr.startswith("line 42: it is not JSON")


@pytest.mark.slow
def test_reads_no_further_ahead_than_its_processes_need(parse: Parser) -> None:
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(200):
            taken += 1
            yield b'{"doc_id": 1, "text": ""}'

    told = extraction.each(lines(), 2)
    assert next(told) == b'{"doc_id":1,"attributions":[]}'
    assert taken <= 2 * extraction.AHEAD + 1
    assert len(list(told)) == 199


def test_one_text_takes_one_process(extract: Extract) -> None:
    assert "--jobs is for --jsonl" in extract("-", "--jobs", "2", code=2).stderr
    assert "--jobs" in extract("--jsonl", "-", "--jobs", "0", code=2).stderr


def test_memory_stays_flat_over_many_texts_of_new_words(parse: Parser) -> None:
    for number in range(40):
        text = f"Lund said that the x{number}y was gone."
        assert b"source" in extraction.read_line(_lines({"doc_id": number, "text": text}))
    kept = extraction.parser().vocab.strings  # type: ignore[attr-defined]
    assert not any(f"x{number}y" in kept for number in range(40))
