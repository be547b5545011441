"""Not ours: back to the hub, re-routed, and no endless game of tennis."""
from support.town import HUB

REASON = {"reason": "Không thuộc thẩm quyền của đơn vị."}


def test_a_returned_ticket_is_the_hubs(town):
    ticket_id, filed = town.filed()
    moved = town.move(town.person("officer"), ticket_id, "return", REASON).json
    assert moved["state"] == "submitted" and moved["holder"]["department"]["code"] == HUB
    assert town.coordinator.get("/v1/tickets/" + ticket_id).json["returns"] == 1
    town.person("officer").get("/v1/tickets/" + ticket_id, status=404)
    assert "ticket.returned" in [s["type"] for s in town.citizen(filed).get("/v1/tracking").json["steps"]]


def test_a_reason_is_needed(town):
    ticket_id, _ = town.filed()
    answer = town.move(town.person("officer"), ticket_id, "return", {}, status=422)
    assert "/reason" in answer.pointers
    answer = town.move(town.person("officer"), ticket_id, "return", {"reason": "  ok "}, status=422)
    assert answer.pointers == {"/reason": "too_short"}


def test_after_two_returns_the_head_of_the_hub_decides(town):
    ticket_id, _ = town.filed()
    officer, head, routed = town.person("officer"), town.person("hub_head", HUB), {"department": "HN-SXD", "reason": "Thuộc Sở Xây dựng."}
    town.move(officer, ticket_id, "return", REASON)
    town.move(town.coordinator, ticket_id, "route", routed)
    town.move(officer, ticket_id, "return", REASON)
    assert town.move(town.coordinator, ticket_id, "route", routed, status=409).problem == "too_many_returns"
    assert "route" not in [m["action"] for m in town.coordinator.get("/v1/tickets/" + ticket_id).json["moves"]]
    town.move(head, ticket_id, "route", routed)
    answer = town.move(officer, ticket_id, "return", REASON, status=409)
    assert answer.problem == "too_many_returns"
    town.move(head, ticket_id, "return", REASON)
    assert town.coordinator.get("/v1/tickets/" + ticket_id).json["holder"]["department"]["code"] == HUB


def test_routing_to_nowhere_is_refused(town):
    ticket_id, _ = town.filed()
    for department in ("HN-NOWHERE", "HN SXD", ""):
        answer = town.move(town.coordinator, ticket_id, "route", {"department": department, "reason": "Đúng đơn vị."}, status=422)
        assert answer.problem in ("unknown_department", "invalid")
    assert town.version(ticket_id) == 1


def test_officers_do_not_route(town):
    ticket_id, _ = town.filed()
    answer = town.move(town.person("officer"), ticket_id, "route", {"department": "UB-00004", "reason": "Chuyển đi nơi khác."},
                       status=None)
    assert answer.status in (403, 409) and town.version(ticket_id) == 1


def test_nobody_gets_what_they_have(town):
    """Else the clock to accept would begin anew as often as the hub likes."""
    ticket_id, _ = town.filed()
    before = town.coordinator.get("/v1/tickets/" + ticket_id).json
    there = {"department": before["holder"]["department"]["code"], "reason": "Gửi lại đúng đơn vị đang giữ phiếu."}
    assert town.move(town.coordinator, ticket_id, "route", there, status=409).problem == "already_there"
    officer = town.person("officer")
    town.move(officer, ticket_id, "accept")
    assert town.move(town.coordinator, ticket_id, "route", there, status=409).problem == "already_there"
    town.move(officer, ticket_id, "claim")
    has = town.coordinator.get("/v1/tickets/" + ticket_id).json["holder"]["person"]["id"]
    head, other = town.person("head"), town.person("officer", number=2)
    assert town.move(head, ticket_id, "assign", {"person": has}, status=409).problem == "already_there"
    town.move(head, ticket_id, "assign", {"person": other.get("/v1/me").json["account"]["id"]})
    after = town.coordinator.get("/v1/tickets/" + ticket_id).json
    assert after["version"] == before["version"] + 3 and after["holder"]["person"]["id"] != has
    held = town.coordinator.get("/v1/tickets/%s/holders" % ticket_id).json["items"]
    assert len(held) == 1
