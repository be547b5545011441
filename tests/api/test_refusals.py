"""Refusing and redirecting, always with a coded reason that the citizen can read."""
import pytest


def reasons(town, action):
    return [r for r in town.anyone.get("/v1/refusal-reasons?limit=200").json["items"] if r["action"] == action]


@pytest.mark.parametrize("action,state", [("refuse", "refused"), ("redirect", "redirected")])
def test_ends_the_ticket_with_a_reason_for_the_citizen(town, action, state):
    reason = reasons(town, action)[0]
    ticket_id, filed = town.filed()
    body = {"reason_code": reason["code"], "reason": "Nội dung đã được trả lời trước đây."}
    if action == "redirect":
        body["department"] = "HN-BTCD"
    moved = town.move(town.coordinator, ticket_id, action, body).json
    assert moved["state"] == state and moved["moves"] == []
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["state"] == state and seen["steps"][-1]["type"] == "ticket." + state
    told = seen["refusal"]
    assert {n: told[n] for n in ("code", "text_vi", "text_en", "basis_vi", "basis_en")} == {n: reason[n] for n in (
        "code", "text_vi", "text_en", "basis_vi", "basis_en")} and told["basis_vi"] and told["basis_en"]
    assert (told["department"] or {}).get("code") == body.get("department")
    assert town.coordinator.get("/v1/tickets/" + ticket_id).json["refusal"] == told, "staff read the same"
    for words, language in (("Căn cứ: ", "vi"), ("Legal basis: ", "en")):
        assert words + reason["basis_" + language] in seen["steps"][-1]["what_" + language]
    assert {c["kind"]: c["standing"] for c in moved["clocks"]}["answer"] == "met"


def test_the_reason_must_be_on_the_list(town):
    ticket_id, filed = town.filed()
    assert town.citizen(filed).get("/v1/tracking").json["refusal"] is None
    for body in ({"reason_code": "vi_toi_khong_thich"}, {"reason_code": reasons(town, "redirect")[0]["code"]}):
        answer = town.move(town.coordinator, ticket_id, "refuse", body, status=422)
        assert answer.problem == "unknown_reason"
    assert town.move(town.coordinator, ticket_id, "refuse", {}, status=422).pointers == {"/reason_code": "required"}
    assert town.version(ticket_id) == 1


def test_every_reason_has_both_languages(town):
    every = town.anyone.get("/v1/refusal-reasons?limit=200").json["items"]
    assert len(every) >= 8 and all(r["text_vi"] and r["text_en"] for r in every)
    assert {r["action"] for r in every} == {"refuse", "redirect"}


def test_the_head_of_the_holder_refuses_too_but_no_officer(town):
    ticket_id, _ = town.filed()
    body = {"reason_code": reasons(town, "refuse")[0]["code"]}
    assert town.move(town.person("officer"), ticket_id, "refuse", body, status=None).status in (403, 409)
    town.move(town.person("head"), ticket_id, "refuse", body)
