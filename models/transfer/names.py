"""What the names in a file stand for: `d1` a document, `s1` a statement, `c1` a claim."""

from collections.abc import Callable
from typing import Any

from models.storage.columns import dumps


class Names:
    """What the names in a file stand for, as far as it has been read; what a line named that fails is undone."""

    def __init__(self) -> None:
        self.documents: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        self.claims: dict[str, int] = {}
        #: Claims of lines that nothing has pointed at yet: a known statement may already have theirs.
        self.unbound: dict[str, dict[str, Any]] = {}
        #: The number of each claim's line, and a hash of the line to compare others with.
        self.claim_lines: dict[str, tuple[int, int]] = {}
        #: The ids that some line's claim has.
        self.bound: set[int] = set()
        #: Noun and name -> the number of a line that was refused because an earlier one is called so.
        self.ambiguous: dict[tuple[str, str], int] = {}
        self._undo: list[Callable[[], Any]] = []

    def put(self, names: dict[Any, Any], name: Any, value: Any) -> None:
        """Let `name` stand for `value` among `names`, which is one of the above."""
        if name in names:
            before = names[name]
            self._undo.append(lambda: names.__setitem__(name, before))
        else:
            self._undo.append(lambda: names.pop(name))
        names[name] = value

    def note(self, name: str, number: int, line: dict[str, Any]) -> bool:
        """Let a line's claim wait for those that point at it; tell whether that is what its name stands for."""
        hashed = hash(dumps(line))
        if name not in self.claim_lines:
            self.put(self.claim_lines, name, (number, hashed))
            self.put(self.unbound, name, line)
        return self.claim_lines[name][1] == hashed

    def bind(self, name: str, claim: int) -> None:
        """Let the claim of a line be the stored one with this id."""
        self.put(self.claims, name, claim)
        if claim not in self.bound:
            self.bound.add(claim)
            self._undo.append(lambda: self.bound.discard(claim))
        if name in self.unbound:
            line = self.unbound.pop(name)
            self._undo.append(lambda: self.unbound.__setitem__(name, line))

    def mark(self) -> int:
        """Return the place to which `undo` goes back."""
        return len(self._undo)

    def undo(self, mark: int) -> None:
        """Undo what was put since `mark`."""
        while len(self._undo) > mark:
            self._undo.pop()()

    def keep(self, mark: int) -> None:
        """Forget how to undo what was put, where `mark` is the outermost."""
        if mark == 0:
            self._undo.clear()
