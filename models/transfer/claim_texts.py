"""Claims of the same wording, as lines of an import look for them: those that stand, and those put in."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from math import inf
from operator import itemgetter
from typing import Any, NamedTuple

from models.history import first_rows
from models.queries.dialects import in_ids
from models.queries.visibility import PUBLIC, REVIEWER
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim

#: Identical claims that are read at once, for a line that takes the first which no other line means.
TWINS = 100

_ID = itemgetter(0)


class Wording(NamedTuple):
    """What claims have in common that are looked up together, who sees them, and how many are looked up."""

    text: str
    language: str
    #: Whether only those that were put in by themselves are.
    standalone: bool
    unreviewed: bool
    limit: int


def of_line(line: dict[str, Any]) -> Wording:
    """Tell which claims the line of a claim may mean that no statement brings along."""
    standalone = line.get("standalone")
    return Wording(line["text"], line["language"], standalone or False, standalone is False, TWINS)


def of_reuse(reference: dict[str, Any], *, reviews: bool) -> Wording:
    """Tell which claim is taken where one is to be reused."""
    return Wording(reference["text"], reference["language"], standalone=False, unreviewed=reviews, limit=1)


class _Read(NamedTuple):
    """The first claims past an id that were read."""

    past: int
    ids: list[int]
    #: Whether there are no more.
    all: bool

    def reaches(self, past: int) -> bool:
        """Tell whether the next claim past an id was read."""
        return self.past <= past and (self.all or past < self.ids[-1])


class ClaimTexts:
    """Claims by their wording, a few of each at once: any number may have the same."""

    def __init__(self) -> None:
        #: Text -> wording -> what was read.
        self._read: dict[str, dict[Wording, _Read]] = defaultdict(dict)
        #: The texts for which each claim was read.
        self._texts_of: dict[int, set[str]] = defaultdict(set)
        #: The claims that were found to be reused: a line is likely to take each.
        self.reused: set[int] = set()
        #: Text and language -> id and `standalone` of claims that lines have put in, or have stated, by their ids.
        self._named: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
        #: Their ids; of those that were put in, whether they are `standalone`.
        self._known: dict[int, bool] = {}
        #: Claims that lines have stated, and of which nothing else is known yet.
        self._stated: set[int] = set()
        #: How many accepted statements of a claim lines have put in.
        self._accepted: dict[int, int] = defaultdict(int)

    def listed(self, wording: Wording, past: int) -> list[int]:
        """List the ids of claims as `Session.same_claims` does."""
        self.fetch({wording: past})
        read = self._read[wording.text][wording]
        if self._stated and not wording.unreviewed:
            self._read_stated()
        stored = read.ids[bisect_right(read.ids, past) :]
        named = self._seen(wording, past, inf if read.all else read.ids[-1])
        return sorted({*stored, *islice(named, wording.limit)})[: wording.limit]

    def fetch(self, wanted: dict[Wording, int]) -> None:
        """Read the first standing claims of these wordings, each past an id, unless they are known."""
        alike: dict[tuple[bool, bool, int], list[Wording]] = defaultdict(list)
        for wording, past in wanted.items():
            if (read := self._read[wording.text].get(wording)) is None or not read.reaches(past):
                alike[wording[2:]].append(wording)
        for (standalone, unreviewed, limit), wordings in alike.items():
            found = first_rows.same_claims(
                [(one.text, one.language, wanted[one]) for one in wordings],
                limit=limit,
                viewer=REVIEWER if unreviewed else PUBLIC,
                standalone=standalone,
            )
            for wording, ids in zip(wordings, found, strict=True):
                self._read[wording.text][wording] = _Read(wanted[wording], ids, all=len(ids) < limit)
                for id in ids:
                    self._texts_of[id].add(wording.text)
                if limit == 1:
                    self.reused.update(ids)

    def first(self) -> set[int]:
        """List the first claim of each wording that was read: the one that a line is likely to mean."""
        return {one.ids[0] for read in self._read.values() for one in read.values() if one.ids}

    def forget(self, text: str) -> None:
        """Let the claims of a text be read again."""
        self._read.pop(text, None)

    def forget_claims(self, ids: Iterable[int]) -> None:
        """Let the claims of the texts for which these were read be read again: by now they are locked."""
        for id in ids:
            for text in self._texts_of.pop(id, ()):
                self.forget(text)

    def add(self, claim: dict[str, Any]) -> None:
        """Let a claim that was put in be found."""
        self._known[claim["id"]] = claim["standalone"]
        insort(self._named[claim["text"], claim["language"]], (claim["id"], claim["standalone"]))

    def remove(self, claim: dict[str, Any]) -> None:
        """Let one that was added be found no more."""
        self._named[claim["text"], claim["language"]].remove((claim["id"], claim["standalone"]))
        del self._known[claim["id"]]
        self.forget(claim["text"])

    def state(self, claim: int, more: int) -> None:
        """Note that lines have put in some `more` accepted statements of a claim, which the public sees by them."""
        self._accepted[claim] += more
        if claim not in self._known:
            self._stated.add(claim)

    def _seen(self, wording: Wording, past: int, last: float) -> Iterator[int]:
        named = self._named.get((wording.text, wording.language), ())
        # Not through all of this text for each line that has it.
        for at in range(bisect_right(named, past, key=_ID), bisect_right(named, last, key=_ID)):
            id, alone = named[at]
            seen = wording.unreviewed or self._accepted[id] > 0 or self._known[id]
            if seen and (alone or not wording.standalone):
                yield id

    def _read_stated(self) -> None:
        sql = f"SELECT text, language, id, standalone FROM claims WHERE {in_ids('id')} AND {rows.standing(Claim)}"
        for text, language, id, alone in fetch(sql, (dumps(sorted(self._stated)),)):
            insort(self._named[text, language], (id, bool(alone)))
        self._known |= dict.fromkeys(self._stated, False)
        self._stated.clear()
