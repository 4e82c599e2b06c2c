"""Names in claims, in the place of what only points to somebody."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Corvane Foods cut its forecast. Ann Lee said the company would appeal.", "Corvane Foods would appeal."),
        (
            "Corvane Foods met Brill Foods. Ann Lee said the company would appeal.",
            "The company would appeal.",
        ),
        ("Chairman Tom Roe sat down. A clerk said the chairman left early.", "Tom Roe left early."),
        (
            "Senator Tom Roe met Senator Al Holt. A clerk said the senator was late.",
            "The senator was late.",
        ),
        (
            "Chairman Tom Roe sat down. A clerk said the chairman of the choir was late.",
            "The chairman of the choir was late.",
        ),
        ("Mr. Roe said that his board knew nothing.", "Roe’s board knew nothing."),
        ("Mr. Roe met Mr. Holt. Mr. Roe said that his board knew nothing.", "His board knew nothing."),
        ("The Harbour Trust said its accounts were sound.", "Harbour Trust’s accounts were sound."),
        ("Ann Lee said she’d be late.", "Ann Lee would be late."),
        ("Ann Lee said she’d missed the ferry.", "Ann Lee had missed the ferry."),
        ("Ann Lee said she’s not worried.", "Ann Lee is not worried."),
        # Who is told a thing is not what it is about.
        ("A driver told the Brill Courier it looked her in the eye.", "It looked her in the eye."),
        ("Ann Lee, a toxicologist, said that it was low.", "It was low."),
        ("“My mother thinks that letter is a contract,” Ann Lee said.", "That letter is a contract."),
        ("Tom Roe sat down. A fisherman said he had heard no shots.", "A fisherman had heard no shots."),
        ("Tom Roe sat down. Mr. Roe’s solicitor said he remembered nothing.", "He remembered nothing."),
        ("A porter said he saw Tom Roe leave the hotel.", "A porter saw Tom Roe leave the hotel."),
        ("The defendant said it was the other way round.", "It was the other way round."),
        ("A clerk denied that anything had been withheld.", "Nothing had been withheld."),
        ("The hospital denied that any nurse had told them.", "No nurse had told them."),
        # Elsewhere than at the head of the clause, where it can be the speaker alone.
        ("Mr. Roe said nobody had warned him about the roof.", "Nobody had warned Roe about the roof."),
        ("Ruth Lee said the clerk had assured her of a seat.", "The clerk had assured Ruth Lee of a seat."),
        ("Mr. Roe said the clerk knew when he left.", "The clerk knew when he left."),
        ("Mr. Roe met Mr. Holt. Mr. Roe said nobody had warned him.", "Nobody had warned him."),
        ("Tom Roe said the film shows Scott leaving his car.", "The film shows Scott leaving his car."),
        ("Ruth Lee said nobody had warned him.", "Nobody had warned him."),
        ("Ann Lee said Tom was told by a nurse that he was well.", "He was well."),
        # A body by the last word of its name.
        ("The Drivers' Union met. A clerk said the union counted lorries.", "The Drivers’ Union counted lorries."),
        (
            "The Drivers' Union met the Miners' Union. A clerk said the union counted lorries.",
            "The union counted lorries.",
        ),
        ("By Ann Lee\n\nIt rained. A clerk said that nobody fed my dog.", "Nobody fed Ann Lee’s dog."),
        ("By Ann Lee\n\nIt rained. A clerk says I was late.", "Ann Lee was late."),
        (
            "Rebel Sanna Devic, whose men hold the town, spoke. “They are in the school,” she said.",
            "They are in the school.",
        ),
        # The whole name, the first time, where one person alone bears it.
        ("Ann Holt met Gordon Leath. Ann Holt said Leath knew that Leath lied.", "Gordon Leath knew that Leath lied."),
        ("Ann Holt met Gordon Leath. A clerk said Mr Leath’s car was red.", "Gordon Leath’s car was red."),
        ("Gordon Leath met Tom Leath. A clerk said Leath was late.", "Leath was late."),
        ("Gordon Leath sat down. A clerk said a Leath critic was late.", "A Leath critic was late."),
        # A place is no other whose shop it may be.
        ("It rained. Marit Sol, a baker in Lower Tamsin, said her shop was gone.", "Marit Sol’s shop was gone."),
        # Nobody tells himself.
        (
            "Ruth Dorn spoke. Ann Lee said Dorn had told her to burn the letters.",
            "Ruth Dorn had told Ann Lee to burn the letters.",
        ),
        ("Korsa Hydro was founded in May. A clerk said the company knew it.", "Korsa Hydro knew it."),
    ],
)
def test_a_claim_names_whom_it_is_about_where_that_is_sure(parse: Parser, text: str, claim: str) -> None:
    assert extract(text, parse=parse)[-1].claim == claim
