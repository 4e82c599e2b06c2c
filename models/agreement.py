"""Agreement: how far several who coded one document recorded the same."""

from collections import defaultdict
from collections.abc import Iterable
from importlib import import_module
from itertools import combinations
from typing import Any

from models.history import standing_rows
from models.refusals import Lacking
from models.tables import Change, ClaimAbout, Counterclaim, Document, Statement

#: What a coder has not said of a unit that another has said something of.
_NONE = "none"

#: What was coded: unit -> key -> value.
Coding = dict[Any, dict[int, str]]


def of_document(*, id: int, keys: list[int] | None = None) -> dict[str, Any]:
    """Compare what keys recorded in a document, all of them where none are named.

    A unit is a stretch of print that one of them recorded as the content of a statement that stands. Raises NotFound
    or Gone, and Lacking where alpha cannot be computed here.
    """
    standing_rows.lock_standing(Document, id)
    recorded = Statement.select(Statement, Change.key).join(Change, on=Change.noun_id == Statement.id, attr="line")
    recorded = recorded.where(Change.noun == "statements", Change.action == "create", Change.key.is_null(False))
    statements = recorded.where(Statement.document == id, Statement.retracted_at.is_null()).order_by(Statement.id)
    found: dict[str, dict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for statement in statements:
        if keys is None or statement.line.key_id in keys:
            found[statement.spans][statement.line.key_id].append(statement)
    shared = {unit: by_key for unit, by_key in found.items() if len(by_key) > 1}
    return {
        "document": id,
        "keys": sorted(set(keys) if keys else {key for by_key in found.values() for key in by_key}),
        "units": len(found),
        "shared": len(shared),
        "speaker": _compared(_values(shared, lambda statement: [statement.speaker_id])),
        "form": _compared(_values(shared, lambda statement: [statement.form])),
        "counter_kind": _compared(_where_given(_values(shared, _kinds(shared)))),
        "about_role": _compared(_roles(shared)),
    }


def nominal_alpha(coding: Coding) -> float | None:
    """Compute Krippendorff's alpha of nominal values; None where all are the same, so that chance explains nothing.

    Raises Lacking where what computes it is not installed.
    """
    try:
        task: Any = import_module("nltk.metrics.agreement").AnnotationTask
    except ImportError:
        raise Lacking(
            "This server computes no agreement, because NLTK is not installed: whoever runs it installs the extra "
            "`research`. Everything else works."
        ) from None
    compared = {unit: values for unit, values in coding.items() if len(values) > 1}
    if len({value for values in compared.values() for value in values.values()}) < 2:
        return None
    data = [(key, str(unit), value) for unit, values in compared.items() for key, value in values.items()]
    return float(task(data=data).alpha())


def _compared(coding: Coding) -> dict[str, Any]:
    """Tell of how many units several said something, and how far they agree."""
    pairs = [pair for values in coding.values() for pair in combinations(values.values(), 2)]
    agreeing = sum(one == other for one, other in pairs)
    return {
        "units": len(coding),
        "agreement": agreeing / len(pairs) if pairs else None,
        "alpha": nominal_alpha(coding),
    }


def _values(shared: dict[str, dict[int, list[Statement]]], read: Any) -> Coding:
    """Read a value of each unit and key; several, where a key recorded the same stretch of several speakers."""
    return {
        unit: {key: _joined(value for one in said for value in read(one)) for key, said in by_key.items()}
        for unit, by_key in shared.items()
    }


def _joined(values: Iterable[Any]) -> str:
    return " + ".join(sorted({str(value) for value in values})) or _NONE


def _where_given(coding: Coding) -> Coding:
    """Keep the units of which anybody said something."""
    return {unit: values for unit, values in coding.items() if {*values.values()} != {_NONE}}


def _kinds(shared: dict[str, dict[int, list[Statement]]]) -> Any:
    """Read what the statements do to the claims that they answer: the kinds of the counterclaims that rest on them."""
    ids = [one.id for by_key in shared.values() for said in by_key.values() for one in said]
    kinds = defaultdict(list)
    standing = Counterclaim.select(Counterclaim.statement, Counterclaim.kind).where(Counterclaim.retracted_at.is_null())
    for statement, kind in standing.where(Counterclaim.statement.in_(ids)).tuples():
        kinds[statement].append(kind)
    return lambda statement: kinds[statement.id]


def _roles(shared: dict[str, dict[int, list[Statement]]]) -> Coding:
    """Read as what the claims are about whom, each speaker by themselves: those whom any of the coders names."""
    ids = [one.claim_id for by_key in shared.values() for said in by_key.values() for one in said]
    roles: dict[int, dict[int, str]] = defaultdict(dict)
    linked = ClaimAbout.select(ClaimAbout.claim, ClaimAbout.speaker, ClaimAbout.role)
    for claim, speaker, role in linked.where(ClaimAbout.claim.in_(ids)).tuples():
        roles[claim][speaker] = role
    coding: Coding = {}
    for unit, by_key in shared.items():
        named = {who for said in by_key.values() for one in said for who in roles[one.claim_id]}
        for who in sorted(named):
            coding[unit, who] = {
                key: _joined(roles[one.claim_id][who] for one in said if who in roles[one.claim_id])
                for key, said in by_key.items()
            }
    return coding
