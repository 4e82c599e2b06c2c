"""Who speaks before he is named, and whom "the newspaper", "the company" or "the Dane" take up."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Velia’s foreign minister rejected the account. Pal Hadik said the boats had been there since May.",
            ["Pal Hadik"] * 2,
        ),
        (
            "The harbour master thought it was late. “Nobody came near the boat,” said Ines Armand.",
            ["Ines Armand"] * 2,
        ),
        (
            "The water minister said the dam was old.\n\nIt leaks. The water minister, Ilse Novak, said it was safe.",
            ["Ilse Novak"] * 2,
        ),
        (
            "His campaign manager said he was upstairs.\n\nCampaign manager Boyd Tully said it was late.",
            ["Boyd Tully"] * 2,
        ),
        (
            "A night porter said it leaked.\n\nA lawyer met the porter, Luis Maro, who said it was late.",
            ["Luis Maro"] * 2,
        ),
        ("A baker said that she was sacked.\n\nOlga Fenn, 29, said the oven leaked.", ["Olga Fenn"] * 2),
        # Another speaks, is told apart, or holds another office.
        ("The mayor said the dam was old. But Ann Lee said it was safe.", ["The mayor", "Ann Lee"]),
        ("The mayor said the dam was old.\n\nAnn Lee said it was safe.", ["The mayor", "Ann Lee"]),
        ("A baker said that it leaked.\n\nOlga Fenn, the mayor, said it was late.", ["A baker", "Olga Fenn"]),
        ("A mayor said the dam was old. Ann Lee said it was safe.", ["A mayor", "Ann Lee"]),
        (
            "The chancellor said the debt had halved. Shadow chancellor Ruth Ade said it had not.",
            ["The chancellor", "Ruth Ade"],
        ),
        ("The mayor said it was old. Ann Lee, a baker, said it was safe.", ["The mayor", "Ann Lee"]),
    ],
)
def test_who_spoke_as_the_minister_is_whom_the_text_names_next(parse: Parser, text: str, names: list[str]) -> None:
    assert [finding.speaker and finding.speaker.name for finding in extract(text, parse=parse)] == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Irena Holm said it was late. “I was tired.” The Dane said the boat leaked.", "Irena Holm"),
        ("Irena Holm said it was late. “I am tired.” The former admiral said the boat leaked.", "Irena Holm"),
        ("A quiet New Zealander named Ana Holm stood up. The boat leaked, she said.", "Ana Holm"),
        ("Ann Lee said it was late. Asked about it by Tom Roe, she said it leaked.", "Ann Lee"),
        ("Tom Roe left at noon. My sister has a view. She says the boat leaked.", "My sister"),
        ("Mr. Reyl, when I rang him, was gentler. “It never came to that,” said the violinist.", "Reyl"),
        ("The Irishman laughed. “I sailed well,” the winner said.", "the winner"),
        # Another spoke just before, so that a looser word may mean him.
        (
            "Mayor Ann Lee left. A clerk, Jan Pohl, said he stood by it. “I read it out,” the retired official said.",
            "Jan Pohl",
        ),
        ("Tom Roe owed money. His sister told the court he slept. “He was here,” the witness said.", "His sister"),
        ("One, a bookkeeper who says she fears for her pension, said that it was late.", "a bookkeeper"),
        (
            "A bookkeeper, who says she fears it, spoke of Ann Lee. One, a clerk who asked not to be named, said no.",
            "a clerk",
        ),
        ("Two officials said it was dry. One of them said it leaked.", "One of two officials"),
        ("Corvane Foods fell. A spokeswoman for the company said it was late.", "A spokeswoman for Corvane Foods"),
        ("Corvane Foods cut its forecast. A bank was unmoved. The company said it was on track.", "Corvane Foods"),
        (
            "Mr. Roe waited. Senator Ann Lee sang. Mr. Roe left, and the senator stayed. She said it was late.",
            "Ann Lee",
        ),
    ],
)
def test_a_description_means_whom_the_text_tells_of(parse: Parser, text: str, name: str) -> None:
    speaker = extract(text, parse=parse)[-1].speaker
    assert (speaker and speaker.name) == name


def test_whom_somebody_was_told_by_is_not_who_goes_on_speaking(parse: Parser) -> None:
    text = (
        "Fenella Roe said it was low. She had been told by the arresting constable that he believed the sample had "
        "been left on a radiator. It was too low, she said."
    )
    assert [finding.speaker.name for finding in extract(text, parse=parse)] == [
        "Fenella Roe",
        "the arresting constable",
        "Fenella Roe",
    ]


@pytest.mark.parametrize(
    ("text", "via"),
    [
        (
            "Reports in the Skerra Courier were false. The newspaper had quoted a clerk as saying it leaked.",
            "Skerra Courier",
        ),
        (
            "Tom Roe told Channel Nine it was late. A clerk was quoted in the same broadcast as saying it leaked.",
            "Channel Nine",
        ),
    ],
)
def test_the_newspaper_is_the_medium_that_was_named(parse: Parser, text: str, via: str) -> None:
    assert [one.name for one in extract(text, parse=parse)[-1].via] == [via]
