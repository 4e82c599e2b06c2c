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
        "document": printed
        | published
        | {"url": f"https://{press.lower()}.example.org/{abs(hash((name, words, on)))}"},
        "content": [{"text": words}],
        "form": "indirect",
        "claim": claim if isinstance(claim, dict) else {"text": claim, "language": "en"},
    }
    body |= {} if "speakers" in more else {"speaker": speaker}
    statement: dict[str, Any] = posted(writer, "statements", body | more).json
    return statement


def answers(client: FlaskClient, claim: int) -> list[tuple[str, str]]:
    """The kind and the words of each answer to a claim."""
    shown = client.get(f"/v1/claims/{claim}").json["counterclaims"]
    return [(one["kind"], one["answer"]["text"]) for one in shown]


def pairs(client: FlaskClient, **query: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Who answers whom, as /v1/disputes tells it."""
    items = client.get("/v1/disputes", query_string=query).json["items"]
    return {(item["by"]["name"], item["against"]["name"]): item for item in items}


def ids(client: FlaskClient, path: str, **query: Any) -> list[int]:
    """The ids of a list's items."""
    return [item["id"] for item in client.get(f"/v1/{path}", query_string=query).json["items"]]


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
        counters=[{"target": wrong["id"], "kind": "denies", "of": "attribution"}],
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

    def correct(press: str, who: str | None = None) -> None:
        said(
            writer,
            {"name": who or press, "kind": "person" if who else "organization"},
            "the words were misattributed.",
            claim=f"{who or press} says that Carla Thun did not say that the bridge will close.",
            on="2026-04-02",
            press=press,
            counters=[{"target": wrong["id"], "kind": "corrects", "of": "attribution"}],
        )

    def shown() -> Any:
        return public.get(f"/v1/statements/{wrong['id']}").json

    correct("Herald")
    correct("Courier", who="Nell Ott")
    assert (shown()["attribution_disputed"], len(shown()["attribution_answers"])) == (False, 2), "others say so"
    correct("Courier")
    assert (shown()["attribution_disputed"], len(shown()["attribution_answers"])) == (True, 3)
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
        counters=[{"target": charge["id"], "kind": "denies"}],
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


def test_an_admission_answers_the_charge_that_it_confirms(writer: FlaskClient, public: FlaskClient) -> None:
    """What is he charged with, and has he answered? What he admitted was no charge any more, or denied by himself."""
    about = [{"name": "Ivo Mair", "kind": "person", "role": "accused"}]
    claim = {"text": "The mayor took money.", "language": "en", "about": about}
    charge = said(writer, "Hanna Lie", "the mayor took money.", claim=claim, on="2026-01-10")
    charged, mayor = charge["claim"]["id"], charge["claim"]["about"][0]["id"]
    lists = ("charges", f"speakers/{mayor}/charges")
    assert [ids(public, path, answered="false") for path in lists] == [[charged], [charged]]

    def answer(words: str, text: str, on: str, kind: str) -> dict[str, Any]:
        counters = [{"target": charge["id"], "kind": kind}]
        return said(writer, "Ivo Mair", words, claim=text, on=on, counters=counters)

    admission = answer("he took it.", "The mayor admits that he took money.", "2026-03-01", "confirms")
    assert [ids(public, path, answered="true") for path in lists] == [[charged], [charged]]
    assert (ids(public, "claims", answered="true"), ids(public, "claims", disputed="true")) == ([charged], [])
    answer("he took none.", "The mayor took no money.", "2026-02-01", "denies")
    assert [ids(public, path) for path in lists] == [[charged], [charged]]
    assert [ids(public, path, answered="false") for path in lists] == [[], []]
    assert sorted(kind for kind, _ in answers(public, charged)) == ["confirms", "denies"]
    # The denial disputes the charge, and not what was admitted a month later.
    assert ids(public, "claims", disputed="true") == [charged]
    assert public.get(f"/v1/statements/{admission['id']}").json["counterclaims"] == []
    events = public.get(f"/v1/claims/{charged}/exchange").json["events"]
    kinds = [[one["kind"] for one in event["counterclaims"]] for event in events]
    assert kinds == [[], ["denies"], ["confirms"]]


def test_a_joint_statement_is_said_by_each(writer: FlaskClient, public: FlaskClient) -> None:
    """Has Estmark said it, and whom does the answer contradict? Only one of the two had, and it alone."""
    both = [{"name": name, "kind": "government"} for name in ("Estmark", "Westmark")]
    joint = said(writer, "They", "the border is open.", claim="The border is open.", on="2026-05-02", speakers=both)
    (other,) = joint["joint_ids"]
    assert public.get(f"/v1/statements/{other}").json["joint_ids"] == [joint["id"]]
    for id in (joint["id"], other):
        by = public.get(f"/v1/statements/{id}").json["speaker"]["id"]
        assert ids(public, f"speakers/{by}/positions") == [id]
    counters = [{"target": joint["id"], "kind": "denies"}]
    said(writer, "Lorry Union", "it is shut.", claim="The border is shut.", on="2026-05-03", counters=counters)
    assert answers(public, joint["claim"]["id"]) == [("denies", "The border is shut.")]
    said(
        writer,
        "Rail Union",
        "no train passes.",
        claim="No train passes.",
        on="2026-05-04",
        counters=[{"claim": joint["claim"]["id"], "kind": "disputes"}],
    )
    assert pairs(public).keys() == {("Lorry Union", "Estmark"), ("Rail Union", "Estmark"), ("Rail Union", "Westmark")}


def test_what_a_spokesman_denied_for_a_ministry_stays_its_denial(writer: FlaskClient, public: FlaskClient) -> None:
    """Has the ministry answered the leaked memo? It had not, once its spokesman worked for the builder."""
    ministry, builder = (
        posted(writer, "speakers", {"name": name, "kind": "organization"}).json["id"]
        for name in ("Harbour Ministry", "Quay Builders")
    )
    aas = posted(writer, "speakers", {"name": "Tom Aas", "kind": "person", "part_of": ministry}).json["id"]
    memo = {"name": "Harbour memo of May 2025", "kind": "document"}
    claim = {
        "text": "The ministry knew of the cracks.",
        "language": "en",
        "about": [{"id": ministry, "role": "accused"}],
    }
    leaked = said(writer, memo, "the cracks are known to us.", claim=claim, on="2026-02-01")
    known = leaked["claim"]["id"]
    counters = [{"target": leaked["id"], "kind": "denies"}]
    denial = said(
        writer, {"id": aas}, "nobody knew.", claim="The ministry did not know.", on="2026-02-03", counters=counters
    )
    changed(writer, f"/v1/speakers/{aas}", {"part_of": builder})
    assert public.get(f"/v1/statements/{denial['id']}").json["on_behalf_of"]["id"] == ministry
    for path, filter in (("counterclaims", "by"), ("claims", "answered_by")):
        assert len(ids(public, path, **{filter: ministry})) == 1, path
        assert ids(public, path, **{filter: builder}) == [], path
    assert ids(public, f"speakers/{ministry}/charges", answered="true") == [known]
    assert ids(public, "statements", part_of=builder) == []
    assert ids(public, "statements", speaker_kind="document") == [leaked["id"]]
    # Whether the memo is genuine is another question.
    forged = counters[0] | {"of": "attribution"}
    said(writer, {"id": ministry}, "it is forged.", claim="The memo is forged.", on="2026-02-04", counters=[forged])
    assert len(public.get(f"/v1/statements/{leaked['id']}").json["attribution_answers"]) == 1
    assert answers(public, known) == [("denies", "The ministry did not know.")]


def test_what_is_printed_in_two_languages_was_said_once(writer: FlaskClient, public: FlaskClient) -> None:
    """How often did she say it? As often as it was printed."""
    first = said(writer, "Ana Ruiz", "el pozo está seco.", claim="The well is dry.", on="2026-06-01", press="Valle")
    claim, ana = {"id": first["claim"]["id"]}, first["speaker"]["id"]
    translated = said(writer, "Ana Ruiz", "the well is dry.", claim=claim, on="2026-06-02", original=first["id"])
    counters = [{"claim": claim["id"], "kind": "denies"}]
    said(writer, "Well Board", "it is not.", claim="The well is not dry.", on="2026-06-03", counters=counters)
    whole = public.get(f"/v1/claims/{claim['id']}").json
    assert (whole["statement_count"], len(whole["statements"])) == (1, 2)
    assert ids(public, f"speakers/{ana}/positions") == [first["id"]]
    assert ids(public, f"speakers/{ana}/positions", prints="true") == [first["id"], translated["id"]]
    assert ids(public, "statements", original=first["id"]) == [translated["id"]]
    assert public.get(f"/v1/speakers/{ana}").json["statement_count"] == 1
    assert pairs(public)["Well Board", "Ana Ruiz"]["count"] == 1


def test_a_no_in_an_interview_is_found_by_what_was_asked(writer: FlaskClient, public: FlaskClient) -> None:
    """Did she know of the leak? Whoever searched found the question, or a lone "No."."""
    charge = said(writer, "Per Lind", "the chair knew.", claim="The chair knew of the leak.", on="2026-07-01")
    text = "“Did you know of the leak?” “No.” “Will you resign?” “Yes.”"
    talk = {"text": text, "language": "en", "kind": "broadcast", "url": "https://radio.example.org/talk"}

    def answered(word: str, claim: str, at: float, **more: Any) -> int:
        more |= {"document": talk, "form": "direct", "at": at, "said_on": "2026-07-02"}
        return int(said(writer, "Ida Brun", word, claim=claim, **more)["id"])

    yes = answered("Yes.", "Ida Brun will resign.", 75)
    counters = [{"target": charge["id"], "kind": "denies"}]
    no = answered("No.", "The chair did not know of the leak.", 61.5, counters=counters)
    assert ids(public, "statements", q="leak", document_kind="broadcast") == [no]
    shown = public.get(f"/v1/statements/{no}").json
    assert (shown["content"][0]["text"], shown["at"], shown["document"]["kind"]) == ("No.", 61.5, "broadcast")
    assert answers(public, charge["claim"]["id"]) == [("denies", "The chair did not know of the leak.")]
    assert ids(public, "statements", document_kind="broadcast", disputed="true") == []
    assert ids(public, "statements", q="resign") == [yes]


def test_reviews_on_different_scales_are_compared(writer: FlaskClient, public: FlaskClient) -> None:
    """Do the fact-checkers agree? 4 and 20 said nothing, and of which wording they spoke was not to be known."""
    first = said(writer, "Ole Falk", "the dike always held.", claim="The dike held.", on="2026-08-01")
    loose = said(writer, "Ole Falk", "it held, mostly.", claim={"id": first["claim"]["id"]}, on="2026-08-02")
    claim = loose["claim"]["id"]

    def review(url: str, value: float, worst: float, best: float, **more: Any) -> Any:
        rating = {"label": "See there", "value": value, "worst": worst, "best": best}
        body = {"claim": {"id": claim}, "publisher": {"name": "Checks"}, "url": url, "rating": rating, "language": "en"}
        return posted(writer, "reviews", body | more).json

    upper = review("https://one.example.org/1", 4, 1, 5)
    assert ids(public, "claims", conflicting="true") == []
    lower = review("https://two.example.org/1", 20, 0, 100, statement=first["id"])
    assert ids(public, "claims", conflicting="true") == [claim]
    assert ids(public, "reviews", rating_from=0.5) == [upper["id"]]
    assert ids(public, "reviews", rating_to=0.2) == [lower["id"]]
    assert (upper["statement_id"], lower["statement_id"]) == (None, first["id"])
    retracted(writer, f"/v1/statements/{first['id']}")
    assert public.get(f"/v1/reviews/{lower['id']}").json["statement_id"] is None


def test_a_figure_is_corrected_and_a_prediction_comes_true(writer: FlaskClient, public: FlaskClient) -> None:
    """Which is right, and did it happen? Another figure was a denial, and what came true an answer like any other."""
    forty = said(writer, "Fire Brigade", "forty were hurt.", claim="Forty were hurt.", on="2026-09-01")
    counters = [{"target": forty["id"], "kind": "corrects"}]
    said(writer, "Clinic", "it was fourteen.", claim="Fourteen were hurt.", on="2026-09-02", counters=counters)
    soon = said(writer, "Road Office", "it opens in May.", claim="The bridge opens in May 2027.", on="2026-09-03")
    counters = [{"target": soon["id"], "kind": "confirms"}]
    said(
        writer,
        "Road Office",
        "it is open.",
        claim="The bridge has been open since May.",
        on="2027-05-04",
        counters=counters,
    )
    figure, prediction = forty["claim"]["id"], soon["claim"]["id"]
    assert ids(public, "claims", counter_kind="corrects") == [figure]
    assert ids(public, "claims", counter_kind="confirms") == [prediction]
    assert ids(public, "claims", answered="true") == [prediction, figure]
    assert ids(public, "claims", disputed="true") == []
    (came,) = public.get("/v1/counterclaims?kind=confirms&include=days").json["items"]
    assert came["days"] == 243
