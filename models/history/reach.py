"""How far a change reaches: which answers differ after it, for the public and for reviewers. Begin here.

The words, here and in the files below:

edit      a row before and after a change; most edits have a line in the log
whole     what has an answer of its own and a `changed_at`: a claim, document, speaker or topic
visible   the public sees it. Claims and statements are *once visible* where they are so before or after the transaction
hidden    of a speaker or document: not visible, because only candidates name it
reached   its answer may differ by an edit: the public's too where it is reached *for the public*, else only reviewers'
link      a counterclaim: what changed of the claim at one end reaches the claim at the other
effect    what an edit did to its row for the public: it `appeared`, `changed` or is `gone`; null where the public saw
          the row neither before nor after. The feed tells the public of the lines that have an effect
stamp     to set the `changed_at` of a whole that was reached

A claim shows its statements, with their speakers and documents, and the statements of the claims that it answers or
that answer it. So what changes of a statement reaches its claim, and by links the claims next to that. What answers the
attribution of a statement is shown of that statement: there it goes on by one link more. Nothing reaches a whole for
the public by way of what is not visible (docs/decisions/0045).

A speaker is renamed; two statements name them, and one is accepted. `_write` of changes.py takes it step by step:

1. edits.py          `Edit` holds the row before and after
2. surroundings.py   reads what stands `Near` it: both statements, with their claims and documents
3. direct_reach.py   decides: the edit reaches the speaker, and the claims and documents of both statements; those of
                     the accepted one for the public
4. surroundings.py   reads what is `Far`: a link from one of the claims to its answer, and which claims are visible
5. reach.py          decides: by spread.py it reaches the answer, too, which shows the name of who is answered; by
                     effects.py its line has the effect `changed` and names these claims; what is reached is stamped
6. changes.py        writes the line, and last_changes.py the stamps

Steps 2, 4 and 6 ask the database; what decides are functions of plain values.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from models.history.direct_reach import DirectReach, Near, Whole, add, add_all
from models.history.edits import Edit, edited, states
from models.history.effects import Effect, as_json, claims_by_kind, effect_on_row
from models.history.spread import Far, Reached, alike, ends, spread


class Outcome(NamedTuple):
    """What is to be written."""

    #: Of the edits that have a line, in their order.
    effects: list[Effect]
    #: Whether each whole that is stamped is stamped for the public.
    stamps: dict[Whole, bool]
    #: Those of them that are hidden.
    hidden: set[Whole]


def outcome(edits: Sequence[Edit], direct: DirectReach, near: Near, far: Far) -> Outcome:
    """Decide what the log tells of edits, and what is stamped."""
    # Whom something visible names is hidden no more; on SQLite their flag goes with the commit, which others share.
    unhidden = near.hidden & (direct.named | _subjects(far, far.visible))
    hidden = near.hidden - unhidden
    effects, stamps = _effects(edits, direct, near, far, hidden)
    add_all(stamps, direct.wholes | dict.fromkeys(unhidden, True))
    first_visible = far.never_visible & _shown(edits, direct.named, stamps, far)
    stamps |= dict.fromkeys(first_visible, True)
    parts = _parts(edits, hidden, first_visible, far)
    add_all(stamps, parts)
    never_seen = {("speakers", part) for _, part, seen in far.parts if not seen}
    return Outcome(effects, stamps, hidden | (never_seen & parts.keys()))


def _effects(
    edits: Sequence[Edit], direct: DirectReach, near: Near, far: Far, hidden: set[Whole]
) -> tuple[list[Effect], dict[Whole, bool]]:
    """Decide what each line tells, one after the other; find the claims that are stamped, and what links reach.

    What an edit without a line reaches is told by the next line that has an effect.
    """
    effects: list[Effect] = []
    stamped, unlogged = Reached(), Reached()
    # The claims that come or go, of which no line tells that yet. Of all others, what is told does not change: of 1,000
    # statements of a claim with 5,000 links that is decided once, in 0.01 s, not for each, in 13 s.
    untold = far.visible ^ far.was_visible
    decided: dict[Any, str | None] = {}
    own_lines: set[int] = set()  # of claims
    for edit, direct_claims in zip(edits, direct.claims, strict=True):
        on_row = effect_on_row(edit, near, far, hidden, repeated=edit.id in own_lines) if edit.logged else None
        near_ends = ends(direct_claims, far)
        told = edit.noun, alike(direct_claims, near_ends, far), on_row is not None
        if edit.logged and told in decided and not unlogged.claims:
            effects.append(Effect(on_row, decided[told]))
            stamped.wholes |= near_ends.reached.wholes
            stamped.public_wholes |= near_ends.reached.public_wholes
            continue
        reached = spread(direct_claims, near_ends, far)
        if not edit.logged:
            unlogged.add_all(reached)
            continue
        alone = not (on_row and unlogged.claims)
        if on_row:
            reached.add_all(unlogged)
            unlogged = Reached()
        own = edit.id if edit.noun == "claims" else None
        if own is not None:
            own_lines.add(own)
        by_kind = claims_by_kind(reached, untold, far, own=own, has_effect=on_row is not None)
        effects.append(Effect(on_row, as_json(by_kind)))
        _stamp(stamped, reached, by_kind)
        if edit.noun != "claims" and alone and reached.claims.isdisjoint(untold):
            decided[told] = effects[-1].claims
        if on_row:
            untold -= reached.public_claims
    _stamp(stamped, unlogged, claims_by_kind(unlogged, untold, far, own=None, has_effect=False))
    stamps = {("claims", id): id in stamped.public_claims for id in stamped.claims}
    return effects, stamps | {whole: whole in stamped.public_wholes for whole in stamped.wholes}


def _stamp(stamped: Reached, reached: Reached, by_kind: dict[str, set[int]]) -> None:
    stamped.wholes |= reached.wholes
    stamped.public_wholes |= reached.public_wholes
    for kind, ids in by_kind.items():
        stamped.claims |= ids
        if kind != "unseen":
            stamped.public_claims |= ids


def _subjects(far: Far, claims: set[int]) -> set[Whole]:
    """Name whom claims are about."""
    return {("speakers", id) for claim, speakers in far.about.items() if claim in claims for id in speakers}


def _shown(edits: Sequence[Edit], named: set[Whole], stamps: dict[Whole, bool], far: Far) -> set[Whole]:
    """Find the speakers and documents that something visible shows now, perhaps for the first time."""
    speakers = {whole for whole, public in stamps.items() if public and whole[0] == "speakers"}
    reached = {id for noun, id in stamps if noun == "claims"}
    claims = (reached - far.was_visible) | edited("claims", edits)  # an edited one may be about others now
    return named | speakers | _subjects(far, claims & far.visible)


def _parts(edits: Sequence[Edit], hidden: set[Whole], first_visible: set[Whole], far: Far) -> dict[Whole, bool]:
    """Find who shows that they are part of a speaker who was edited, or who is visible for the first time.

    They are reached for the public unless that speaker is hidden, and so was the other of a merge.
    """
    speakers = [edit for edit in edits if edit.noun == "speakers"]
    visible = {edit.id for edit in speakers if ("speakers", edit.id) not in hidden}
    wholes = {id: True for noun, id in first_visible if noun == "speakers"}
    for edit in speakers:
        if edit.action != "create":
            merged = {state.get("merged_into") for state in states(edit)}
            add(wholes, edit.id, public=not visible.isdisjoint({edit.id, *merged}))
    found: dict[Whole, bool] = {}
    for whole, part, seen in far.parts:
        if whole in wholes:
            add(found, ("speakers", part), public=wholes[whole] and seen)
    return found
