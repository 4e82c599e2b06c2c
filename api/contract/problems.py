"""What is wrong with what somebody sent, before models is called."""

from api.contract.problem_types import ProblemType

#: Seconds after which to try again, as Retry-After says them: where the server does as much of a kind as it may, where
#: the database does not answer, and where slow clients hold the threads that are for them.
RETRY_AFTER_CAPACITY, RETRY_AFTER_DATABASE, RETRY_AFTER_SLOW_CLIENTS = "5", "1", "1"


class Problem(Exception):
    """A refusal of the request itself, before models is called."""

    def __init__(
        self,
        type: ProblemType,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.type = type
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
