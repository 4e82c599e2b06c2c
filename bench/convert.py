"""Turn another bench's claims (a folder of NDJSON tables) into a database of ours, or into lines that import takes.

    python bench/convert.py FOLDER --database FILE | --lines FILE

The folder holds documents, sentences, speakers, claims, statements, counterclaims and reviews, a JSON object a
line. In the database every row keeps its id, so that answers can be compared id by id. What those tables have
and ours have not (a claim's verdict, a statement's stance) is left out.
"""

import argparse
import itertools
import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rows import (
    Claim,
    Counterclaim,
    Document,
    Review,
    Row,
    Sentence,
    Speaker,
    Statement,
    Topic,
    write_database,
    write_lines,
)


def read(folder: Path) -> Iterator[Row]:
    """Read the tables, in an order in which each row comes after what it points at."""
    names = {}
    for row in _table(folder, "speakers"):
        names[row["id"]] = row["name"]
        yield Speaker(row["id"], row["name"], row["kind"], row["aliases"])
    documents, starts = array("q", [0]), array("q", [0])  # by sentence id, which counts from 1 without gaps
    for row, sentences in _printed(folder):
        about = (row["url"], row["title"], row["publisher"], row["published_at"])
        yield Document(row["id"], *about, row["text"])
        for one in sentences:
            documents.append(one["document_id"])
            starts.append(one["start"])
            yield Sentence(one["id"], one["document_id"], one["position"], one["start"], one["text"])
    topics: dict[str, int] = {}
    for row in _table(folder, "claims"):
        if row["topic"] not in topics:
            topics[row["topic"]] = len(topics) + 1
            yield Topic(topics[row["topic"]], row["topic"])
        yield Claim(row["id"], row["text"], topics[row["topic"]])
    for row in _table(folder, "statements"):
        sentence, speaker = row["sentence_id"], row["speaker_id"]
        place = (documents[sentence], sentence, starts[sentence])
        said = (names[speaker], row["cue"], row["content"], row["said_on"])
        yield Statement(row["id"], row["claim_id"], speaker, *place, *said)
    yield from _edges(folder)
    for row in _table(folder, "reviews"):
        yield Review(row["id"], row["claim_id"], row["publisher"], row["rating"], row["url"])


def _printed(folder: Path) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
    """Read each document with its sentences, which stand in the order of the documents."""
    cut = itertools.groupby(_table(folder, "sentences"), key=lambda row: row["document_id"])
    return ((row, next(cut)[1]) for row in _table(folder, "documents"))


def _edges(folder: Path) -> Iterator[Row]:
    seen = set()
    for row in _table(folder, "counterclaims"):
        edge = (row["claim_id"], row["counter_claim_id"], row["kind"])
        if edge not in seen:  # a registry holds an edge once
            seen.add(edge)
            yield Counterclaim(row["id"], *edge, None)


def _table(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with (folder / f"{name}.ndjson").open("rb") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    out = arguments.add_mutually_exclusive_group(required=True)
    out.add_argument("--database", type=Path)
    out.add_argument("--lines", type=Path)
    given = arguments.parse_args()
    if given.database:
        write_database(read(given.folder), given.database)
    else:
        write_lines(read(given.folder), given.lines)
