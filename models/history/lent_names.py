"""Names that a merge of speakers lends the survivor, and whose they are again once it is undone.

A survivor has a name by themselves, or by those merges that lent it: by each that brought it while it was not the
survivor's own. While a merge stands, a name is lent by it until a PATCH leaves it out. Such a PATCH takes the name from
the survivor and from all who had brought it by then: it is lent by none of them any more, and none gets it back. A
PATCH that gives the name again gives it to all of whom the last one took it that was not made good so before: taking
and giving it again changes nothing. One that nobody had is the survivor's own. A merge that brings a taken name later
lends it anew, by itself.

Undoing a merge takes from the survivor what was lent by this merge alone, and from the parted the aliases that were
taken since. Of these its line tells, as that of a PATCH does: who was merged into the parted before loses them too. A
name means one speaker: that of the parted the survivor loses in any case, and the parted keeps it.
"""

from collections import defaultdict
from collections.abc import Iterator

import orjson

from models.history.merges import merges_into
from models.history.notes import SpeakerMerge
from models.queries.dialects import json_of
from models.refusals import Conflict
from models.storage.columns import comparison_key
from models.storage.database import fetch
from models.tables import Alias, Speaker

#: How many aliases a speaker has at most, as one may be given: what was read can be sent back, an export imported.
MOST_ALIASES = 100

#: Lines of the log that are read at once: each holds up to 100 aliases twice.
_AT_ONCE = 100
_LINES = (
    "FROM changes WHERE noun = 'speakers' AND noun_id = ? AND sequence > ? AND before LIKE ?"
    f" ORDER BY sequence LIMIT {_AT_ONCE}"
)


def lend(speaker: Speaker, survivor: Speaker) -> list[str]:
    """Give the survivor the other's names as aliases; return the keys of those that they have by merges alone.

    Their ids do not last. Raises Conflict where the survivor would have more than MOST_ALIASES.
    """
    known = {key for (key,) in Alias.select(Alias.alias_key).where(Alias.speaker == survivor.id).tuples()}
    names = _names(speaker)
    new = [key for key in names if key not in known | {survivor.name_key}]
    if len(known - {survivor.name_key}) + len(new) > MOST_ALIASES:
        detail = f"Together they have more than {MOST_ALIASES} names: take aliases from either first."
        raise Conflict(detail, field="/into")
    for key in new:
        Alias.insert(speaker=survivor.id, alias=names[key], alias_key=key).execute()
    lenders = _lenders(survivor.id)
    own = {survivor.name_key} | {key for key in known if not lenders[key]}
    return [key for key in names if key not in own]


def take_back(speaker: Speaker, survivor: int, moved: SpeakerMerge) -> None:
    """Take from the survivor what the merge of the other lent alone, and from the other the aliases taken since."""
    names = _names(speaker)
    lenders = _lenders(survivor, speaker.id, names)
    gone = {key for key in moved["aliases"] if lenders[key] == {speaker.id}} | {speaker.name_key}
    Alias.delete().where(Alias.alias_key.in_(gone), Alias.speaker == survivor).execute()
    taken = {key for key in names if speaker.id not in lenders[key]}
    Alias.delete().where(Alias.alias_key.in_(taken), Alias.speaker == speaker.id).execute()


def _names(speaker: Speaker) -> dict[str, str]:
    """Read a speaker's names by their keys, their own first."""
    names = {speaker.name_key: speaker.name}
    aliases = Alias.select(Alias.alias, Alias.alias_key).where(Alias.speaker == speaker.id).order_by(Alias.id)
    for alias, key in aliases.tuples():
        names.setdefault(key, alias)
    return names


def _lenders(survivor: int, parting: int = 0, names: dict[str, str] | None = None) -> dict[str, set[int]]:
    """Replay the log: map keys to the merged who lend the survivor each; one `parting` with all the `names` they have.

    Those include what is the survivor's own as well: a PATCH takes that from both.
    """
    merges = sorted(merges_into(Speaker, survivor), key=lambda one: -one.sequence)
    lenders, taken = defaultdict[str, set[int]](set), defaultdict[str, list[set[int]]](list)

    def merge_until(sequence: float) -> None:
        while merges and merges[-1].sequence < sequence:
            one = merges.pop()
            for key in (*one.moved["aliases"], *((names or ()) if one.id == parting else ())):
                lenders[key].add(one.id)

    for sequence, before, after in _changes(survivor, merges[-1].sequence) if merges else ():
        merge_until(sequence)
        for key in before - after:
            taken[key].append(lenders.pop(key, set()))
        for key in after - before:
            if taken[key]:
                lenders[key] |= taken[key].pop()
    merge_until(float("inf"))
    return lenders


def _changes(speaker: int, past: int) -> Iterator[tuple[int, set[str], set[str]]]:
    """Read the keys of a speaker's aliases before and after each line past a sequence that took or gave some."""
    sql = f"SELECT sequence, {json_of('before', 'aliases')}, {json_of('after', 'aliases')} {_LINES}"
    while lines := fetch(sql, (speaker, past, '%"aliases":%')):
        for sequence, *states in lines:
            before, after = ({*map(comparison_key, orjson.loads(state or "[]"))} for state in states)
            yield sequence, before, after
        past = lines[-1][0]
