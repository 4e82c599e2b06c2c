"""Attribution inside attribution: who said it is the speaker, and who passed it on stands in via."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser


def last(text: str, parse: Parser) -> Finding:
    return extract(text, parse=parse)[-1]


@pytest.mark.parametrize(
    ("text", "speaker", "via"),
    [
        ("The Brill Courier reported that the mayor believes that the dam is old.", "the mayor", "Brill Courier"),
        ("The newspaper quoted two officers as saying that the dam leaked.", "two officers", "The newspaper"),
        ("According to the Brill Courier, the mayor believes the dam leaks.", "the mayor", "Brill Courier"),
        ("“It leaks,” Olga Fenn told Radio Brill.", "Olga Fenn", "Radio Brill"),
        ("Olga Fenn said in an interview with the Brill Courier that the dam was old.", "Olga Fenn", "Brill Courier"),
        ("The agency reported that the dam leaked, citing two officials.", "two officials", "The agency"),
        ("Olga Fenn said that Peter Holt had told her that the dam leaked.", "Peter Holt", "Olga Fenn"),
    ],
)
def test_the_innermost_is_the_speaker(parse: Parser, text: str, speaker: str, via: str) -> None:
    finding = last(text, parse)
    assert (finding.speaker and finding.speaker.name, finding.via[0].name if finding.via else None) == (speaker, via)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The Brill Courier reported that the dam leaked.", "Brill Courier"),
        ("A memo says the agency knew that the dam leaked.", "A memo"),
        ("Olga Fenn told the mayor that it leaked.", "Olga Fenn"),
    ],
)
def test_what_a_medium_says_itself_is_its_own(parse: Parser, text: str, speaker: str) -> None:
    (finding,) = extract(text, parse=parse)
    assert (finding.speaker and finding.speaker.name, finding.via) == (speaker, ())


@pytest.mark.parametrize(
    ("text", "speaker", "via"),
    [
        (
            "The Brill Courier is reporting, citing two people close to the mayor, that it leaks.",
            "two people",
            ["Brill Courier"],
        ),
        (
            "The Brill Courier reported on Monday, citing a memorandum, that the mayor believes the dam leaks.",
            "the mayor",
            ["a memorandum", "Brill Courier"],
        ),
        ("The dam leaks, the Courier reported, citing two officials.", "two officials", ["Courier"]),
        ("A clerk, quoted by Radio Brill, said the dam leaked.", "A clerk", ["Radio Brill"]),
        ("The mayor was quoted by Radio Brill as saying that the dam leaked.", "The mayor", ["Radio Brill"]),
        ("“My mother thinks that the dam is old,” Olga Fenn said.", "Olga Fenn’s mother", ["Olga Fenn"]),
        ("“I think the dam is old. They say it leaks,” Olga Fenn said.", "Olga Fenn", []),
        ("The Courier said it was late, citing privacy.", "Courier", []),
        ("The Courier, citing two officials, reported that it leaked.", "two officials", ["Courier"]),
        ("Citing a nurse, the Courier reported that it leaked.", "a nurse", ["Courier"]),
        ("Quoting a nurse, the Tervan Bladet reported that it leaked.", "a nurse", ["Tervan Bladet"]),
        ("The daily Dagens Rost, quoting a nurse, said that it leaked.", "a nurse", ["Dagens Rost"]),
        ("The minister believes, according to her aides, that it leaks.", "The minister", ["her aides"]),
        ("Judge Ann Roe, citing the law, said that it leaked.", "Ann Roe", []),
        ("According to minutes obtained by the Ledger, the mayor was warned in May.", "minutes", ["Ledger"]),
        ("Ann Lee said she had heard Tom Roe say that the dam was old.", "Tom Roe", ["Ann Lee"]),
        ("Ann Lee recalled her father telling her that the dam was old.", "her father", ["Ann Lee"]),
        ("Ann Lee said he had heard from a colleague that it leaked.", "a colleague", ["Ann Lee"]),
        ("Ann Lee said her husband thinks the dam will burst.", "her husband", ["Ann Lee"]),
        ("Ann Lee said the board denies that the dam is old.", "the board", ["Ann Lee"]),
        ("Ann Lee quoted her grandmother: “The dam will burst.”", "her grandmother", ["Ann Lee"]),
        ("Ann Lee quoted Psalm 23: “The Lord is my shepherd.”", "Ann Lee", []),
        ("“Management keeps telling us it’s the weather,” said Ann Lee.", "Management", ["Ann Lee"]),
        ("Tom Roe left in May. “He told me the dam was old,” Ann Lee said.", "Tom Roe", ["Ann Lee"]),
        ("Tom Roe left. Al Holt stayed. “He told me the dam was old,” Ann Lee said.", "Ann Lee", []),
        ("The memo, leaked to Radio Grell, says the dam is old.", "The memo", ["Radio Grell"]),
        ("It leaks, according to a memo obtained by the Ledger.", "a memo obtained by the Ledger", ["Ledger"]),
        (
            "It leaks, according to an email read out by the leader, Ann Lee.",
            "an email read out by the leader, Ann Lee",
            ["Ann Lee"],
        ),
        ("The mayor knew for years that it leaked, according to a memo.", "a memo", []),
        ("It leaks, according to a note seen by the Ashby Echo.", "a note", ["Ashby Echo"]),
        ("In a letter sent through his lawyer, Tom Roe said that it leaked.", "Tom Roe", ["his lawyer"]),
        ("The mayor told state television that it leaked.", "The mayor", ["state television"]),
        (
            "The minister has been told by his own aides that it leaks, NRT reports, citing a source.",
            "a source",
            ["NRT"],
        ),
    ],
)
def test_all_who_passed_it_on_stand_in_via_the_nearest_first(
    parse: Parser, text: str, speaker: str, via: list[str]
) -> None:
    finding = last(text, parse)
    assert (finding.speaker and finding.speaker.name, [one.name for one in finding.via]) == (speaker, via)


@pytest.mark.parametrize(
    ("text", "speaker", "via"),
    [
        ("Olga Fenn told the Ledger that the lamp was broken.", "Olga Fenn", "Ledger"),
        ("Olga Fenn told the broadcaster Kanal Ost that the lamp was broken.", "Olga Fenn", "Kanal Ost"),
        ("Olga Fenn told the Kurs, a weekly, that the lamp was broken.", "Olga Fenn", "Kurs"),
        ("Olga Fenn told KSRV that the lamp was broken.", "Olga Fenn", "KSRV"),
        ("Olga Fenn said through her lawyer that the lamp was broken.", "Olga Fenn", "her lawyer"),
        ("The lamp broke, according to two clerks who spoke to the Halden Post.", "two clerks", "Halden Post"),
        ("The Halden Post left. It quoted Olga Fenn as saying that the lamp was broken.", "Olga Fenn", "Halden Post"),
        ("Speaking to Radio Brill, Olga Fenn said the lamp was broken.", "Olga Fenn", "Radio Brill"),
        ("In an email seen by the Courier, Olga Fenn wrote that the lamp was broken.", "Olga Fenn", "Courier"),
        ("Olga Fenn, as quoted in the Courier, said the lamp was broken.", "Olga Fenn", "Courier"),
        ("The lamp, Olga Fenn told the Courier, will break.", "Olga Fenn", "Courier"),
        ("Reached by email, Olga Fenn said the lamp was broken.", "Olga Fenn", None),
        ("Olga Fenn told the Senate that the lamp was broken.", "Olga Fenn", None),
        ("Olga Fenn told Tom Grell that the lamp was broken.", "Olga Fenn", None),
    ],
)
def test_to_whom_somebody_spoke_passed_it_on(parse: Parser, text: str, speaker: str, via: str | None) -> None:
    last = extract(text, parse=parse)[-1]
    assert (last.speaker.name, last.via[0].name if last.via else None) == (speaker, via)


def test_nobody_describes_himself_as_another_of_whom_he_tells(parse: Parser) -> None:
    found = last("Olga Fenn said the driver had warned her that the lamp was broken.", parse)
    assert (found.speaker and found.speaker.name, [one.name for one in found.via]) == ("the driver", ["Olga Fenn"])
