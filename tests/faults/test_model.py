"""What the server says is what a model in memory says, whatever is done in whatever order."""

import itertools
import uuid
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
)

from tests.faults import audit
from tests.faults.client import Answer, Client
from tests.faults.server import Server

#: Texts that both databases and people tell apart.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Cn")), min_size=1, max_size=12
)

_runs = itertools.count(1)


class Row:
    """What the model knows of one topic, speaker or claim."""

    def __init__(self, noun: str, id: int, value: str, etag: str) -> None:
        self.noun, self.id, self.value, self.etag = noun, id, value, etag
        self.version = 1
        self.retracted = False
        self.into: Row | None = None
        #: ETags that were once good.
        self.old: list[str] = []

    @property
    def path(self) -> str:
        """Its address."""
        return f"/v1/{self.noun}/{self.id}"


MEMBER = {"topics": "label", "speakers": "description", "claims": "text"}


class Registry(RuleBasedStateMachine):
    """The server beside the model."""

    client: Client
    #: Told to all runs.
    steps = 0

    rows = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.run = f"{next(_runs)}-{uuid.uuid4().hex[:6]}"
        self.all: list[Row] = []
        self.tokens: dict[str, tuple[str, dict[str, Any], Answer]] = {}
        self.first_line = self._last_line()
        self.lines = 0
        #: A merge writes as many lines as it moves things: they are not counted then.
        self.merged = False

    def _last_line(self) -> int:
        last = 0
        while page := self.client.get(f"/v1/changes?limit=100&cursor={last}" if last else "/v1/changes?limit=100").json:
            if not page["items"]:
                return last
            last = page["items"][-1]["sequence"]
            if page["next"] is None:
                return last
        return last

    def _count(self) -> None:
        type(self).steps += 1

    def _body(self, noun: str, text: str) -> dict[str, Any]:
        name = f"{noun[:2]}-{self.run}-{len(self.all)}-{len(self.tokens)}"
        if noun == "topics":
            return {"slug": name, "label": text}
        if noun == "speakers":
            return {"name": name, "kind": "person", "description": text}
        return {"text": text, "language": "en"}

    @rule(target=rows, noun=st.sampled_from(sorted(MEMBER)), text=TEXTS)
    def create(self, noun: str, text: str) -> Row:
        """A new thing is version 1 and says what it was told."""
        self._count()
        answer = self.client.post(f"/v1/{noun}", self._body(noun, text))
        return self._made(noun, text, answer)

    def _made(self, noun: str, text: str, answer: Answer) -> Row:
        assert answer.status == 201, answer.text
        made = Row(noun, answer.json["id"], text, answer.headers["ETag"])
        assert answer.headers["Location"] == made.path
        assert (answer.json["version"], answer.json[MEMBER[noun]]) == (1, text)
        assert made.id not in [row.id for row in self.all if row.noun == noun], "an id was given twice"
        self.all.append(made)
        self.lines += 1
        return made

    @rule(target=rows, noun=st.sampled_from(sorted(MEMBER)), text=TEXTS)
    def create_with_a_key(self, noun: str, text: str) -> Row:
        """A create that may be retried."""
        self._count()
        token = f"{self.run}-{len(self.tokens)}"
        body = self._body(noun, text)
        answer = self.client.post(f"/v1/{noun}", body, Idempotency_Key=token)
        self.tokens[token] = (noun, body, answer)
        return self._made(noun, text, answer)

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """A retry gets the first answer, whatever became of the thing since, and makes nothing."""
        self._count()
        if self.tokens:
            token = data.draw(st.sampled_from(sorted(self.tokens)))
            noun, body, first = self.tokens[token]
            again = self.client.post(f"/v1/{noun}", body, Idempotency_Key=token)
            assert (again.status, again.data, again.headers["ETag"]) == (201, first.data, first.headers["ETag"])
            other = self.client.post(f"/v1/{noun}", self._body(noun, "other words"), Idempotency_Key=token)
            assert other.status == 422, other.text

    @rule(row=rows)
    def read(self, row: Row) -> None:
        """A thing stands, is gone, or is one with another."""
        self._count()
        answer = self.client.get(row.path)
        if row.into:
            assert (answer.status, answer.headers["Location"]) == (308, row.into.path), answer.text
        elif row.retracted:
            assert answer.status == 410, answer.text
        else:
            assert answer.status == 200, answer.text
            assert (answer.json["version"], answer.json[MEMBER[row.noun]]) == (row.version, row.value)
            assert answer.headers["ETag"] == row.etag
            assert self.client.get(row.path, If_None_Match=row.etag).status == 304
            for old in row.old[-2:]:
                assert self.client.get(row.path, If_None_Match=old).status == 200, "an old ETag counts as new"

    @rule(row=rows, text=TEXTS)
    def change(self, row: Row, text: str) -> None:
        """A change with the right ETag is done, and is the only thing that changes the version."""
        self._count()
        answer = self.client.patch(row.path, {MEMBER[row.noun]: text}, row.etag)
        if row.into:
            assert answer.status in (308, 412), answer.text
        elif row.retracted:
            assert answer.status in (410, 412), answer.text
        else:
            assert answer.status == 200, answer.text
            if answer.json["version"] != row.version:
                assert answer.json["version"] == row.version + 1
                self.lines += 1
            row.value, row.version = text, answer.json["version"]
            self._moved_on(row, answer)

    def _moved_on(self, row: Row, answer: Answer) -> None:
        if answer.headers["ETag"] != row.etag:
            row.old.append(row.etag)
            row.etag = answer.headers["ETag"]

    @rule(row=rows, text=TEXTS)
    def change_unread(self, row: Row, text: str) -> None:
        """A change without the present ETag changes nothing."""
        self._count()
        assert self.client.send("PATCH", row.path, {MEMBER[row.noun]: text}).status == 428
        for old in [etag for etag in row.old[-2:] if etag.split("-")[1] != row.etag.split("-")[1]]:
            assert self.client.patch(row.path, {MEMBER[row.noun]: text}, old).status in (412, 410, 308)

    @rule(row=rows)
    def retract(self, row: Row) -> None:
        """A thing that is taken back is gone, and cannot be taken back twice."""
        self._count()
        answer = self.client.delete(row.path, row.etag)
        if row.into:
            assert answer.status in (308, 412), answer.text
        elif row.retracted:
            assert answer.status in (410, 412), answer.text
        elif answer.status != 409:
            assert answer.status == 204, answer.text
            row.retracted = True
            self.lines += 1

    @rule(one=rows, other=rows)
    def merge(self, one: Row, other: Row) -> None:
        """Two claims or speakers become one; the address of the first leads to the second."""
        self._count()
        if one.noun != other.noun or one.noun == "topics":
            return
        answer = self.client.post(f"{one.path}/merge", {"into": other.id})
        other = other.into or other  # who names a merged one means its survivor
        if one is other or one.into or one.retracted or other.retracted:
            assert answer.status in (308, 409, 410, 422), answer.text
            return
        assert answer.status == 200, answer.text
        one.into = other
        assert answer.json["id"] == other.id
        self._look_again(other, answer)
        for row in self.all:  # what led to the first now leads on
            if row.into is one:
                row.into = other
        self.merged = True

    def _look_again(self, row: Row, answer: Answer) -> None:
        assert answer.json["version"] >= row.version
        row.version, row.value = answer.json["version"], answer.json[MEMBER[row.noun]]
        self._moved_on(row, answer)

    @rule(row=rows)
    def unmerge(self, row: Row) -> None:
        """A merge can be undone, the last one first."""
        self._count()
        if row.noun == "topics":
            return
        answer = self.client.post(f"{row.path}/unmerge")
        if not row.into:
            assert answer.status in (409, 404, 410), answer.text
        elif answer.status == 200:
            survivors = [other for other in self.all if other.noun == row.noun]
            row.into = None
            self._look_again(row, answer)
            for other in survivors:
                self._settle(other)
        else:
            assert answer.status == 409, answer.text

    def _settle(self, row: Row) -> None:
        """After an unmerge the survivors have new versions, and chains may end elsewhere: follow the server."""
        answer = self.client.get(row.path)
        if answer.status == 200:
            assert not row.retracted
            assert row.into is None, f"{row.path} stands again, though nobody unmerged it"
            self._look_again(row, answer)
        elif answer.status == 308:
            assert row.into is not None, f"{row.path} leads elsewhere, though nobody merged it"
            row.into = next(o for o in self.all if o.path == answer.headers["Location"])

    @invariant()
    def lists_show_what_stands(self) -> None:
        """A list by id shows each claim that stands, once, the newest first, with what it says."""
        if len(self.all) % 3:
            return
        claims = [row for row in self.all if row.noun == "claims"]
        if claims:
            ids = ",".join(str(row.id) for row in claims[-100:])
            page = self.client.get(f"/v1/claims?ids={ids}&sort=-id&limit=100&total=true&fields=id,text,version").json
            standing = [row for row in reversed(claims[-100:]) if not row.retracted and not row.into]
            assert [(i["id"], i["text"], i["version"]) for i in page["items"]] == [
                (row.id, row.value, row.version) for row in standing
            ]
            assert page["total"] == len(standing)

    def teardown(self) -> None:
        """The log has a line for each change: no more and no fewer."""
        if not self.merged:
            seen, cursor = 0, self.first_line
            while True:
                page = self.client.get(
                    f"/v1/changes?limit=100&cursor={cursor}" if cursor else "/v1/changes?limit=100"
                ).json
                seen += len(page["items"])
                cursor = page["next"]
                if cursor is None:
                    break
            assert seen == self.lines, f"{seen} lines for {self.lines} changes"


def test_the_server_does_what_a_model_in_memory_does(
    url: str,
    served: Callable[..., Server],
    key: Callable[..., str],
    scale: Callable[[int, int], int],
    play: Callable[..., None],
    tell: Callable[[str], None],
) -> None:
    server = served()
    Registry.client = server.client(key("admin"))
    Registry.steps = 0
    play(Registry, examples=scale(8, 120), steps=scale(25, 50))
    tell(f"{Registry.steps} steps, the server and the model agree after each")
    server.kill()
    audit.whole(url)
