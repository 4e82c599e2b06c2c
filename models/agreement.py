"""Agreement: how far several who coded one document recorded the same.

What each recorded stands in the log, whatever was decided about it since. Where an erasure has redacted the log, what
it left there is compared.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson

from models.history import standing_rows
from models.queries.dialects import in_found, in_ids, json_of
from models.queries.key_lookups import first_of_each, is_key
from models.queries.nodes import cached
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, Document, Speaker

#: What a coder has not said of a unit that another has said something of.
_NONE = "none"

#: What was coded: of each unit, how many coders gave each value.
Coding = list[Counter[str]]


class _Recorded(NamedTuple):
    """One statement as it was recorded, by which key, and when."""

    id: int
    key: int
    at: str
    unit: str
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
    recorded = [one for one in _recorded(id) if keys is None or one.key in keys]
    for one in recorded:
        found[one.unit][one.key].append(one)
    shared = [by_key for by_key in found.values() if len(by_key) > 1]
    kinds = _kinds(recorded)
    roles = _roles(recorded)
    same = standing_rows.survivors(Speaker, {one.speaker for one in recorded}.union(*roles.values()))
    return {
        "document": id,
        "keys": sorted(set(keys) if keys else {key for by_key in found.values() for key in by_key}),
        "units": len(found),
        "shared": len(shared),
        "speaker": _compared(_coded(shared, lambda one: [same[one.speaker]])),
        "form": _compared(_coded(shared, lambda one: [one.form])),
        "counter_kind": _compared(_where_given(_coded(shared, lambda one: kinds[one.id]))),
        "about_role": _compared(_coded_roles(shared, roles, same)),
    }


def nominal_alpha(coding: Coding) -> float | None:
    """Compute Krippendorff's alpha of nominal values; None where all are the same, so that chance explains nothing.

    It sums the coincidences of values by unit, and makes no matrix of them: that would have a cell for each pair of
    values, of which there may be as many as speakers.
    """
    compared = [values for values in coding if values.total() > 1]
    in_all: Counter[str] = Counter()
    for values in compared:
        for value, count in values.items():  # Counter.update takes five times as long for few
            in_all[value] += count
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


def _coded_roles(shared: list[_ByKey], roles: dict[tuple[int, str], dict[int, str]], same: dict[int, int]) -> Coding:
    """Count as what the claims are about whom, each speaker by themselves: those whom any of the coders names."""
    coding: Coding = []
    for by_key in shared:
        named: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for key, said in by_key.items():
            for one in said:
                for who, role in roles.get((one.claim, one.at), {}).items():
                    named[same[who]][key].add(role)
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
    """Read what keys recorded in a document, by id of the statement."""
    standing = fetch("SELECT id FROM statements WHERE document_id = ? AND retracted_at IS NULL", (document,))
    for id, key, at, *members in fetch(_lines(), (dumps([id for (id,) in standing]),)):
        yield _Recorded(id, key, at, *map(orjson.loads, members))


@cached(1)
def _lines() -> str:
    members = ", ".join(json_of("l.after", name) for name in ("spans", "speaker", "form", "claim"))
    recorded = "l.noun = 'statements' AND l.action = 'create' AND l.key_id IS NOT NULL"
    return (
        f"SELECT l.noun_id, l.key_id, l.made_at, {members} FROM changes l"  # noqa: S608 (our SQL)
        f" WHERE {recorded} AND {in_ids('l.noun_id')} ORDER BY l.noun_id"
    )


def _kinds(recorded: list[_Recorded]) -> dict[int, set[str]]:
    """Read what its statements do to claims: the kinds of the counterclaims that their key rested on each.

    They are sought among those that rest on one now, and those by which a claim answers that one stated at first.
    """
    claims = {one.claim for one in recorded}
    claims.update(standing_rows.survivors(Claim, claims).values())
    by_id, kinds = {one.id: one for one in recorded}, defaultdict[int, set[str]](set)
    for key, at, action, statement, kind in fetch(_counterclaims(), (dumps([*by_id]), dumps(sorted(claims)))):
        one = by_id.get(orjson.loads(statement))
        if one and one.key == key and (action == "create" or one.at == at):
            kinds[one.id].add(orjson.loads(kind))
    return kinds


@cached(1)
def _counterclaims() -> str:
    found = (
        f"SELECT id FROM counterclaims WHERE {in_ids('statement_id')}"  # noqa: S608 (our SQL)
        f" UNION SELECT id FROM counterclaims WHERE {in_ids('answer_id')}"
    )
    members = ", ".join(json_of("l.after", name) for name in ("statement", "kind"))
    lines = f"SELECT l.key_id, l.made_at, l.action, {members} FROM changes l"  # noqa: S608 (our SQL)
    return f"{lines} WHERE l.noun = 'counterclaims' AND l.noun_id {in_found(found)}"


def _roles(recorded: list[_Recorded]) -> dict[tuple[int, str], dict[int, str]]:
    """Read as what claims were about whom as statements of them were recorded: claim and time -> speaker -> role."""
    stated = {(one.claim, one.at) for one in recorded}
    return {
        (claim, at): {who["id"]: who["role"] for who in orjson.loads(about) or ()}
        for claim, at, about in fetch(_about(), (dumps(sorted(stated)),))
    }


@cached(1)
def _about() -> str:
    its = is_key("l.noun_id", "k.claim")
    return first_of_each(
        {"claim": "bigint", "at": "text"},
        f"k.claim, k.at, {json_of('l.after', 'about')}",
        "changes l",
        id="l.sequence",
        where=f"l.noun = 'claims' AND {its} AND l.made_at <= k.at AND l.after LIKE '%\"about\":%'",
        # In the order of that index: PostgreSQL would read the log from its end.
        then="ORDER BY l.noun_id DESC, l.sequence DESC LIMIT 1",
    )
