"""More time to answer: asked before it is due, granted by somebody else, told to the citizen."""
import pytest

from test_questions import accepted, clock

REASON = "Phải chờ kết quả kiểm định độc lập."


@pytest.fixture
def asked(town):
    ticket_id, filed, before = accepted(town)
    officer = town.person("officer")
    town.move(officer, ticket_id, "request-extension", {"amount": 2, "reason": REASON})
    return ticket_id, filed, before


def test_granted(town, asked):
    ticket_id, filed, before = asked
    head, citizen = town.person("head"), town.citizen(filed)
    assert citizen.get("/v1/tracking").json["extensions"] == []
    assert "approve_extension" in [m["action"] for m in head.get("/v1/tickets/" + ticket_id).json["moves"]]
    moved = town.move(head, ticket_id, "approve-extension").json
    answer = clock(moved, "answer")
    assert answer["extension"] == 2 and answer["due_at"] > clock(before, "answer")["due_at"]
    told = citizen.get("/v1/tracking").json
    assert [(e["amount"], e["unit"], e["reason"]) for e in told["extensions"]] == [(2, "wd", REASON)]
    assert told["extensions"][0]["due_after"] == answer["due_at"] == told["deadlines"][-1]["due_at"]
    assert told["steps"][-1]["type"] == "ticket.extension_approved" and told["extensions"][0]["decision"] is None
    again = town.move(town.person("officer"), ticket_id, "request-extension", {"amount": 1, "reason": REASON}, status=409)
    assert again.problem == "no_extension_left"


def test_refused(town, asked):
    ticket_id, filed, before = asked
    moved = town.move(town.person("head"), ticket_id, "refuse-extension", {"reason": "Hồ sơ đã đủ căn cứ."}).json
    assert clock(moved, "answer")["due_at"] == clock(before, "answer")["due_at"]
    shown = town.person("officer").get("/v1/tickets/" + ticket_id).json["extensions"]
    assert [(e["state"], e["decision"]) for e in shown] == [("refused", "Hồ sơ đã đủ căn cứ.")]
    assert town.citizen(filed).get("/v1/tracking").json["extensions"] == []


def test_not_by_who_asked(town):
    ticket_id, _, _ = accepted(town)
    both = town.person(("head", "officer"))
    town.move(both, ticket_id, "request-extension", {"amount": 1, "reason": REASON})
    assert town.move(both, ticket_id, "approve-extension", status=409).problem == "own_request"


def test_not_too_long_and_not_without_a_reason(town):
    ticket_id, _, _ = accepted(town)
    officer = town.person("officer")
    long = town.move(officer, ticket_id, "request-extension", {"amount": 6, "reason": REASON}, status=422)
    assert long.problem == "extension_too_long"
    town.move(officer, ticket_id, "request-extension", {"amount": 1}, status=422)
    town.move(officer, ticket_id, "request-extension", {"amount": 0, "reason": REASON}, status=422)
    assert town.move(town.person("head"), ticket_id, "approve-extension", status=409).problem == "no_extension_requested"


def test_not_when_it_is_too_late(town, asked):
    ticket_id, _, _ = asked
    town.tamper("update clock_running set due_at = now() - interval '1 minute' where ticket = '%s' and kind = 'answer'" % ticket_id)
    assert town.move(town.person("head"), ticket_id, "approve-extension", status=409).problem == "answer_due"
