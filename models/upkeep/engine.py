"""The one place of this room that knows which database is bound, and what is asked of either."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from models.storage.database import on_sqlite
from models.upkeep import postgres, sqlite
from models.upkeep.files import Progress
from models.upkeep.schema_objects import Objects


class Engine(Protocol):
    """What `sqlite.py` and `postgres.py` both have."""

    #: Whether the log's numbers have no gaps, so that one shows what was removed.
    GAPLESS: bool

    @property
    def LEFT_IN_FILES(self) -> str | None:  # noqa: N802 (a constant of the module)
        """Say where erased words may stay; None where they stay nowhere."""

    def is_own(self, file: Path, /) -> bool:
        """Tell whether a file is the registry's own."""

    def write(self, draft: Path, progress: Progress, /) -> None:
        """Write a backup."""

    def restore(
        self,
        file: Path,
        at: datetime | None,
        force: bool,
        check: Callable[[], None],
        read_replaced: Callable[[], None],
        progress: Progress,
        /,
    ) -> str | None:
        """Put a backup in the place of the registry, once `check` has passed on it.

        What is replaced is bound before that for `read_replaced`, unless there is none that can be read.
        """

    def kept_beside_backups(self) -> list[str]:
        """Tell what the bound database has that no backup holds, and that a restore drops."""

    def copied(self, progress: Progress, /) -> AbstractContextManager[None]:
        """Bind a copy of the registry inside, where that lets others write meanwhile."""

    def opened(self, file: Path, /) -> AbstractContextManager[None]:
        """Bind a backup inside."""

    def integrity(self, limit: int, /) -> Iterator[str]:
        """Name what is damaged, up to `limit` of each kind."""

    def damage_within(self, seconds: float, /) -> str | None:
        """Name damage that is found within some seconds."""

    def foreign_keys(self, limit: int, /) -> Iterator[str]:
        """Name rows that point at none, up to `limit` of each kind."""

    def schema_objects(self) -> tuple[Objects, Objects]:
        """Map the objects that the migrations make to their definitions, and those that are there.

        Raises Conflict where they cannot be compared.
        """

    def used_numbers(self) -> Iterator[str]:
        """Name the tables of which the next id would be one that is there already."""

    def overwrite_freed(self) -> None:
        """Let nothing of what is removed from now on stay in free pages."""

    def wait_for_replies(self) -> None:
        """Wait for those who are storing a response, in a transaction."""

    def sweep(self) -> bool:
        """Rewrite the file so that nothing of it holds what was erased; False where that has to be repeated."""


def engine() -> Engine:
    """Return the module for the bound database."""
    if on_sqlite():
        return sqlite
    return postgres
