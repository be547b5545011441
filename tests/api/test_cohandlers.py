"""Co-handlers that routing rules name: asked for their parts when the ticket is accepted, once, and never at the cost of accepting."""
import pytest

from support.post import Post
from support.town import HUB, free_port, wait_until
from test_notices import MAIL, silence, staff

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
WARD, PARKS, FINANCE, HEALTH = "UB-00316", "HN-CVCX", "HN-STC", "HN-SYT"
TREE = {"title": "Cây đổ chắn ngang đường"}
RULES = """
let tree = text has "cây đổ"
rule tree "Cây đổ" when tree then with HN-CVCX, AREA
rule tree-finance when tree and category = roads.works then with HN-STC
rule bus when category = public_transport.bus then with HN-SYT
rule press when kind = press then with HN-SYT
"""


@pytest.fixture(scope="module", autouse=True)
def rules(town):
    admin = town.person("admin", HUB)
    made = admin.post("/v1/rule-sets", {"title": "Phối hợp", "text": RULES}, status=201).json
    admin.post("/v1/rule-sets/%s/activate" % made["id"], None, {"If-Match": '"1"'}, 200)
    town.everywhere()
    return made


def route(town, ticket_id):
    return town.coordinator.get("/v1/tickets/" + ticket_id).json["route"]


def parts(town, ticket_id):
    return {p["department"]["code"]: p for p in town.coordinator.get("/v1/tickets/" + ticket_id).json["parts"]}


def events(town, ticket_id, *types):
    return [e for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"] if e["type"] in types]


def accepted(town, **changes):
    ticket_id, filed = town.filed(**{**TREE, **changes})
    return ticket_id, filed, town.move(town.person("officer"), ticket_id, "accept")


def test_who_is_named_is_asked_by_the_acceptance(town, rules):
    ticket_id, filed = town.filed(**TREE)
    seen = town.coordinator.get("/v1/tickets/" + ticket_id).json
    assert seen["route"]["rules"]["with"] == [PARKS, WARD] and seen["parts"] == [], "the hub sees who is to come"
    moved = town.move(town.person("officer"), ticket_id, "accept")
    assert moved.json["version"] == town.version(ticket_id) == 2 and "ask_part" in [m["action"] for m in moved.json["moves"]]
    asked = parts(town, ticket_id)
    assert {code: p["state"] for code, p in asked.items()} == {PARKS: "asked", WARD: "asked"}
    answer = [d for d in town.citizen(filed).get("/v1/tracking").json["deadlines"] if d["kind"] == "answer"][0]
    for p in asked.values():
        assert p["task"].startswith("Đề nghị cơ quan phối hợp") and "Please look at" in p["task"]
        assert p["asked_at"] < p["due_at"] <= answer["due_at"] and p["asked_from"]["code"] == "HN-SXD"
    assert [(e["department"]["code"], e["data"]["rules"], e["data"]["rule_set"]) for e in sorted(
        events(town, ticket_id, "part.asked"), key=lambda e: e["department"]["code"])] == [
            (PARKS, ["tree"], rules["number"]), (WARD, ["tree"], rules["number"])]
    told = town.citizen(filed).get("/v1/tracking")
    assert sorted((p["department"]["code"], p["state"]) for p in told.json["parts"]) == [(PARKS, "asked"), (WARD, "asked")]
    assert b"rule_set" not in told.body and b"tree" not in told.body
    ward = town.person("officer", WARD)
    mine = ward.get("/v1/parts/" + asked[WARD]["id"])
    assert mine.json["ticket"]["code"] == filed["code"]
    ward.post("/v1/parts/%s/give" % asked[WARD]["id"], {"text": "Đã dọn cây."}, {"If-Match": '"1"'}, 200)


def test_the_due_point_is_in_the_calendar_of_the_department(town):
    """Of a policy without a limit for one department: the third working day of the department that is asked."""
    town.sql("update department set calendar = 'always' where code = '%s'" % PARKS)
    town.everywhere()
    ticket_id, _, _ = accepted(town)
    dues = town.sql("select d.code, p.due_at <= p.asked_at + interval '73 h' + interval '1 day', p.due_at - p.asked_at from part p"
                    " join department d on d.id = p.department where p.ticket = '%s' order by 1" % ticket_id)
    assert [d[0] for d in dues] == [PARKS, WARD] and dues[0][1] == "t"
    town.sql("update department set calendar = 'office' where code = '%s'; notify reference_changed" % PARKS)


def test_a_letter_goes_to_the_co_handler(town):
    with Post(PORT) as post:
        town.never_closed()
        town.sql("delete from notice_load")
        silence(town)
        _, address = staff(town, "head", WARD, 7)
        ticket_id, _, _ = accepted(town)
        asked = lambda: [m for m in post.to(address) if "Đề nghị phối hợp giải quyết phiếu" in m.subject]
        wait_until(asked, 60, "they are asked by a letter, whatever else they are told")
        mail = asked()[0]
        assert "/v1/parts/" + parts(town, ticket_id)[WARD]["id"] in mail.part("plain")
        town.sql("update department set calendar = 'office' where calendar = 'always'; notify reference_changed")


def test_nobody_is_asked_twice(town):
    ticket_id, _, _ = accepted(town)
    officer = town.person("officer")
    taken_back = parts(town, ticket_id)[PARKS]
    officer.post("/v1/parts/%s/cancel" % taken_back["id"], {"reason": "Không cần nữa."}, {"If-Match": '"1"'}, 200)
    town.move(officer, ticket_id, "return", {"reason": "Chưa rõ địa điểm."})
    town.move(town.coordinator, ticket_id, "route", {"department": "HN-SXD", "reason": "Đã rõ địa điểm."})
    town.move(officer, ticket_id, "accept")
    assert {code: p["state"] for code, p in parts(town, ticket_id).items()} == {PARKS: "cancelled", WARD: "asked"}
    assert len(events(town, ticket_id, "part.asked")) == 2


def test_another_path_has_other_co_handlers(town):
    ticket_id, _, _ = accepted(town)
    body = {"category": "roads.works", "reason": "Thuộc lĩnh vực khác."}
    moved = town.move(town.coordinator, ticket_id, "reclassify", body)
    assert moved.json["state"] == "accepted", "the same department goes on"
    assert {code: p["state"] for code, p in parts(town, ticket_id).items()} == {PARKS: "asked", WARD: "asked", FINANCE: "asked"}


def test_a_denunciation_is_nobody_elses_part(town):
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct", title="Cây đổ mà không ai dọn")
    town.move(town.person("legal_officer", "HN-TTRA"), ticket_id, "accept")
    assert town.sql("select count(*) from part where ticket = '%s'" % ticket_id) == [["0"]]


def test_as_many_as_may_wait(town):
    town.tamper("update setting set value = 1 where name = 'parts_most'")
    try:
        ticket_id, _, moved = accepted(town)
        assert list(parts(town, ticket_id)) == [PARKS] and "ask_part" not in [m["action"] for m in moved.json["moves"]]
    finally:
        town.tamper("update setting set value = 10 where name = 'parts_most'")
    left = events(town, ticket_id, "part.left_out")
    assert [e["data"]["departments"] for e in left] == [[{"department": WARD, "why": "too_many"}]]
    assert "part.left_out" not in [s["type"] for s in town.citizen(town.filed(**TREE)[1]).get("/v1/tracking").json["steps"]]


def test_who_has_ended_meanwhile_is_followed_by_who_came_after(town):
    one, _ = town.filed(category="public_transport.bus")
    two, _ = town.filed(category="public_transport.bus")
    lead = town.coordinator.get("/v1/tickets/" + one).json["holder"]["department"]["code"]
    officer = town.person("officer", lead)
    town.sql("update department set valid_to = current_date - 1, successor = (select id from department where code = '%s')"
             " where code = '%s'" % (FINANCE, HEALTH))
    town.move(officer, one, "accept")
    town.sql("update department set successor = null where code = '%s'" % HEALTH)
    town.move(officer, two, "accept")
    town.sql("update department set valid_to = null where code = '%s'" % HEALTH)
    assert list(parts(town, one)) == [FINANCE] and list(parts(town, two)) == []
    assert [e["data"]["departments"] for e in events(town, two, "part.left_out")] == [[{"department": HEALTH, "why": "ended"}]]


def test_many_are_accepted_at_once(town):
    ids = [town.filed(**TREE)[0] for _ in range(3)]
    answer = town.person("officer").post("/v1/tickets/bulk", {"action": "accept", "tickets": [{"id": i, "version": 1} for i in ids]}, status=200).json
    assert [i["state"] for i in answer["items"]] == ["accepted"] * 3
    for ticket_id, item in zip(ids, answer["items"]):
        assert set(parts(town, ticket_id)) == {PARKS, WARD} and item["version"] == town.version(ticket_id)
