"""The tables under the aliases by which queries know them; what only one file needs has its alias there."""

from models import tables
from models.queries.nodes import Aliased

#: A claim, its card, its reviews and its topics; a counterclaim, the claims on its two sides, and the one beyond it.
c, f, r, t = (
    Aliased(tables.Claim, "c"),
    Aliased(tables.ClaimCard, "f"),
    Aliased(tables.Review, "r"),
    Aliased(tables.Topic, "t"),
)
e, charge, answer, o = (
    Aliased(tables.Counterclaim, "e"),
    *(Aliased(tables.Claim, it) for it in ("charge", "answer", "o")),
)
#: A statement with its claim, speaker, sentence and document.
s, sc, sp = Aliased(tables.Statement, "s"), Aliased(tables.Claim, "sc"), Aliased(tables.Speaker, "sp")
se, d = Aliased(tables.Sentence, "se"), Aliased(tables.Document, "d")
#: A document, a speaker with their aliases, and a suggestion, where each is what is read.
doc, p = Aliased(tables.Document, "doc"), Aliased(tables.Speaker, "p")
al, su = Aliased(tables.Alias, "al"), Aliased(tables.Suggestion, "su")
