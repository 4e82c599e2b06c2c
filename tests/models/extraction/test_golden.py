"""Whole texts against golden files: `--update-golden` writes them anew, a person reads the difference.

A new one is a file that holds nothing but its text: `{"text": "..."}`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_finds_what_the_golden_file_holds(parse: Parser, file: Path, request: pytest.FixtureRequest) -> None:
    golden = json.loads(file.read_text(encoding="utf-8"))
    found = {"text": golden["text"], "findings": told(golden["text"], extract(golden["text"], parse=parse))}
    if request.config.getoption("--update-golden"):
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    assert found == golden


def told(text: str, findings: list[Finding]) -> list[dict[str, Any]]:
    """Tell findings in words, so that a golden file can be read; a denial gives the place of what it answers."""
    order = {finding.id: at for at, finding in enumerate(findings)}
    return [
        {
            "mention": text[slice(*f.mention)] if f.mention else None,
            "speaker": f.speaker.name if f.speaker else None,
            "speaker_kind": f.speaker.kind if f.speaker else None,
            "cue": text[slice(*f.cue)] if f.cue else None,
            "contents": [text[slice(*span)] for span in f.contents],
            "form": f.form,
            "kind": f.kind,
            "via": [one.name for one in f.via],
            "polarity": f.polarity,
            "denies": order[f.denies] if f.denies else None,
        }
        for f in findings
    ]
