"""Local ids, by which the lines of a file name one another: `d1` a document, `s1` a statement, `c1` a claim."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import orjson

from models.refusals import Conflict
from models.storage.columns import dumps
from models.storage.spilled import SpilledDict


class LocalIds:
    """What the names in a file stand for, as far as it has been read; what a line named that fails is undone.

    Memory does not grow with the file.
    """

    def __init__(self) -> None:
        #: Name -> id of what is stored.
        self.documents: SpilledDict[str, int] = SpilledDict()
        self.statements: SpilledDict[str, int] = SpilledDict()
        self.claims: SpilledDict[str, int] = SpilledDict()
        #: Address -> the document of the last line that gave its text.
        self.editions: SpilledDict[str, int] = SpilledDict()
        #: The ids that some line's claim has.
        self.bound: SpilledDict[int, None] = SpilledDict()
        #: The ids of stored claims that lines mean which say that they were put in by themselves.
        self.put_in: SpilledDict[int, None] = SpilledDict()
        #: The number of each claim's line, and a hash of the line to compare others with.
        self.claim_lines: SpilledDict[str, tuple[int, int]] = SpilledDict()
        #: Noun and name -> the number of a line that was refused because an earlier one is called so.
        self.ambiguous: SpilledDict[tuple[str, str], int] = SpilledDict()
        #: The name of a claim -> why it is not the only one that the lines call so.
        self.torn: SpilledDict[str, str] = SpilledDict()
        #: Name -> the number of a line that was refused and would have brought this claim along: a statement, or the
        #: line of the claim itself.
        self._refused: SpilledDict[str, int] = SpilledDict()
        #: Name -> the number of the line of a claim that has a wrong shape, so that it was never noted.
        self._misshapen: SpilledDict[str, int] = SpilledDict()
        #: The number of the first line of which nobody could read which claim it brings along, or 0: it may be any.
        self.unread = 0
        #: A hash of a text -> the number of the first line of a claim with it that was refused.
        self._refused_texts: SpilledDict[str, int] = SpilledDict()
        #: The number of each line that waits for the statements of its claims -> its noun and members, as JSON.
        self._waiting: SpilledDict[int, str] = SpilledDict()
        #: Claims of lines, but for those that are stored for good: a known statement may already have theirs.
        #: As JSON, which takes a quarter of the memory.
        self._new_claims: SpilledDict[str, str] = SpilledDict()
        #: A hash of a line's wording -> the last identical claim that such a line means: some line means each up to it,
        #: so that they need not be read again. And of its text and language -> the greatest of them all.
        self._taken: SpilledDict[str, int] = SpilledDict()
        self._all = (
            *(self.documents, self.statements, self.claims, self.editions, self.bound, self.put_in, self.claim_lines),
            *(self.ambiguous, self.torn, self._refused, self._misshapen, self._refused_texts),
            *(self._waiting, self._new_claims, self._taken),
        )
        #: What was put into one of these since the last transaction, in that order, and what was there before.
        self._put: list[tuple[SpilledDict[Any, Any], Any, Any]] = []

    def put(self, names: SpilledDict[Any, Any], name: Any, value: Any) -> None:
        """Let `name` stand for `value` among `names`, which is one of the above; what it stands for already stays."""
        if name not in names:
            names[name] = value
            self._put.append((names, name, None))

    def give_edition(self, address: str, document: int) -> None:
        """Let an address alone mean this edition of it in later lines: sent again, they mean the same one."""
        self._put.append((self.editions, address, self.editions.get(address)))
        self.editions[address] = document

    def taken(self, line: dict[str, Any]) -> int:
        """Return the id of the last claim of a line's wording that such a line means, or 0."""
        return self._taken.get(_hash(_wording(line)), 0)

    def last_alike(self, line: dict[str, Any]) -> int:
        """Return the greatest id of a claim of a line's text and language that such a line means, or 0."""
        return self._taken.get(_hash(_words(line)), 0)

    def take(self, line: dict[str, Any], claim: int) -> None:
        """Let `claim` be the last one that a line of this wording means."""
        greatest = max(claim, self.last_alike(line))
        for key, value in ((_hash(_wording(line)), claim), (_hash(_words(line)), greatest)):
            self._put.append((self._taken, key, self._taken.get(key)))
            self._taken[key] = value

    def defer_claim(self, name: str, number: int, line: dict[str, Any]) -> bool:
        """Let a line's claim wait for the statements of it; tell whether that is what its name stands for."""
        json = dumps(line)
        hashed = hash(json)
        if name not in self.claim_lines:
            self.put(self.claim_lines, name, (number, hashed))
            self.put(self._new_claims, name, json)
        return self.claim_lines[name][1] == hashed

    def bind(self, name: str, claim: int) -> None:
        """Let the claim of a line be the stored one with this id."""
        self.put(self.claims, name, claim)
        self.put(self.bound, claim, None)

    def unbound(self, name: str) -> dict[str, Any] | None:
        """Return the claim of a line, where it is not known yet which one that is."""
        if name not in self._new_claims or name in self.claims:
            return None
        line: dict[str, Any] = orjson.loads(self._new_claims[name])
        return line

    def all_unbound(self) -> Iterator[tuple[str, int]]:
        """Yield the claims that no statement has brought along, in their order; they may be stored meanwhile.

        Each comes with the size of its line in bytes.
        """
        return ((name, _size(self._new_claims[name])) for name in self._new_claims if name not in self.claims)

    def defer_line(self, number: int, noun: str, members: dict[str, Any]) -> None:
        """Let a line wait until all lines that may state its claims were read."""
        self.put(self._waiting, number, dumps([noun, members]))

    def all_waiting(self) -> Iterator[tuple[int, str, dict[str, Any], int]]:
        """Yield number, noun, members and size in bytes of the lines that wait, in their order."""
        lines = ((number, self._waiting[number]) for number in self._waiting)
        return ((number, *orjson.loads(json), _size(json)) for number, json in lines)

    def pass_over(self, number: int, noun: str, claims: tuple[str, ...] | None) -> None:
        """Note that the line `number` was refused, which pointed at these claims; None where it may be at any."""
        if claims is None:
            self.unread = self.unread or number
        if noun in ("counterclaim", "review"):
            return
        for name in claims or ():
            noted = noun != "claim" or self.claim_lines.get(name, (0, 0))[0] == number
            some = self._refused if noted else self._misshapen
            # The first statement that was refused; its claim's own line, refused at the end, is no other cause.
            if name not in some or (noun != "claim" and number < some[name]):
                some[name] = number
                some.spill()  # there may be no transaction for long, after which the others are

    def refused_before(self, name: str, number: int) -> int:
        """Return the number of a statement of this claim that was refused, on a line before `number`; 0 if none was."""
        refused = self._refused.get(name, 0)
        return refused if refused < number else 0

    def refused_for(self, name: str) -> int:
        """Return the number of a line that was refused and brings, or may bring, this claim along; 0 if none does."""
        return self._refused.get(name) or self.unread

    def refuse_text(self, text: str, number: int) -> None:
        """Note that the line `number`, of a claim with this text, was refused; nothing where it is empty."""
        if text and (key := _hash([text])) not in self._refused_texts:
            self._refused_texts[key] = number
            self._refused_texts.spill()  # there may be no transaction for long, after which the others are

    def refuse_texts(self) -> None:
        """Note the same of all claims of which a statement was refused and none has brought them along.

        One of a claim that is the name of no line, as where it is misspelt, may be of any.
        """
        for name in self._refused:
            if name not in self.claim_lines and name not in self._misshapen:
                self.unread = self.unread or self._refused[name]
            elif line := self.unbound(name):
                self.refuse_text(line["text"], self._refused[name])

    def refused_alike(self, line: dict[str, Any]) -> int:
        """Return the number of the first line that was so refused, of a claim of the same text; 0 where none was."""
        return self._refused_texts.get(_hash([line["text"]]), 0)

    def known(self, noun: str, name: str, field: str) -> int:
        """Return the id of the document or statement of an earlier line."""
        self.refuse_ambiguous(noun, name, field)
        some = self.documents if noun == "document" else self.statements
        if name not in some:
            raise unknown_name(name, field)
        return some[name]

    def refuse_ambiguous(self, noun: str, name: str, field: str) -> None:
        """Refuse to guess which of two lines, or of two claims, with one name is meant."""
        if (noun, name) in self.ambiguous:
            raise Conflict(
                f"Line {self.ambiguous[noun, name]} is called {name!r}, and an earlier one too: "
                "give each line its own id.",
                field=field,
            )
        if noun == "claim" and name in self.torn:
            raise Conflict(self.torn[name], field=field)

    def mark(self) -> int:
        """Return the place to which `undo` goes back."""
        return len(self._put)

    def put_in_since(self, mark: int) -> list[int]:
        """List what was put into `put_in` since `mark`."""
        return [claim for names, claim, _ in self._put[mark:] if names is self.put_in]

    def undo(self, mark: int) -> None:
        """Undo what was put since `mark`."""
        while len(self._put) > mark:
            names, name, before = self._put.pop()
            if before is None:
                del names[name]
            else:
                names[name] = before

    def keep(self) -> None:
        """Forget how to undo what was put, which is stored for good."""
        for names, name, _ in self._put:
            if names is self.claims:
                del self._new_claims[name]
        self._put.clear()
        for names in self._all:
            names.spill()


def unknown_name(name: str, field: str) -> Conflict:
    """Make the refusal of a name that no earlier line has."""
    return Conflict(f"No earlier line is called {name!r}.", field=field)


def _size(json: str) -> int:
    return len(json.encode())


def _words(line: dict[str, Any]) -> list[Any]:
    return [line["text"], line["language"]]


def _wording(line: dict[str, Any]) -> list[Any]:
    return [*_words(line), line.get("standalone")]


def _hash(what: list[Any]) -> str:
    return blake2b(dumps(what).encode(), digest_size=16).hexdigest()
