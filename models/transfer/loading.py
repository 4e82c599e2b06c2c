"""Loading: many lines of an import at once, where nothing about them is unusual.

A `Desk` reads in a few questions what the registry knows of all that its lines name, works out each line's
rows, and stores them table by table. It judges by the same functions as a single change does, and refuses
nothing: at the first line that it cannot take, it stops, and that line is stored alone (`imports.py`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import count, islice
from operator import itemgetter
from typing import Any, NamedTuple

from models import counterclaims, reviews, sentences, speakers, statements
from models.addresses import host, normalize
from models.documents import digest
from models.extraction.sentences import cut
from models.history import changes
from models.history.changes import Actor
from models.queries import derived
from models.refusals import Conflict, Forbidden
from models.spans import locate, locate_content, places_of
from models.storage import bulk
from models.storage.columns import dumps, folded, now
from models.storage.database import fetch, on_sqlite
from models.tables import (
    Alias,
    Claim,
    ClaimAbout,
    ClaimTopic,
    Counterclaim,
    Document,
    Hidden,
    Review,
    Sentence,
    Speaker,
    Statement,
    Topic,
)
from models.transfer.lines import Line, Outcome

#: Ids that PostgreSQL is asked for at once where others take some as well; those that are not used are gaps.
_RESERVED = 200
_SAID = "SELECT document_id, speaker_id, spans, id, claim_id FROM statements WHERE retracted_at IS NULL"
#: As many texts of claims are looked for one by one; for more, it is quicker to read all claims.
_FEW = 100


class Names:
    """What the names in a file stand for; what fails is taken back."""

    def __init__(self) -> None:
        self.documents: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        self.claims: dict[str, int] = {}
        #: Claims of lines that nothing has pointed at yet: a known statement may already have theirs.
        self.unbound: dict[str, dict[str, Any]] = {}
        #: What each claim's line says, as a number to compare it by.
        self.said: dict[str, int] = {}
        #: The ids that some line's claim has.
        self.meant: set[int] = set()
        #: Noun and name -> the number of a line that was refused because an earlier one is called so.
        self.doubled: dict[tuple[str, str], int] = {}
        self._undone: list[Callable[[], Any]] = []

    def put(self, names: dict[Any, Any], name: Any, value: Any) -> None:
        """Let `name` stand for `value` among `names`, which is one of the above."""
        if name in names:
            before = names[name]
            self._undone.append(lambda: names.__setitem__(name, before))
        else:
            self._undone.append(lambda: names.pop(name))
        names[name] = value

    def note(self, name: str, line: dict[str, Any]) -> bool:
        """Let a line's claim wait for those that point at it; tell whether that is what its name stands for."""
        said = hash(dumps(line))
        if name not in self.said:
            self.put(self.said, name, said)
            self.put(self.unbound, name, line)
        return self.said[name] == said

    def bind(self, name: str, claim: int) -> None:
        """Let the claim of a line be the stored one with this id."""
        self.put(self.claims, name, claim)
        if claim not in self.meant:
            self.meant.add(claim)
            self._undone.append(lambda: self.meant.discard(claim))
        if name in self.unbound:
            line = self.unbound.pop(name)
            self._undone.append(lambda: self.unbound.__setitem__(name, line))

    def mark(self) -> int:
        """Return the place to which `undo` goes back."""
        return len(self._undone)

    def undo(self, mark: int) -> None:
        """Take back what was put since `mark`."""
        while len(self._undone) > mark:
            self._undone.pop()()

    def keep(self, mark: int) -> None:
        """Let what was put since the outermost `mark` hold for good."""
        if mark == 0:
            self._undone.clear()


class SequenceConflict(Exception):
    """Somebody else took an id that a row was to have: nothing is stored, and the lines are to be tried again."""


class _Odd(Exception):
    """A line is none of those that are stored many at once."""


class _Place(NamedTuple):
    """A standing sentence, as spans are located in."""

    start: int
    end: int
    id: int


class _Who(NamedTuple):
    """What the registry holds of a speaker that a line may contradict."""

    id: int
    kind: str
    wikidata_id: str | None


class _Printed(NamedTuple):
    """A standing document, as spans are located in, with its sentences and statements."""

    id: int
    text: str
    length: int
    sentences: list[_Place]
    #: Where the sentences start.
    starts: list[int]
    #: Speaker and spans -> statement and claim.
    known: dict[tuple[int, str], tuple[int, int]]


class BatchImporter:
    """Some lines, and what the registry knows of what they name."""

    def __init__(
        self,
        by: Actor,
        names: Names,
        lines: Sequence[Line],
        *,
        printed: dict[int, _Printed] | None = None,
        contested: bool = False,
    ) -> None:
        """Read all of it; inside the transaction in which the lines are to be stored.

        `printed` are documents that were read in the same transaction, and `contested` says that others are taking
        ids as well.
        """
        self.by, self.names, self.lines, self.contested = by, names, lines, contested
        self.printed = printed or {}
        self.stamp = now()
        self.rows: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        self.log: list[tuple[Any, ...]] = []
        self.touched: set[int] = set()
        #: The claims between which edges are new.
        self.edges_made: list[dict[str, Any]] = []
        #: The claims that are new, and those of them of which nobody was told.
        self.made: set[int] = set()
        self.untold: set[int] = set()
        #: Whether what is known here is still true, though a line was not taken.
        self._sure = True
        #: The lists to which the present line has added a row.
        self._added: list[list[tuple[Any, ...]]] = []
        #: The documents that the present line has brought.
        self._opened: list[int] = []
        self._ids: dict[Any, Iterator[int]] = {}
        self._read(_named(names, lines))

    # -- what the registry knows ----------------------------------------------------------------------

    def _read(self, named: "_Wanted") -> None:
        self._read_speakers(named)
        self.topics = dict(
            _among("SELECT slug, id FROM topics WHERE retracted_at IS NULL AND slug", list(named.topics), lock=True)
        )
        self._read_editions(named)
        self.digests, self.cuts = named.digests, named.cuts
        pointed = {self.editions[edition] for edition in named.pointed if edition in self.editions}
        self.printed |= self._printed(sorted((named.documents | pointed) - self.printed.keys()))
        evidence = "SELECT id, claim_id FROM statements WHERE retracted_at IS NULL AND id"
        self.states = dict(_among(evidence, sorted(named.evidence)))
        stands = "retracted_at IS NULL AND merged_into_id IS NULL"
        named.claims.update(self.states[id] for id in named.stated if id in self.states)
        claims = _among(f"SELECT id FROM claims WHERE {stands} AND id", sorted(named.claims), lock=True)
        self.claims = {id for (id,) in claims}
        edges = "SELECT claim_id, answer_id, kind, id FROM counterclaims WHERE retracted_at IS NULL AND claim_id"
        self.edges = {edge[:3]: edge[3] for edge in _among(edges, sorted(named.looked))}
        told = "SELECT url, claim_id, id FROM reviews WHERE retracted_at IS NULL AND claim_id"
        self.reviews = {review[:2]: review[2] for review in _among(told, sorted(named.looked))}
        #: The claims whose edges and reviews those are; new ones have none.
        self.looked = set(named.looked)
        self.twins: dict[tuple[str, str], list[int]] = defaultdict(list)
        #: Those of them that were put in by themselves.
        self.alone: set[int] = set()
        for text, language, id, alone in sorted(_same(list(named.loose)), key=itemgetter(2)):
            self.twins[text, language].append(id)
            if alone:
                self.alone.add(id)

    def _read_speakers(self, named: "_Wanted") -> None:
        keys = [key for key in named.speakers if key]
        stands = "retracted_at IS NULL AND merged_into_id IS NULL"
        own = f"SELECT name_key, id, kind, wikidata_id FROM speakers WHERE {stands} AND name_key"
        # The plus keeps SQLite from reading all speakers that were not merged.
        called = (
            "SELECT a.alias_key, s.id, s.kind, s.wikidata_id FROM aliases a JOIN speakers s ON s.id = a.speaker_id"
            " WHERE s.retracted_at IS NULL AND +s.merged_into_id IS NULL AND a.alias_key"
        )
        if not on_sqlite():  # there, writers take turns
            new = named.new_speakers
            if new or not {row[0] for sql in (own, called) for row in _among(sql, keys)}.issuperset(keys):
                speakers.take_names()
        self.own: dict[str, int] = {}
        self.aliases: dict[str, set[int]] = defaultdict(set)
        self.who: dict[int, _Who] = {}
        for key, *who in _among(own, keys, lock=True):
            self.own[key] = who[0]
            self.who[who[0]] = _Who(*who)
        for key, *who in _among(called, keys):
            self.aliases[key].add(who[0])
            self.who[who[0]] = _Who(*who)
        items = f"SELECT wikidata_id FROM speakers WHERE {stands} AND wikidata_id"
        #: The Wikidata ids that somebody has.
        self.items = {item for (item,) in _among(items, list(named.items))}

    def _read_editions(self, named: "_Wanted") -> None:
        """Read the documents of the addresses that are named; of those without one, by what they say."""
        #: Digest and address -> document.
        self.editions: dict[tuple[str, str | None], int] = {}
        #: Address -> when its newest edition was read, and its id.
        self.newest: dict[str, tuple[str, int]] = {}
        printed = "SELECT sha256, url_normalized, id, retrieved_at FROM documents WHERE retracted_at IS NULL AND"
        rows = _among(f"{printed} url_normalized", list(named.addresses))
        rows += _among(f"{printed} url_normalized IS NULL AND sha256", list(named.bare))
        for sha, url, id, read in rows:
            self.editions[sha, url] = id
            if url:
                self._is_newest(url, read, id)
        named.documents.update(self.newest[url][1] for url in named.newest if url in self.newest)

    def _is_newest(self, address: str, read: str, id: int) -> None:
        self.newest[address] = max(self.newest.get(address, ("", 0)), (read, id))

    def _printed(self, ids: list[int]) -> dict[int, _Printed]:
        texts = _among("SELECT id, text, length FROM documents WHERE retracted_at IS NULL AND id", ids, lock=True)
        printed = {id: _Printed(id, text, length, [], [], {}) for id, text, length in texts}
        cuts = 'SELECT document_id, start, "end", id FROM sentences WHERE retracted_at IS NULL AND document_id'
        for document, start, end, id in sorted(_among(cuts, list(printed))):
            printed[document].sentences.append(_Place(start, end, id))
            printed[document].starts.append(start)
        for document, speaker, spans, id, claim in _among(f"{_SAID} AND document_id", list(printed)):
            printed[document].known[speaker, spans] = (id, claim)
        return printed

    def _at(self, id: int) -> Any:
        """Return a document; one that has just been found to be known is read now."""
        if id not in self.printed:
            self.printed |= self._printed([id])
        if id not in self.printed:
            raise _Odd
        return self.printed[id]

    # -- the lines ------------------------------------------------------------------------------------

    def store(self) -> list[Outcome]:
        """Store what is left of the lines up to the last before one that is to be stored alone; tell of each."""
        done: list[Outcome] = []
        try:
            for line in self.lines:
                mark = self.names.mark()
                self._added.clear()
                self._opened.clear()
                id, what = _TAKE[line.noun](self, line.new)
                done.append(Outcome(line.number, line.noun, what, id))
        except (_Odd, Conflict, Forbidden):
            self.names.undo(mark)
            self._sure = not self._added
            for rows in self._added:
                rows.pop()
            for document in self._opened:
                del self.printed[document]
        self._flush()
        self.lines = self.lines[len(done) :]
        return done

    def goes_on(self, alone: Outcome) -> bool:
        """Tell whether the lines after one that was stored alone can be stored as well, with what is known here."""
        self.lines = self.lines[1:]
        if alone.what == "new":
            if alone.noun == "statement":
                ((document, speaker, spans, *stored),) = fetch(f"{_SAID} AND id = ?", (alone.id,))
                if document in self.printed:
                    self.printed[document].known[speaker, spans] = (stored[0], stored[1])
            return False
        return self._sure

    def _topic(self, new: dict[str, Any]) -> tuple[int, str]:
        known = self.topics.get(new["slug"])
        if known:
            return known, "known"
        id = self.topics[new["slug"]] = self._new(Topic, new)
        return id, "new"

    def _speaker(self, new: dict[str, Any]) -> tuple[int, str]:
        name = speaker_key(new["name"])
        if name in self.own:
            return self.own[name], "known"
        return self._make_speaker(new), "new"

    def _make_speaker(self, new: dict[str, Any]) -> int:
        name, item, aliases = speaker_key(new["name"]), new.get("wikidata_id"), new.get("aliases") or []
        keys = [speaker_key(alias) for alias in aliases]
        if new.get("part_of") or item in self.items or not name or self.aliases.get(name) or "" in keys:
            raise _Odd
        if not self.own.keys().isdisjoint(keys):
            raise _Odd
        row = {
            "name": new["name"],
            "name_key": name,
            "kind": new.get("kind", "person"),
            "description": new.get("description"),
            "wikidata_id": item,
            "same_as": dumps(new.get("same_as") or []),
            "part_of": None,
        }
        id = self.own[name] = self._new(Speaker, row, {"aliases": aliases})
        self.who[id] = _Who(id, row["kind"], item)
        if item:
            self.items.add(item)
        written: dict[str, str] = {}
        for alias, key in zip(aliases, keys, strict=True):
            written.setdefault(key, alias)
        for key, alias in written.items():
            self.aliases[key].add(id)
            self._add(self.rows[Alias], (id, alias, key))
        self._hide("speakers", id, new)
        return id

    def _document(self, new: dict[str, Any]) -> tuple[int, str]:
        text, url = new["text"], new.get("url")
        address, sha = normalized(url), self.digests[text]
        id: int | None = self.editions.get((sha, address))
        self._refuse_double(self.names.documents, new, id)
        what = "known"
        if id is None:
            row = {
                "url": url,
                "url_normalized": address,
                "domain": host(address),
                **{name: new.get(name) for name in ("title", "publisher", "published_at")},
                "language": new["language"],
                "retrieved_at": new.get("retrieved_at") or self.stamp[:19] + "Z",
                "licence": new.get("licence"),
                "text_public": new.get("text_public", False),
                "length": len(text),
                "sha256": sha,
                "text": text,
            }
            id, what = self._new(Document, row), "new"
            self.editions[sha, address] = id
            if address:
                self._is_newest(address, row["retrieved_at"], id)
            places = self._cut(id, text)
            self.printed[id] = _Printed(id, text, len(text), places, [place.start for place in places], {})
            self._opened.append(id)
            if not row["text_public"]:
                self._hide("documents", id, new)
        if new.get("id"):
            self.names.put(self.names.documents, new["id"], id)
        return id, what

    def _cut(self, document: int, text: str) -> list[_Place]:
        places = [_Place(start, end, self._id(Sentence)) for start, end in self.cuts.get(text) or cut(text)]
        stamp = self.stamp
        rows = self.rows[Sentence]
        rows += [
            (place.id, stamp, stamp, 1, document, position, place.start, place.end, text[place.start : place.end])
            for position, place in enumerate(places)
        ]
        self._added += [rows] * len(places)
        return places

    def _hide(self, noun: str, id: int, new: dict[str, Any]) -> None:
        if new.get("hidden"):
            self._add(self.rows[Hidden], (noun, id))

    def _refuse_double(self, names: dict[str, int], new: dict[str, Any], id: int | None) -> None:
        """Leave a line whose name stands for another row to who says so."""
        if new.get("id") and names.get(new["id"], id) != id:
            raise _Odd

    def _clear(self, noun: str, name: Any) -> None:
        """Leave a line that points at a name that two lines have to who says so."""
        if self.names.doubled and (noun, name) in self.names.doubled:
            raise _Odd

    def _claim(self, new: dict[str, Any]) -> tuple[None, str]:
        line = dict(new)
        if not self.names.note(line.pop("id"), line):
            raise _Odd
        return None, "noted"

    def _statement(self, new: dict[str, Any]) -> tuple[int, str]:
        origin = statements.origin_columns(self.by, new.get("origin"), new.get("status"))
        hidden = origin["status"] != "accepted"
        counters = new.get("counters") or ()
        answered = [self._stated(counter["statement"]) for counter in counters]
        document = self._printed_in(new["document"], hidden)
        content = new["content"]
        place: Any = _place(document, new.get("sentence"), content[0])
        spans = locate_content(content, document, place)
        speaker = self._said_by(new["speaker"], hidden=hidden)
        mention, cue = (_words(name, new, document, place, spans[-1].end) for name in ("mention", "cue"))
        via = self._via(new.get("via"), hidden)
        said = statements.content_columns(spans)
        claim = new["claim"]
        given = claim.get("claim")
        self._clear("claim", given)
        known = document.known.get((speaker, said["spans"]))
        self._refuse_double(self.names.statements, new, known and known[0])
        if known:
            # What waits for review is not told of, and what was made for a statement that is known already is undone.
            if not self.by.reviews or self._added or not self._is_named(claim):
                raise _Odd
            if given in self.names.unbound:
                self.names.bind(given, known[1])
            id, what = known[0], "known"
            self.claims.add(known[1])
            self.states[id] = known[1]
        else:
            row = {
                "document": document.id,
                "sentence": place.id,
                "speaker": speaker,
                **said,
                **mention,
                **cue,
                **via,
                **origin,
                "role": new.get("role"),
                "form": new["form"],
                "said_on": new.get("said_on"),
                "claim": self._its_claim(claim),
            }
            id, what = self._new(Statement, row), "new"
            for counter, charge in zip(counters, answered, strict=True):
                if self._draw(charge, row["claim"], counter, id)[1] == "known":
                    raise _Odd
            document.known[speaker, said["spans"]] = (id, row["claim"])
            self.states[id] = row["claim"]
            self.touched.add(row["claim"])
        if new.get("id"):
            self.names.put(self.names.statements, new["id"], id)
        return id, what

    def _stated(self, name: str) -> int:
        """Find the claim of an earlier line's statement."""
        self._clear("statement", name)
        claim: int | None = self.states.get(self.names.statements.get(name, 0))
        if claim is None or not self.by.reviews:
            raise _Odd
        return claim

    def _is_named(self, claim: dict[str, Any]) -> bool:
        """Tell whether the line is there that a claim is named by."""
        if "statement" in claim:
            return self._stated(claim["statement"]) > 0
        return "claim" not in claim or claim["claim"] in self.names.unbound or claim["claim"] in self.names.claims

    def _printed_in(self, given: dict[str, Any], hidden: bool) -> Any:
        """Find the document that a statement names, as `documents.find` does."""
        if "document" in given:
            self._clear("document", given["document"])
            return self._at(self.names.documents.get(given["document"], 0))
        if "text" in given:
            return self._at(self._document({"hidden": hidden} | given)[0])
        return self._at(self.newest.get(normalized(given["url"]) or "", ("", 0))[1])

    def _via(self, via: dict[str, Any] | None, hidden: bool) -> dict[str, int | None]:
        if not via:
            return {"via_speaker": None, "via_document": None}
        speaker, document = via.get("speaker"), via.get("document")
        return {
            "via_speaker": self._said_by(speaker, hidden=hidden) if speaker else None,
            "via_document": self._printed_in(document, hidden).id if document else None,
        }

    def _said_by(self, given: dict[str, Any], *, hidden: bool) -> int:
        """Find the one speaker of a name, or make one, as `speakers.find` does."""
        key = speaker_key(given["name"])
        called = {self.own[key]} if key in self.own else self.aliases.get(key, set())
        if len(called) > 1:
            raise _Odd
        for id in called:
            if len(given) > 1:
                speakers.refuse_contradiction(self.who[id], given, "")
            return id
        return self._make_speaker({"hidden": hidden} | given)

    def _its_claim(self, claim: dict[str, Any]) -> int:
        """Find the claim that a new statement states, or make the one that comes with it."""
        given = claim.get("claim")
        if given in self.names.unbound:
            id = self._make_claim(self.names.unbound[given])
            self.names.bind(given, id)
            return id
        if given is not None:
            if not self.by.reviews:  # whether they see it is for a single change to find out
                raise _Odd
            return self._bound(given)
        if "statement" in claim:
            id = self._stated(claim["statement"])
            if id not in self.claims:
                raise _Odd
            return id
        if claim.get("reuse"):
            if not self.by.reviews:  # they take only what they see
                raise _Odd
            if twins := self.twins[claim["text"], claim["language"]]:
                return twins[0]
        return self._make_claim({name: value for name, value in claim.items() if name != "reuse"})

    def _make_claim(self, line: dict[str, Any], *, standalone: bool = False) -> int:
        slugs, about = line.get("topics"), line.get("about")
        more: dict[str, Any] = {}
        subjects: list[int] = []
        if slugs is not None:
            if any(slug not in self.topics for slug in slugs):
                raise _Odd
            more["topics"] = slugs
        if about is not None:
            hidden = not line.get("standalone", standalone)
            more["about"] = subjects = [self._said_by(who, hidden=hidden) for who in about]
        row = {
            "text": line["text"],
            "language": line["language"],
            "standalone": line.get("standalone", standalone),
        }
        id = self._new(Claim, row, more)
        if row["standalone"]:
            self.alone.add(id)
        self.claims.add(id)
        self.looked.add(id)
        self.twins[line["text"], line["language"]].append(id)
        self.made.add(id)
        self.untold.add(id)
        for slug in dict.fromkeys(slugs or []):
            self._add(self.rows[ClaimTopic], (id, self.topics[slug]))
        for subject in dict.fromkeys(subjects):
            self._add(self.rows[ClaimAbout], (id, subject))
        return id

    def _bound(self, name: str) -> int:
        """Find the claim of an earlier line; one that no statement brings along is an identical one, or made."""
        if name in self.names.unbound:
            line = self.names.unbound[name]
            twins = self.twins[line["text"], line["language"]]
            if line.get("standalone"):
                twins = [twin for twin in twins if twin in self.alone]
            free = [twin for twin in twins if twin not in self.names.meant]
            id = free[0] if free else self._make_claim(line, standalone=True)
            self.claims.add(id)
            self.names.bind(name, id)
            return id
        known = self.names.claims.get(name, 0)
        if known not in self.claims:
            raise _Odd
        return known

    def _counterclaim(self, new: dict[str, Any]) -> tuple[int, str]:
        claim, answer = (self._end(new[side]) for side in ("claim", "answer"))
        evidence = None
        if new.get("statement"):
            self._clear("statement", new["statement"])
            evidence = self.names.statements.get(new["statement"], 0)
            if self.states.get(evidence) != answer or not self.by.reviews:
                raise _Odd
        return self._draw(claim, answer, new, evidence)

    def _draw(self, claim: int, answer: int, new: dict[str, Any], evidence: int | None) -> tuple[int, str]:
        """Let one claim answer another, unless it does."""
        edge = (claim, answer, new["kind"])
        unknown = claim in self.looked or answer in self.made
        known = self.edges.get(edge) or (None if unknown else counterclaims.known(*edge))
        if known:
            return known, "known"
        if claim == answer:
            raise _Odd
        row = {"claim": claim, "answer": answer, "kind": new["kind"], "statement": evidence, "note": new.get("note")}
        id = self.edges[edge] = self._new(Counterclaim, row)
        self.edges_made.append({"claim": claim, "answer": answer})
        return id, "new"

    def _end(self, given: dict[str, Any]) -> int:
        if "claim" not in given or not self.by.reviews:
            raise _Odd
        self._clear("claim", given["claim"])
        return self._bound(given["claim"])

    def _review(self, new: dict[str, Any]) -> tuple[int, str]:
        claim = self._end(new["claim"])
        review = (new["url"], claim)
        known = self.reviews.get(review) or (None if claim in self.looked else reviews.known(*review))
        if known:
            return known, "known"
        rest = {name: value for name, value in new.items() if name not in ("claim", "publisher", "rating")}
        row = reviews.columns(publisher=new["publisher"], rating=new["rating"]) | rest
        id = self.reviews[review] = self._new(Review, {"claim": claim, **row})
        return id, "new"

    def _loose(self, new: dict[str, Any]) -> tuple[int, str]:
        """Store the claim of a line that no other has pointed at."""
        return self._bound(new["claim"]), "new"

    # -- the rows -------------------------------------------------------------------------------------

    def _id(self, model: Any) -> int:
        if model not in self._ids:
            self._ids[model] = _new_ids(model._meta.table_name, self.contested)
        return next(self._ids[model])

    def _new(self, model: Any, row: dict[str, Any], more: dict[str, Any] | None = None) -> int:
        """Have a row stored, and its line in the log."""
        id, stamp = self._id(model), self.stamp
        whole = {"version": 1, "created_at": stamp, "updated_at": stamp, **row, "id": id}
        empty, values = _filled(model)
        self._add(self.rows[model], values(empty | whole))
        for name in changes.UNLOGGED.get(model._meta.table_name, ()):
            whole.pop(name, None)
        if more:
            whole |= more
        self._add(self.log, (model._meta.table_name, id, "create", self.by.key_id, None, dumps(whole)))
        return id

    def _add(self, rows: list[tuple[Any, ...]], row: tuple[Any, ...]) -> None:
        rows.append(row)
        self._added.append(rows)

    def _flush(self) -> None:
        for model in _ORDER:
            if self.rows[model]:
                if model in self._ids and not self.contested:
                    _take_ids(model._meta.table_name, self.rows[model])
                bulk.insert(model, _columns(model), self.rows[model])
        derived.note("claims", *({"id": id} for id in self.touched - self.made))
        derived.note("claims", *({"id": id} for id in self.untold), new=True)
        derived.note("counterclaims", *self.edges_made, new=True)
        if self.log:
            changes.log_created(self.log)
        for told in (self.rows, self._ids, self.touched, self.untold, self.edges_made, self.log):
            told.clear()


_TAKE: dict[str, Callable[[BatchImporter, dict[str, Any]], tuple[int | None, str]]] = {
    "topic": BatchImporter._topic,
    "speaker": BatchImporter._speaker,
    "document": BatchImporter._document,
    "claim": BatchImporter._claim,
    "statement": BatchImporter._statement,
    "counterclaim": BatchImporter._counterclaim,
    "review": BatchImporter._review,
    "loose": BatchImporter._loose,
}

#: Each after those it points at.
_ORDER = (
    *(Topic, Document, Sentence, Speaker, Alias, Claim, ClaimTopic, ClaimAbout, Statement, Counterclaim, Review),
    Hidden,
)

#: Tables of which the rows are written column by column above.
_GIVEN: dict[Any, tuple[str, ...]] = {
    Alias: ("speaker", "alias", "alias_key"),
    Sentence: ("id", "created_at", "updated_at", "version", "document", "position", "start", "end", "text"),
}


@lru_cache(maxsize=64)
def _fields(model: Any) -> tuple[str, ...]:
    """Name the fields that a new row fills."""
    if model in _GIVEN:
        return _GIVEN[model]
    left = ("retracted_at", "retracted_reason", "merged_into")
    return tuple(name for name in model._meta.sorted_field_names if name not in left)


@lru_cache(maxsize=64)
def _filled(model: Any) -> tuple[dict[str, None], Callable[[dict[str, Any]], tuple[Any, ...]]]:
    """Give an empty row, and what takes the values out of one in the order of the fields."""
    return dict.fromkeys(_fields(model)), itemgetter(*_fields(model))


@lru_cache(maxsize=64)
def _columns(model: Any) -> tuple[str, ...]:
    return tuple(model._meta.fields[name].column_name for name in _fields(model))


@lru_cache(maxsize=16_384)
def speaker_key(name: str) -> str:
    """Write a name as it is looked up; statements name the same few again and again."""
    return speakers.key(name)


@lru_cache(maxsize=16_384)
def normalized(url: str | None) -> str | None:
    """Write an address the one way; that takes longer than all else about a line."""
    return normalize(url)


def _place(document: _Printed, given: dict[str, Any] | None, first: dict[str, Any]) -> _Place:
    """Find the one sentence that is given, or in which the content starts, as `sentences.find` does."""
    if given is None and "start" in first:
        at = bisect_right(document.starts, first["start"]) - 1
        if at < 0 or document.sentences[at].end <= first["start"]:
            raise _Odd
        return document.sentences[at]
    if given is None:
        starts = [span.start for span in places_of(first["text"], document.text, 0, document.length)]
        found = {bisect_right(document.starts, start) - 1 for start in starts}
        places = [document.sentences[at] for at in found if at >= 0]
        places = [place for place in places if any(place.start <= start < place.end for start in starts)]
    elif "text" in given:
        words = given["text"].strip()
        size, text = len(words), document.text
        places = [
            one for one in document.sentences if one.end - one.start == size and text.startswith(words, one.start)
        ]
    else:
        at = max(bisect_right(document.starts, given["start"]) - 1, 0)
        places = [one for one in document.sentences[at : at + 1] if one[:2] == (given["start"], given["end"])]
    if len(places) != 1:
        raise _Odd
    return places[0]


def _words(name: str, new: dict[str, Any], document: Any, place: _Place, end: int) -> dict[str, Any]:
    given = new.get(name)
    if given is None:
        return {name: None, f"{name}_start": None, f"{name}_end": None}
    span = locate(given, document, place, lambda: _around(document, place, end), f"/{name}")  # type: ignore[arg-type]
    key = {"cue_key": folded(span.text)} if name == "cue" else {}
    return {name: span.text, f"{name}_start": span.start, f"{name}_end": span.end} | key


def _around(document: _Printed, place: _Place, end: int) -> tuple[int, int]:
    """Find the stretch in which words that are not in the sentence may stand."""
    at = bisect_right(document.starts, place.start) - 1
    after = list(islice((one.end for one in islice(document.sentences, at, None) if one.end >= end), 2))
    return sentences.stretch(place, document.sentences[at - 1].start if at else None, after, end)


# -- what the lines name ----------------------------------------------------------------------------


class _Wanted:
    """What some lines name, to be looked up together."""

    def __init__(self) -> None:
        self.speakers: dict[str, None] = {}
        self.new_speakers = False
        #: Wikidata ids that speakers come with.
        self.items: dict[str, None] = {}
        self.topics: dict[str, None] = {}
        #: Text -> its digest.
        self.digests: dict[str, str] = {}
        #: Text -> where its sentences stand, if that is known already.
        self.cuts: dict[str, list[tuple[int, int]] | None] = {}
        self.documents: set[int] = set()
        #: Normalised addresses of documents, and the digests of those that have none.
        self.addresses: dict[str, None] = {}
        self.bare: dict[str, None] = {}
        #: The addresses of which the newest edition is named.
        self.newest: dict[str, None] = {}
        #: Digest and address of those that statements stand in.
        self.pointed: dict[tuple[str, str | None], None] = {}
        self.claims: set[int] = set()
        #: Those that an edge or a review is about.
        self.looked: set[int] = set()
        self.evidence: set[int] = set()
        #: Those of them of which the claim is meant.
        self.stated: set[int] = set()
        #: Texts of claims that no statement brings along.
        self.loose: dict[str, None] = {}

    def speaker(self, given: dict[str, Any] | None) -> None:
        """Want a speaker, who may be new."""
        if given:
            self.speakers[speaker_key(given["name"])] = None
            for alias in given.get("aliases") or ():
                self.speakers[speaker_key(alias)] = None
            if given.get("wikidata_id"):
                self.items[given["wikidata_id"]] = None

    def document(self, new: dict[str, Any], cuts: list[tuple[int, int]] | None = None) -> tuple[str, str | None]:
        """Want a document that comes whole; return its digest and address."""
        text, address = new["text"], normalized(new.get("url"))
        if self.cuts.get(text) is None:
            self.cuts[text] = cuts
        sha = self.digests.get(text) or self.digests.setdefault(text, digest(text))
        if address:
            self.addresses[address] = None
        else:
            self.bare[sha] = None
        return sha, address


def _named(names: Names, lines: Sequence[Line]) -> _Wanted:
    return _Named(names, lines).wanted


class _Named:
    """What some lines name."""

    def __init__(self, names: Names, lines: Sequence[Line]) -> None:
        self.names, self.wanted = names, _Wanted()
        #: The claims, and the documents, of these lines.
        self.claims: dict[str, dict[str, Any]] = {}
        self.documents: dict[str, tuple[str, str | None]] = {}
        for _, noun, new, cuts in lines:
            if noun == "statement":
                self._statement(new)
            elif noun == "claim":
                self.claims[new["id"]] = new
            elif noun == "document":
                self.documents.setdefault(new.get("id", ""), self.wanted.document(new, cuts))
            elif noun == "speaker":
                self.wanted.new_speakers = True
                self.wanted.speaker(new)
            elif noun == "topic":
                self.wanted.topics[new["slug"]] = None
            elif noun == "counterclaim":
                self.wanted.looked.add(self._claim(new["claim"], loose=True))
                self._claim(new["answer"], loose=True)
                self.wanted.evidence.add(names.statements.get(new.get("statement") or "", 0))
            else:  # a review, or a claim that nothing points at
                self.wanted.looked.add(self._claim(new["claim"] if noun == "review" else new, loose=True))

    def _statement(self, new: dict[str, Any]) -> None:
        self.wanted.speaker(new["speaker"])
        self._document(new["document"])
        self._claim(new["claim"], loose=bool(new["claim"].get("reuse")))
        via = new.get("via")
        if via:
            self.wanted.speaker(via.get("speaker"))
            if "document" in via:
                self._document(via["document"])
        for counter in new.get("counters") or ():
            self.wanted.evidence.add(self.names.statements.get(counter["statement"], 0))

    def _document(self, given: dict[str, Any]) -> None:
        wanted = self.wanted
        if "document" in given:
            name = given["document"]
            if name in self.names.documents:
                wanted.documents.add(self.names.documents[name])
            elif name in self.documents:
                wanted.pointed[self.documents[name]] = None
        elif "text" in given:
            wanted.pointed[wanted.document(given)] = None
        elif address := normalized(given["url"]):
            wanted.addresses[address] = wanted.newest[address] = None

    def _claim(self, given: dict[str, Any], *, loose: bool = False) -> int:
        wanted, name = self.wanted, given.get("claim", "")
        line = self.claims.get(name) or self.names.unbound.get(name) or given
        if "text" in line:
            wanted.topics |= dict.fromkeys(line.get("topics") or ())
            for who in line.get("about") or ():
                wanted.speaker(who)
            if loose:
                wanted.loose[line["text"]] = None
        elif "statement" in given:
            id = self.names.statements.get(given["statement"], 0)
            wanted.evidence.add(id)
            wanted.stated.add(id)
        id = self.names.claims.get(name, 0)
        wanted.claims.add(id)
        return id


def _among(sql: str, values: list[Any], *, lock: bool = False) -> list[tuple[Any, ...]]:
    """Read `sql` with the condition that the last thing it names is one of `values`, which are locked if told to."""
    if not values:
        return []
    if on_sqlite():
        return fetch(f"{sql} IN (SELECT value FROM json_each(?))", (dumps(values),))
    kind = "bigint" if isinstance(values[0], int) else "text"
    order = " ORDER BY id FOR UPDATE" if lock else ""
    return fetch(f"{sql} = ANY (ARRAY(SELECT json_array_elements_text(?::json)::{kind})){order}", (dumps(values),))


def _same(texts: list[str]) -> list[tuple[Any, ...]]:
    """Read text, language, id and `standalone` of the standing claims that have one of these texts.

    Few are looked for one by one by their words, as `claims.twins` does; for many, and for what has none, all claims
    are read.
    """
    claims = "SELECT text, language, id, standalone FROM claims WHERE retracted_at IS NULL AND merged_into_id IS NULL"
    found: list[tuple[Any, ...]] = []
    rest: list[str] = []
    for text in texts:
        among, params = derived.same_words(text) if len(texts) <= _FEW else ("", ())
        if params:
            found += fetch(f"{claims} AND id IN ({among}) AND text = ?", (*params, text))
        else:
            rest.append(text)
    return found + _among(f"{claims} AND text", rest)


def _new_ids(table: str, contested: bool) -> Iterator[int]:
    if contested:
        while True:
            sql = "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)"
            yield from sorted(id for (id,) in fetch(sql, (table, _RESERVED)))
    if on_sqlite():  # writers take turns: nobody else has the next
        last = fetch(f'SELECT coalesce(max(id), 0) FROM "{table}"')
    else:
        last = fetch("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(?, 'id')::regclass), 0)", (table,))
    yield from count(last[0][0] + 1)


def _take_ids(table: str, rows: list[tuple[Any, ...]]) -> None:
    """Take of PostgreSQL the ids that the rows have. Raises Raced where it gives others."""
    if not on_sqlite():
        sql = "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)"
        if sorted(id for (id,) in fetch(sql, (table, len(rows)))) != [row[0] for row in rows]:
            raise SequenceConflict
