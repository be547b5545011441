"""Who is complained about decides nothing of it and learns nothing; a denunciation they do not even see."""
import pytest

from support.town import CONSTRUCTION

REPLY = {"text": "Đã kiểm tra hiện trường và vá xong mặt đường trong ngày."}
TASK = {"department": "UB-00316", "task": "Đề nghị phường kiểm tra hiện trạng.", "days": 1}


def account(client):
    return client.get("/v1/me").json["account"]["id"]


def keep_away(town, who, ticket_id, people, status=200):
    return who("PUT", "/v1/tickets/%s/exclusions" % ticket_id, {"items": [{"person": account(p), "reason": "named"} for p in people]},
               {"If-Match": '"%d"' % town.version(ticket_id)}, status)


def actions(client, ticket_id):
    return [m["action"] for m in client.get("/v1/tickets/" + ticket_id).json["moves"]]


@pytest.fixture(scope="module")
def people(town):
    return town.person("officer"), town.person("head"), town.person("head", CONSTRUCTION, 2), town.person("officer", CONSTRUCTION, 2)


def test_who_is_named_has_no_move_and_learns_nothing(town, people):
    officer, head, other_head, other = people
    ticket_id, _ = town.filed()
    town.move(officer, ticket_id, "accept")
    keep_away(town, other_head, ticket_id, [officer, head])
    for named in (officer, head):
        assert actions(named, ticket_id) == []
        assert named.get("/v1/tickets/%s/exclusions" % ticket_id).json["items"] == []
        events = [e for e in named.get("/v1/tickets/%s/events" % ticket_id).json["items"] if e["type"] == "ticket.exclusions_set"]
        assert events and all(account(named) not in str(e["data"]) for e in events)
    assert town.move(officer, ticket_id, "claim", status=403).problem == "forbidden"
    town.move(head, ticket_id, "refuse", {"reason_code": "out_of_scope"}, status=403)
    keep_away(town, head, ticket_id, [], 403)
    town.move(head, ticket_id, "assign", {"person": account(other)}, status=403)
    town.move(other, ticket_id, "claim")
    town.move(other, ticket_id, "propose", REPLY)
    town.move(head, ticket_id, "approve", status=403)
    officer.post("/v1/tickets/%s/replies/1/reviews" % ticket_id, {"verdict": "ok", "comment": "Đạt."}, status=403)
    town.move(other_head, ticket_id, "approve")
    town.move(officer, ticket_id, "publication", {"mask": True}, status=403)


def test_who_answered_does_not_answer_again(town, people):
    officer, head, _, other = people
    ticket_id, filed = town.answered()
    town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Mặt đường vẫn còn hư hỏng như cũ."}, status=201)
    first = town.sql("select account from ticket_excluded where ticket = '%s'" % ticket_id)[0][0]
    mine, others = (officer, other) if first == account(officer) else (other, officer)
    town.move(others, ticket_id, "take_up".replace("_", "-"))
    assert town.move(mine, ticket_id, "propose", REPLY, status=409).problem == "not_impartial"
    assert "propose" not in actions(mine, ticket_id)


def test_a_denunciation_is_not_seen_by_whom_it_is_about(town):
    ticket_id, filed = town.filed(kind="denunciation", category="officials_conduct")
    one, named = town.person("legal_officer", "HN-TTRA"), town.person("legal_officer", "HN-TTRA", 2)
    named.get("/v1/tickets/" + ticket_id)
    keep_away(town, one, ticket_id, [named])
    for path in ("", "/events", "/exclusions", "/holdings", "/attachments", "/relations", "/clocks/accept/explanation"):
        named.get("/v1/tickets/" + ticket_id + path, status=404)
    assert filed["code"] not in str(named.get("/v1/tickets?limit=200").json)
    assert filed["code"] in str(one.get("/v1/tickets?limit=200").json)
    keep_away(town, named, ticket_id, [], 404)
    town.move(named, ticket_id, "accept", status=404, version=1)
    town.move(one, ticket_id, "accept")


def test_two_roles_do_not_open_a_denunciation(town):
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct")
    both = town.person(("legal_officer", "officer"), "HN-TTRA")
    town.move(both, ticket_id, "accept")
    assert not {"claim", "return", "ask_part", "propose"} & set(actions(both, ticket_id))
    town.move(both, ticket_id, "parts", TASK, status=403)


def test_nobody_learns_of_a_denunciation_by_a_relation(town):
    secret, _ = town.filed(kind="denunciation", category="officials_conduct")
    ticket_id, _ = town.filed()
    town.tamper("update ticket set holder = (select id from department where code = 'HN-TTRA') where id = '%s'" % ticket_id)
    legal = town.person("legal_officer", "HN-TTRA")
    refused = legal.post("/v1/tickets/%s/relations" % ticket_id, {"kind": "related", "other": secret}, status=409)
    assert refused.problem == "not_relatable"


def test_a_part_that_was_taken_back_is_not_read(town, people):
    ticket_id, filed = town.filed()
    officer = people[0]
    town.move(officer, ticket_id, "accept")
    town.no_parts(ticket_id)
    part = town.move(officer, ticket_id, "parts", TASK, status=None).json
    ward = town.person("officer", "UB-00316")
    assert ward.get("/v1/parts/" + part["id"]).json["ticket"]["code"] == filed["code"]
    officer.post("/v1/parts/%s/cancel" % part["id"], {"reason": "Gửi nhầm đơn vị."}, {"If-Match": '"1"'}, 200)
    assert ward.get("/v1/parts/" + part["id"]).json["ticket"] is None
