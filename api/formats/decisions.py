"""What reviewers made of findings, as lines to train and measure with: `{"doc_id", "text", "corrections"}`."""

from collections.abc import Iterator

import orjson

from models.ingest import corrections


def write() -> Iterator[bytes]:
    """Write a line for each document in which findings were decided on; models/ingest/corrections.py has its shape."""
    for told in corrections.documents():
        yield orjson.dumps(told) + b"\n"
