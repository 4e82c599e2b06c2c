"""Charges over HTTP: in which claims somebody is accused, and whether they have answered."""

from typing import Any

from flask.testing import FlaskClient

from tests.api.steps import changed, posted
from tests.factories import charge, denial, speaker


def accused(writer: FlaskClient) -> int:
    """Two charges about China, one of which a ministry of it denies; the id of China."""
    posted(writer, "speakers", speaker(name="Government of China", aliases=["Beijing"]))
    ministry = posted(writer, "speakers", speaker(name="Foreign Ministry", part_of=1)).json["id"]
    about = {"language": "en", "about": [{"name": "Beijing", "role": "accused"}]}
    charged = posted(writer, "statements", charge(claim=about | {"text": "Its exports sustain the war."})).json
    posted(writer, "statements", charge(content=[{"text": "the exports"}], claim=about | {"text": "It knows."}))
    posted(writer, "statements", denial(charged["id"], speaker={"id": ministry}))
    return 1


def test_lists_the_charges_against_a_speaker_that_it_has_not_answered(writer: FlaskClient, public: FlaskClient) -> None:
    china = accused(writer)

    def charges(query: str) -> list[str]:
        return [item["text"] for item in public.get(f"/v1/speakers/{china}/charges?{query}").json["items"]]

    assert charges("") == ["It knows.", "Its exports sustain the war."]
    assert charges("answered=false") == ["It knows."]
    assert charges("answered=true") == ["Its exports sustain the war."]
    assert charges("answered=false&form=direct") == []
    assert public.get(f"/v1/speakers/{china}/charges?total=true&limit=1").json["total"] == 2


def test_who_replies_to_a_claim_that_accuses_nobody_makes_it_no_charge(
    writer: FlaskClient, public: FlaskClient
) -> None:
    about = {"language": "en", "about": [{"name": "Beijing"}], "text": "Its police chief is the best."}
    charged = posted(writer, "statements", charge(claim=about)).json
    assert [who["role"] for who in charged["claim"]["about"]] == ["mentioned"]
    denied = posted(writer, "statements", denial(charged["id"], speaker={"name": "Beijing"})).json
    china = denied["speaker"]["id"]

    def charges() -> list[list[int]]:
        paths = (f"/v1/speakers/{china}/charges", "/v1/charges")
        return [[item["id"] for item in public.get(path).json["items"]] for path in paths]

    assert charges() == [[], []]
    id = charged["claim"]["id"]
    changed(writer, f"/v1/claims/{id}", {"about": [{"id": china, "role": "accused"}]})
    assert charges() == [[id], [id]]


def test_a_charge_that_is_admitted_stays_a_charge_and_is_answered(writer: FlaskClient, public: FlaskClient) -> None:
    china = accused(writer)
    (charged,) = public.get(f"/v1/speakers/{china}/charges?answered=false").json["items"]
    own = charge(speaker={"id": china}, mention=None, content=[{"text": "the war"}], claim={"id": charged["id"]})
    posted(writer, "statements", own)
    for path in (f"speakers/{china}/charges", "charges"):
        assert len(public.get(f"/v1/{path}").json["items"]) == 2
        assert public.get(f"/v1/{path}?answered=false").json["items"] == []
        assert charged["id"] in [item["id"] for item in public.get(f"/v1/{path}?answered=true").json["items"]]


def test_lists_the_charges_against_anybody_that_none_of_the_accused_has_answered(
    writer: FlaskClient, public: FlaskClient
) -> None:
    accused(writer)
    body = {"name": "Ann", "kind": "person", "part_of": 1}
    ann = posted(writer, "speakers", body).json["id"]
    about = [{"name": "Foreign Ministry", "role": "accused"}, {"id": ann, "role": "accused"}]
    claim = {"text": "They lied.", "language": "en", "about": about}
    body = charge(said_on="2026-04-01", content=[{"text": "a charge"}], claim=claim)
    charged = posted(writer, "statements", body).json

    def charges(query: str) -> list[str]:
        return [item["text"] for item in public.get(f"/v1/charges?{query}").json["items"]]

    knows, lied, war = "It knows.", "They lied.", "Its exports sustain the war."
    assert charges("") == [lied, knows, war]
    assert (charges("answered=false"), charges("answered=true")) == ([lied, knows], [war])
    assert charges("answered=false&said_from=2026-04-01") == [lied]
    assert (charges("accused=1"), charges(f"accused={ann}")) == ([lied, knows, war], [lied])
    # A person is accused for herself: her answer is no answer of her government, but one of the two has answered.
    elsewhere = {"document": {"text": "She denied it.", "language": "en"}, "sentence": None, "mention": None}
    said = denial(charged["id"], speaker={"id": ann}, cue=None, content=[{"text": "denied it"}], **elsewhere)
    statement = posted(writer, "statements", said | {"on_behalf_of": None}).json["id"]
    assert charges("answered=false") == [knows]
    assert [item["text"] for item in public.get("/v1/speakers/1/charges?answered=false").json["items"]] == [lied, knows]
    changed(writer, f"/v1/statements/{statement}", {"on_behalf_of": {"name": "Foreign Ministry"}})
    assert [item["text"] for item in public.get("/v1/speakers/1/charges?answered=false").json["items"]] == [knows]
    changed(writer, f"/v1/statements/{statement}", {"speaker": {"name": "Her lawyer"}})
    assert charges("answered=false") == [knows]
    changed(writer, f"/v1/statements/{statement}", {"on_behalf_of": None})
    assert charges("answered=false") == [lied, knows]


def test_counts_a_charge_as_answered_by_whoever_states_the_answer_whoever_stated_it_first(
    writer: FlaskClient, public: FlaskClient
) -> None:
    about = {"text": "Ann knew.", "language": "en", "about": [{"name": "Ann", "kind": "person", "role": "accused"}]}
    charged = posted(writer, "statements", charge(said_on="2026-03-01", claim=about)).json
    ann = charged["claim"]["about"][0]["id"]
    lawyer = denial(charged["id"], speaker={"name": "Her lawyer"}, mention=None, said_on="2026-03-02")
    answer = posted(writer, "statements", lawyer).json

    def told() -> list[Any]:
        paths = (
            f"/v1/speakers/{ann}/charges?answered=true",
            f"/v1/speakers/{ann}/charges?answered=false",
            f"/v1/claims?about={ann}&answered_by={ann}",
        )
        ids = [[item["id"] for item in public.get(path).json["items"]] for path in paths]
        return [*ids, [(pair["count"], pair["days"]) for pair in public.get(f"/v1/disputes?by={ann}").json["items"]]]

    charge_id = charged["claim"]["id"]
    assert told() == [[], [charge_id], [], []]
    own = denial(0, speaker={"id": ann}, mention=None, claim={"id": answer["claim"]["id"]}) | {"counters": []}
    posted(writer, "statements", own | {"said_on": "2026-03-08"})
    after_a_week = {"known": 1, "least": 7, "median": 7, "most": 7}
    assert told() == [[charge_id], [], [charge_id], [(1, after_a_week)]]
    later = {"content": [{"text": "Beijing denies"}], "counters": [{"claim": charge_id, "kind": "denies"}]}
    posted(writer, "statements", own | later | {"said_on": "2026-03-28"})
    assert told() == [[charge_id], [], [charge_id], [(1, after_a_week)]]
    # The lawyer's day is their own still, and each of the two has answered once.
    pairs = public.get("/v1/disputes").json["items"]
    assert [(pair["by"]["name"], pair["days"]["median"]) for pair in pairs] == [("Ann", 7), ("Her lawyer", 1)]


def test_counts_no_answer_of_a_speaker_that_waits_for_review(writer: FlaskClient, public: FlaskClient) -> None:
    about = {"text": "Ann knew.", "language": "en", "about": [{"name": "Ann", "kind": "person", "role": "accused"}]}
    charged = posted(writer, "statements", charge(claim=about)).json
    ann = charged["claim"]["about"][0]["id"]
    answer = posted(writer, "statements", denial(charged["id"])).json
    theirs = {"speaker": {"id": ann}, "mention": None, "claim": {"id": answer["claim"]["id"]}}
    posted(writer, "statements", denial(charged["id"], status="candidate", **theirs))
    assert public.get(f"/v1/speakers/{ann}/charges?answered=true").json["items"] == []
    assert public.get(f"/v1/disputes?by={ann}").json["items"] == []
