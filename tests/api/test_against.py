"""A denunciation or complaint names the department that it is about: that one never gets it, is asked about it, or sees it."""
import pytest

from support.town import HUB

INSPECTORS, COMMITTEE, RECEPTION, WARD = "HN-TTRA", "HN-UBND", "HN-BTCD", "UB-00316"
REASON = {"reason": "Vụ việc thuộc thẩm quyền của đơn vị khác."}


def against(town, department, kind="denunciation", **changes):
    return town.filed(kind=kind, category="officials_conduct", contact=None, against={"department": department}, **changes)


def listed(who, filed):
    return filed["code"] in str(who.get("/v1/tickets?limit=200&holder=any&sort=filed").json)


def unseen(who, ticket_id, filed):
    assert not listed(who, filed)
    for path in ("", "/events", "/clocks/accept/explanation"):
        who.get("/v1/tickets/" + ticket_id + path, status=404)


@pytest.mark.parametrize("department, to, reason", [
    (INSPECTORS, COMMITTEE, "above_denounced"),       # the rule would send it there
    ("HN-SXD", INSPECTORS, "rule"),
    (WARD, INSPECTORS, "rule"),
])
def test_where_a_denunciation_goes(town, department, to, reason):
    _, filed = against(town, department)
    assert (filed["department"]["code"], filed["route"]["reason"]) == (to, reason)
    assert filed["route"]["against"] == department and filed["route"]["department"] == to


def test_above_them_all_there_is_nobody_here(town):
    body = dict(kind="denunciation", category="officials_conduct", title="Tố cáo sai phạm", text="Có sai phạm trong việc cấp phép.",
                against={"department": COMMITTEE})
    assert town.anyone.post("/v1/tickets", body, status=422).problem == "nobody_above"
    assert town.sql("select count(*) from ticket_against x join department d on d.id = x.department where d.code = '%s'" % COMMITTEE) == [["0"]]


def test_what_may_be_named(town):
    body = dict(category="officials_conduct", title="Tố cáo sai phạm", text="Có sai phạm trong việc cấp phép.")
    for kind, code, fault in (("feedback", INSPECTORS, ("#/against", "not_allowed")), ("denunciation", "HN-KHONG-CO", ("#/against/department", "ended")),
                              ("complaint", "HN-SQHKT", ("#/against/department", "ended"))):
        answer = town.anyone.post("/v1/tickets", dict(body, kind=kind, against={"department": code}),
                                  status=201 if code == "HN-SQHKT" else 422)
        if answer.status == 422:
            assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [fault]
        else:
            assert answer.json["route"]["against"] == code, "it has a successor, which is meant as well"


def test_nobody_of_the_denounced_department_sees_it(town):
    """Not even who sees denunciations of the department that holds it."""
    ticket_id, filed = against(town, INSPECTORS)
    judge = town.person("legal_officer", COMMITTEE)
    assert listed(judge, filed) and judge.get("/v1/tickets/" + ticket_id).json["holder"]["department"]["code"] == COMMITTEE
    for role in ("legal_officer", "officer", "head", "leader", "auditor"):
        unseen(town.person(role, INSPECTORS), ticket_id, filed)
    town.move(town.person("legal_officer", INSPECTORS), ticket_id, "accept", status=404, version=1)
    town.move(judge, ticket_id, "accept")


def test_a_complaint_about_the_hub(town):
    """Those of the hub see every complaint, but for this one."""
    ticket_id, filed = against(town, HUB, "complaint")
    plain_id, plain = town.filed(kind="complaint", category="officials_conduct")
    assert filed["department"]["code"] == RECEPTION
    for role in ("coordinator", "hub_head", "auditor"):
        who = town.person(role, HUB)
        unseen(who, ticket_id, filed)
        assert listed(who, plain) and who.get("/v1/tickets/" + plain_id).json["kind"] == "complaint"
    head = town.person("head", RECEPTION)
    assert listed(head, filed)
    assert town.move(head, ticket_id, "return", REASON, 409).problem == "department_denounced", "it would go to the hub"
    assert town.move(head, ticket_id, "accept").json["state"] == "accepted"


def test_it_never_goes_there_later(town):
    ticket_id, filed = against(town, WARD, "complaint")
    coordinator = town.coordinator
    for _ in range(2):
        answer = town.move(coordinator, ticket_id, "route", dict(REASON, department=WARD), 409)
        assert answer.problem == "department_denounced"
        assert town.sql("select d.code from ticket t join department d on d.id = t.holder where t.id = '%s'" % ticket_id) == [[RECEPTION]]
    town.move(coordinator, ticket_id, "route", dict(REASON, department="HN-STP"))
    officer = town.person("officer", "HN-STP")
    town.move(officer, ticket_id, "accept")
    asked = {"department": WARD, "task": "Đề nghị phường gửi hồ sơ vụ việc.", "days": 2}
    assert town.move(officer, ticket_id, "parts", asked, 409).problem == "department_denounced"
    other, _ = town.filed(kind="complaint", category="officials_conduct")
    assert town.move(coordinator, ticket_id, "merge", {"into": other}, 409).problem == "not_mergeable"
    assert town.move(coordinator, other, "merge", {"into": ticket_id}, 409).problem == "not_mergeable"


def test_below_it_and_after_it(town):
    """A department below the denounced one, and its successor, are as good as itself."""
    town.tamper("update department set parent = (select id from department where code = '%s') where code = 'UB-00004'" % WARD)
    town.tamper("update department set successor = (select id from department where code = 'UB-00008'), valid_to = date '2026-01-01'"
                " where code = '%s'" % WARD)
    ticket_id, _ = against(town, "HN-SYT", "complaint")
    town.tamper("update ticket_against set department = (select id from department where code = '%s') where ticket = '%s'" % (WARD, ticket_id))
    for department in ("UB-00004", "UB-00008"):
        answer = town.move(town.coordinator, ticket_id, "route", dict(REASON, department=department), 409)
        assert answer.problem == "department_denounced", department
    town.move(town.coordinator, ticket_id, "route", dict(REASON, department="UB-00025"))


def test_what_is_split_from_it(town):
    ticket_id, _ = against(town, RECEPTION, "complaint")
    item = {"category": "officials_conduct", "title": "Nội dung thứ hai", "text": "Nội dung thứ hai của đơn khiếu nại về tiếp dân."}
    town.move(town.coordinator, ticket_id, "split", dict(REASON, items=[item]))
    rows = town.sql("select d.code, t.route->>'against', (select count(*) from ticket_against where ticket = t.id) from ticket_relation r"
                    " join ticket t on t.id = r.ticket join department d on d.id = t.holder where r.other = '%s'" % ticket_id)
    assert rows == [[COMMITTEE, RECEPTION, "1"]]


def test_a_replay_is_the_same(town):
    key = {"Idempotency-Key": "a-denunciation-filed-twice-0001"}
    body = dict(kind="denunciation", category="officials_conduct", against={"department": INSPECTORS})
    assert town.file(key, **body) == town.file(key, **body)
