"""Texts that press on one rule of extraction each, as long as is asked for, and random ones made of everything."""

import random
from collections.abc import Iterator

#: What each shape begins with, repeats, and ends with.
SHAPES: dict[str, tuple[str, str, str]] = {
    "spaces behind a cue": ("He said", " ", "it is."),
    "tabs behind a cue": ("He said", "\t", "it is."),
    "hard spaces": ("He said", "\u00a0", "it is."),
    "em spaces": ("He said", "\u2003", "it is."),
    "line ends": ("He said", "\n", "it is."),
    "line ends and spaces": ("He said", "\n    ", "it is."),
    "spaces before line ends": ("He said it.", "    \n", "She denied it."),
    "carriage returns": ("He said", "\r", "it is."),
    "both line ends": ("He said", "\r\n", "it is."),
    "vertical tabs": ("He said", "\v", "it is."),
    "spaces behind a time": ("12:00", " ", "1 said."),
    "spaces between words": ("", "He said      it is.      ", ""),
    "one long word": ("Roe said ", "a", " is."),
    "one long capital word": ("Roe said ", "A", " is."),
    "one long number": ("Roe said ", "7", " is."),
    "a long hyphenated word": ("Roe said it was a ", "so-", "so thing."),
    "a long word of hyphens": ("Roe said ", "-", " is."),
    "a long word of apostrophes": ("Roe said ", "o'", "o is."),
    "a long word of curly apostrophes": ("Roe said ", "o’", "o is."),
    "a long address": ("Roe said see http://", "a.b/", " for it."),
    "a long address of dots": ("Roe said see www.", "a.", " for it."),
    "at signs": ("Roe said ", "a@b.", " is."),
    "dots": ("Roe said ", ".", " is."),
    "dots and spaces": ("Roe said ", ". ", " is."),
    "commas": ("Roe said ", ",", " is."),
    "commas and spaces": ("Roe said ", ", ", " is."),
    "semicolons": ("Roe said ", "; ", " is."),
    "answers behind semicolons": ("", "Roe says it leaks; its owner denies it; ", ""),
    "words behind semicolons": ("", "; a b c d e f g", ""),
    "colons": ("Roe", ":", " it is."),
    "colons and spaces": ("Roe", ": ", "it is."),
    "names and colons": ("", "Roe: ", ""),
    "turns": ("", "ROE: It is so.\nHALE: It is not.\n", ""),
    "turns in one line": ("", "ROE: It is so and HALE: ", ""),
    "a name without an end": ("", "Roe ", ": it is."),
    "a name of small words": ("Roe", " of the", ": it is."),
    "a role without an end": ("The ", "mayor of ", ": it is."),
    "dashes": ("Roe said ", "—", " is."),
    "dashes and spaces": ("Roe said ", "— ", " is."),
    "signed lines": ("", "It is so and more - Ann Roe\n", ""),
    "signed without an end": ("It is so", " - Ann Roe, ", ""),
    "brackets": ("Roe said ", "(", " is."),
    "closed brackets": ("Roe said ", ")", " is."),
    "brackets in pairs": ("Roe said ", "()", " is."),
    "party tags": ("Roe", " (D)", " said it is."),
    "party tags with spaces": ("Roe", " (D-Utah) ", " said it is."),
    "halves of party tags": ("Roe", " (D-", " said it is."),
    "nothing but party tags": ("", "(D)\n\n", ""),
    "square brackets": ("Roe said ", "[", " is."),
    "tags": ("Roe said ", "<", " is."),
    "tags in pairs": ("Roe said ", "<b>", " is."),
    "tags left open": ("Roe said ", "<b ", " is."),
    "straight marks": ("", '"', ""),
    "straight marks and spaces": ("", '" ', ""),
    "straight marks and letters": ("", '"a', ""),
    "straight marks and words": ("", '"a b" ', ""),
    "spaces between straight marks": ("", ' "', ""),
    "marks in pairs": ("", '""', ""),
    "curly marks": ("", "“", ""),
    "curly marks that close": ("", "”", ""),
    "curly marks in pairs": ("", "“”", ""),
    "curly marks around letters": ("", "“a” ", ""),
    "nested marks": ("", "“a ‘b “c ", ""),
    "single marks": ("", "'", ""),
    "single marks and letters": ("", "'a", ""),
    "single marks and spaces": ("", " 'a", ""),
    "single marks around letters": ("", "'a' ", ""),
    "single curly marks": ("", "‘", ""),
    "single curly marks that open": ("", " ‘a", ""),
    "single curly marks around letters": ("", "‘a’ ", ""),
    "doubled apostrophes": ("", "''", ""),
    "doubled apostrophes and letters": ("", "''a ", ""),
    "backquotes": ("", "``", ""),
    "guillemets": ("", "«a» ", ""),
    "low marks": ("", "„a“ ", ""),
    "one quotation": ("Roe said: “", "It is so. ", "”"),
    "one quotation without an end": ("Roe said: “", "it is so, ", ""),
    "one quotation of nots": ("Roe said: “It is ", "not ", "so.”"),
    "one quotation of spaces": ("Roe said: “It", " ", "is.” Hale denied it."),
    "a quotation opened again and again": ("Roe said: “", "It is. “", "so.”"),
    "quotations in one sentence": ("Roe said ", "“so”, ", "it is."),
    "quotations that go on": ("", "“It is so. ", ""),
    "paragraphs left open": ("Roe spoke.\n\n", "“It is so.\n\n", ""),
    "quotations of one word": ("", "“So.” ", ""),
    "asked and asked": ("", "“So?” ", ""),
    "quoted answers": ("", "“It is so,” Roe said. “It is not,” said Hale. ", ""),
    "as quoted": ("Roe dismissed ", "as “so” ", "a claim."),
    "no ends": ("Roe said ", "it is so and ", "so."),
    "subjects and verbs": ("", "Roe said that ", "it is."),
    "denials without an end": ("", "Roe denied that ", "it is."),
    "denials": ("Hale said the dam was unsafe. ", "Roe denied it. ", ""),
    "denials of claims": ("", "Roe rejected the claims of the claims that ", "it is."),
    "neither nor": ("Roe ", "neither confirmed nor ", "denied it."),
    "neither and neither": ("", "neither confirmed ", "it."),
    "nots": ("Roe said it is ", "not ", "so."),
    "according to": ("", "according to ", "Roe."),
    "according to, in sentences": ("", "According to Roe, it is so. ", ""),
    "owners": ("", "Roe’s ", "claim that it is."),
    "owners that deny": ("Roe rejected ", "Hale’s claim and ", "denied it."),
    "the same names": ("", "Ann Roe, the mayor of Brill, said it. ", ""),
    "names of many": ("", "Ann Roe Hale Fenn ", "said it."),
    "capitals": ("", "A ", "said it."),
    "capitals and dots": ("", "A. ", "said it."),
    "datelines": ("", "BRILL - ", "It is so."),
    "a dateline without an end": ("BRILL", " BRILL", " - It is so."),
    "states": ("", "Velia’s navy said it. ", ""),
    "neighbours": ("", "neighbouring Velia ", "said it."),
    "titles": ("", "Mr. ", "Roe said it."),
    "a headline": ("", "Mayor Says ", "It."),
    "numbers": ("Roe said ", "1,000.5 ", "is."),
    "letters of other scripts": ("Roe said ", "это так. ", ""),
    "letters without spaces": ("Roe said ", "是的，他说。", ""),
    "combining marks": ("Roe said e", "\u0301", " is."),
    "signs": ("Roe said ", "😀", " is."),
    "joined signs": ("Roe said ", "👩\u200d", " is."),
    "unprintable": ("Roe said ", "\x01", " is."),
    "nulls": ("Roe said ", "\x00 ", " is."),
    "byte order marks": ("Roe said ", "\ufeff", " is."),
    "right to left": ("Roe said ", "\u202e", " is."),
    "soft hyphens": ("Roe said ", "a\u00ad", " is."),
    "it and it": ("Roe said it ", "and it ", "is."),
    "that and that": ("Roe said ", "that ", "it is."),
    "accusations": ("", "Roe accused Hale of accusing ", "her."),
    "new names": ("", "Ann {} said that it is. ", ""),
    "new states": ("", "{}’s navy said it. ", ""),
    "new speakers": ("", "A mayor of {} denied it. ", ""),
    "new words": ("Roe said: “", "{} ", "is.”"),
    "relatives": ("Roe said the dog ", "that saw the dog ", "is."),
}


def text_of(shape: str, length: int) -> str:
    """Write a shape in so many characters, each {} of it as another word."""
    head, piece, tail = SHAPES[shape]
    each = len(piece.format("Abcde"))
    return head + "".join(piece.format(_name(number)) for number in range((length - len(head)) // each)) + tail


def _name(number: int) -> str:
    """Write a number as a word that looks like a name."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(5)).capitalize()


#: What mixtures are made of, and {} is another name each time.
_MIXED = ['"', "“", "”", "'", " ", " ", "He said ", "{} ", "{} {} said he is so. ", "the {} of {} denied it. ",
          "(", ") ", "[", ", ", "“It is,” he said. ", "it is so "]  # fmt: skip


#: Characters of a mixture that are mixed; all others repeat them.
_MIXED_AT_ONCE = 10_000


def mixture(seed: int, length: int) -> str:
    """Mix some of what breaks rules of extraction, at random, in so many characters and one paragraph.

    The same mixture follows again and again with other names, so that four times the length is four times the same.
    Were it mixed anew, half a text might chance to be one quotation, which needs no parser, and the other half not.
    """
    names = random.Random(seed)  # noqa: S311
    parts = [_mixed(seed, names) for _ in range(-(-length // _MIXED_AT_ONCE))]
    return "".join(parts)[:length]


def _mixed(seed: int, names: random.Random) -> str:
    choose, pieces, size = random.Random(seed), [], 0  # noqa: S311
    some = choose.sample(_MIXED, 9)
    while size < _MIXED_AT_ONCE:
        number = names.randrange(26**4)
        pieces.append(choose.choice(some).format(_name(number), _name(number // 2)))
        size += len(pieces[-1])
    return "".join(pieces)[:_MIXED_AT_ONCE]


_NAMES = ["Roe", "Ann Roe", "Mr. Hale", "HALE", "the mayor", "The Ministry of Defence", "she", "He", "Beijing", "NASA",
          "the firm", "A spokesman for Velia’s navy", "O’Hara-Smith", "Иван Петров", "李明", "ד״ר כהן"]  # fmt: skip
_CUES = ["said", "says", "denied", "rejected", "told reporters", "wrote", "called it", "was accused of", "insisted",
         "according to", "asked", "dismissed as", "neither confirmed nor denied", "claimed", "posted"]  # fmt: skip
_WORDS = ["the", "dam", "is", "was", "not", "unsafe", "claim", "claims", "that", "untrue", "it", "and", "of", "a", "to",
          "had", "never", "(D-Utah)", "1,000", "$5m", "U.S.", "e.g.", "no", "which", "who", "so", "это", "是", "हाँ",
          "نعم", "naïve", "e\u0301", "😀", "re-", "-", "—", "…", "don’t", "can't", "&amp;", "<b>", "a@b.c"]  # fmt: skip
_MARKS = ['"', "“", "”", "'", "‘", "’", "«", "»", "„", "''", "``", "(", ")", "[", "]", "*", "_", "|"]
_ENDS = [".", "?", "!", ";", ":", ",", "", "", "...", "—", ".”", ",”", '."', "?’"]
_GAPS = [" ", " ", " ", " ", "", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u2028", "\r", "\f"]


def _clause(choose: random.Random) -> str:
    return " ".join(choose.choices(_WORDS, k=choose.randint(0, 12)))


def _prose(choose: random.Random) -> str:
    return f"{choose.choice(_NAMES)} {choose.choice(_CUES)} {_clause(choose)}{choose.choice(_ENDS)}"


def _turn(choose: random.Random) -> str:
    return f"{choose.choice(_NAMES)}: {_clause(choose)}{choose.choice(_ENDS)}\n"


def _quotation(choose: random.Random) -> str:
    inner = _quotation(choose) if choose.random() < 0.3 else _clause(choose)
    return f"{choose.choice(_MARKS)}{inner}{choose.choice(_ENDS)}{choose.choice(_MARKS)} {choose.choice(_CUES)} "


def _layout(choose: random.Random) -> str:
    lines = [
        f"{_clause(choose)} - {choose.choice(_NAMES)}",
        f"BRILL (AP) — {_prose(choose)}",
        f"# {_clause(choose)}",
        f"| {_clause(choose)} | {_clause(choose)} |",
        "* * *",
        f"{choose.choice(_NAMES)}, mayor of Brill: ",
    ]
    return choose.choice(lines) + choose.choice(["\n", "\n\n", ""])


def _scripts(choose: random.Random) -> str:
    block = choose.choice([0x20, 0xA0, 0x370, 0x400, 0x590, 0x900, 0xE00, 0x2000, 0x3040, 0x4E00, 0xAC00, 0x1F600])
    return "".join(chr(block + choose.randrange(96)) for _ in range(choose.randint(1, 30)))


def _control(choose: random.Random) -> str:
    return "".join(chr(choose.choice([*range(32), 0x7F, 0x85, 0xAD, 0x200B, 0x200E, 0x202E, 0xFEFF, 0xFFFD, 0x10FFFF]))
                   for _ in range(choose.randint(1, 6)))  # fmt: skip


def _long_word(choose: random.Random) -> str:
    return choose.choice(["a", "A", "9", "-", "é", "是", "x’", "a-", "(", "."]) * choose.choice([40, 300, 2_500])


def _no_end(choose: random.Random) -> str:
    return f"{choose.choice(_NAMES)}: " + " ".join(choose.choices(choose.sample(_WORDS, 6), k=choose.choice([60, 900])))


def _shape(choose: random.Random) -> str:
    return text_of(choose.choice(list(SHAPES)), choose.choice([60, 400, 2_600]))


_KINDS = (
    [_prose] * 6
    + [_turn] * 3
    + [_quotation] * 4
    + [_layout] * 3
    + [_scripts, _control, _long_word, _no_end, _no_end, _shape]
)


def texts(seed: int) -> Iterator[str]:
    """Write random texts for ever, the same ones for the same seed."""
    choose = random.Random(seed)  # noqa: S311
    while True:
        pieces = [choose.choice(_KINDS)(choose) for _ in range(choose.randint(1, 8))]
        text = "".join(piece + choose.choice(_GAPS) for piece in pieces)
        if choose.random() < 0.3:  # Broken in the middle.
            at = choose.randrange(len(text) + 1)
            text = text[at:] if choose.random() < 0.5 else text[:at]
        yield text
