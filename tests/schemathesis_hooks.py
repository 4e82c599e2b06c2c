"""What schemathesis has to know of our contract that no schema can say."""

import uuid
from typing import Any

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Name every request anew, as a client does: the same Idempotency-Key with another body is refused, rightly."""
    if case.meta and case.meta.generation.mode.is_positive and case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
