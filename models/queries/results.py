"""What a read of one thing answers."""

from typing import NamedTuple


class Item(NamedTuple):
    """One thing with everything linked, as a read answers it."""

    id: int
    #: Of the thing itself; what is linked has its own.
    version: int
    json: str
