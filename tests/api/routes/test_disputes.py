"""/v1/disputes over HTTP: who answers whom, how often and how fast."""

from typing import Any

from flask.testing import FlaskClient

from tests.api.steps import posted, refusal, retracted
from tests.factories import charge, denial, topic


def exchanged(writer: FlaskClient, said: str, answered: str, kind: str = "denies", **other: Any) -> int:
    """Record a charge said on one day and its answer on another; the id of the answer."""
    charged = posted(writer, "statements", charge(said_on=said, content=[{"text": f"{SPANS.pop()}"}], **other)).json
    counters = [{"target": charged["id"], "kind": kind}]
    body = denial(charged["id"], said_on=answered, content=[{"text": SPANS.pop()}], counters=counters)
    return int(posted(writer, "statements", body).json["id"])


SPANS: list[str] = []


def three(writer: FlaskClient) -> list[int]:
    """Three counterclaims of the same two, after 1, 2 and 9 days."""
    SPANS[:] = ["the war", "sustain", "the exports", "Beijing denies", "a charge", "denies"]
    days = (("2026-03-01", "2026-03-02", "denies"), ("2026-03-01", "2026-03-03", "disputes"))
    ids = [exchanged(writer, said, answered, kind) for said, answered, kind in days]
    return [*ids, exchanged(writer, "2026-03-01", "2026-03-10")]


def test_counts_the_counterclaims_of_a_pair_with_the_days_they_took(writer: FlaskClient, public: FlaskClient) -> None:
    three(writer)
    (pair,) = public.get("/v1/disputes").json["items"]
    assert (pair["by"]["name"], pair["against"]["name"]) == ("Government of China", "US officials")
    assert (pair["count"], pair["kinds"]) == (
        3,
        {"denies": 2, "disputes": 1, "qualifies": 0, "corrects": 0, "confirms": 0},
    )
    assert (pair["first_on"], pair["last_on"]) == ("2026-03-02", "2026-03-10")
    assert pair["days"] == {"known": 3, "least": 1, "median": 2, "most": 9}


def test_takes_the_mean_of_the_middle_two(writer: FlaskClient, public: FlaskClient) -> None:
    ids = three(writer)
    retracted(writer, f"/v1/statements/{ids[1]}")
    (pair,) = public.get("/v1/disputes").json["items"]
    assert (pair["count"], pair["days"]) == (2, {"known": 2, "least": 1, "median": 5, "most": 9})


def test_counts_from_the_day_of_print_where_nobody_says_when(writer: FlaskClient, public: FlaskClient) -> None:
    printed = {"url": "https://example.org/visit", "language": "en", "published_at": "2026-03-13T08:00:00Z"}
    body = charge(said_on=None)
    body["document"] |= printed
    charged = posted(writer, "statements", body).json
    posted(writer, "statements", denial(charged["id"], said_on="2026-03-20"))
    (pair,) = public.get("/v1/disputes").json["items"]
    assert (pair["days"]["known"], pair["days"]["median"]) == (1, 7)
    (counterclaim,) = public.get("/v1/counterclaims?include=days").json["items"]
    assert counterclaim["days"] == 7
    assert "days" not in public.get("/v1/counterclaims/1").json
    assert public.get("/v1/counterclaims/1?fields=days").json == {"days": 7}


def test_counts_no_days_from_or_to_a_month(writer: FlaskClient, public: FlaskClient) -> None:
    SPANS[:] = ["the war", "sustain", "the exports", "Beijing denies"]
    exchanged(writer, "2026-03", "2026-03-10")
    exchanged(writer, "2026-03-01", "2026")
    (pair,) = public.get("/v1/disputes").json["items"]
    assert (pair["first_on"], pair["last_on"], pair["days"]["known"]) == ("2026", "2026-03-10", 0)
    assert [item["days"] for item in public.get("/v1/counterclaims?include=days").json["items"]] == [None, None]
    (pair,) = public.get("/v1/disputes?said_from=2026-01-01&said_to=2026-03").json["items"]
    assert pair["count"] == 2
    assert public.get("/v1/disputes?said_from=2026-01-02&said_to=2026-02").json["items"] == []


def test_counts_the_days_to_the_evidence_where_the_same_words_were_said_before(
    writer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge(said_on="2026-03-01")).json
    before = posted(writer, "statements", denial(0, said_on="2026-01-01", counters=[])).json
    again = {"claim": {"id": before["claim"]["id"]}, "content": [{"text": "Beijing denies"}]}
    posted(writer, "statements", denial(charged["id"], said_on="2026-03-06", **again))
    (pair,) = public.get("/v1/disputes").json["items"]
    assert (pair["count"], pair["days"]["median"], pair["first_on"]) == (1, 5, "2026-03-06")


def test_narrows_what_it_counts(writer: FlaskClient, public: FlaskClient) -> None:
    three(writer)
    posted(writer, "topics", topic())
    china, officials = (
        public.get(f"/v1/speakers?name={name}").json["items"][0]["id"] for name in ("Beijing", "US officials")
    )

    def counted(query: str) -> list[int]:
        return [pair["count"] for pair in public.get(f"/v1/disputes?{query}").json["items"]]

    assert counted(f"by={china}") == counted(f"against={officials}") == [3]
    assert counted(f"by={officials}") == counted(f"against={china}") == []
    assert counted("kind=disputes") == [1]
    assert counted("said_from=2026-03-03") == [2]
    assert counted("said_from=2026-03-03&said_to=2026-03-09") == [1]
    assert counted("topic=drinking-water") == []
    assert refusal(public.get("/v1/disputes?said_from=2026-03-03&said_to=2026-03-02")) == (400, ["said_to"])


def test_pages_by_count(writer: FlaskClient, public: FlaskClient) -> None:
    three(writer)
    other = posted(writer, "statements", charge(claim={"text": "It is so.", "language": "en"})).json
    for name in ("Ann", "Bob"):
        answer = denial(
            other["id"], speaker={"name": name}, mention=None, claim={"text": f"{name}: no.", "language": "en"}
        )
        posted(writer, "statements", answer)
    walked, cursor = [], ""
    while cursor is not None:
        page = public.get(f"/v1/disputes?limit=1{cursor and f'&cursor={cursor}'}").json
        walked += [(pair["by"]["name"], pair["count"]) for pair in page["items"]]
        cursor = page["next"]
    assert walked == [("Government of China", 3), ("Ann", 1), ("Bob", 1)]


def test_bounds_the_day_of_the_answer_and_not_that_of_the_charge(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge(said_on="2026-03-01")).json
    claim = {"id": charged["claim"]["id"]}
    later = charge(said_on="2026-03-09", claim=claim, speaker={"name": "Ann"}, content=[{"text": "sustain"}])
    aimed_at = posted(writer, "statements", later).json
    said = posted(writer, "statements", denial(0, said_on="2026-03-05", counters=[])).json
    answer = {"id": said["claim"]["id"]}
    earliest = denial(0, said_on="2026-03-03", counters=[], claim=answer, content=[{"text": "Beijing denies"}])
    posted(writer, "statements", earliest)

    def counted(query: str) -> list[tuple[str, str]]:
        items = public.get(f"/v1/disputes?{query}").json["items"]
        return [(pair["against"]["name"], pair["first_on"]) for pair in items]

    counterclaim = {"claim": claim["id"], "answer": answer["id"], "kind": "denies"}
    at_all = posted(writer, "counterclaims", counterclaim).json
    assert counted("") == counted("said_to=2026-03-03") == [("US officials", "2026-03-03")]
    assert counted("said_from=2026-03-04") == []
    retracted(writer, f"/v1/counterclaims/{at_all['id']}")
    posted(writer, "counterclaims", counterclaim | {"target": aimed_at["id"]})
    assert counted("said_to=2026-03-03") == [("Ann", "2026-03-03")]
