"""Lines of NDJSON, read and checked, so that they can be stored; what reads them needs no database."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

import orjson
from marshmallow import ValidationError

from api.contract import json_body
from api.contract.problems import Problem
from api.schemas.fields import made
from api.schemas.lines import LINES, LONGEST_LOCAL_ID
from models.storage.transactions import InPlace, at_once
from models.transfer.lines import GROUP_BYTES, Line, Outcome, claims_named, cut_documents, grouped, whole_documents

#: Lines of a group at most, beside GROUP_BYTES; it is stored in one transaction: so that writers get their turns.
GROUP = 5000
#: Bytes of the first group that is read ahead: until it comes, there is nothing to store.
FIRST = 500_000

#: Bytes of a line that is parsed alone: decoded, it may take ten times as many for a moment.
_LONG = 1_000_000
_alone = threading.Lock()

#: Lines that are stored together, each as it is to be stored or why it cannot be.
Group = list[Line | Outcome]


def parse_groups(
    lines: Iterable[bytes], most: int = GROUP, *, cut_sentences: bool = False, in_place: InPlace = at_once
) -> Iterator[Group]:
    """Read `lines` in groups of `most`, passing over empty ones.

    Each group is parsed by `in_place`. With `cut_sentences`, as where they are read ahead, documents are cut into
    sentences as well, and the first groups are short.
    """
    for some in grouped(_sized(lines), most, FIRST if cut_sentences else GROUP_BYTES):
        group: Group = in_place(partial(_parsed, some))
        if cut_sentences:
            cut_documents(whole_documents(group))
        yield group


def _sized(lines: Iterable[bytes]) -> Iterator[tuple[tuple[int, bytes], int]]:
    """Yield the lines that are not empty, each with its number, and with its size in bytes."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield (number, line), len(line)
        del line  # of a megabyte, it would be held until the next one is there


def _parsed(lines: list[tuple[int, bytes]]) -> Group:
    group = []
    for number, line in lines:
        with _alone if len(line) > _LONG else nullcontext():
            group.append(_read(number, line))
    return group


#: Why that is no line, which a body may have behind its lines (api/contract/bodies.py).
_END = (
    '{"end": N} ends a chunked body, to say how many lines came before it. Leave it out where it is not the last line, '
    "where the body has a Content-Length, and in a file."
)


def _read(number: int, line: bytes) -> Line | Outcome:
    """Read a line as the schema of its noun does, or tell why that cannot be."""
    noun = "?"
    value: Any = None
    try:
        json_body.refuse_many_values(line)
        value = _quick(line) or json_body.parsed(line)
        noun = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else "?"
        if noun not in LINES:
            why = _END if noun == "end" else f"Give one member that names the noun: {', '.join(LINES)}."
            claims = () if noun == "end" else _claims("?", value)
            return Outcome(number, "?", "refused", None, why, ({"pointer": "", "detail": why},), claims)
        new = json_body.loaded(LINES[noun], value[noun])
        return Line(number, noun, new)
    except Problem as problem:
        errors, text = tuple(problem.errors), _claim_text(value["claim"]) if noun == "claim" else ""
        return Outcome(number, noun, "refused", None, problem.detail, errors, _claims(noun, value, text), text)


def _claim_text(claim: Any) -> str:
    """Read the text of a claim whose line is refused, as it would be stored; empty where it cannot be read."""
    with suppress(ValidationError):
        text = claim.get("text") if isinstance(claim, dict) else None
        return str(made(LINES["claim"]).fields["text"].deserialize(text))
    return ""


def _claims(noun: str, value: Any, text: str = "") -> tuple[str, ...] | None:
    """List the names of the claims at which a line that is refused points, or of the one that it is, which has a text.

    None where it may bring any claim along, or be it.
    """
    if noun == "claim":
        return _possible([value[noun].get("id")]) if text else None
    names = _possible(name for part in value.values() for name in claims_named(part)) if isinstance(value, dict) else ()
    return names if names or noun not in ("?", "statement") or _gives_its_claim(value) else None


def _possible(names: Iterable[Any]) -> tuple[str, ...]:
    """Leave out what no claim's line can be called."""
    short = (name for name in names if isinstance(name, str) and len(name) <= LONGEST_LOCAL_ID)
    return tuple(name for name in short if not json_body.SURROGATE.search(name))


def _gives_its_claim(value: Any) -> bool:
    """Tell whether a line is a statement that gives the words of its claim, or names another statement of it."""
    statement = value.get("statement") if isinstance(value, dict) else None
    claim = statement.get("claim") if isinstance(statement, dict) else None
    return isinstance(claim, dict) and any(isinstance(claim.get(name), str) for name in ("text", "statement"))


def _quick(line: bytes) -> Any:
    """Read JSON as `json_body.parsed` does, where it is spelled so that nothing can be wrong with it; else None.

    What is written again as it stood holds no member twice and no half of a surrogate pair; whole numbers that
    are too large are for the schemas to refuse.
    """
    try:
        value = orjson.loads(line)
        return value if orjson.dumps(value) == line.rstrip() else None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # it reads deeper than it writes
        return None
