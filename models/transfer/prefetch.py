"""What lines name, found out before they are stored, so that it is fetched by a few queries for all of them."""

from collections.abc import Sequence
from typing import Any

from models import speakers
from models.addresses import normalize
from models.documents import digest, edition
from models.tables import Claim, Document, Speaker, Statement, Topic
from models.transfer.batch import BatchStore
from models.transfer.lines import Line
from models.transfer.names import Names

Edition = tuple[str | None, str]


def prefetch(store: BatchStore, names: Names, lines: Sequence[Line]) -> None:
    """Fetch what lines name; inside the transaction in which they are stored."""
    named = _Named(names)
    for line in lines:
        named.add(line.noun, line.new)
    store.fetch_names(list(filter(None, named.speakers)), new=named.new_speakers)
    store.fetch_keys(Speaker, ("wikidata_id",), named.items)
    store.fetch_keys(Topic, ("slug",), named.topics)
    store.fetch_keys(Document, ("url_normalized", "sha256"), named.addresses)
    store.fetch_keys(Document, ("sha256", "url_normalized"), named.bare)
    found = [edition(address, sha256, store) for address, sha256 in named.editions]
    found += [store.newest_edition(address) for address in named.newest]
    store.fetch_rows(Document, named.documents.union(id for id in found if id))
    store.fetch_rows(Statement, named.statements)
    store.fetch_claims(list(named.texts))
    stated = {store.by_id(Statement, id).claim_id for id in named.stated}
    store.fetch_rows(Claim, named.claims | stated)


class _Named:
    """What some lines name; dictionaries, where the order is that of the lines."""

    def __init__(self, names: Names) -> None:
        self.names = names
        #: Names of speakers, as they are looked up.
        self.speakers: dict[str, None] = {}
        self.new_speakers = False
        #: Wikidata ids that speakers come with.
        self.items: dict[str, None] = {}
        self.topics: dict[str, None] = {}
        self.documents: set[int] = set()
        #: Addresses of documents, and the digests of those that have none.
        self.addresses: dict[str, None] = {}
        self.bare: dict[str, None] = {}
        #: The documents in which statements stand: whole, or the newest at an address.
        self.editions: dict[Edition, None] = {}
        self.newest: dict[str, None] = {}
        self.statements: set[int] = set()
        #: Those of them of which the claim is meant.
        self.stated: set[int] = set()
        self.claims: set[int] = set()
        #: Texts of claims that may stand already.
        self.texts: dict[str, None] = {}
        #: The claims and documents of these very lines.
        self._claim_lines: dict[str, dict[str, Any]] = {}
        self._document_lines: dict[str, Edition] = {}

    def add(self, noun: str, new: dict[str, Any]) -> None:
        """Add what a line names."""
        if noun == "statement":
            self._statement(new)
        elif noun == "claim":
            self._claim_lines[new["id"]] = new
        elif noun == "document":
            self._document_lines.setdefault(new.get("id", ""), self._whole(new))
        elif noun == "speaker":
            self.new_speakers = True
            self._speaker(new)
            self._speaker(new.get("part_of"))
        elif noun == "topic":
            self.topics[new["slug"]] = None
        elif noun == "counterclaim":
            self._claim(new["claim"], loose=True)
            self._claim(new["answer"], loose=True)
            self._evidence(new.get("statement"))
        else:  # a review, or a claim that nothing points at
            self._claim(new["claim"] if noun == "review" else new, loose=True)

    def _statement(self, new: dict[str, Any]) -> None:
        self._speaker(new["speaker"])
        self._document(new["document"])
        self._claim(new["claim"], loose=bool(new["claim"].get("reuse")))
        via = new.get("via")
        if via:
            self._speaker(via.get("speaker"))
            if "document" in via:
                self._document(via["document"])
        for counter in new.get("counters") or ():
            self._evidence(counter["statement"])

    def _speaker(self, reference: dict[str, Any] | None) -> None:
        if reference:
            self.speakers[speakers.key(reference["name"])] = None
            for alias in reference.get("aliases") or ():
                self.speakers[speakers.key(alias)] = None
            if reference.get("wikidata_id"):
                self.items[reference["wikidata_id"]] = None

    def _whole(self, new: dict[str, Any]) -> Edition:
        address, sha256 = normalize(new.get("url")), digest(new["text"])
        if address:
            self.addresses[address] = None
        else:
            self.bare[sha256] = None
        return address, sha256

    def _document(self, reference: dict[str, Any]) -> None:
        if "document" in reference:
            name = reference["document"]
            if name in self.names.documents:
                self.documents.add(self.names.documents[name])
            elif name in self._document_lines:
                self.editions[self._document_lines[name]] = None
        elif "text" in reference:
            self.editions[self._whole(reference)] = None
        elif address := normalize(reference["url"]):
            self.addresses[address] = self.newest[address] = None

    def _evidence(self, name: str | None) -> None:
        if name in self.names.statements:
            self.statements.add(self.names.statements[name])

    def _claim(self, reference: dict[str, Any], *, loose: bool) -> None:
        name = reference.get("claim", "")
        line = self._claim_lines.get(name) or self.names.unbound.get(name) or reference
        if "text" in line:
            self.topics |= dict.fromkeys(line.get("topics") or ())
            for who in line.get("about") or ():
                self._speaker(who)
            if loose:
                self.texts[line["text"]] = None
        elif reference.get("statement") in self.names.statements:
            self._evidence(reference["statement"])
            self.stated.add(self.names.statements[reference["statement"]])
        if name in self.names.claims:
            self.claims.add(self.names.claims[name])
