"""Days on the wire, of which as much is known as print tells; and moments, of which all is."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError

from api.schemas.fields import Field

#: A full date of the calendar (RFC 3339), or a month or a year from 1000 on. It is one pattern, and no choice between
#: that and `format: date`, of which typed clients make a type that holds anything.
_MONTH_AND_DAY = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
_LEAP_YEAR = "[0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00"
FORM: dict[str, Any] = {
    "pattern": f"^((?!0000)([0-9]{{4}}-({_MONTH_AND_DAY})|({_LEAP_YEAR})-02-29)|[1-9][0-9]{{3}}(-(0[1-9]|1[0-2]))?)$"
}
#: Characters of a full date and of a month.
_FULL, _MONTH = 10, 7


class Day(Field[str]):
    """A full date, or its month or year; kept as it is given."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"metadata": {**FORM, **kwargs.get("metadata", {})}})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d|[1-9]\d{3}(-\d\d)?", value, re.ASCII):
                date.fromisoformat(first_day(value))
                return value
        except ValueError:
            pass
        raise ValidationError("Give a date such as 2026-03-14, or a month or year: 2026-03, 2026.")


class FirstDay(Day):
    """The first day of a date, month or year."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return first_day(super()._deserialize(value, attr, data, **kwargs))


class LastDay(Day):
    """The last day of a date, month or year."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        day = super()._deserialize(value, attr, data, **kwargs)
        month = day if len(day) >= _MONTH else f"{day}-12"
        return day if len(day) == _FULL else f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]}"


class Moment(Field[str]):
    """A date and time with an offset (RFC 3339), kept in UTC to the second."""

    _FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            if not isinstance(value, str) or not self._FORM.fullmatch(value):
                raise ValueError  # noqa: TRY301
            # Python takes at most six digits of a second; we keep none.
            moment = datetime.fromisoformat(re.sub(r"\.\d+", "", value).upper())
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)
        except (ValueError, OverflowError):
            raise ValidationError("Give a date and time with an offset, such as 2026-03-14T08:00:00Z.") from None


class Instant(Field[str]):
    """A date and time with an offset (RFC 3339) in a query string, kept in UTC with microseconds, as rows have it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"metadata": {"format": "date-time", **kwargs.get("metadata", {})}})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        second = Moment()._deserialize(value, attr, data)
        fraction = re.search(r"\.(\d{1,6})", value)
        return f"{second[:-1]}.{fraction[1] if fraction else '':0<6}Z"


def first_day(day: str) -> str:
    """Return the first day of what may be a month or a year."""
    return f"{day}-01-01"[:_FULL]
