"""What a change reaches, and the SQL that finds it: the words of reach.py."""

from typing import NamedTuple

from models.queries.dialects import in_ids
from models.queries.nodes import Part, cached
from models.queries.visibility import PUBLIC, claim_seen

#: How many claims a line of the log names of each kind; those beyond are found by when they changed.
NAMED = 100
#: What is reached by its id, and whether by way of what the public sees.
Reached = dict[int, bool]


class Effect(NamedTuple):
    """What the log keeps of how far a change reached."""

    #: What it did to what the public sees of the row: one of EFFECTS, or null.
    effect: str | None
    #: JSON: the ids of claims that changed for the public, that went out of its sight, and that it does not see: the
    #: first NAMED of each but of those that went, and of those that are more, how many; null where there are none.
    claims: str | None


class Link(NamedTuple):
    """A counterclaim, and whether the public sees it as far as its statements decide that."""

    claim: int
    answer: int
    public: bool
    #: The document and speaker of the statement whose attribution it answers; null where it answers the claim.
    target: tuple[int, int] | None


class Reach(NamedTuple):
    """What one edit reaches at first."""

    #: Claims of which it changes what others show of them.
    spreading: Reached
    #: Claims of which it changes what they alone show.
    alone: Reached = {}  # noqa: RUF012 (never written to)
    #: The counterclaim that it changes, as that was and is.
    links: tuple[Link, ...] = ()

    def unseen(self) -> "Reach":
        """Return the same, reached by way of what the public does not see."""
        links = tuple(link._replace(public=False) for link in self.links)
        return Reach(dict.fromkeys(self.spreading, False), dict.fromkeys(self.alone, False), links)


NOTHING = Reach({})

STATED = "claim_id, document_id, speaker_id, status FROM statements"
#: What hangs on a row: its table, the column that names it, what is read, and a condition.
HANGING = (
    *(
        (noun, column, STATED, "retracted_at IS NULL AND ")
        for noun, column in (
            ("claims", "statements.claim_id"),
            ("speakers", "statements.speaker_id"),
            ("speakers", "via_speaker_id"),
            ("speakers", "on_behalf_of_id"),
            ("documents", "document_id"),
            ("documents", "via_document_id"),
        )
    ),
    ("topics", "topic_id", "claim_id FROM claim_topics", ""),
    ("speakers", "claim_about.speaker_id", "claim_id FROM claim_about", ""),
)


def add(reached: Reached, id: int, *, public: bool) -> None:
    """Note an id that is reached; by one way that the public sees, it is reached for the public."""
    reached[id] = public or reached.get(id, False)


def add_all(reached: Reached, more: Reached) -> None:
    """Note what else is reached."""
    for id, public in more.items():
        add(reached, id, public=public)


# -- the SQL -------------------------------------------------------------------------------------


@cached(2)
def linking() -> str:
    """Build the read of the standing counterclaims of claims, which are given twice."""
    accepted = "coalesce({0}.status = 'accepted' AND {0}.retracted_at IS NULL, FALSE)"
    side = "SELECT id FROM counterclaims WHERE "
    sides = f"{side}{in_ids('claim_id')} UNION {side}{in_ids('answer_id')}"
    return (
        "SELECT e.claim_id, e.answer_id, e.of, e.statement_id, e.target_id,"  # noqa: S608 (our SQL)
        f" {accepted.format('v')}, {accepted.format('w')}, w.document_id, w.speaker_id FROM counterclaims e"
        " LEFT JOIN statements v ON v.id = e.statement_id LEFT JOIN statements w ON w.id = e.target_id"
        f" WHERE e.id IN ({sides}) AND e.retracted_at IS NULL"
    )


@cached(2)
def sight() -> str:
    """Build the read of (id, seen, was seen, stands, is about somebody) of claims; it is the public that sees."""
    return (
        f"SELECT c.id, {Part(claim_seen(PUBLIC)).sql}, coalesce(l.public, FALSE),"  # noqa: S608 (our SQL)
        " c.retracted_at IS NULL AND c.merged_into_id IS NULL,"
        " EXISTS (SELECT 1 FROM claim_about a WHERE a.claim_id = c.id) FROM claims c"
        f" LEFT JOIN last_changes l ON l.noun = 'claims' AND l.noun_id = c.id WHERE {in_ids('c.id')}"
    )


@cached(2)
def parts() -> str:
    """Build the read of who is part of some speakers, as (whole, part, whether the public may have seen the part)."""
    return (
        "SELECT p.part_of_id, p.id, l.public FROM speakers p"  # noqa: S608 (our SQL)
        f" JOIN last_changes l ON l.noun = 'speakers' AND l.noun_id = p.id WHERE {in_ids('p.part_of_id')}"
    )
