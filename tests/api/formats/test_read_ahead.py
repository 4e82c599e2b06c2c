"""Lines that a second process reads come out as this one would read them, and its troubles are told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from api.formats.line_parser import parse_groups
from api.formats.read_ahead import parse_ahead
from models.extraction.segmentation import cut
from models.transfer.lines import Line, cut_documents, whole_documents
from tests.checked import ROOT
from tests.factories import charge

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

SAMPLE = (ROOT / "examples" / "sample.ndjson").read_bytes().splitlines(keepends=True)


def test_lines_are_read_ahead_as_they_are_read_here() -> None:
    whole = b'{"statement":%b}\n' % orjson.dumps(charge())
    lines = [*SAMPLE, whole, b"\n", b"no JSON\n", b'{"topic":{}}\n', b'{"topic":{"slug":"a","label":"A"}}']
    here = [line for group in parse_groups(lines) for line in group]
    there = [line for group in parse_ahead(lines) for line in group]
    assert [tuple(line) for line in there if not isinstance(line, Line)] == here[-3:-1]
    documents = list(whole_documents(there))
    assert len(documents) == 1 + sum(isinstance(line, Line) and line.noun == "document" for line in there) > 1
    assert all(document["sentence_offsets"] == cut(document["text"]) for document in documents)
    cut_documents(whole_documents(here))
    assert there == here


def test_the_first_groups_are_short_and_none_is_longer_than_one_that_is_read_here() -> None:
    documents = [line for line in SAMPLE if line.startswith(b'{"document"')]
    sizes = [len(group) for group in parse_ahead(documents * (5_000_000 // sum(map(len, documents))))]
    assert sizes[0] < sizes[1] < sizes[2]
    assert len(sizes) > 3


def test_what_goes_wrong_there_is_raised_here() -> None:
    def lines() -> Iterator[bytes]:
        yield from SAMPLE
        raise OSError(5, "the disk is gone", "a file")

    with pytest.raises(OSError, match="the disk is gone"):
        list(parse_ahead(lines()))


def test_a_process_that_is_killed_is_told_of() -> None:
    def lines() -> Iterator[bytes]:
        yield SAMPLE[0]
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(OSError, match="has ended"):
        list(parse_ahead(lines()))


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_it_ends_with_the_process_that_it_reads_for() -> None:
    program = """
import multiprocessing, os, signal
from itertools import repeat
from api.formats.read_ahead import parse_ahead
groups = parse_ahead(repeat(b'{"topic":{"slug":"a","label":"A"}}'))
next(groups)
print(multiprocessing.active_children()[0].pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=False, timeout=60)
    other = Path(f"/proc/{int(told.stdout)}/stat")
    until = time.monotonic() + 60
    while other.exists() and " Z " not in other.read_text():
        assert time.monotonic() < until, "it reads on, for nobody"
        time.sleep(0.05)
