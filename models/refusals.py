"""What the inside refuses: one small class per reason; only `api/contract/errors.py` knows their status codes."""

from typing import Any


class Refusal(Exception):
    """A rule of the data said no.

    `detail` is one sentence that a person can act on. `field` is a JSON pointer into what the
    caller gave ("/content/0/end"), or None where the whole request is meant. `more` holds members
    that help a program go on, such as the ids among which the caller has to choose.
    """

    def __init__(self, detail: str, *, field: str | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.more = more

    def under(self, prefix: str) -> "Refusal":
        """Name the field from further out: `/end` becomes `/content/0/end`."""
        self.field = prefix + (self.field or "")
        return self


class NotFound(Refusal):
    """Nothing with this id is known, or the caller may not know of it."""


class Gone(Refusal):
    """It was retracted; `more` holds when and why."""


class Moved(Refusal):
    """It was merged; `more["id"]` is the survivor's id."""


class Conflict(Refusal):
    """Well-formed, but at odds with what is stored or with itself."""


class AlreadyKnown(Conflict):
    """It is stored already; `more["known"]` is the id of what holds it."""


class StoredMeanwhile(Conflict):
    """Somebody else stored it at the same moment; who looks again finds it."""


class Ambiguous(Conflict):
    """Several things are meant by it; `more["candidates"]` are those to choose from."""


class InUse(Conflict):
    """What stands rests on it; `more["ids"]` are those of it that the caller sees."""


class TooLong(Refusal):
    """It is longer than what is kept of its kind."""


class Stale(Refusal):
    """The caller changes a version that is no longer the current one."""


class Forbidden(Refusal):
    """The caller's scope does not cover this part of the change."""


class Reused(Refusal):
    """The same Idempotency-Key came with another request before."""


class Lacking(Refusal):
    """It takes a part that was not installed here."""


class Newer(Refusal):
    """The database has the schema of a newer version."""


class Busy(Refusal):
    """It would have to wait too long for what others are doing."""
