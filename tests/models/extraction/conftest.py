"""What tests of the stages stand on: one unit of a text, parsed."""

from collections.abc import Callable

import pytest

from models.extraction import quotes, segmentation, units
from models.extraction.parser import Parser
from models.extraction.units import Unit

UnitOf = Callable[[str], Unit]


@pytest.fixture(scope="session")
def unit_of(parse: Parser) -> UnitOf:
    """Parse the first unit of a text."""

    def read(text: str) -> Unit:
        return next(units.read(text, segmentation.cut(text), quotes.find(text), parse))

    return read
