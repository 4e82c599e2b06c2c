"""Claims by the texts that lines of an import name: stored ones, as far as lines look, and those that they put in."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from models.queries import dialects, shapes
from models.queries.visibility import PUBLIC, Viewer, claim_seen
from models.storage.columns import dumps
from models.storage.database import fetch

#: How many claims of one text are read at once. Of 40,000 all took 1.5 s, for lines of which each takes one.
_MOST = 100
#: And how many of each of many texts.
_MOST_OF_EACH = 3
#: An id that no claim has.
_END = 2**63 - 1

_ID = itemgetter(0)


class ClaimTexts:
    """Standing claims by their texts."""

    def __init__(self) -> None:
        #: Text -> id, language and `standalone` of its claims, the lowest id first.
        self._claims: dict[str, list[tuple[int, str, bool]]] = defaultdict(list)
        #: Text -> the ids between which all of its claims are here: past the first, and not past the second.
        self._fetched: dict[str, tuple[int, int]] = {}
        #: The claims that the public sees by what was stored before, and how many accepted statements of each the lines
        #: have put in.
        self._public: set[int] = set()
        self._accepted: dict[int, int] = defaultdict(int)

    def same(self, *, text: str, language: str, limit: int, viewer: Viewer, standalone: bool, past: int) -> list[int]:
        """List the ids of claims as `Session.same_claims` does."""
        found: list[int] = []
        for id, tongue, alone in self._past(text, past):
            seen = viewer.unreviewed or id in self._public or self._accepted[id] > 0
            if tongue == language and (alone or not standalone) and seen:
                found.append(id)
                if len(found) == limit:
                    break
        return found

    def _past(self, text: str, past: int) -> Iterator[tuple[int, str, bool]]:
        """Yield the claims of a text past an id, and read more of them as they are asked for."""
        while past < _END:
            begin, end = self._fetched.get(text, (_END, _END))
            if not begin <= past < end:
                self.fetch({text: past}, _MOST)
                _, end = self._fetched[text]
            same = self._claims[text]
            # Not through all of this text for each line that has it.
            yield from (same[at] for at in range(*(bisect_right(same, id, key=_ID) for id in (past, end))))
            past = end

    def fetch(self, texts: dict[str, int], most: int = _MOST_OF_EACH) -> list[int]:
        """Read the first standing claims that have one of these texts, each past an id; return their ids."""
        if not texts:
            return []
        sql = f"SELECT w.place, c.id, c.language, c.standalone, {shapes.text(claim_seen, PUBLIC)} FROM"
        found = fetch(f"{sql} {dialects.claims_worded()}", (dumps(list(texts.items())), most))
        ids: dict[str, list[int]] = {text: [] for text in texts}
        places = list(texts)
        for place, id, language, standalone, public in found:
            ids[places[place]].append(id)
            same, claim = self._claims[places[place]], (id, language, bool(standalone))
            at = bisect_left(same, claim)
            if same[at : at + 1] != [claim]:  # it is there already where the text is read again under its lock
                same.insert(at, claim)
            if public:
                self._public.add(id)
        for text, past in texts.items():
            begin, end = self._fetched.get(text, (past, past))
            last = max(ids[text]) if len(ids[text]) == most else _END
            self._fetched[text] = (begin if end == past else past, last)
        return [id for some in ids.values() for id in some]

    def forget(self, text: str) -> None:
        """Let a text be read again when it is asked for."""
        self._fetched.pop(text, None)

    def add(self, claim: dict[str, Any]) -> None:
        """Let a new claim be found."""
        insort(self._claims[claim["text"]], (claim["id"], claim["language"], claim["standalone"]))
        if claim["standalone"]:
            self._public.add(claim["id"])

    def remove(self, claim: dict[str, Any]) -> None:
        """Let a claim that was added be found no more."""
        self._claims[claim["text"]].remove((claim["id"], claim["language"], claim["standalone"]))
        self._public.discard(claim["id"])

    def count_accepted(self, statement: dict[str, Any], more: int) -> None:
        """Count a statement that lines put in, for whether its claim is public; one `more`, or less."""
        self._accepted[statement["claim"]] += more * (statement["status"] == "accepted")
