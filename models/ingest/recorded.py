"""What is recorded in a document already, by the places in its text, so that extraction stores nothing twice."""

from typing import Any

from models.history import changes
from models.queries import dialects
from models.storage.database import fetch
from models.tables import Change, Statement

#: Changed statements that are read by their ids; where more have changed, all of the document are read.
_FEW = 500


class Recorded:
    """The statements of a document, retracted ones too, by keys: the offsets of a cue or a content.

    As it stands now and as it was first found: what a reviewer has corrected is not to be found a second time. Of
    several statements of a key, one that stands and is accepted counts.
    """

    def __init__(self, document: int) -> None:
        self._document = document
        self._statements: dict[int, Statement] = {}
        self._first: dict[str, Statement] = {}
        self._now: dict[str, Statement] = {}
        self._added: dict[str, Statement] = {}

    def refresh(self) -> None:
        """Read what was stored or changed since the last time: of the rest only the versions."""
        self._added = {}
        versions = fetch("SELECT id, version FROM statements WHERE document_id = ? ORDER BY id", (self._document,))
        known = self._statements
        changed = [id for id, version in versions if id not in known or known[id].version != version]
        for statement in self._read(changed):
            known[statement.id] = statement
        if len(known) == len(changed) or any(known[id].version > 1 for id in changed):
            self._sort_all()
            return
        for id in changed:
            if all(_rank(other) <= _rank(known[id]) for key in _keys(known[id]) if (other := self._now.get(key))):
                self._put(known[id])
            else:
                self._sort_all()
                return

    def get(self, key: str) -> Statement | None:
        """Return the statement of a key, if there is one."""
        return self._added.get(key) or self._now.get(key) or self._first.get(key)

    def add(self, key: str, statement: Statement) -> None:
        """Note a new statement until the next time that all are read."""
        self._added[key] = statement

    def _read(self, ids: list[int]) -> list[Statement]:
        condition, params = "document_id = ?", [self._document]
        if len(ids) <= _FEW:
            condition += f" AND id IN ({', '.join('?' * len(ids))})"
            params += ids
        # With their words, 8,000 long ones take 400 MB.
        return changes.read(Statement, f"{condition} ORDER BY id", params) if ids else []

    def _sort_all(self) -> None:
        """Let each key have its statement anew."""
        members = (dialects.json_member(Change.after, name) for name in ("spans", "cue_start", "cue_end"))
        corrected = Statement.select(Statement.id).where(Statement.document == self._document, Statement.version > 1)
        first = Change.select(Change.noun_id, *members).where(
            Change.noun == "statements", Change.action == "create", Change.noun_id.in_(corrected)
        )
        self._first = {key: self._statements[id] for id, *of in first.tuples() for key in _keys_of(*of)}
        self._now = {}
        for statement in sorted(self._statements.values(), key=_rank):
            self._put(statement)

    def _put(self, statement: Statement) -> None:
        self._now |= dict.fromkeys(_keys(statement), statement)


def cue_key(start: int, end: int) -> str:
    """Name a cue by its offsets; a content is named by its spans, which have no such sign."""
    return f"cue {start}-{end}"


def _keys(statement: Statement) -> list[str]:
    return _keys_of(statement.spans, statement.cue_start, statement.cue_end)


def _keys_of(spans: str, cue_start: Any, cue_end: Any) -> list[str]:
    return [spans] if cue_start is None else [spans, cue_key(cue_start, cue_end)]


def _rank(statement: Statement) -> tuple[bool, bool, int]:
    return statement.retracted_at is None, statement.status == "accepted", statement.id
