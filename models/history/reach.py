"""How far a change reaches: which claims and other wholes answer otherwise after it, to the public and to reviewers.

A claim shows its statements, with speakers and documents, and the statements of the claims that it answers or that
answer it. So what is shown of a statement reaches its claim and those next to it; what answers the attribution of a
statement is shown of that statement. The public is told of nothing that reached a claim by way of what it does not
see: neither by a candidate nor by a counterclaim that rests on one (docs/decisions/0045).
"""

from collections import defaultdict
from functools import cached_property
from typing import Any

from models.history import last_changes
from models.history.edits import Edit, Row, is_accepted, part_seen, rests, stands, states
from models.history.reached import (
    HANGING,
    NAMED,
    NOTHING,
    Effect,
    Link,
    Reach,
    Reached,
    add,
    add_all,
    linking,
    parts,
    sight,
)
from models.queries.dialects import in_ids
from models.storage.columns import dumps
from models.storage.database import fetch


class Log:
    """The edits of one transaction, and what they reach."""

    def __init__(self, edits: list[Edit]) -> None:
        """Find out how far each of them reaches; inside the transaction, after all other changes of it."""
        self._edits = edits
        self._made = {edit.id for edit in edits if edit.noun == "claims" and edit.action == "create"}
        #: By noun, what is to be stamped, and what was named where the public sees it.
        self._stamped: dict[str, Reached] = defaultdict(dict)
        self._named: dict[str, set[int | None]] = {"documents": {None}, "speakers": {None}}
        #: By noun, the documents and speakers of accepted statements, those of edits and those that name a row of one.
        self._stated: dict[str, set[int]] = {"documents": set(), "speakers": set()}
        #: Of the statements that counterclaims of the edits name, those that the public sees.
        self._statements: set[int] = set()
        #: By the statement whose attribution is answered, its document and speaker.
        self._targets: dict[int, tuple[int, int]] = {}
        self._read_statements()
        self._hidden = self._read_hidden()
        self._hung = self._read_hanging()
        self._reaches = [self._first_reached(edit) for edit in edits]
        self._links: dict[int, list[Link]] = defaultdict(list)
        spreading = {id for reach in self._reaches for id in reach.spreading if id not in self._made}
        spreading |= {link.claim for reach in self._reaches for link in reach.links if link.target}
        beyond = {link.claim for link in self._read_links(spreading) if link.target} - spreading
        self._read_links(beyond)
        #: Whether the public sees each claim now, and whether it did before the line that is looked at.
        self._seen, self._was_seen = self._read_claims()
        #: Claims that have come into sight, or that may be about others now.
        self._appeared = {edit.id for edit in edits if edit.noun == "claims" and edit.action != "create"}
        self._seen_now = {id for id, seen in self._seen.items() if seen}
        self._unhide()
        self._once_seen = {id for id, seen in (*self._seen.items(), *self._was_seen.items()) if seen}

    @cached_property
    def _once_stated(self) -> set[int]:
        """The statements that the public sees, or just did."""
        changed = (edit for edit in self._edits if edit.noun == "statements")
        return self._statements | {edit.id for edit in changed if any(map(is_accepted, states(edit)))}

    def effects(self) -> list[Effect]:
        """Tell for each edit that has a line, in its order, what it did; to be called once."""
        effects: list[Effect] = []
        unlogged: list[Reach] = []
        for edit, reach in zip(self._edits, self._reaches, strict=True):
            if not edit.logged:
                unlogged.append(reach)
                continue
            effect = self._of_the_row(edit, self._was_seen.get(edit.id, False))
            told = [reach]
            if effect is not None:
                told, unlogged = [*unlogged, reach], []
            own = edit.id if edit.noun == "claims" else None
            effects.append(Effect(effect, self._claims(told, own, shown=effect is not None)))
        self._claims(unlogged, None, shown=False)
        return effects

    def stamp(self, made_at: str) -> None:
        """Note of all wholes that were reached that they changed at that time."""
        self._stamp_parts(self._stamp_first_shown())
        wholes: dict[bool, list[tuple[str, int, bool]]] = {True: [], False: []}
        for noun, reached in self._stamped.items():
            for id, public in sorted(reached.items()):
                # Every key sees what is hidden: the public is told of it when it first sees it.
                told = public or (noun, id) in self._hidden
                wholes[told].append((noun, id, self._seen.get(id, False) if noun == "claims" else public))
        for told, of_it in wholes.items():
            last_changes.note(made_at, of_it, told=told)

    def _stamp_first_shown(self) -> list[int]:
        """Note of whom and what was just named that the public may see them from now on, where it never did.

        Return which speakers it never saw.
        """
        if shown := self._appeared & self._seen_now & self._about_somebody:
            self._named["speakers"] |= self._about(shown)
        self._named["speakers"] |= {id for id, public in self._stamped["speakers"].items() if public}
        first = {"speakers": list[int]()}
        for noun, named in self._named.items():
            if ids := [id for id in named if id]:
                first[noun] = last_changes.never_shown(noun, ids)
                self._stamped[noun].update(dict.fromkeys(first[noun], True))
        return first["speakers"]

    def _stamp_parts(self, first_shown: list[int]) -> None:
        """Note who shows that they are part of a speaker who changed, or whom the public sees for the first time.

        The public is not shown that of who is hidden, but may have been of the other of a merge.
        """
        edits = [edit for edit in self._edits if edit.noun == "speakers"]
        shown = {edit.id for edit in edits} - {id for noun, id in self._hidden if noun == "speakers"}
        wholes: Reached = dict.fromkeys(first_shown, True)
        for edit in edits:
            if edit.action != "create":
                merged = {state.get("merged_into") for state in states(edit)}
                add(wholes, edit.id, public=bool(shown & {edit.id, *merged}))
        for whole, part, seen in fetch(parts(), (dumps(sorted(wholes)),)) if wholes else ():
            add(self._stamped["speakers"], part, public=wholes[whole] and bool(seen))
            if not seen:
                self._hidden.add(("speakers", part))

    # -- what stands around ----------------------------------------------------------------------

    def _read_statements(self) -> None:
        """Read the statements that counterclaims of the edits name."""
        named = {
            state[column]
            for edit in self._edits
            if edit.noun == "counterclaims"
            for state in states(edit)
            for column in ("statement", "target")
            if state.get(column)
        }
        if not named:
            return
        accepted = "status = 'accepted' AND retracted_at IS NULL"
        sql = f"SELECT id, document_id, speaker_id, {accepted} FROM statements WHERE {in_ids('id')}"  # noqa: S608 (our SQL)
        for id, document, speaker, seen in fetch(sql, (dumps(sorted(named)),)):
            self._targets[id] = (document, speaker)
            if seen:
                self._statements.add(id)

    def _read_hidden(self) -> set[tuple[str, int]]:
        """Read which of the speakers and documents of the edits only candidates name."""
        ids = {noun: {edit.id for edit in self._edits if edit.noun == noun} for noun in ("speakers", "documents")}
        ids["documents"] |= {edit.after["document"] for edit in self._edits if edit.noun == "sentences"}
        sql = f"SELECT noun, noun_id FROM hidden WHERE noun = ? AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
        return {row for noun, some in ids.items() if some for row in fetch(sql, (noun, dumps(sorted(some))))}

    def _read_hanging(self) -> dict[str, dict[int, list[Any]]]:
        """Read what hangs on the rows of the edits, by table and column and by id: one query each for all edits.

        Nothing hangs on a new row but what has a line of its own.
        """
        changed: dict[str, set[int]] = defaultdict(set)
        for edit in self._edits:
            if edit.noun == "sentences":
                changed["documents"].add(edit.after["document"])
            elif edit.action != "create":
                changed[edit.noun].add(edit.id)
        hung: dict[str, dict[int, list[Any]]] = {}
        for noun, column, read, where in HANGING:
            found = hung[column] = defaultdict(list)
            if ids := changed.get(noun):
                sql = f"SELECT {column}, {read} WHERE {where}{in_ids(column)}"
                for id, *rest in fetch(sql, (dumps(sorted(ids)),)):
                    found[id].append(rest)
        return hung

    def _unhide(self) -> None:
        """Take from the hidden whom and what the transaction shows: SQLite unflags them only at the shared commit."""
        if not self._hidden:
            return
        named = {(noun, id) for noun, ids in self._named.items() for id in ids}
        named |= {("speakers", id) for id in self._about(self._seen_now)}
        for noun, id in self._hidden & (named | {(n, i) for n, ids in self._stated.items() for i in ids}):
            self._hidden.remove((noun, id))
            self._stamped[noun][id] = True

    def _about(self, claims: set[int]) -> set[int]:
        """Read whom claims are about."""
        sql = f"SELECT speaker_id FROM claim_about WHERE {in_ids('claim_id')}"  # noqa: S608 (our SQL)
        return {id for (id,) in fetch(sql, (dumps(sorted(claims)),))} if claims else set()

    def _read_links(self, claims: set[int]) -> list[Link]:
        """Read the standing counterclaims of these claims, on either side, and keep them by both."""
        if not claims:
            return []
        found = []
        ids = dumps(sorted(claims))
        for claim, answer, of, evidence, target, supported, aimed, document, speaker in fetch(linking(), (ids, ids)):
            rests = supported or evidence is None or evidence in self._once_stated
            seen = rests and (aimed or of == "claim" or target in self._once_stated)
            link = Link(claim, answer, bool(seen), None if of == "claim" else (document, speaker))
            found.append(link)
            for end in {claim, answer} & claims:
                self._links[end].append(link)
        return found

    def _read_claims(self) -> tuple[dict[int, bool], dict[int, bool]]:
        """Read of all claims that may be reached whether the public sees them, and whether it did."""
        ids = {id for reach in self._reaches for id in (*reach.spreading, *reach.alone)}
        links = [link for reach in self._reaches for link in reach.links]
        links += [link for found in self._links.values() for link in found]
        ids |= {end for link in links for end in (link.claim, link.answer)}
        found = fetch(sight(), (dumps(sorted(ids)),)) if ids else []
        self._about_somebody = {id for id, *_, about in found if about}
        #: Claims that no list has: retracted or merged.
        self._fallen = {id for id, *_, stands, _ in found if not stands}
        return {id: bool(seen) for id, seen, *_ in found}, {id: bool(was) for id, _, was, *_ in found}

    # -- what an edit reaches at first -----------------------------------------------------------

    def _first_reached(self, edit: Edit) -> Reach:
        reach = NOTHING
        match edit.noun:
            case "statements":
                reach = self._statement(edit)
            case "claims":
                reach = Reach({edit.id: True})
                if edit.action != "create":
                    self._stamp_statements("statements.claim_id", edit.id)
            case "counterclaims":
                reach = Reach({}, links=tuple(map(self._link, states(edit))))
            case "reviews":
                reach = Reach({}, {state["claim"]: True for state in states(edit)})
            case "topics":
                reach = Reach({}, self._hanging("topic_id", edit.id))
                add(self._stamped["topics"], edit.id, public=True)
            case "speakers":
                reach = self._speaker(edit)
            case "documents" | "sentences":
                reach = self._document(edit)
        return reach if edit.public else reach.unseen()

    def _statement(self, edit: Edit) -> Reach:
        claims: Reached = {}
        for state in states(edit):
            public = is_accepted(state)
            add(claims, state["claim"], public=public)
            add(self._stamped["documents"], state["document"], public=public)
            add(self._stamped["speakers"], state["speaker"], public=public)
        if public:
            self._stated["documents"].add(edit.after["document"])
            self._stated["speakers"].add(edit.after["speaker"])
            self._named["documents"].add(edit.after.get("via_document"))
            self._named["speakers"].update(map(edit.after.get, ("via_speaker", "on_behalf_of")))
        return Reach(claims)

    def _link(self, state: Row) -> Link:
        target = None
        if state.get("of") == "attribution":
            target = self._targets[state["target"]]
        public = stands(state) and rests(state, self._once_stated)
        return Link(state["claim"], state["answer"], public, target)

    def _speaker(self, edit: Edit) -> Reach:
        shown = self._is_shown(edit)
        add(self._stamped["speakers"], edit.id, public=shown)
        if shown:
            self._named["speakers"].add(edit.after.get("part_of"))
        if edit.action == "create":
            return NOTHING
        claims = self._stamp_statements("statements.speaker_id", edit.id)
        for column in ("via_speaker_id", "on_behalf_of_id"):
            add_all(claims, self._stamp_statements(column, edit.id))
        if any(claims.values()):
            self._stated["speakers"].add(edit.id)
        return Reach(claims, self._hanging("claim_about.speaker_id", edit.id))

    def _document(self, edit: Edit) -> Reach:
        """Let a change of a document, or of a sentence of it, reach whatever shows that."""
        id = edit.id if edit.noun == "documents" else edit.after["document"]
        add(self._stamped["documents"], id, public=self._is_shown(edit))
        if edit.noun == "documents" and edit.action == "create":
            return NOTHING
        claims = self._stamp_statements("document_id", id)
        add_all(claims, self._stamp_statements("via_document_id", id))
        if any(claims.values()):
            self._stated["documents"].add(id)
        return Reach(claims)

    def _stamp_statements(self, column: str, id: int) -> Reached:
        """Note the documents and speakers of the standing statements that name a row; return their claims."""
        claims: Reached = {}
        for claim, document, speaker, status in self._hung[column][id]:
            shown = status == "accepted"
            add(claims, claim, public=shown)
            add(self._stamped["documents"], document, public=shown)
            add(self._stamped["speakers"], speaker, public=shown)
        return claims

    def _hanging(self, column: str, id: int) -> Reached:
        return {hanging: True for (hanging,) in self._hung[column][id]}

    # -- what an edit did ------------------------------------------------------------------------

    def _claims(self, reaches: list[Reach], own: int | None, *, shown: bool) -> str | None:
        """Write which claims an edit reached, and note them; to the public it tells of them where its line is `shown`.

        What comes or goes with a row that the public sees is told with the line of that; of what was gone before,
        nothing is. The edit's `own` claim may go with it.
        """
        reached: Reached = {}
        for reach in reaches:
            self._spread(reach, reached)
        changed: list[int] = []
        gone: list[int] = []
        unseen: list[int] = []
        for id, public in sorted(reached.items()):
            was, seen = self._was_seen.get(id, False), self._seen.get(id, False)
            if id in self._fallen and not was and id != own:
                continue
            if shown:
                self._was_seen[id] = seen
            if seen and not was:
                self._appeared.add(id)
            told = shown and (was != seen or (seen and public))
            add(self._stamped["claims"], id, public=told)
            (unseen if not told else changed if seen else gone).append(id)
        if not (changed or gone or unseen):
            return None
        parts = {"changed": changed, "gone": gone, "unseen": unseen}
        # What is gone stands in no list: all of it is named here.
        kept: Row = {name: ids if name == "gone" else ids[:NAMED] for name, ids in parts.items() if ids}
        if more := {name: len(ids) for name, ids in parts.items() if len(ids) > len(kept.get(name, ()))}:
            kept["count"] = more
        return dumps(kept)

    def _spread(self, reach: Reach, reached: Reached) -> None:
        """Find all claims that show what an edit changed."""
        add_all(reached, reach.alone)
        further: Reached = {}
        for link in reach.links:
            shown = self._follow(link, reached)
            if link.target:
                self._reach_target(link, further, public=shown)
        for id, public in reach.spreading.items():
            add(reached, id, public=public)
            for link in self._links.get(id, ()):
                shown = self._follow(link, reached, public=public)
                if link.target and link.answer == id:
                    self._reach_target(link, further, public=shown)
        for id, public in further.items():
            for link in self._links.get(id, ()):
                self._follow(link, reached, public=public)

    def _follow(self, link: Link, reached: Reached, *, public: bool = True) -> bool:
        """Reach the claims at both ends of a counterclaim; tell whether the public is shown that."""
        shown = public and link.public and {link.claim, link.answer} <= self._once_seen
        add(reached, link.claim, public=shown)
        add(reached, link.answer, public=shown)
        return shown

    def _reach_target(self, link: Link, further: Reached, *, public: bool) -> None:
        """Reach whatever shows the statement whose attribution is answered: of that, the answer is shown."""
        add(further, link.claim, public=public)
        for noun, id in zip(("documents", "speakers"), link.target or (), strict=True):
            add(self._stamped[noun], id, public=public)

    def _of_the_row(self, edit: Edit, was_seen: bool) -> str | None:
        """Tell what an edit did to what the public sees of the row itself."""
        before, after = edit.before, edit.after
        match edit.noun:
            case "claims":
                was, seen = was_seen, self._seen.get(edit.id, False)
            case "statements":
                was, seen = bool(before and is_accepted(before)), is_accepted(after)
            case "counterclaims" | "reviews":
                was = bool(before and part_seen(before, self._once_stated, self._once_seen))
                seen = part_seen(after, self._statements, self._seen_now)
            case "topics":
                was, seen = bool(before and stands(before)), stands(after)
            case "speakers" | "documents":
                shown = (edit.noun, edit.id) not in self._hidden
                was, seen = bool(shown and before and stands(before)), shown and stands(after)
            case "sentences":
                was = seen = ("documents", after["document"]) not in self._hidden
            case _:
                was = seen = False
        return {(False, True): "appeared", (True, True): "changed", (True, False): "gone"}.get((was, seen))

    def _is_shown(self, edit: Edit) -> bool:
        return self._of_the_row(edit, was_seen=False) is not None
