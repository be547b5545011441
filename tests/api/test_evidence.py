"""Where the category demands it, nobody answers before the evidence is attached; the citizen sees it with the answer."""
import pytest

from support import images
from support.files import link, send, uploaded
from support.town import CONSTRUCTION

LIGHTS = {"category": "trees_lighting.lighting", "area": "00103"}
REPLY = {"text": "Đã thay bóng đèn, tuyến đường sáng trở lại từ tối 25/11."}


@pytest.fixture
def case(town):
    """A ticket about street lights in the hands of an officer; -> (its id, its citizen, the officer, the head)."""
    ticket_id, filed = town.filed(**LIGHTS)
    department = filed["department"]["code"]
    officer, head = (town.person(role, department) for role in ("officer", "head"))
    for action in ("accept", "claim"):
        town.move(officer, ticket_id, action)
    return ticket_id, town.citizen(filed), officer, head


def attach(town, who, ticket_id, content, purpose="evidence"):
    opened, stands = uploaded(town, content)
    assert stands["state"] == "ready"
    link(who, opened, "/v1/tickets/%s/attachments" % ticket_id, purpose=purpose)
    return opened["id"]


def needs(who, ticket_id, action):
    return {m["action"]: m.get("needs_evidence") for m in who.get("/v1/tickets/" + ticket_id).json["moves"]}[action]


def test_an_answer_needs_its_photo(town, case):
    ticket_id, citizen, officer, head = case
    assert needs(officer, ticket_id, "propose") == "photo"
    refused = town.move(officer, ticket_id, "propose", REPLY, 409)
    assert refused.problem == "evidence_missing" and refused.json["evidence"] == "photo" and not refused.json["evidence_checking"]
    attach(town, officer, ticket_id, images.pdf())
    assert town.move(officer, ticket_id, "propose", REPLY, 409).problem == "evidence_missing"
    photo = attach(town, officer, ticket_id, images.jpeg())
    assert needs(officer, ticket_id, "propose") is None
    assert town.move(officer, ticket_id, "propose", REPLY).json["state"] == "pending_approval"
    assert photo not in [i["id"] for i in citizen.get("/v1/tracking/attachments").json["items"]]
    town.move(head, ticket_id, "approve")
    assert photo in [i["id"] for i in citizen.get("/v1/tracking/attachments").json["items"]]


def test_a_refusal_changes_nothing(town, case):
    ticket_id, citizen, officer, _ = case
    before = town.version(ticket_id), citizen.get("/v1/tracking").json
    town.move(officer, ticket_id, "propose", REPLY, 409)
    assert (town.version(ticket_id), citizen.get("/v1/tracking").json) == before
    assert officer.get("/v1/tickets/%s/replies" % ticket_id).json["items"] == []


def test_the_photo_of_the_citizen_proves_nothing(town, case):
    ticket_id, citizen, officer, _ = case
    opened, _ = uploaded(town, images.jpeg())
    link(citizen, opened)
    assert town.move(officer, ticket_id, "propose", REPLY, 409).json["evidence"] == "photo"


def test_a_file_that_was_refused_proves_nothing(town, case):
    ticket_id, _, officer, _ = case
    opened = send(town.anyone, b"\xff\xd8\xff\xe0 khong phai anh").json
    officer.post("/v1/tickets/%s/attachments" % ticket_id,
                 {"upload": opened["id"], "token": opened["token"], "purpose": "evidence"})
    assert town.move(officer, ticket_id, "propose", REPLY, 409).problem == "evidence_missing"


def test_a_file_that_is_still_checked(town, case):
    """It proves nothing yet, but whoever was too fast is told so."""
    ticket_id, _, officer, _ = case
    photo = attach(town, officer, ticket_id, images.jpeg())
    town.tamper("update attachment set state = 'checking', type = null, bytes = null, hash = null, thumbnail = null, attempts = 1,"
                " lease_until = now() + interval '1 hour' where id = '%s'" % photo)
    refused = town.move(officer, ticket_id, "propose", REPLY, 409)
    assert refused.problem == "evidence_missing" and refused.json["evidence"] == "photo" and refused.json["evidence_checking"]
    town.sql("update attachment set state = 'refused', reason = 'type' where id = '%s'" % photo)
    assert not town.move(officer, ticket_id, "propose", REPLY, 409).json["evidence_checking"]


def test_a_demand_that_comes_later_holds_the_signature(town):
    ticket_id, filed = town.filed(category="roads.works")
    officer, head = town.person("officer"), town.person("head")
    for action in ("accept", "claim"):
        town.move(officer, ticket_id, action)
    town.move(officer, ticket_id, "propose", {"text": "Đã hoàn trả mặt đường trên toàn tuyến."})
    town.sql("update category set evidence = 'document' where code = 'roads'")
    try:
        assert needs(head, ticket_id, "approve") == "document"
        assert town.move(head, ticket_id, "approve", status=409).json["evidence"] == "document"
        attach(town, officer, ticket_id, images.pdf())
        assert town.move(head, ticket_id, "approve").json["state"] == "answered"
    finally:
        town.sql("update category set evidence = null where code = 'roads'")
    assert filed["department"]["code"] == CONSTRUCTION
    assert "needs_evidence" not in str(town.citizen(filed).get("/v1/tracking").json)


def test_a_second_look_needs_a_photo_of_its_own(town, case):
    ticket_id, citizen, officer, head = case
    department = citizen.get("/v1/tracking").json["holder"]["code"]
    old = attach(town, officer, ticket_id, images.jpeg())
    town.move(officer, ticket_id, "propose", REPLY)
    town.move(head, ticket_id, "approve")
    citizen.post("/v1/tracking/second-look", {"reason": "Đèn lại tắt ngay hôm sau, đề nghị xem xét lại."}, status=201)
    other = town.person("officer", department, 2)
    town.move(other, ticket_id, "take-up")
    assert needs(other, ticket_id, "propose") == "photo"
    assert town.move(other, ticket_id, "propose", REPLY, 409).json["evidence"] == "photo"
    new = attach(town, other, ticket_id, images.jpeg(shade=lambda x, y: 90))
    assert needs(other, ticket_id, "propose") is None
    town.move(other, ticket_id, "propose", REPLY)
    assert town.move(head, ticket_id, "approve").json["state"] == "answered"
    assert {old, new} <= {i["id"] for i in citizen.get("/v1/tracking/attachments").json["items"]}, "both answers keep theirs"


def test_a_head_may_refuse_without_evidence(town):
    ticket_id, filed = town.filed(**LIGHTS)
    head = town.person("head", filed["department"]["code"])
    assert town.move(head, ticket_id, "refuse", {"reason_code": "out_of_scope"}).json["state"] == "refused"
