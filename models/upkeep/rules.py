"""The rules of the data that no constraint of a database holds: for each a query of the rows that break it.

`verify` runs them, and so do the tests in which changes meet one another.
"""

from typing import Any, NamedTuple

from models import claim_text, prints
from models.hierarchy import MOST_IN_LINE
from models.history import subjects
from models.history.edits import accepted
from models.history.last_changes import undone
from models.history.restores import erased
from models.history.session import CHARACTERS
from models.history.standing_rows import singular
from models.queries.days import STORED_DAY
from models.statement_columns import LONGEST, PASSED_ON, STANDS_ON
from models.vocabulary import STAMPED


class Rule(NamedTuple):
    """A rule, SQL that selects what breaks it, and how a person is told of one such row."""

    name: str
    sql: str
    told: str
    #: Whether versions of before the rule stored what breaks it: such rows are no damage.
    came_later: bool = False


def _each(sql: str, *parts: tuple[str, ...]) -> str:
    return " UNION ALL ".join(sql.format(*part) for part in parts)


def _statements_on(column: str, model: Any) -> tuple[str, ...]:
    noun = model._meta.table_name
    unless_erased = f" AND NOT {erased(noun, 'n.id')}" if column in PASSED_ON else ""
    return noun, singular(model), f"{column}_id", unless_erased


RULES = (
    Rule(
        "statements stand on what stands",
        _each(
            "SELECT s.id, '{1}', n.id FROM statements s JOIN {0} n ON n.id = s.{2}"
            " WHERE s.retracted_at IS NULL AND n.retracted_at IS NOT NULL{3}",
            *(_statements_on(column, model) for column, model in (STANDS_ON | PASSED_ON).items()),
        ),
        "statement {} stands, and its {} {} was retracted",
    ),
    Rule(
        "a statement starts in its sentence",
        "SELECT s.id, n.id FROM statements s JOIN sentences n ON n.id = s.sentence_id WHERE s.retracted_at IS NULL"
        ' AND (n.document_id <> s.document_id OR s.content_start < n."start" OR s.content_start >= n."end")',
        "statement {} does not start in its sentence, {}",
    ),
    Rule(
        "a claim is no longer than an import takes",
        f"SELECT id, length(text) FROM claims WHERE retracted_at IS NULL AND length(text) > {claim_text.LONGEST}",
        "claim {} has {} characters, and no import takes as many: shorten it",
        came_later=True,
    ),
    Rule(
        "words of a statement are no longer than an import takes",
        _each(
            "SELECT id, '{0}', length({0}) FROM statements WHERE retracted_at IS NULL AND length({0}) > {1}",
            *((name, str(most)) for name, most in LONGEST.items()),
        ),
        "statement {} has a {} of {} characters, and no import takes as many: shorten it",
        came_later=True,
    ),
    Rule(
        "a statement has its day",
        f"SELECT s.id, s.day, {STORED_DAY} FROM statements s JOIN documents d ON d.id = s.document_id"
        f" WHERE s.day <> {STORED_DAY}",
        "statement {} is sorted by the day {!r} instead of {!r}: `counterclaim rebuild` writes it anew",
    ),
    Rule(
        "a key records words once",  # but for an import of what several have coded
        "SELECT min(s.id), max(s.id) FROM (SELECT document_id, speaker_id, spans FROM statements WHERE retracted_at"
        " IS NULL GROUP BY document_id, speaker_id, spans HAVING count(*) > 1) w JOIN statements s ON s.document_id ="
        " w.document_id AND s.speaker_id = w.speaker_id AND s.spans = w.spans AND s.retracted_at IS NULL JOIN changes k"
        " ON k.noun_id = s.id AND k.noun = 'statements' AND k.action = 'create'"
        """ WHERE k.after NOT LIKE '%"coding":%' GROUP BY s.document_id, s.speaker_id, s.spans, coalesce(k.key_id, 0)"""
        " HAVING count(*) > 1",
        "statement {} has the same words as statement {}, and one key recorded both: retract one",
        came_later=True,
    ),
    Rule(
        "nothing hangs on what was merged",
        _each(
            "SELECT '{0}', n.id, '{1}', m.id FROM {0}s n JOIN {1}s m ON m.id IN ({2})"
            " WHERE n.retracted_at IS NULL AND m.merged_into_id IS NOT NULL",
            ("statement", "claim", "n.claim_id"),
            ("statement", "speaker", "n.speaker_id, n.via_speaker_id, n.on_behalf_of_id"),
            ("counterclaim", "claim", "n.claim_id, n.answer_id"),
            ("review", "claim", "n.claim_id"),
            ("speaker", "speaker", "n.part_of_id"),
        ),
        "{} {} hangs on {} {}, which was merged into another",
    ),
    Rule(
        "a claim shows whom it was said to be about",
        "SELECT claim_id, speaker_id FROM ({0} EXCEPT {1}) AS x UNION SELECT claim_id, speaker_id"
        " FROM ({1} EXCEPT {0}) AS y".format(subjects.SHOWN, "SELECT claim_id, speaker_id, role FROM claim_about"),
        "claim {} shows speaker {} otherwise than it was said to be about them: `counterclaim rebuild` mends it",
    ),
    Rule(
        "a claim lends whom it was said to be about to the one into which it was merged",
        "SELECT g.claim_id, g.speaker_id, g.by_id FROM given_subjects g JOIN claims c ON c.id = g.by_id"
        " WHERE c.id <> g.claim_id AND (coalesce(c.merged_into_id, 0) <> g.claim_id OR NOT EXISTS (SELECT 1"
        " FROM given_subjects own WHERE own.claim_id = c.id AND own.speaker_id = g.speaker_id"
        " AND (own.role = g.role OR own.role = 'accused')))",
        "claim {} is about speaker {} by claim {}, which was not merged into it, or does not say so",
    ),
    Rule(
        "nothing leads to what was erased",
        " UNION ALL ".join(
            f"SELECT '{noun}', n.id, n.merged_into_id FROM {noun}s n WHERE {erased(f'{noun}s', 'n.merged_into_id')}"
            for noun in ("claim", "speaker")
        ),
        "{} {} was merged into {}, which was erased",
    ),
    Rule(
        "evidence states the answer",
        "SELECT e.id, s.id FROM counterclaims e JOIN statements s ON s.id = e.statement_id WHERE e.retracted_at IS NULL"
        " AND (s.retracted_at IS NOT NULL OR s.claim_id <> e.answer_id)",
        "counterclaim {} rests on statement {}, which was retracted or states another claim than the answer",
    ),
    Rule(
        "what an answer was aimed at states what it answers",
        "SELECT e.id, s.id FROM counterclaims e JOIN statements s ON s.id = e.target_id WHERE e.retracted_at IS NULL"
        " AND (s.retracted_at IS NOT NULL OR s.claim_id <> e.claim_id)",
        "counterclaim {} was aimed at statement {}, which was retracted or states another claim than the one answered",
    ),
    Rule(
        "an original is the first print of its act",
        "SELECT s.id, o.id FROM statements s JOIN statements o ON o.id = s.original_id WHERE s.retracted_at IS NULL"
        " AND (o.retracted_at IS NOT NULL OR o.original_id IS NOT NULL OR o.id = s.id OR o.speaker_id <> s.speaker_id"
        " OR s.status = 'accepted' AND o.status <> 'accepted')",
        "statement {} prints statement {} again, which was retracted, is a print too, has another speaker or status",
    ),
    Rule(
        "an act has no more prints than an import takes",
        "SELECT original_id, count(*), status FROM statements WHERE original_id IS NOT NULL AND retracted_at IS NULL"
        f" GROUP BY original_id, status HAVING count(*) > {prints.MOST}",
        "statement {} has {} prints that are {}, and no import takes as many: clear the `original` of some",
        came_later=True,
    ),
    Rule(
        "prints of an act are no longer than an import takes",
        f"SELECT original_id, count(*), status, {CHARACTERS} FROM statements WHERE original_id IS NOT NULL"
        f" AND retracted_at IS NULL GROUP BY original_id, status HAVING {CHARACTERS} > {prints.MOST_CHARACTERS}",
        "statement {} has {} prints that are {}, of {} characters together, and no import takes as many: clear the"
        " `original` of some",
        came_later=True,
    ),
    Rule(
        "a review checks a statement of its claim",
        "SELECT r.id, s.id FROM reviews r JOIN statements s ON s.id = r.statement_id WHERE r.retracted_at IS NULL"
        " AND (s.retracted_at IS NOT NULL OR s.claim_id <> r.claim_id)",
        "review {} checks the wording of statement {}, which was retracted or states another claim",
    ),
    Rule(
        "nobody is part of themselves",
        "WITH RECURSIVE up(first, id) AS (SELECT id, part_of_id FROM speakers WHERE part_of_id IS NOT NULL UNION"
        " SELECT up.first, p.part_of_id FROM up JOIN speakers p ON p.id = up.id WHERE p.part_of_id IS NOT NULL)"
        " SELECT first FROM up WHERE first = id",
        "speaker {} is part of itself, perhaps by a detour",
    ),
    Rule(
        "a line of speakers is no longer than an import takes",
        "WITH RECURSIVE down(id, above) AS (SELECT id, 0 FROM speakers WHERE part_of_id IS NULL UNION ALL"
        " SELECT s.id, down.above + 1 FROM down JOIN speakers s ON s.part_of_id = down.id)"
        f" SELECT id, above FROM down WHERE above = {MOST_IN_LINE}",
        "speaker {} has {} above in a line in which each is part of the next, and no import takes as many: take some"
        " out",
        came_later=True,
    ),
    Rule(
        "what is public is not hidden",
        _each(
            "SELECT '{0}', h.noun_id, 'statement', s.id FROM statements s JOIN hidden h ON h.noun = '{0}s'"
            " AND h.noun_id IN ({1}) WHERE " + accepted("s"),
            ("speaker", "s.speaker_id, s.via_speaker_id, s.on_behalf_of_id"),
            ("document", "s.document_id, s.via_document_id"),
        )
        + " UNION ALL SELECT 'speaker', h.noun_id, 'claim', c.id FROM claim_about a JOIN claims c ON c.id = a.claim_id"
        " JOIN hidden h ON h.noun = 'speakers' AND h.noun_id = a.speaker_id JOIN speakers p ON p.id = a.speaker_id"
        " WHERE p.retracted_at IS NULL AND c.retracted_at IS NULL AND c.merged_into_id IS NULL"
        " AND (c.standalone OR c.id IN (SELECT s.claim_id FROM statements s"
        f" WHERE {accepted('s')}))",
        "{} {} is hidden from the public, which sees {} {}",
    ),
    Rule(
        "what the public never saw is hidden",
        _each(
            "SELECT '{0}', n.id FROM {0}s n JOIN last_changes k ON k.noun = '{0}s' AND k.noun_id = n.id"
            " WHERE n.retracted_at IS NULL AND NOT k.public"
            " AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.noun = '{0}s' AND h.noun_id = n.id)",
            ("speaker",),
            ("document",),
        ),
        "{} {} was named by candidates alone, and is not hidden: `counterclaim rebuild` hides it",
    ),
    Rule(
        "a name means one speaker",
        "SELECT n.id, a.alias, o.id FROM speakers n JOIN aliases a ON a.alias_key = n.name_key AND a.speaker_id <> n.id"
        " JOIN speakers o ON o.id = a.speaker_id WHERE n.retracted_at IS NULL AND n.merged_into_id IS NULL"
        " AND o.retracted_at IS NULL AND o.merged_into_id IS NULL",
        "the name of speaker {}, {!r}, is an alias of speaker {}",
    ),
    Rule(
        "a Wikidata id means one speaker",
        "WITH RECURSIVE line(item, first, id) AS (SELECT wikidata_id, id, merged_into_id FROM speakers"
        " WHERE wikidata_id IS NOT NULL AND merged_into_id > 0 UNION SELECT line.item, line.first, s.merged_into_id"
        " FROM line JOIN speakers s ON s.id = line.id WHERE s.merged_into_id IS NOT NULL)"
        " SELECT n.id, n.wikidata_id, line.first, o.id FROM line JOIN speakers o ON o.id = line.id"
        " JOIN speakers n ON n.wikidata_id = line.item AND n.id <> o.id WHERE n.retracted_at IS NULL"
        " AND n.merged_into_id IS NULL AND o.retracted_at IS NULL AND o.merged_into_id IS NULL",
        "the Wikidata id of speaker {}, {}, is also that of speaker {}, who was merged into {}: merge those two, or"
        " change one",
        came_later=True,
    ),
    Rule(
        "what changed is noted",
        "SELECT l.noun, l.noun_id, max(l.made_at) FROM changes l"
        " LEFT JOIN last_changes k ON k.noun = l.noun AND k.noun_id = l.noun_id"
        f" WHERE l.noun IN {STAMPED} GROUP BY l.noun, l.noun_id"
        " HAVING max(l.made_at) > coalesce(max(k.changed_at), '') UNION "
        + _each(  # what was loaded in bulk has no line
            "SELECT '{0}', n.id, n.updated_at FROM {0} n WHERE n.id NOT IN"
            " (SELECT noun_id FROM last_changes WHERE noun = '{0}')",
            *((noun,) for noun in STAMPED),
        ),
        "{} {} changed at {}, and its changed_at does not say so: `counterclaim rebuild` notes it",
    ),
    Rule(
        "the feed knows which claims the public sees",
        "SELECT c.id FROM claims c JOIN last_changes k ON k.noun = 'claims' AND k.noun_id = c.id WHERE k.visible <>"
        " (c.retracted_at IS NULL AND c.merged_into_id IS NULL AND (c.standalone OR EXISTS (SELECT 1 FROM statements s"
        f" WHERE s.claim_id = c.id AND {accepted('s')})))",
        "claim {} is seen by the public or not, and the feed of changes tells otherwise",
    ),
    Rule(
        "the public hears of no claim that it saw by what was rejected",
        f"SELECT k.noun_id FROM last_changes k WHERE {undone('k')}",
        "claim {} has no statement that was accepted, and is noted as seen by the public: `counterclaim rebuild` mends"
        " it",
    ),
    Rule(
        "what the log says was erased is retracted",
        _each(
            "SELECT '{0}', n.id FROM changes l JOIN {0}s n ON n.id = l.noun_id"
            " WHERE l.noun = '{0}s' AND l.action = 'erase' AND n.retracted_at IS NULL",
            *((noun,) for noun in ("document", "speaker", "claim", "statement", "counterclaim", "review")),
        ),
        "{} {} was erased, and stands",
    ),
)
