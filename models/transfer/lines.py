"""The lines of an import: as they are read, and what became of them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

from models.extraction.segmentation import MOST, cut
from models.storage.transactions import InPlace, at_once
from models.transfer.local_ids import LocalIds

#: Bytes of lines that are read, or stored, together: what they name is fetched for all of them while others wait, and
#: of 500 claims of 80 kB that took SQLite 1.3 s, where no more than 26 were stored after it.
GROUP_BYTES = 4_000_000

T = TypeVar("T")


def grouped(sized: Iterable[tuple[T, int]], most: int, first: int | None = None) -> Iterator[list[T]]:
    """Put what comes with its size in bytes into groups: `most` in each, and no more once they have GROUP_BYTES.

    Where `first` is given, the first is full with so many, and each that follows with twice as many, up to that.
    """
    some: list[T] = []
    size, enough = 0, first or GROUP_BYTES
    for one, its_size in sized:
        some.append(one)
        size += its_size
        if len(some) >= most or size >= enough:
            yield some
            some, size, enough = [], 0, min(2 * enough, GROUP_BYTES)
    if some:
        yield some


class Line(NamedTuple):
    """A line whose shape was checked: a noun, and its members as the schema of such lines reads them."""

    number: int
    noun: str
    members: dict[str, Any]
    #: Whether it waited to the end of the file for the statements of its claims.
    waited: bool = False


class Outcome(NamedTuple):
    """What became of one line."""

    #: Its number, from 1.
    line: int
    #: The noun, or "?" where the line does not say.
    noun: str
    #: new, known, refused, or noted: a claim, which is stored with a later statement of it or at the end, or what
    #: points at one whose statements may still come; what became of that is told at the end.
    outcome: str
    #: The id of what was made or is known; null for what is refused or noted.
    id: int | None = None
    #: Why it was refused, and the JSON pointer of the member that is wrong; empty otherwise.
    why: str = ""
    errors: tuple[dict[str, str], ...] = ()
    #: Of a line that is no `Line`: the claims at which it pointed, or the one that it was, by their names; None where
    #: it may bring any along.
    claims: tuple[str, ...] | None = ()
    #: The text of a claim where its line is such a one; empty where that could not be read.
    text: str = ""


def claims_named(members: Any) -> tuple[str, ...]:
    """List the names of the claims at which the members of a line point, whatever else is wrong with them.

    They are called so by `{"claim": "c1"}`; who writes `{"id": "c1"}` or `"c1"` in its place meant the same.
    """
    if not isinstance(members, dict):
        return ()
    sides = [members.get("claim"), members.get("answer")]
    sides += [side.get(name) for side in sides if isinstance(side, dict) for name in ("claim", "id")]
    return tuple(side for side in sides if isinstance(side, str))


def whole_documents(lines: Iterable[Line | Outcome]) -> Iterator[dict[str, Any]]:
    """Yield the documents that lines give whole: a line of its own, or one that printed or reported a statement."""
    for line in lines:
        if isinstance(line, Line) and line.noun in ("document", "statement"):
            via = line.members.get("via") or {}
            named = [line.members] if line.noun == "document" else [line.members["document"], via.get("document", {})]
            yield from (document for document in named if "text" in document)


def cut_documents(whole: Iterable[dict[str, Any]], in_place: InPlace = at_once) -> None:
    """Add to documents the offsets of their sentences, as `models.documents` takes them; equal texts are cut once.

    Each is cut by `in_place`.
    """
    cuts: dict[str, list[tuple[int, int]]] = {}
    for document in whole:
        text = document["text"]
        if text not in cuts:
            found = in_place(partial(cut, text, MOST))
            # A document of more is refused: what tells that there are more need not hold them.
            cuts[text] = found if len(found) <= MOST else found[:1] * len(found)
        document["sentence_offsets"] = cuts[text]


def unbound_claim(names: LocalIds, name: str) -> Line:
    """Make the line that stores the claim of an earlier one, which no statement has brought along."""
    return Line(names.claim_lines[name][0], "claim", {"claim": name})


def is_unbound_claim(line: Line) -> bool:
    """Tell whether a line is one that `unbound_claim` made."""
    return line.noun == "claim" and "claim" in line.members


def waiting_lines(names: LocalIds) -> Iterator[tuple[Line, int]]:
    """Yield the counterclaims and reviews that wait for the statements of their claims, as there are no more lines.

    Each comes with its size in bytes.
    """
    return ((Line(number, noun, members, waited=True), size) for number, noun, members, size in names.all_waiting())
