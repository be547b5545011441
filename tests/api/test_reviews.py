"""After the answer: a second look by somebody else, an appeal to the department above, closing; and the withdrawal."""
import pytest

from support.town import CONSTRUCTION

WHY = {"reason": "Mặt đường lại lún sau một ngày, đề nghị kiểm tra lại."}
ABOVE = "HN-UBND"


def answer_again(town, ticket_id, department=CONSTRUCTION, number=2):
    officer, head = town.person("officer", department, number), town.person("head", department, number)
    town.move(officer, ticket_id, "take-up")
    town.move(officer, ticket_id, "propose", {"text": "Đã kiểm tra và xử lý lại toàn bộ đoạn đường."})
    return town.move(head, ticket_id, "approve").json


def moves(seen):
    return [m["action"] for m in seen["moves"]]


def test_a_second_look_and_an_appeal(town):
    ticket_id, filed = town.answered()
    citizen = town.citizen(filed)
    offered = {m["action"]: m for m in citizen.get("/v1/tracking").json["moves"]}
    assert set(offered) == {"second_look", "close"} and offered["second_look"]["until"]
    assert citizen.post("/v1/tracking/appeal", WHY, status=409).problem == "second_look_first"

    assert citizen.post("/v1/tracking/second-look", WHY, status=201).json["state"] == "reopened"
    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "reopened" and [r["level"] for r in seen["reviews"]] == ["second_look"]
    assert [(d["kind"], d["round"]) for d in seen["deadlines"] if not d["stopped_at"]] == [("answer", 2)]
    refused = town.move(town.person("officer"), ticket_id, "take-up", status=409)
    assert refused.problem == "not_impartial"
    assert "take_up" not in moves(town.person("officer").get("/v1/tickets/" + ticket_id).json)
    colleague = town.person("officer", number=2).get("/v1/tickets/" + ticket_id).json
    assert "take_up" in moves(colleague) and colleague["reviews"][0]["reason"] == WHY["reason"]
    answer_again(town, ticket_id)
    assert len(citizen.get("/v1/tracking").json["replies"]) == 2
    assert citizen.post("/v1/tracking/second-look", WHY, status=409).problem == "review_used"

    citizen.post("/v1/tracking/appeal", WHY, status=201)
    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "appealed" and seen["holder"]["code"] == ABOVE
    assert [d["kind"] for d in seen["deadlines"] if not d["stopped_at"]] == ["appeal"]
    town.person("officer", number=2).get("/v1/tickets/" + ticket_id, status=404)
    answer_again(town, ticket_id, ABOVE, 1)
    assert citizen.post("/v1/tracking/appeal", WHY, status=409).problem == "review_used"
    assert citizen.post("/v1/tracking/close", status=201).json["state"] == "closed"
    assert moves(citizen.get("/v1/tracking").json) == []


def test_the_same_key_asks_once(town):
    _, filed = town.answered()
    citizen = town.citizen(filed)
    key = {"Idempotency-Key": "second-look-0123456789-abc"}
    first = citizen.post("/v1/tracking/second-look", WHY, headers=key, status=201)
    again = citizen.post("/v1/tracking/second-look", WHY, headers=key, status=201)
    assert again.json == first.json and again.header("idempotent-replayed") == "true"


def test_too_late(town):
    ticket_id, filed = town.answered()
    town.tamper("update ticket set answered_at = now() - interval '40 days' where id = '%s'" % ticket_id)
    citizen = town.citizen(filed)
    assert citizen.post("/v1/tracking/second-look", WHY, status=409).problem == "review_too_late"


@pytest.mark.parametrize("body", [{}, {"reason": "ngắn"}, {"reason": "x" * 5001}, {"reason": 5}, {"reason": WHY["reason"], "level": 2}])
def test_bad_reasons(town, body):
    _, filed = town.answered()
    town.citizen(filed).post("/v1/tracking/second-look", body, status=422)


def test_withdrawn(town):
    ticket_id, filed = town.filed()
    citizen = town.citizen(filed)
    assert citizen.post("/v1/tracking/close", status=409).problem == "wrong_state"
    reason = "Sự việc đã được giải quyết."
    assert citizen.post("/v1/tracking/withdraw", {"reason": reason}, status=201).json["state"] == "withdrawn"
    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "withdrawn" and seen["moves"] == [] and seen["messages"][-1]["text"] == reason
    assert town.move(town.person("officer"), ticket_id, "accept", status=409).problem == "wrong_state"
    assert citizen.post("/v1/tracking/withdraw", {}, status=409).problem == "wrong_state"
    assert reason not in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).body.decode()
