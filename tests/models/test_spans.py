"""Spans: words given to the letter or by offsets become stretches of the document, or are refused with their places."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any, Self

import pytest

from models import spans
from models.refusals import Conflict
from models.spans import Span, locate_content, places_of
from models.tables import Document, Sentence
from tests.work import counting, growth

#: "the deal" stands in every sentence but the last, twice in the second.
TEXT = "She praised the deal. “I like the deal,” he said, “and the deal likes me 👋.” They left the deal. Talks go on."
STARTS = [0, 22, TEXT.index("They"), TEXT.index("Talks")]
DOCUMENT = Document(id=1, text=TEXT, length=len(TEXT))
SENTENCES = [
    Sentence(id=place + 1, start=start, end=end, text=TEXT[start:end])
    for place, (start, end) in enumerate(zip(STARTS, [*[s - 1 for s in STARTS[1:]], len(TEXT)], strict=True))
]
DEALS = [at for at in range(len(TEXT)) if TEXT.startswith("the deal", at)]


def locate(given: dict[str, Any], document: Document, sentence: Sentence, around: tuple[int, int], field: str) -> Span:
    return spans.locate(given, document, sentence, lambda: around, field)


class Read(str):
    """A text that counts how many of its letters are looked at."""

    __slots__ = ("letters",)
    letters: int

    def __new__(cls, text: str) -> Self:
        """Begin to count."""
        made = super().__new__(cls, text)
        made.letters = 0
        return made

    def find(self, words: str, start: int = 0, end: int | None = None, /) -> int:  # type: ignore[override]
        """Count as far as the words are looked for."""
        limit = len(self) if end is None else end
        at = super().find(words, start, limit)
        self.letters += (limit if at < 0 else at + len(words)) - start
        return at

    def __getitem__(self, place: Any) -> str:
        """Count what is cut out."""
        part = super().__getitem__(place)
        self.letters += len(part)
        return part


#: From the first letter to the last: everything is near.
EVERYWHERE = (0, len(TEXT))


def _span(start: int, end: int) -> Span:
    return Span(TEXT[start:end], start, end)


def _refused(given: list[dict[str, Any]], sentence: int) -> Conflict:
    with pytest.raises(Conflict) as refused:
        locate_content(given, DOCUMENT, SENTENCES[sentence])
    return refused.value


def test_words_that_stand_once_in_the_sentence_are_found_there() -> None:
    found = locate({"text": "the deal"}, DOCUMENT, SENTENCES[0], EVERYWHERE, "/mention")
    assert found == _span(DEALS[0], DEALS[0] + 8)


def test_words_that_stand_once_in_the_stretch_around_are_found_there() -> None:
    at = TEXT.index("👋")
    assert locate({"text": "👋"}, DOCUMENT, SENTENCES[0], (0, SENTENCES[1].end), "/mention") == _span(at, at + 1)
    near = locate({"text": "the deal"}, DOCUMENT, SENTENCES[3], (STARTS[2], len(TEXT)), "/mention")
    assert near == _span(DEALS[3], DEALS[3] + 8)


def test_a_content_is_taken_from_its_first_word_wherever_its_sentence_starts() -> None:
    document = Document(id=1, text="No.\n\n\ufeffIt says so.\u2003\n\nYes.", length=22)
    cut, moved = (Sentence(id=1, start=start, end=17, text=document.text[start:17]) for start in (6, 3))
    given = {"start": 3, "end": 20}
    for sentence in (cut, moved):
        for one in (given, {"text": document.text[3:20]}):
            assert locate_content([one], document, sentence) == [Span("It says so.\u2003\n\n", 6, 20)]
    with pytest.raises(Conflict, match="white space alone") as refused:
        locate_content([{"start": 3, "end": 6}], document, moved)
    assert refused.value.field == "/content/0"


def test_words_from_further_off_are_named_only_by_their_offsets() -> None:
    at, around = TEXT.index("👋"), (0, SENTENCES[0].end)
    with pytest.raises(Conflict, match="give start and end") as refused:
        locate({"text": "👋"}, DOCUMENT, SENTENCES[0], around, "/mention")
    assert refused.value.field == "/mention/text"
    assert locate({"start": at, "end": at + 1}, DOCUMENT, SENTENCES[0], around, "/mention").text == "👋"


def test_words_that_reach_out_of_the_stretch_are_not_found_in_it() -> None:
    with pytest.raises(Conflict):
        locate({"text": "They left"}, DOCUMENT, SENTENCES[0], (0, STARTS[2] + 4), "/mention")


@pytest.mark.parametrize(("sentence", "places"), [(1, DEALS[1:3]), (3, DEALS)])
def test_words_that_stand_several_times_are_refused_with_their_places(sentence: int, places: list[int]) -> None:
    with pytest.raises(Conflict) as refused:
        locate({"text": "the deal"}, DOCUMENT, SENTENCES[sentence], EVERYWHERE, "/cue")
    assert refused.value.field == "/cue/text"
    shown = [{"start": at, "end": at + 8, "text": TEXT[max(0, at - 30) : at + 38]} for at in places]
    assert refused.value.more == {"candidates": shown}


def _places(words: str, text: str) -> list[int]:
    """Where the words are found, be it by themselves or in a refusal that lists the places."""
    document = Document(id=1, text=text, length=len(text))
    try:
        return [locate({"text": words}, document, Sentence(start=0, end=len(text)), (0, len(text)), "/cue").start]
    except Conflict as refused:
        return [place["start"] for place in refused.more.get("candidates", [])]


@pytest.mark.parametrize(
    ("words", "text", "places"),
    [
        ("sustain", "What sustained it sustains it.", []),
        ("he", "The man, he said, and then she.", [9]),
        ("deal", "A dealer, an ideal, a deal.", [22]),
        ("20", "In 2024, 20 of 120.", [9]),
        ("Юг", "Югослав едет на Юг.", [16]),
        ("Jose", "Jose\u0301 and Jose", [10]),
        ("Jose\u0301", "Jose\u0301 and Jose", [0]),
        ("US", "US-led, “US”, U.S. — US", [0, 9, 21]),
        ("said", "said", [0]),
        ("“We", "“We need proof.”", [0]),
        (" said", "He said so.", [2]),
    ],
)
def test_words_are_found_only_as_whole_words(words: str, text: str, places: list[int]) -> None:
    assert _places(words, text) == places


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("否认", "北京否认了这一指控。"),
        ("政府", "日本政府は否定した。"),
        ("否定", "日本政府は否定した。"),
        ("ปฏิเสธ", "เขาปฏิเสธข้อกล่าวหา"),
        ("ປະຕິເສດ", "ລາວປະຕິເສດຂໍ້ກ່າວຫາ"),
        ("ငြင်း", "သူငြင်းဆိုသည်"),
        ("បដិសេធ", "គាត់បដិសេធការចោទប្រកាន់"),
        ("WTO", "中国加入WTO以后"),
    ],
)
def test_words_of_a_script_without_spaces_are_found_anywhere(words: str, text: str) -> None:
    assert _places(words, text) == [text.index(words)]


@pytest.mark.parametrize("words", ["The deal", "the  deal", '"I like', "nowhere"])
def test_words_that_do_not_stand_there_to_the_letter_are_refused(words: str) -> None:
    with pytest.raises(Conflict, match="to the letter") as refused:
        locate({"text": words}, DOCUMENT, SENTENCES[0], EVERYWHERE, "/cue")
    assert refused.value.field == "/cue/text"


def test_words_that_overlap_themselves_are_counted_at_every_place() -> None:
    text = "ha ha ha"
    document = Document(id=1, text=text, length=len(text))
    with pytest.raises(Conflict) as refused:
        locate({"text": "ha ha"}, document, Sentence(start=0, end=len(text)), (0, len(text)), "/cue")
    assert [place["start"] for place in refused.value.more["candidates"]] == [0, 3]


def test_an_endless_list_of_places_is_cut() -> None:
    document = Document(id=1, text="a " * 500, length=1000)
    with pytest.raises(Conflict) as refused:
        locate({"text": "a"}, document, Sentence(start=0, end=1000), (0, 1000), "/cue")
    assert len(refused.value.more["candidates"]) == 20


def test_offsets_give_the_words_in_code_points() -> None:
    at = TEXT.index("👋")
    assert locate({"start": at, "end": at + 2}, DOCUMENT, SENTENCES[0], EVERYWHERE, "/cue").text == "👋."


@pytest.mark.parametrize(("start", "end"), [(0, len(TEXT) + 1), (len(TEXT), len(TEXT) + 1), (5, 5), (5, 4)])
def test_refuses_a_span_outside_the_document(start: int, end: int) -> None:
    with pytest.raises(Conflict) as refused:
        locate({"start": start, "end": end}, DOCUMENT, SENTENCES[0], EVERYWHERE, "/mention")
    assert refused.value.field == "/mention/end"
    assert _refused([{"start": start, "end": end}], 0).field == "/content/0/end"


def test_the_last_offset_is_the_length() -> None:
    assert locate({"start": 0, "end": len(TEXT)}, DOCUMENT, SENTENCES[0], (0, 1), "/cue").text == TEXT


def test_a_second_span_is_the_next_place_after_the_first() -> None:
    spans = locate_content([{"text": "I like"}, {"text": "the deal"}, {"text": "the deal"}], DOCUMENT, SENTENCES[1])
    assert [span.start for span in spans] == [TEXT.index("I like"), DEALS[1], DEALS[2]]


def test_a_second_span_is_not_sought_before_the_first() -> None:
    refused = _refused([{"text": "likes me"}, {"text": "I like"}], 1)
    assert (refused.field, "to the letter" in refused.detail) == ("/content/1/text", True)


def test_a_content_that_stands_twice_in_the_sentence_is_refused_with_its_places() -> None:
    refused = _refused([{"text": "the deal"}], 1)
    assert [place["start"] for place in refused.more["candidates"]] == DEALS[1:3]
    assert [place["text"] for place in refused.more["candidates"]] == [TEXT[at - 30 : at + 38] for at in DEALS[1:3]]


def test_a_content_is_made_of_whole_words() -> None:
    assert _refused([{"text": "like the dea"}], 1).field == "/content/0/text"
    assert _refused([{"text": "I like"}, {"text": "ikes me"}], 1).field == "/content/1/text"
    spans = locate_content([{"text": "I"}, {"text": "he"}], DOCUMENT, SENTENCES[1])
    assert spans[1].start == TEXT.index("he said"), "not in “the deal”"


def test_a_content_may_run_on_into_the_next_sentences() -> None:
    words = TEXT[TEXT.index("likes me") : TEXT.index(". Talks") + 1]
    (span,) = locate_content([{"text": words}], DOCUMENT, SENTENCES[1])
    assert span.text == words
    far = locate_content([{"text": "I like"}, {"text": "Talks go on"}], DOCUMENT, SENTENCES[1])
    assert far[1].start == STARTS[3]


def test_a_content_does_not_start_in_another_sentence() -> None:
    assert _refused([{"text": "praised"}], 1).field == "/content/0/text"
    by_offsets = _refused([{"start": STARTS[0], "end": STARTS[0] + 3}], 1)
    assert by_offsets.field == "/sentence"
    assert _refused([{"start": SENTENCES[1].end, "end": SENTENCES[1].end + 2}], 1).field == "/sentence"


def test_spans_that_overlap_or_run_backwards_are_refused() -> None:
    start = STARTS[1]
    for second in ((start + 4, start + 9), (start - 5, start - 1), (start, start + 5)):
        given = [{"start": start, "end": start + 5}, {"start": second[0], "end": second[1]}]
        assert _refused(given, 1).field == "/content/1"
    touching = [{"start": start, "end": start + 5}, {"start": start + 5, "end": start + 9}]
    assert len(locate_content(touching, DOCUMENT, SENTENCES[1])) == 2


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("s closed", "Cafe\u0301s closed"),
        ("Cafe\u0301", "Cafe\u0301s closed"),
        ("दी भाषा", "हिन्दी भाषा"),
        ("हिन्", "हिन्दी"),
    ],
)
def test_a_word_goes_on_after_its_accents(words: str, text: str) -> None:
    assert places_of(words, text, 0, len(text)) == []


def test_a_script_of_half_width_has_no_spaces_either() -> None:
    assert places_of("ｲｳ", "ｱｲｳｴ", 0, 4)


def test_places_are_those_that_a_look_at_every_offset_finds() -> None:
    dice = random.Random(20261127)  # noqa: S311
    for _ in range(5_000):
        letters = dice.choice(["a ", "ab ", "a\u0301 ", "的a ", "a", "的", "ab-\u0301"])
        part = "".join(dice.choices(letters, k=dice.randint(1, 4)))
        text = "".join(dice.choice([part, part * 3, part * 8, *letters]) for _ in range(dice.randint(1, 8)))
        at = dice.randrange(len(text))
        words, most = text[at : at + dice.randint(1, 9)], dice.choice([1, 2, 21])
        every = [place for place in range(len(text)) if places_of(words, text, place, place + len(words))]
        assert [span.start for span in places_of(words, text, 0, len(text), most=most)] == every[:most], (words, text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (lambda size: "a" * size, lambda size: "a" * 45 * size),
        (lambda size: "ab " * (size // 3) + "a", lambda size: "ab " * 15 * size),
        (lambda size: "a" * (size // 2) + "b" + "a" * (size // 2 - 1), lambda size: ("a" * (size // 2) + "b") * 90),
    ],
)
def test_words_are_looked_for_in_time_in_proportion_to_the_text(
    words: Callable[[int], str], text: Callable[[int], str]
) -> None:
    def made(size: int) -> Callable[[], object]:
        return partial(places_of, words(size), text(size), 0, len(text(size)))

    assert made(10_000)() == []
    assert growth(made, 500) < 3, "each letter of the words"
    reads = []
    for size in (1_000, 2_000):
        read = Read(text(size))
        assert places_of(words(size), read, 0, len(read)) == []
        reads.append(read.letters)
    assert reads[1] < 3 * reads[0], "it takes 22 s to compare 20,000 letters at each offset of 900,000"


def test_a_content_of_many_spans_is_looked_for_once() -> None:
    text = Read("a " * 110 + "ab" * 1_000)
    found = locate_content([{"text": "a"}] * 99, Document(id=1, text=text), Sentence(id=1, start=0, end=1))
    assert [span.start for span in found] == list(range(0, 198, 2))
    assert text.letters < 2_000, "the rest of the text was read for each span"


def test_words_that_stand_inside_longer_ones_are_not_looked_for_without_end() -> None:
    part = {"text": "b"}
    for content in ([part], [{"start": 0, "end": 2}, part]):
        asked = []
        for many in (1_000, 150_000):
            text = "ab cb " * many + "b"
            document, sentence = Document(id=1, text=text, length=len(text)), Sentence(id=1, start=0, end=len(text))
            with counting() as calls, pytest.raises(Conflict, match="inside longer words") as refused:
                locate_content(content, document, sentence)
            asked.append(calls())
            assert refused.value.field == f"/content/{len(content) - 1}/text"
        assert asked[1] < 1.5 * asked[0]
    with pytest.raises(Conflict, match="inside longer words") as refused:
        locate(part, document, sentence, (0, 0), "/cue")
    assert refused.value.field == "/cue/text"
    # What is found in between does not begin the count anew.
    text = ("ab " * 600 + "b ") * 2
    with pytest.raises(Conflict, match="inside longer words"):
        locate_content([part, part], Document(id=1, text=text, length=len(text)), Sentence(id=1, start=0, end=9000))
