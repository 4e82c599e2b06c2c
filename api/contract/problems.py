"""What is wrong with what somebody sent, before the inside is asked."""

from http import HTTPStatus


class Problem(Exception):
    """A refusal of the request itself, before the inside is asked."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
