"""Coreference: whom a mention stands for."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Olga Fenn spoke first. Fenn said the gate was shut.", "Olga Fenn", "person"),
        ("Olga Fenn arrived. She said the gate was shut.", "Olga Fenn", "person"),
        ("Gen. Tomas Reik arrived. The general said the gate was shut.", "Tomas Reik", "person"),
        ("Foreign Minister Aiko Mori arrived. The senior diplomat said the gate was shut.", "Aiko Mori", "person"),
        ("Beijing said the gate was shut.", "Chinese government", "government"),
        ("The Kremlin said the gate was shut.", "Russian government", "government"),
        ("Two officials said the gate was shut.", "Two officials", "group"),
        ("A source said the gate was shut.", "A source", "unnamed"),
        ("A statement by the Harbor Ministry said the gate was shut.", "Harbor Ministry", "government"),
        ("The report said the gate was shut.", "The report", "document"),
        ("Residents met Piet Maas, who said the gate was shut.", "Piet Maas", "person"),
        (
            "Piet Maas, a tuner, denies murdering his aunt. The judge left. The defendant said it was late.",
            "Piet Maas",
            "person",
        ),
        ("The trial of Piet Maas began. Ann Lee spoke. The defendant said the gate was shut.", "Piet Maas", "person"),
        (
            "Olga Fenn, who sits for Eastfield, spoke. Piet Maas left. The Eastfield member said no.",
            "Olga Fenn",
            "person",
        ),
        ("His sister said that her brother had said it was late. She said the gate was shut.", "His sister", "person"),
        (
            "Two men told the Harbor Courier it was late. The company said the gate was shut.",
            "The company",
            "organization",
        ),
        ("A miller, Olga Fenn, alleged on Monday that the gate was shut.", "Olga Fenn", "person"),
    ],
)
def test_says_whom_a_mention_stands_for(parse: Parser, text: str, name: str, kind: str) -> None:
    speaker = extract(text, parse=parse)[-1].speaker
    assert (speaker.name, speaker.kind) == (name, kind)


def test_a_pronoun_keeps_its_gender(parse: Parser) -> None:
    text = "Mr. Lund met Ms. Fenn at the gate. She said it was shut. He said it was open."
    assert [finding.speaker.name for finding in extract(text, parse=parse)] == ["Fenn", "Lund"]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        (
            "Ann Roe met the port's boss. The boss said it was dry. “Dry,” he told her. She said it was wet.",
            ["The boss", "The boss", "Ann Roe"],
        ),
        (
            "Tom Abel said the door was open. Ms Quill asked him when. At ten, he said.",
            ["Tom Abel", "Tom Abel"],
        ),
        ("Tom Abel sat down. Mr Quill asked him if it rained. “No,” he said.", ["Quill", "Tom Abel"]),
        ("Felix Arne wept. Mrs Arne said that she was poor.", ["Mrs Arne"]),
        ("Hillary Dunn and Bill Dunn met. Mrs. Dunn said that it rained.", ["Hillary Dunn"]),
        ("The goalkeeper, Jan Melo, said it was out. The striker said it was in.", ["Jan Melo", "The striker"]),
        (
            "Brita Holm leads the opposition; she is its leader. The Farmers' League met. Its leader said it was late.",
            ["Its leader"],
        ),
        (
            "Brita Holm, the leader of the opposition, rose. The League met. Its leader said it was late.",
            ["Its leader"],
        ),
        ("The younger actors were afraid. Two of them said it was late.", ["Two of the younger actors"]),
        ("The head teacher, Olive Tanner, left. The head said it was late.", ["Olive Tanner"]),
        (
            "Detective Inspector Joe Lark said it was open. Tom Abel left. The detective said it was old.",
            ["Joe Lark", "Joe Lark"],
        ),
        ("Joss Whelan beat Hélène Roy. Whelan's lead, she said, was small.", ["Hélène Roy"]),
    ],
)
def test_nobody_else_is_taken_for_who_speaks(parse: Parser, text: str, speakers: list[str]) -> None:
    assert [finding.speaker and finding.speaker.name for finding in extract(text, parse=parse)] == speakers


def test_a_title_in_the_sentence_before_is_read_there(parse: Parser) -> None:
    text = "Felix Arne left the bank in May. After that, in June of the same year, Mrs Arne wrote:\n\n“Rain.”"
    assert {finding.speaker and finding.speaker.name for finding in extract(text, parse=parse)} == {"Mrs Arne"}


def test_a_body_of_another_kind_is_not_taken_up(parse: Parser) -> None:
    text = "An MP claimed that the hospital had turned a driver away. The hospital said no driver had come."
    assert [finding.speaker.name for finding in extract(text, parse=parse)] == ["An MP", "The hospital"]


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Olga Fenn said the gate was shut.", True),
        ("The hospital said the gate was shut.", False),
        ("Residents said the gate was shut.", False),
        ("She said the gate was shut.", False),
        ("Olga Fenn claimed the gate was shut.", False),
        ("Olga Fenn told the Courier the gate was shut.", False),
        ("“Not yet,” Olga Fenn said.", False),
        ("“The gate was shut,” Olga Fenn said.", True),
    ],
)
def test_only_a_named_speaker_is_sure(parse: Parser, text: str, sure: bool) -> None:
    assert (extract(text, parse=parse)[-1].confidence >= 0.8) is sure


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The harbourmaster, a patient woman called Fenella Strang, said the boats were full.", "Fenella Strang"),
        ("A plumber by the name of Oskar Vey said the pipe had burst.", "Oskar Vey"),
        ("Three former clerks of the firm, Klarglas, said it leaked.", "Three former clerks of the firm"),
        ("Olga Fenn, a harbour secretary, left. The transport secretary said it leaked.", "the transport secretary"),
        ("The choir sang for the conductor. He said it was late.", "the conductor"),
        ("Dan Roe, the county sheriff, left. She said it was late.", "She"),
        ("The choir sang for the nurse's mother.\n\nIt rained. He said it was late.", "He"),
    ],
)
def test_names_who_is_described_and_nobody_else(parse: Parser, text: str, speaker: str) -> None:
    found = extract(text, parse=parse)[-1].speaker
    assert found is not None
    assert found.name.lower() == speaker.lower()
