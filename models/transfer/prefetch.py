"""What lines name, found out before they are stored, so that it is fetched by a few queries for all of them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from models import speakers
from models.addresses import normalize
from models.documents import digest, edition
from models.history import locks, same_words
from models.history.changes import Actor
from models.history.locks import to_name
from models.refusals import Busy
from models.storage import database, transactions
from models.storage.spilled import SpilledDict
from models.storage.transactions import InPlace, at_once
from models.tables import Claim, Document, Speaker, Statement, Topic
from models.transfer.batch import BatchSession
from models.transfer.claim_texts import Wording, of_line, of_reuse
from models.transfer.lines import Line, Outcome, cut_documents, whole_documents
from models.transfer.local_ids import LocalIds


def prefetch(session: BatchSession, by: Actor, names: LocalIds, lines: Sequence[Line]) -> None:
    """Fetch what lines name; inside the transaction in which they are stored."""
    if by.reviews and any(line.members.get("coding") for line in lines):
        same_words.lock_codings()
    named = _Named(by, names)
    for line in lines:
        named.add(line.noun, line.members)
    if named.parts:
        locks.lock_parts(new=True)  # before names and rows, as a merge does
    session.fetch_names(list(filter(None, named.speakers)), new=named.new_speakers)
    session.fetch_rows(Speaker, named.ids[Speaker])
    for (model, column), values in named.values.items():
        session.fetch(model, column, values)
    session.fetch_keys(Document, "url_normalized", named.editions)
    session.fetch_newest(named.addresses)
    session.fetch_rows(Document, named.ids[Document])
    session.lock_words(list(dict.fromkeys(wording.text for wording in named.wordings)))
    known = named.ids[Claim] | session.fetch_claims(named.wordings)
    evidence = Statement.select(Statement.claim).where(Statement.id.in_(named.ids[Statement]))
    session.hold(lambda: [to_name(Claim, *known, *(claim for (claim,) in evidence.tuples()))])
    session.fetch_claims(named.wordings)  # again, what was read before it was locked
    for model in (Statement, Claim):
        session.fetch_rows(model, named.ids[model])
    if named.attributions and not by.reviews:
        # At once: two imports that answer some line by line, in another order, would wait for one another.
        locks.lock_attributions()
        session.attributing = True


def prepare(lines: Sequence[Line | Outcome], in_place: InPlace = at_once) -> None:
    """Cut the documents that lines give whole, and that are not known, into sentences, each by `in_place`.

    That takes long: it is done before the transaction in which the lines are stored, which keeps others waiting. Those
    that are `known` are marked as such.
    """
    whole = _uncut(lines)
    if not whole:
        return
    keys = [(normalize(document.get("url")), digest(document["text"])) for document in whole]
    session = BatchSession(len(lines))
    session.fetch_keys(Document, "url_normalized", [(address, sha256) for address, sha256 in keys if address])
    session.fetch(Document, "sha256", [sha256 for address, sha256 in keys if not address])
    for document, key in zip(whole, keys, strict=True):
        document["known"] = edition(*key, session) is not None
    database.release()
    cut_documents((document for document in whole if not document["known"]), in_place)


def prepare_again(lines: Sequence[Line], in_place: InPlace) -> None:
    """Cut the rest as well, by `in_place`: one was taken back since. Raises Busy inside a transaction, as of a dry run.

    Others would wait for that.
    """
    if transactions.is_open():
        raise Busy("A document of these lines was taken back at the same moment: send them again.")
    cut_documents(_uncut(lines), in_place)


def _uncut(lines: Sequence[Line | Outcome]) -> list[dict[str, Any]]:
    return [document for document in whole_documents(lines) if "sentence_offsets" not in document]


class _Named:
    """What some lines name; dictionaries, where the order is that of the lines."""

    def __init__(self, by: Actor, names: LocalIds) -> None:
        self.by, self.names = by, names
        #: Names of speakers, as they are looked up.
        self.speakers: dict[str, None] = {}
        self.new_speakers = False
        #: Whether somebody who may be new is part of others.
        self.parts = False
        #: Whether an attribution is answered.
        self.attributions = False
        #: Table and column -> values of natural keys: of topics, of documents, and the Wikidata ids of speakers.
        self.values: dict[tuple[Any, str], dict[str, None]] = defaultdict(dict)
        #: Speakers by id, and the documents, statements and claims that earlier lines have stored.
        self.ids: dict[Any, set[int]] = {Speaker: set(), Document: set(), Statement: set(), Claim: set()}
        #: The addresses of documents with the digests of their texts, and addresses alone.
        self.editions: dict[tuple[str, str], None] = {}
        self.addresses: dict[str, None] = {}
        #: Claims that may stand already -> the id up to which lines mean them all.
        self.wordings: dict[Wording, int] = {}
        #: The claims of these very lines.
        self._claim_lines: dict[str, dict[str, Any]] = {}

    def add(self, noun: str, new: dict[str, Any]) -> None:
        """Add what a line names."""
        if noun == "statement":
            self._statement(new)
        elif noun == "claim" and "id" in new:
            self._claim_lines[new["id"]] = new
        elif noun == "claim":
            self._claim(new)
        elif noun == "document":
            self._document({"text": ""} | new)
        elif noun == "speaker":
            self.new_speakers = True
            self._speakers(new, new.get("part_of"))
        elif noun == "topic":
            self._value(Topic, "slug", new["slug"])
        elif noun == "counterclaim":
            self.attributions = self.attributions or new.get("of") == "attribution"
            self._claim(new["claim"])
            self._claim(new["answer"])
            for name in ("statement", "target"):
                self._stored(Statement, self.names.statements, new.get(name))
        else:
            self._claim(new["claim"])
            self._stored(Statement, self.names.statements, new.get("statement"))

    def _statement(self, new: dict[str, Any]) -> None:
        via = new.get("via") or {}
        self._speakers(new["speaker"], via.get("speaker"), new.get("on_behalf_of"))
        self._document(new["document"])
        if "document" in via:
            self._document(via["document"])
        self._claim(new["claim"], brought=True)
        counters = new.get("counters") or ()
        self.attributions = self.attributions or any(one.get("of") == "attribution" for one in counters)
        for name in (*(counter["target"] for counter in counters), new.get("original")):
            self._stored(Statement, self.names.statements, name)

    def _value(self, model: Any, column: str, value: str) -> None:
        self.values[model, column][value] = None

    def _speakers(self, *references: dict[str, Any] | None) -> None:
        for reference in filter(None, references):
            if "id" in reference:
                id = reference["id"]
                if isinstance(id, int):
                    self.ids[Speaker].add(id)
                else:
                    self._value(Speaker, "wikidata_id", id)
                continue
            self.parts = self.parts or reference.get("part_of") is not None
            for name in (reference["name"], *(reference.get("aliases") or ())):
                self.speakers[speakers.name_key(name)] = None
            if reference.get("wikidata_id"):
                self._value(Speaker, "wikidata_id", reference["wikidata_id"])

    def _document(self, reference: dict[str, Any]) -> None:
        self._stored(Document, self.names.documents, reference.get("document"))
        address, sha256 = normalize(reference.get("url")), digest(reference["text"]) if "text" in reference else None
        if address and sha256:
            self.editions[address, sha256] = None
        elif address and address in self.names.editions:
            self.ids[Document].add(self.names.editions[address])
        elif address:
            self.addresses[address] = None
        elif sha256:
            self._value(Document, "sha256", sha256)

    def _stored(self, model: Any, names: SpilledDict[str, int], name: str | None) -> None:
        if name is not None and name in names:
            self.ids[model].add(names[name])

    def _claim(self, reference: dict[str, Any], *, brought: bool = False) -> None:
        """Add a claim; that of a line which no statement has `brought` along may be an identical one that stands."""
        name = reference.get("claim", "")
        self._stored(Claim, self.names.claims, name)
        self._stored(Statement, self.names.statements, reference.get("statement"))
        new = (name and (self._claim_lines.get(name) or self.names.unbound(name))) or reference
        for slug in new.get("topics") or ():
            self._value(Topic, "slug", slug)
        self._speakers(*(new.get("about") or ()))
        if reference.get("reuse"):
            self.wordings[of_reuse(reference, reviews=self.by.reviews)] = 0
        elif name and "text" in new and not brought:
            self.wordings[of_line(new)] = self.names.taken(new)
