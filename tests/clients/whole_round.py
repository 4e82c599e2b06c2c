"""Record, search, read an exchange, page, import and poll changes by the generated client, without a cast.

Arguments: the address of a server over an empty registry, and an admin key.
"""

import json
import sys
from io import BytesIO
from typing import TypeVar

from counterclaim_client import AuthenticatedClient
from counterclaim_client.api.changes import list_changes
from counterclaim_client.api.claims import get_claim, get_exchange, list_claims
from counterclaim_client.api.imports import import_lines
from counterclaim_client.api.statements import create_statement
from counterclaim_client.api.topics import list_topics
from counterclaim_client.models import (
    Action,
    ChangePage,
    Claim,
    ClaimByText,
    ClaimLine,
    ClaimPage,
    CounterclaimKind,
    CounterclaimLine,
    CounterToStatement,
    DocumentByUrl,
    Exchange,
    Form,
    ImportClaim,
    ImportCounterclaim,
    ImportLines,
    ImportTopic,
    ListClaimsSort,
    LocalClaim,
    NewDocument,
    NewStatement,
    NewTopic,
    Noun,
    Problem,
    Report,
    SpanByOffsets,
    SpanByWords,
    SpeakerByName,
    SpeakerKind,
    Statement,
    TopicPage,
)
from counterclaim_client.types import UNSET, File, Unset

Answer = TypeVar("Answer")

URL = "https://example.org/visit"
CHARGE = "Officials warned that the exports sustain the war, a charge Beijing denies."


def main(address: str, key: str) -> None:
    """Go the whole round."""
    client = AuthenticatedClient(base_url=address, token=key)

    charged = recorded(
        client,
        NewStatement(
            speaker=SpeakerByName(name="Officials", kind=SpeakerKind.GROUP),
            document=NewDocument(text=CHARGE, language="en", url=URL),
            cue=SpanByWords(text="warned"),
            content=[SpanByWords(text="the exports sustain the war")],
            form=Form.INDIRECT,
            said_on="2026-03",
            claim=ClaimByText(text="The exports sustain the war.", language="en"),
        ),
    )
    denied = recorded(
        client,
        NewStatement(
            speaker=SpeakerByName(name="Government of China", aliases=["Beijing"]),
            document=DocumentByUrl(url=URL),
            mention=SpanByWords(text="Beijing"),
            content=[SpanByWords(text="a charge Beijing denies")],
            form=charged.form,
            claim=ClaimByText(text="The exports do not sustain the war.", language="en"),
            counters=[CounterToStatement(target=charged.id, kind=CounterclaimKind.DENIES)],
        ),
    )
    assert charged.cue is not None
    assert (charged.cue.text, charged.said_on, charged.document.url) == ("warned", "2026-03", URL)
    assert denied.counters[0].claim.statements[0].speaker.kind is SpeakerKind.GROUP

    wrong = NewStatement(
        speaker=SpeakerByName(name="Officials"),
        document=DocumentByUrl(url=URL),
        content=[SpanByOffsets(start=30, end=999_999)],
        form=Form.DIRECT,
        claim=ClaimByText(text="The exports rose.", language="en"),
    )
    refused = given(Problem, create_statement.sync(client=client, body=wrong))
    assert (refused.status, refused.errors[0].pointer) == (409, "/content/0/end")

    found = given(ClaimPage, list_claims.sync(client=client, q="exports sustain", sort=ListClaimsSort.RELEVANCE))
    assert charged.claim.id in [claim.id for claim in found.items]
    brief = found.items[[item.id for item in found.items].index(charged.claim.id)]
    assert brief.disputed
    assert brief.answer_counts.denies == brief.counterclaim_count == 1
    assert brief.first_statement is not None
    assert brief.first_statement.speaker.name == "Officials"
    assert isinstance(brief.statements, Unset)
    claim = given(Claim, get_claim.sync(charged.claim.id, client=client))
    assert [one.kind for one in claim.counterclaims] == [CounterclaimKind.DENIES]
    assert [(one.claim.id, one.answer.id) for one in claim.counterclaims] == [(claim.id, denied.claim.id)]
    # What `fields` leaves out, the types of a client expect: such an answer is read as JSON.
    asked = client.get_httpx_client().get(f"/v1/claims/{claim.id}", params={"fields": "id,text"})
    assert asked.json() == {"id": claim.id, "text": claim.text}
    exchange = given(Exchange, get_exchange.sync(claim.id, client=client))
    told = [event.statement.speaker.name for event in exchange.events if event.statement is not None]
    assert told == ["Officials", "Government of China"]

    lines = [{"topic": {"slug": f"topic-{n}", "label": f"Topic {n}"}} for n in range(3)]
    file = File(BytesIO("".join(f"{json.dumps(line)}\n" for line in lines).encode()))
    report = given(Report, import_lines.sync(client=client, body=file))
    assert (report.new, report.refused, report.listed) == (3, 0, [])
    listed = ImportLines(
        lines=[
            ImportTopic(topic=NewTopic(slug="topic-0", label="Topic 0")),
            ImportClaim(claim=ClaimLine(id="c1", text="The exports fell.", language="en", topics=["topic-0"])),
            ImportCounterclaim(
                counterclaim=CounterclaimLine(
                    claim=LocalClaim(claim="c1"), answer=LocalClaim(claim="c2"), kind=CounterclaimKind.DENIES
                )
            ),
        ]
    )
    report = given(Report, import_lines.sync(client=client, body=listed))
    assert (report.known, report.noted, [line.line for line in report.listed]) == (1, 1, [3])

    read: list[int] = []
    cursor: str | Unset = UNSET
    while True:
        page = given(TopicPage, list_topics.sync(client=client, limit=2, cursor=cursor))
        read += [item.id for item in page.items]
        if page.next_ is None:
            break
        cursor = page.next_
    assert len(read) == len(set(read)) == 3

    changes = given(ChangePage, list_changes.sync(client=client, noun=[Noun.COUNTERCLAIMS]))
    assert [(line.action, line.noun) for line in changes.items] == [(Action.CREATE, Noun.COUNTERCLAIMS)]
    after = changes.items[0].after
    assert after is not None
    assert after["kind"] == "denies"


def recorded(client: AuthenticatedClient, body: NewStatement) -> Statement:
    """Record a statement."""
    return given(Statement, create_statement.sync(client=client, body=body))


def given(kind: type[Answer], answer: object) -> Answer:
    """Return an answer of this kind; raise TypeError for another, such as a refusal."""
    if not isinstance(answer, kind):
        raise TypeError(f"{kind.__name__} was expected, not {answer}")
    return answer


if __name__ == "__main__":
    main(*sys.argv[1:])
