"""A bound on the combining marks of a letter, which keeps normalising text linear."""

import re
from itertools import groupby
from unicodedata import combining

from marshmallow import ValidationError

#: Combining marks that one letter bears at most (Unicode's UAX #15, Stream-Safe Text): normalising, which every look-up
#: by words does, takes time by the square of their number. And what may hold more.
MOST_MARKS = 30
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")


def refuse_heaps_of_marks(value: str) -> None:
    """Refuse a text in which a letter bears more than MOST_MARKS."""
    for run in _MARKS.finditer(value):
        for are_marks, marks in groupby(run[0], lambda character: combining(character) > 0):
            if are_marks and len(list(marks)) > MOST_MARKS:
                raise ValidationError(f"A letter here bears more than {MOST_MARKS} marks: leave the others out.")
