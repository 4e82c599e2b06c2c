"""The one door to spaCy: shut until it is asked for, and a clear word where nothing is behind it."""

import subprocess
import sys

import pytest

from models.extraction import ParserMissing, load_parser
from models.extraction.parser import MODELS
from tests.checked import ROOT


def test_nothing_imports_spacy_before_a_parser_is_loaded() -> None:
    program = "import sys, api.app, api.cli, models.extraction; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_says_how_to_get_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ParserMissing, match=r"not installed: run `make serve`") as missing:
        load_parser()
    assert "\n" not in str(missing.value)
