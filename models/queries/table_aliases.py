"""The tables under the aliases by which queries know them; what only one file needs has its alias there."""

from models import tables
from models.queries.nodes import Aliased

c = Aliased(tables.Claim, "c")
f = Aliased(tables.ClaimCard, "f")  # the card of a claim, with what is first said of it
r = Aliased(tables.Review, "r")
t = Aliased(tables.Topic, "t")
#: A counterclaim, the claims on its two sides, and that of them which is not looked at.
e = Aliased(tables.Counterclaim, "e")
charge, answer, o = (Aliased(tables.Claim, it) for it in ("charge", "answer", "o"))
#: A statement with its claim, speaker, sentence and document.
s, sc, sp = Aliased(tables.Statement, "s"), Aliased(tables.Claim, "sc"), Aliased(tables.Speaker, "sp")
se, d = Aliased(tables.Sentence, "se"), Aliased(tables.Document, "d")
#: A document, a speaker with their aliases, and a suggestion, where each is what is read.
doc, p = Aliased(tables.Document, "doc"), Aliased(tables.Speaker, "p")
al, su = Aliased(tables.Alias, "al"), Aliased(tables.Suggestion, "su")
