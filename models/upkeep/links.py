"""What claims and speakers are linked to by what the log tells: topics, whom a claim is about, aliases.

A line about a row tells its links where it has set them. Erasures of speakers take them away, and merges lend aliases,
without a line about each row: they are replayed here.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import orjson

from models.history import subjects
from models.queries.dialects import in_ids, json_rows
from models.storage.columns import comparison_key, dumps
from models.upkeep import log_lines
from models.upkeep.log_lines import LogLine

#: Table -> what the log calls the links of a row `r`, their columns, and where they stand.
_LINKS = {
    "claims": (
        ("topics", "x.topic_id", "claim_topics x WHERE x.claim_id = r.id"),
        ("about", "x.speaker_id, x.role", f"({subjects.GIVEN.format('r.id')}) x"),
    ),
    "speakers": (("aliases", "x.alias_key, x.alias", "aliases x WHERE x.speaker_id = r.id"),),
}
#: How many were ever merged into a speaker whose aliases are compared, undone merges included: the lines of all are
#: read for each, and of a chain of 800 that took 20 s.
MOST_MERGED = 100


class Line(NamedTuple):
    """A line of the log about one row."""

    sequence: int
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class _Replay(Protocol):
    """Replays what became of one kind of links of a row."""

    def take(self, line: Line) -> None:
        """Go on with the next line about the row."""

    def links(self) -> set[Any] | None:
        """Return the links after the last line, as tuples of their columns; None where the lines leave them open."""


def columns(table: str) -> list[str]:
    """Write the SQL of the links of a row `r`: a JSON array of arrays each, null or empty where there are none."""
    return [json_rows(names, source) for _, names, source in _LINKS.get(table, ())]


class Links:
    """The links of rows, by the lines of the log up to one that is read."""

    def __init__(self) -> None:
        self._until = 0
        #: Speaker -> the sequence at which they were erased; survivor -> who was ever merged into them.
        self._erased: dict[int, int] = {}
        self._merged: dict[int, set[int]] = defaultdict(set)
        #: Slug -> the sequences from which on a topic has it, and that topic; null where none has it any more.
        self._slugs: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        #: Topic -> the sequences from which on it is retracted, or is not.
        self._retracted: dict[int, list[tuple[int, bool]]] = defaultdict(list)

    def read(self, until: int) -> None:
        """Read what the log tells up to a sequence: rows that were read at once with it stand as it says."""
        if until > self._until:
            self._read_speakers(until)
            self._read_topics(until)
            self._until = until

    def replays(self, table: str, id: int) -> dict[str, _Replay]:
        """Begin to replay the links of a row, by their names: its lines are to be taken, in their order."""
        began: dict[str, Callable[[Links, int], _Replay]] = {"topics": _Topics, "about": _About, "aliases": _Aliases}
        return {name: began[name](self, id) for name, *_ in _LINKS.get(table, ())}

    def _read_speakers(self, until: int) -> None:
        acted = "l.noun = 'speakers' AND l.action IN ('merge', 'erase') AND l.sequence <= ?"
        for line in log_lines.read(acted, (until,), past=self._until):
            into = orjson.loads(line.after or "{}").get("merged_into")
            if line.action == "erase":
                self._erased[line.noun_id] = line.sequence
            elif into:
                self._merged[into].add(line.noun_id)

    def _read_topics(self, until: int) -> None:
        """Read anew which topic has had which slug; there are few."""
        self._slugs.clear()
        self._retracted.clear()
        for line in log_lines.read("l.noun = 'topics' AND l.sequence <= ?", (until,)):
            was, row = orjson.loads(line.before or "{}"), orjson.loads(line.after)
            self._retracted[line.noun_id].append((line.sequence, bool(row.get("retracted_at"))))
            if was.get("slug") and was["slug"] not in self._slugs:
                self._slugs[was["slug"]].append((0, line.noun_id))  # one that was loaded before the log began
            if was.get("slug") not in (None, row.get("slug")):
                self._slugs[was["slug"]].append((line.sequence, None))
            if row.get("slug"):
                self._slugs[row["slug"]].append((line.sequence, None if row.get("retracted_at") else line.noun_id))

    def topic(self, slug: str, sequence: int) -> int | None:
        """Find the topic that had this slug when a line was written."""
        changes = self._slugs.get(slug, [])
        at = bisect_left(changes, (sequence,)) - 1
        return changes[at][1] if at >= 0 else None

    def retracted(self, topic: int, sequence: int) -> bool:
        """Tell whether a topic was retracted when a line was written."""
        changes = self._retracted.get(topic, [])
        at = bisect_left(changes, (sequence,)) - 1
        return at >= 0 and changes[at][1]

    def erased(self, speaker: int, sequence: int) -> bool:
        """Tell whether a speaker was erased after a line was written."""
        return self._erased.get(speaker, 0) > sequence

    def ever_merged_into(self, id: int) -> set[int]:
        """Find a speaker and all who were ever merged into them; not all, where these are more than MOST_MERGED."""
        people, new = {id}, {id}
        while new and len(people) <= MOST_MERGED:
            new = {other for one in new for other in self._merged.get(one, ())} - people
            people |= new
        return people

    def lines_about(self, speakers: set[int]) -> Iterator[tuple[int, Line]]:
        """Yield the lines about some speakers in their order, each with the id of whom it is about."""
        about = f"l.noun = 'speakers' AND {in_ids('l.noun_id')} AND l.sequence <= ?"
        for line in log_lines.read(about, (dumps(sorted(speakers)), self._until)):
            yield line.noun_id, parsed(line)


def parsed(line: LogLine) -> Line:
    """Parse the rows of a line."""
    before = None if line.before is None else orjson.loads(line.before)
    return Line(line.sequence, line.action, before, orjson.loads(line.after))


class _Topics:
    """Finds the topics that a claim is filed under."""

    def __init__(self, links: Links, _claim: int) -> None:
        self._links = links
        self._found: set[Any] | None = None

    def take(self, line: Line) -> None:
        if line.action == "create" or "topics" in line.after:
            ids = {self._links.topic(slug, line.sequence) for slug in line.after.get("topics") or ()}
            # What was retracted the line does not name: it stays, for a restore to show.
            ids |= {id for (id,) in self._found or () if self._links.retracted(id, line.sequence)}
            self._found = None if None in ids else {(id,) for id in ids}

    def links(self) -> set[Any] | None:
        return self._found


class _About:
    """Finds whom a claim was said to be about, as (speaker, role): merges of speakers leave that alone."""

    def __init__(self, links: Links, _claim: int) -> None:
        self._links = links
        self._line: Line | None = None

    def take(self, line: Line) -> None:
        if "about" in line.after or line.action == "erase":
            self._line = line

    def links(self) -> set[Any] | None:
        about = None if self._line is None else _subjects(self._line)
        if self._line is None or about is None:
            return None
        return {(one["id"], one["role"]) for one in about if not self._links.erased(one["id"], self._line.sequence)}


class _Aliases:
    """Replays the aliases of a speaker, as (key, alias), with those that the merged lent them.

    They are left open where they are not known, or more than MOST_MERGED were ever merged.
    """

    def __init__(self, links: Links, speaker: int) -> None:
        self._links, self._id = links, speaker
        self._people = links.ever_merged_into(speaker)
        self._names: dict[int, str | None] = {}
        self._aliases: dict[int, dict[str, str] | None] = dict.fromkeys(self._people)
        #: Merged speaker -> the keys that their last merge lent the survivor.
        self._lent: dict[int, set[str] | None] = {}

    def take(self, line: Line) -> None:
        if len(self._people) == 1:
            self._replay(self._id, line)

    def links(self) -> set[Any] | None:
        if len(self._people) > MOST_MERGED:
            return None
        if len(self._people) > 1:
            for id, line in self._links.lines_about(self._people):
                self._replay(id, line)
        found = self._aliases[self._id]
        return None if found is None else set(found.items())

    def _replay(self, one: int, line: Line) -> None:
        names, aliases = self._names, self._aliases
        names[one] = line.after.get("name")
        if line.action == "erase":
            aliases[one] = {}
        elif line.action == "create" or "aliases" in line.after:
            aliases[one] = _by_key(line.after.get("aliases"))
        elif line.action == "merge" and line.after.get("merged_into") in self._people:
            into = line.after["merged_into"]
            self._lent[one] = _lend(names.get(one), aliases[one], names.get(into), aliases[into])
            if self._lent[one] is None:
                aliases[into] = None
        elif line.action == "unmerge" and line.before and line.before.get("merged_into") in self._people:
            into = line.before["merged_into"]
            aliases[into] = _without(aliases[into], self._lent.get(one))


def _subjects(line: Line) -> list[Any] | None:
    """Read whom a line says that the claim is about; null where an erasure took that away, or it tells no roles."""
    subjects = [] if line.action == "erase" else line.after.get("about")
    return subjects if isinstance(subjects, list) and all(isinstance(one, dict) for one in subjects) else None


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
