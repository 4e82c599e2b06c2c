"""Agreement: how far several who coded one document recorded the same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from models.history import standing_rows
from models.tables import Change, ClaimAbout, Counterclaim, Document, Statement

#: What a coder has not said of a unit that another has said something of.
_NONE = "none"

#: What was coded: of each unit, how many coders gave each value.
Coding = list[Counter[str]]


class _Recorded(NamedTuple):
    """One statement, and who recorded it."""

    id: int
    unit: str
    key: int
    speaker: int
    form: str
    claim: int


#: What each key recorded of a unit: several, where print gives the same stretch to several speakers.
_ByKey = dict[int, list[_Recorded]]


def of_document(*, id: int, keys: list[int] | None = None) -> dict[str, Any]:
    """Compare what keys recorded in a document, all of them where none are named.

    A unit is a stretch of print that one of them recorded as the content of a statement that stands. Raises NotFound
    or Gone.
    """
    standing_rows.lock_standing(Document, id)
    found: dict[str, _ByKey] = defaultdict(lambda: defaultdict(list))
    for one in _recorded(id):
        if keys is None or one.key in keys:
            found[one.unit][one.key].append(one)
    shared = [by_key for by_key in found.values() if len(by_key) > 1]
    kinds = _kinds(id)
    return {
        "document": id,
        "keys": sorted(set(keys) if keys else {key for by_key in found.values() for key in by_key}),
        "units": len(found),
        "shared": len(shared),
        "speaker": _compared(_coded(shared, lambda one: [one.speaker])),
        "form": _compared(_coded(shared, lambda one: [one.form])),
        "counter_kind": _compared(_where_given(_coded(shared, lambda one: kinds[one.id]))),
        "about_role": _compared(_coded_roles(shared, _roles(id))),
    }


def nominal_alpha(coding: Coding) -> float | None:
    """Compute Krippendorff's alpha of nominal values; None where all are the same, so that chance explains nothing.

    It sums the coincidences of values by unit, and makes no matrix of them: that would have a cell for each pair of
    values, of which there may be as many as speakers.
    """
    compared = [values for values in coding if values.total() > 1]
    in_all: Counter[str] = Counter()
    for values in compared:
        in_all.update(values)
    if len(in_all) < 2:
        return None
    observed = sum(_differing(values) / (values.total() - 1) for values in compared)
    return 1 - observed * (in_all.total() - 1) / _differing(in_all)


def _differing(values: Counter[str]) -> int:
    """Count the ordered pairs of coders who gave different values."""
    return values.total() ** 2 - sum(count**2 for count in values.values())


def _compared(coding: Coding) -> dict[str, Any]:
    """Tell of how many units several said something, and how far they agree."""
    pairs = sum(values.total() * (values.total() - 1) for values in coding)
    differing = sum(map(_differing, coding))
    return {
        "units": len(coding),
        "agreement": (pairs - differing) / pairs if pairs else None,
        "alpha": nominal_alpha(coding),
    }


def _coded(shared: list[_ByKey], read: Callable[[_Recorded], Iterable[Any]]) -> Coding:
    """Count the values of each unit: each key gives one, which joins all that it recorded of it."""
    return [
        Counter(_joined(value for one in said for value in read(one)) for said in by_key.values()) for by_key in shared
    ]


def _coded_roles(shared: list[_ByKey], roles: dict[int, dict[int, str]]) -> Coding:
    """Count as what the claims are about whom, each speaker by themselves: those whom any of the coders names."""
    coding: Coding = []
    for by_key in shared:
        named: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for key, said in by_key.items():
            for one in said:
                for who, role in roles[one.claim].items():
                    named[who][key].add(role)
        for given in named.values():
            silent = [_NONE] * (len(by_key) - len(given))
            coding.append(Counter([*map(_joined, given.values()), *silent]))
    return coding


def _joined(values: Iterable[Any]) -> str:
    return " + ".join(sorted({str(value) for value in values})) or _NONE


def _where_given(coding: Coding) -> Coding:
    """Keep the units of which anybody said something."""
    return [values for values in coding if values.keys() != {_NONE}]


def _recorded(document: int) -> Iterable[_Recorded]:
    """Read what keys recorded in a document, in that order."""
    rows = Statement.select(
        Statement.id, Statement.spans, Change.key, Statement.speaker, Statement.form, Statement.claim
    ).join(Change, on=Change.noun_id == Statement.id)
    rows = rows.where(Change.noun == "statements", Change.action == "create", Change.key.is_null(False))
    rows = rows.where(Statement.document == document, Statement.retracted_at.is_null()).order_by(Statement.id)
    return (_Recorded(*row) for row in rows.tuples())


def _kinds(document: int) -> dict[int, list[str]]:
    """Read what its statements do to the claims that they answer: the kinds of the counterclaims that rest on them."""
    kinds: dict[int, list[str]] = defaultdict(list)
    rests = Counterclaim.statement.in_(Statement.select(Statement.id).where(Statement.document == document))
    standing = Counterclaim.select(Counterclaim.statement, Counterclaim.kind).where(Counterclaim.retracted_at.is_null())
    for statement, kind in standing.where(rests).tuples():
        kinds[statement].append(kind)
    return kinds


def _roles(document: int) -> dict[int, dict[int, str]]:
    """Read as what the claims of its statements are about whom: claim -> speaker -> role."""
    roles: dict[int, dict[int, str]] = defaultdict(dict)
    stated = ClaimAbout.claim.in_(Statement.select(Statement.claim).where(Statement.document == document))
    linked = ClaimAbout.select(ClaimAbout.claim, ClaimAbout.speaker, ClaimAbout.role).where(stated)
    for claim, speaker, role in linked.tuples():
        roles[claim][speaker] = role
    return roles
