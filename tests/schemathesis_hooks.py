"""What schemathesis has to know of our contract that no schema can say."""

import re
import uuid
from typing import Any

import schemathesis

#: The example of `fields`. What answers it has fewer members than its schema requires: tests/checked.py holds that
#: against what was asked for.
FIELDS = "id"


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """Write the lines of an import, which the contract knows as one text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Make of a well-formed request one that does not contradict itself, as a client's does not."""
    if case.query and case.query.get("fields") == FIELDS:
        del case.query["fields"]
    if not (case.meta and case.meta.generation.mode.is_positive):
        return
    if case.headers and "Idempotency-Key" in case.headers:
        # The same Idempotency-Key with another body is refused, rightly.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.query:
        # JSON Schema takes 3.0, of a rating that was read before, for a whole number; in a query nobody writes it so.
        for name, value in case.query.items():
            if isinstance(value, float) and value.is_integer():
                case.query[name] = int(value)
        _reconcile(case.query)
        case.query = _with_real_hosts(case.query)
    case.body = _with_real_hosts(case.body)
    if isinstance(case.body, dict) and "speakers" in case.body:
        # A statement has one speaker or several, and what these print again is told of each one afterwards.
        for other in ("speaker", "original"):
            case.body.pop(other, None)


def _with_real_hosts(value: Any) -> Any:
    """Put an IPv6 address between the brackets of each host: the pattern says only of which characters it is."""
    if isinstance(value, str):
        return re.sub(r"://\[[0-9A-Fa-f:.]+\]", "://[::1]", value)
    if isinstance(value, list):
        return [_with_real_hosts(one) for one in value]
    if isinstance(value, dict):
        return {name: _with_real_hosts(one) for name, one in value.items()}
    return value


#: A parameter with the value that excludes others beside it; None for any value, "" for its absence.
_EXCLUDES = (
    ("said_to", None, ("said_before",)),
    ("q", "", ("in",)),
    ("reviewed", "false", ("review_publisher", "rating", "rating_from", "rating_to", "conflicting")),
    ("answered", "false", ("disputed", "answered_by", "counter_kind", "answered_in_document")),
    ("disputed", "false", ("counter_kind",)),
)


def _reconcile(query: dict[str, Any]) -> None:
    """Take out what the prose of the parameters excludes beside another: each is refused with 400, rightly."""
    for first, last in (("said_from", "said_to"), ("said_from", "said_before"), ("published_from", "published_to")):
        if str(query.get(first, "")) >= str(query.get(last, "~")):
            del query[last]
    if float(query.get("rating_from", 0)) > float(query.get("rating_to", 1)):
        del query["rating_to"]
    for name, value, excluded in _EXCLUDES:
        given = str(query[name]).lower() if name in query else ""
        if given == value or (value is None and given):
            for other in excluded:
                query.pop(other, None)
    # Which names there are is told in prose: a pattern of all of them, nested, would be read by nobody.
    query.pop("fields", None)
    # Only speakers are named by a Wikidata id too.
    if query.get("noun") != "speakers" and str(query.get("noun_id", "")).startswith("Q"):
        del query["noun_id"]
    if query.get("sort") == "relevance" and "q" not in query:
        del query["sort"]
    # The cursor of a list belongs to its question; only that of the log is a plain number.
    if not str(query.get("cursor", "0")).isdigit():
        query.pop("cursor", None)
