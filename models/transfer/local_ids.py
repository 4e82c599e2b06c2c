"""Local ids, by which the lines of a file name one another: `d1` a document, `s1` a statement, `c1` a claim."""

from typing import Any

import orjson

from models.storage.columns import dumps


class LocalIds:
    """What the names in a file stand for, as far as it has been read; what a line named that fails is undone."""

    def __init__(self) -> None:
        #: Name -> id of what is stored.
        self.documents: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        self.claims: dict[str, int] = {}
        #: The ids that some line's claim has.
        self.bound: dict[int, None] = {}
        #: Text, language and `standalone` of a line -> the last identical claim that such a line means: some line means
        #: each up to it, so that they need not be read again.
        self.taken: dict[tuple[str, str, bool | None], int] = {}
        #: The number of each claim's line, and a hash of the line to compare others with.
        self.claim_lines: dict[str, tuple[int, int]] = {}
        #: Noun and name -> the number of a line that was refused because an earlier one is called so.
        self.ambiguous: dict[tuple[str, str], int] = {}
        #: Claims of lines, but for those that are stored for good: a known statement may already have theirs.
        #: As JSON, which takes a quarter of the memory.
        self._new_claims: dict[str, str] = {}
        #: What was put into one of these since the last transaction, in that order.
        self._put: list[tuple[dict[Any, Any], Any]] = []

    def put(self, names: dict[Any, Any], name: Any, value: Any) -> None:
        """Let `name` stand for `value` among `names`, which is one of the above; what it stands for already stays."""
        if name not in names:
            names[name] = value
            self._put.append((names, name))

    def defer_claim(self, name: str, number: int, line: dict[str, Any]) -> bool:
        """Let a line's claim wait for those that point at it; tell whether that is what its name stands for."""
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
        """Return the claim of a line, where nothing has pointed at it yet."""
        json = None if name in self.claims else self._new_claims.get(name)
        return orjson.loads(json) if json else None

    def all_unbound(self) -> list[str]:
        """List the claims that nothing has pointed at."""
        return [name for name in self._new_claims if name not in self.claims]

    def mark(self) -> int:
        """Return the place to which `undo` goes back."""
        return len(self._put)

    def undo(self, mark: int) -> None:
        """Undo what was put since `mark`."""
        while len(self._put) > mark:
            names, name = self._put.pop()
            del names[name]
            if names is self.bound:
                self.taken.clear()

    def keep(self) -> None:
        """Forget how to undo what was put, which is stored for good."""
        for names, name in self._put:
            if names is self.claims:
                del self._new_claims[name]
        self._put.clear()
