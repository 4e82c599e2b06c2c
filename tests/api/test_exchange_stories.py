"""Situations that a fact-checker meets, told over HTTP: what was answered, by whom, for whom, and when."""

from typing import Any

from flask.testing import FlaskClient

from tests.api.steps import changed, posted, refusal, retracted


def said(
    writer: FlaskClient, who: Any, words: str, *, claim: Any, on: str | None = None, press: str = "Courier", **more: Any
) -> dict[str, Any]:
    """Record that `who` said `words`, which an article of their own prints, published on the day they were said."""
    speaker = {"name": who} if isinstance(who, str) else who
    name = speaker.get("name", "They")
    printed = {"text": f"{name} spoke in {on or 'no year'}. {name} said: {words}", "language": "en", "publisher": press}
    published = {"published_at": f"{on}T09:00:00Z"} if on else {}
    body = {
        "speaker": speaker,
        "document": printed | published | {"url": f"https://{press.lower()}.example.org/{abs(hash((who, words, on)))}"},
        "content": [{"text": words}],
        "form": "indirect",
        "claim": claim if isinstance(claim, dict) else {"text": claim, "language": "en"},
    }
    statement: dict[str, Any] = posted(writer, "statements", body | more).json
    return statement


def answers(client: FlaskClient, claim: int) -> list[tuple[str, str]]:
    """The kind and the words of each answer to a claim."""
    shown = client.get(f"/v1/claims/{claim}").json["counterclaims"]
    return [(one["kind"], one["claim"]["text"]) for one in shown]


def pairs(client: FlaskClient, **query: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Who answers whom, as /v1/disputes tells it."""
    items = client.get("/v1/disputes", query_string=query).json["items"]
    return {(item["by"]["name"], item["against"]["name"]): item for item in items}


def test_a_misquote_is_answered_by_the_misquoted_alone(writer: FlaskClient, public: FlaskClient) -> None:
    """Who really said a thing does not inherit another's "I never said that", and stays in sight."""
    real = said(writer, "Anton Weil", "the dam is safe.", claim="The dam is safe.", on="2026-03-02")
    same = {"id": real["claim"]["id"]}
    wrong = said(writer, "Berta Kahl", "the dam holds.", claim=same, on="2026-03-03")
    never = said(
        writer,
        "Berta Kahl",
        "she never said so.",
        claim="Berta Kahl did not say that the dam is safe.",
        on="2026-03-05",
        press="Herald",
        counters=[{"statement": wrong["id"], "kind": "denies", "of": "attribution"}],
    )
    of_real, of_wrong = (public.get(f"/v1/statements/{one['id']}").json for one in (real, wrong))
    assert (of_real["attribution_disputed"], of_real["attribution_answers"]) == (False, [])
    assert of_wrong["attribution_disputed"]
    (answer,) = of_wrong["attribution_answers"]
    assert (answer["speaker"]["name"], answer["answer"]["id"], answer["statement_id"]) == (
        "Berta Kahl",
        never["claim"]["id"],
        never["id"],
    )
    claim = public.get(f"/v1/claims/{same['id']}?include=answered").json
    assert (claim["answered"], claim["counterclaims"], claim["statement_count"]) == (False, [], 2)
    assert [one["attribution_disputed"] for one in claim["statements"]] == [False, True]
    assert public.get("/v1/claims?disputed=true").json["items"] == []
    found = public.get("/v1/statements?attribution_disputed=true&fields=id").json["items"]
    assert found == [{"id": wrong["id"]}]
    assert wrong["id"] not in [
        one["id"] for one in public.get("/v1/statements?attribution_disputed=false").json["items"]
    ]
    assert pairs(public) == {}, "nobody disputes what was claimed"


def test_an_outlets_correction_counts_against_nobody(writer: FlaskClient, public: FlaskClient) -> None:
    """Whoever printed it corrects the attribution; what others say of it does not."""
    wrong = said(writer, "Carla Thun", "the bridge will close.", claim="The bridge will close.", on="2026-04-01")

    def correct(press: str) -> None:
        said(
            writer,
            f"Desk of the {press}",
            "the words were misattributed.",
            claim=f"The {press} says that Carla Thun did not say that the bridge will close.",
            on="2026-04-02",
            press=press,
            counters=[{"statement": wrong["id"], "kind": "corrects", "of": "attribution"}],
        )

    def shown() -> Any:
        return public.get(f"/v1/statements/{wrong['id']}").json

    correct("Herald")
    assert (shown()["attribution_disputed"], len(shown()["attribution_answers"])) == (False, 1)
    correct("Courier")
    assert (shown()["attribution_disputed"], len(shown()["attribution_answers"])) == (True, 2)
    assert answers(public, wrong["claim"]["id"]) == []
    assert pairs(public) == {}
    items = public.get("/v1/counterclaims?of=attribution").json["items"]
    assert {(one["kind"], one["target_id"]) for one in items} == {("corrects", wrong["id"])}
    assert public.get("/v1/counterclaims?of=claim").json["items"] == []
    # With the statement, its answers go: nothing is left that they answer.
    retracted(writer, f"/v1/statements/{wrong['id']}", "Recorded twice.")
    assert public.get("/v1/counterclaims").json["items"] == []


def test_what_was_said_first_is_what_was_said_on_the_earliest_day(writer: FlaskClient, public: FlaskClient) -> None:
    """An earlier statement that is entered last is the first, and the answer took 42 days, not 11."""
    late = said(writer, "Dora Veit", "the fund is empty.", claim="The fund is empty.", on="2026-02-11")
    claim = late["claim"]["id"]
    said(
        writer,
        "Emil Rask",
        "the fund is full.",
        claim="The fund is full.",
        on="2026-02-22",
        counters=[{"claim": claim, "kind": "denies"}],
    )
    early = said(writer, "Frida Holm", "nothing is left in it.", claim={"id": claim}, on="2026-01-11")
    after = said(writer, "Gustav Berg", "it has run dry.", claim={"id": claim}, on="2026-03-30")
    first = public.get(f"/v1/claims/{claim}?include=first_statement").json["first_statement"]
    assert first["id"] == early["id"]
    (counterclaim,) = public.get("/v1/counterclaims?include=days").json["items"]
    assert counterclaim["days"] == 42
    disputes = pairs(public)
    assert disputes.keys() == {("Emil Rask", "Dora Veit"), ("Emil Rask", "Frida Holm")}
    assert {pair["days"]["median"] for pair in disputes.values()} == {42}
    # Aimed at one statement, it answers that alone.
    changed(writer, f"/v1/counterclaims/{counterclaim['id']}", {"target": late["id"]})
    (counterclaim,) = public.get("/v1/counterclaims?include=days").json["items"]
    assert (counterclaim["days"], counterclaim["target_id"]) == (11, late["id"])
    assert pairs(public).keys() == {("Emil Rask", "Dora Veit")}
    # Where the day on which it was said is corrected, so is which came first.
    changed(writer, f"/v1/statements/{after['id']}", {"said_on": "2026-01-02"})
    first = public.get(f"/v1/claims/{claim}?include=first_statement").json["first_statement"]
    assert first["id"] == after["id"]


def test_a_denial_of_before_does_not_dispute_an_admission(writer: FlaskClient, public: FlaskClient) -> None:
    """The admission is an act of its own: what was denied in February is not denied of it."""
    charge = said(writer, "Hanna Lie", "the mayor took money.", claim="The mayor took money.", on="2026-01-10")
    claim = charge["claim"]["id"]
    said(
        writer,
        "Ivo Mair",
        "he took none.",
        claim="The mayor took no money.",
        on="2026-02-01",
        counters=[{"claim": claim, "kind": "denies"}],
    )
    admission = said(writer, "Ivo Mair", "he did take it.", claim={"id": claim}, on="2026-03-01")
    of_charge, of_admission = (public.get(f"/v1/statements/{one['id']}").json for one in (charge, admission))
    assert [one["kind"] for one in of_charge["counterclaims"]] == ["denies"]
    assert of_admission["counterclaims"] == []
    for query in ("disputed=true", "answered=true", "counter_kind=denies"):
        listed = public.get(f"/v1/statements?claim={claim}&{query}").json["items"]
        assert [one["id"] for one in listed] == [charge["id"]], query
    denier = of_admission["speaker"]["id"]
    listed = public.get(f"/v1/statements?claim={claim}&answered_by={denier}").json["items"]
    assert [one["id"] for one in listed] == [charge["id"]]
    assert pairs(public).keys() == {("Ivo Mair", "Hanna Lie")}


def test_who_answered_whom_and_when_is_asked_of_the_answer(writer: FlaskClient, public: FlaskClient) -> None:
    """A question for denials of this year finds none of last year, whoever repeated the charge since."""
    charge = said(writer, "Jana Kolb", "the road is done.", claim="The road is done.", on="2025-05-01")
    claim = charge["claim"]["id"]
    denial = said(
        writer,
        "Karl Ohm",
        "the road is not done.",
        claim="The road is not done.",
        on="2025-06-01",
        counters=[{"statement": charge["id"], "kind": "denies"}],
    )
    said(writer, "Jana Kolb", "the road has been done.", claim={"id": claim}, on="2026-05-01")
    charger, denier = charge["speaker"]["id"], denial["speaker"]["id"]

    def found(**query: Any) -> list[str]:
        items = public.get("/v1/counterclaims", query_string=query).json["items"]
        lines = public.get("/v1/exports/counterclaims", query_string=query).data.splitlines()
        assert len(lines) == len(items)
        return [item["kind"] for item in items]

    assert found(speaker=charger, kind="denies", said_from="2026-01-01") == []
    assert found(speaker=charger, kind="denies", said_to="2025-12-31") == ["denies"]
    assert found(by=denier, against=charger) == ["denies"]
    assert found(by=charger) == []
    assert found(against=denier) == []
    assert found(by=denier, said_before="2025-06-01") == []


def test_a_target_states_the_claim_that_is_answered(writer: FlaskClient) -> None:
    charge = said(writer, "Lena Moor", "it rains.", claim="It rains.", on="2026-01-01")
    other = said(writer, "Lena Moor", "it snows.", claim="It snows.", on="2026-01-02")
    body = {"claim": charge["claim"]["id"], "answer": other["claim"]["id"], "kind": "disputes"}
    wrong = writer.post("/v1/counterclaims", json=body | {"target": other["id"]})
    assert refusal(wrong) == (409, ["/target"])
    assert refusal(writer.post("/v1/counterclaims", json=body | {"of": "attribution"})) == (409, ["/target"])
    aimed = posted(writer, "counterclaims", body | {"target": charge["id"]})
    assert (aimed.json["target_id"], aimed.json["of"]) == (charge["id"], "claim")
    twice = body | {"target": charge["id"], "of": "attribution"}
    attribution = posted(writer, "counterclaims", twice).json
    again = writer.post("/v1/counterclaims", json=twice)
    assert (refusal(again), again.json["known"]) == ((409, ["/kind"]), attribution["id"])


def test_what_answers_an_attribution_waits_for_review_with_the_statement(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    candidate = said(writer, "Mia Noll", "it burns.", claim="It burns.", on="2026-01-01", status="candidate")
    never = said(writer, "Mia Noll", "she did not say it.", claim="Mia Noll did not say that it burns.")
    body = {"claim": candidate["claim"]["id"], "answer": never["claim"]["id"], "kind": "denies", "of": "attribution"}
    made = posted(reviewer, "counterclaims", body | {"target": candidate["id"]}).json
    assert public.get(f"/v1/counterclaims/{made['id']}").status_code == 404
    assert public.get(f"/v1/statements/{never['id']}").json["counters"] == []
    changed(reviewer, f"/v1/statements/{candidate['id']}", {"status": "accepted"})
    assert public.get(f"/v1/counterclaims/{made['id']}").json["target_id"] == candidate["id"]
    assert public.get(f"/v1/statements/{candidate['id']}").json["attribution_disputed"]
