"""A bound on the combining marks of a letter, which keeps normalising text linear."""

import re
from itertools import groupby
from unicodedata import combining, normalize

from marshmallow import ValidationError

#: Combining marks that one letter bears at most (Unicode's UAX #15, Stream-Safe Text): normalising, which every look-up
#: by words does, takes time by the square of their number.
MOST_MARKS = 30
#: What may hold more: a character is normalised to two of them at most (U+0F73).
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS // 2 + 1},}}")


def refuse_heaps_of_marks(value: str) -> None:
    """Refuse a text in which a letter bears more than MOST_MARKS, as they are when normalised."""
    # The marks of half-width kana, which `re` counts as letters.
    for run in _MARKS.finditer(value.replace("\uff9e", "\u3099").replace("\uff9f", "\u309a")):
        decomposed = (normalize("NFKD", character) for character in run[0])
        for are_marks, marks in groupby(decomposed, lambda characters: combining(characters[0]) > 0):
            if are_marks and sum(map(len, marks)) > MOST_MARKS:
                raise ValidationError(f"A letter here bears more than {MOST_MARKS} marks: leave the others out.")
