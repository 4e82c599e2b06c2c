"""What claims and speakers are linked to by what the log tells: topics, whom a claim is about, aliases.

A line about a row tells its links where it has set them. Merges and erasures of speakers move them without a line about
each row, and are replayed here.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from models.queries.dialects import json_rows
from models.storage.columns import comparison_key
from models.storage.database import fetch

#: Table -> what the log calls the links of a row `r`, their columns, and where they stand.
_LINKS = {
    "claims": (
        ("topics", "x.topic_id", "claim_topics x WHERE x.claim_id = r.id"),
        ("about", "x.speaker_id, x.role", "claim_about x WHERE x.claim_id = r.id"),
    ),
    "speakers": (("aliases", "x.alias_key, x.alias", "aliases x WHERE x.speaker_id = r.id"),),
}
#: Lines that are read at once: that of a merge lists all that moved.
_LINES_PER_BATCH = 100
#: How many were ever merged into a speaker whose aliases are compared, undone merges included: the lines of all are
#: read for each, and of a chain of 800 that took 20 s.
MOST_MERGED = 100


class Line(NamedTuple):
    """A line of the log about one row."""

    sequence: int
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any]


#: What is read of links in what a line tells of a row before and after.
_BEFORE, _AFTER = ("merged_into",), ("name", "aliases", "topics", "about", "merged_into")


class History:
    """The lines about a row, which are read and parsed as they are iterated over, once.

    What is kept of them is the first, the last, and what they tell of links, where there are any. Raises ValueError
    with the sequence of one that holds no row.
    """

    def __init__(self, lines: Iterable[tuple[Any, ...]], has_links: bool) -> None:
        """Take the lines, each as its table has it: id, sequence, action, before, after."""
        self._lines, self._has_links = lines, has_links
        self.first: Line | None = None
        self.last: Line | None = None
        self.links: list[Line] = []

    def __iter__(self) -> Iterator[Line]:
        for _, sequence, action, before, after in self._lines:
            line = _parsed(sequence, action, before, after)
            self.first, self.last = self.first or line, line
            if self._has_links:
                self.links.append(_only_links(line))
            yield line


def _parsed(sequence: int, action: str, before: str | None, after: str) -> Line:
    with suppress(orjson.JSONDecodeError):
        line = Line(sequence, action, orjson.loads(before or "null"), orjson.loads(after))
        states = isinstance(line.after, dict) and isinstance(line.before, dict | None)
        if states and isinstance(line.after.get("version"), int):
            return line
    raise ValueError(sequence)


def _only_links(line: Line) -> Line:
    before, after = line.before or {}, line.after
    return line._replace(
        before={name: before[name] for name in _BEFORE if name in before},
        after={name: after[name] for name in _AFTER if name in after},
    )


class _Event(NamedTuple):
    """A merge of the speaker `id` into another, its undoing, or an erasure."""

    sequence: int
    action: str
    id: int
    #: The survivor of a merge.
    into: int | None
    #: What a merged speaker was called; null where they were erased since.
    name: str | None


def columns(table: str) -> list[str]:
    """Write the SQL of the links of a row `r`: a JSON array of arrays each, null or empty where there are none."""
    return [json_rows(names, source) for _, names, source in _LINKS.get(table, ())]


class Links:
    """The links of rows, by the lines of the log up to one that is read."""

    def __init__(self) -> None:
        self._until = 0
        #: Speaker -> what became of them, in its order; survivor -> who was merged into them.
        self._events: dict[int, list[_Event]] = defaultdict(list)
        self._merged: dict[int, set[int]] = defaultdict(set)
        #: Slug -> the sequences from which on a topic has it, and that topic; null where none has it any more.
        self._slugs: dict[str, list[tuple[int, int | None]]] = defaultdict(list)

    def read(self, until: int) -> None:
        """Read what the log tells up to a sequence: rows that were read at once with it stand as it says."""
        if until > self._until:
            self._read_speakers(until)
            self._read_topics(until)
            self._until = until

    def differing(self, table: str, id: int, stored: Iterable[str | None], history: list[Line]) -> Iterator[str]:
        """Name the links of a row that are `stored` otherwise than its lines say, unless they leave that open."""
        for (name, *_), rows in zip(_LINKS.get(table, ()), stored, strict=True):
            logged = {"topics": self._topics, "about": self._about, "aliases": self._aliases}[name](id, history)
            if logged is not None and logged != {tuple(row) for row in orjson.loads(rows or "[]")}:
                yield name

    def _read_speakers(self, until: int) -> None:
        while lines := fetch(
            "SELECT sequence, noun_id, action, before, after FROM changes WHERE noun = 'speakers' AND"
            " action IN ('merge', 'unmerge', 'erase') AND sequence > ? AND sequence <= ? ORDER BY sequence"
            f" LIMIT {_LINES_PER_BATCH}",
            (self._until, until),
        ):
            for sequence, id, action, before, after in lines:
                row = orjson.loads(before if action == "unmerge" else after)
                event = _Event(sequence, action, id, row.get("merged_into"), row.get("name"))
                self._events[id].append(event)
                if action == "merge" and event.into:
                    self._merged[event.into].add(id)
            self._until = lines[-1][0]

    def _read_topics(self, until: int) -> None:
        """Read anew which topic has had which slug; there are few."""
        self._slugs.clear()
        lines = fetch(
            "SELECT sequence, noun_id, before, after FROM changes WHERE noun = 'topics' AND sequence <= ?"
            " ORDER BY sequence",
            (until,),
        )
        for sequence, id, before, after in lines:
            was, row = orjson.loads(before or "{}"), orjson.loads(after)
            if was.get("slug") and was["slug"] not in self._slugs:
                self._slugs[was["slug"]].append((0, id))  # one that was loaded before the log began
            if was.get("slug") not in (None, row.get("slug")):
                self._slugs[was["slug"]].append((sequence, None))
            if row.get("slug"):
                self._slugs[row["slug"]].append((sequence, None if row.get("retracted_at") else id))

    # -- claims --------------------------------------------------------------------------------------

    def _topics(self, _id: int, history: list[Line]) -> set[Any] | None:
        """Find the topics that a claim is filed under."""
        found: set[Any] | None = None
        for line in history:
            if line.action == "create" or "topics" in line.after:
                ids = {self._topic(slug, line.sequence) for slug in line.after.get("topics") or ()}
                found = None if None in ids else {(id,) for id in ids}
        return found

    def _topic(self, slug: str, sequence: int) -> int | None:
        """Find the topic that had this slug when a line was written."""
        changes = self._slugs.get(slug, [])
        at = bisect_left(changes, (sequence,)) - 1
        return changes[at][1] if at >= 0 else None

    def _about(self, _id: int, history: list[Line]) -> set[Any] | None:
        """Replay whom a claim is about, as (speaker, role), and what merges of speakers made of that."""
        steps: list[Any] = [line for line in history if "about" in line.after or line.action == "erase"]
        steps += self._of_speakers({one["id"] for line in steps for one in _subjects(line) or ()})
        about: dict[int, str] | None = None
        #: Speaker -> whether their last merge moved the link, or let the survivor be accused for their sake.
        lent: dict[int, str | None] = {}
        for step in sorted(steps, key=lambda one: one.sequence):
            if isinstance(step, Line):
                subjects = [] if step.action == "erase" else _subjects(step)
                about = None if subjects is None else {one["id"]: one["role"] for one in subjects}
            elif about is not None:
                _replay(step, about, lent)
        return None if about is None else set(about.items())

    def _of_speakers(self, ids: set[int]) -> Iterator[_Event]:
        """Find what became of these speakers, and of those into whom they were merged."""
        new = {id for id in ids if id in self._events}
        seen = set(new)
        while new:
            events = [event for id in new for event in self._events[id]]
            yield from events
            new = {event.into for event in events if event.into in self._events} - seen
            seen |= new

    # -- speakers ------------------------------------------------------------------------------------

    def _aliases(self, id: int, history: list[Line]) -> set[Any] | None:
        """Replay the aliases of a speaker, as (key, alias), with those that the merged lent them.

        None where they are not known, or more than MOST_MERGED were ever merged.
        """
        people = self._ever_merged_into(id)
        if len(people) > MOST_MERGED:
            return None
        steps: list[tuple[int, int, Any]] = [(line.sequence, id, line) for line in history]
        for one in people - {id}:
            steps += [(line.sequence, one, line) for line in self._lines_about(one)]
        names: dict[int, str | None] = {}
        aliases: dict[int, dict[str, str] | None] = dict.fromkeys(people)
        #: Merged speaker -> the keys that their last merge lent the survivor.
        lent: dict[int, set[str] | None] = {}
        for _, one, line in sorted(steps, key=lambda step: step[:2]):
            names[one] = line.after.get("name")
            if line.action == "erase":
                aliases[one] = {}
            elif line.action == "create" or "aliases" in line.after:
                aliases[one] = _by_key(line.after.get("aliases"))
            elif line.action == "merge" and line.after.get("merged_into") in people:
                into = line.after["merged_into"]
                lent[one] = _lend(names.get(one), aliases[one], names.get(into), aliases[into])
                if lent[one] is None:
                    aliases[into] = None
            elif line.action == "unmerge" and line.before.get("merged_into") in people:
                into = line.before["merged_into"]
                aliases[into] = _without(aliases[into], lent.get(one))
        found = aliases[id]
        return None if found is None else set(found.items())

    def _ever_merged_into(self, id: int) -> set[int]:
        people, new = {id}, {id}
        while new and len(people) <= MOST_MERGED:
            new = {other for one in new for other in self._merged.get(one, ())} - people
            people |= new
        return people

    def _lines_about(self, speaker: int) -> Iterator[Line]:
        for sequence, action, before, after in fetch(
            "SELECT sequence, action, before, after FROM changes WHERE noun = 'speakers' AND noun_id = ?"
            " AND sequence <= ? ORDER BY sequence",
            (speaker, self._until),
        ):
            yield Line(sequence, action, orjson.loads(before or "null"), orjson.loads(after))


def _subjects(line: Line) -> list[Any] | None:
    """Read whom a line says that the claim is about; null where an erasure took that away, or it tells no roles."""
    subjects = line.after.get("about")
    return subjects if isinstance(subjects, list) and all(isinstance(one, dict) for one in subjects) else None


def _replay(event: _Event, about: dict[int, str], lent: dict[int, str | None]) -> None:
    """Do to the subjects of a claim what `subjects.move`, `subjects.give_back` and an erasure do."""
    id, into = event.id, event.into
    if event.action == "erase":
        about.pop(id, None)
    elif event.action == "merge" and into:
        lent[id] = None
        if id in about and into not in about:
            about[into], lent[id] = about.pop(id), "moved"
        elif about.get(id) == "accused" and about.get(into) == "mentioned":
            about[into], lent[id] = "accused", "accused"
    elif event.action == "unmerge" and into in about:
        if lent.get(id) == "moved":
            role = about.pop(into)
            about.setdefault(id, role)
        elif lent.get(id) == "accused" and id in about:
            about[into] = "mentioned"


def _by_key(aliases: list[str] | None) -> dict[str, str] | None:
    """Write aliases by the keys by which they are looked up; of two that are alike, the first."""
    found: dict[str, str] = {}
    for alias in aliases if aliases is not None else ():
        found.setdefault(comparison_key(alias), alias)
    return None if aliases is None else found


def _without(aliases: dict[str, str] | None, keys: set[str] | None) -> dict[str, str] | None:
    """Take the aliases with these keys away."""
    if aliases is None or keys is None:
        return None
    return {key: alias for key, alias in aliases.items() if key not in keys}


def _lend(
    name: str | None, aliases: dict[str, str] | None, survivor: str | None, known: dict[str, str] | None
) -> set[str] | None:
    """Give a survivor the names of the merged, as `merges.copy_names` does; return the keys of the new ones.

    Null where an erasure has taken a name away, or one of the two was loaded before the log began.
    """
    if name is None or aliases is None or survivor is None or known is None:
        return None
    names = {comparison_key(name): name}
    for key, alias in aliases.items():
        names.setdefault(key, alias)
    new = names.keys() - known.keys() - {comparison_key(survivor)}
    known |= {key: names[key] for key in new}
    return new
