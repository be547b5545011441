"""What was filed as the wrong kind or category is put on its own path by the hub: as if it had been filed so, and whoever must not know
of it learns nothing more."""
import json

import pytest

from support import images
from support.files import link, send
from support.town import CONSTRUCTION, HUB, free_port, wait_until
from test_alarms import SOON
from test_explanations import agrees, explanation
from test_matrix import account
from test_notices import MAIL, contact, post, staff    # noqa: F401 (post is a fixture)
from test_offers import offered
from test_publication import ask as publish_ask, path as publication
from test_questions import QUESTION, accepted, clock
from test_triage import hours, suggestions

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
INSPECTORS, COMMITTEE, RECEPTION, WARD, OTHER = "HN-TTRA", "HN-UBND", "HN-BTCD", "UB-00316", "HN-SYT"
REASON = "Nội dung phải giải quyết theo trình tự khác."
TASK = {"department": WARD, "task": "Đề nghị phường kiểm tra hiện trạng và gửi ảnh.", "days": 1}
DENUNCIATION = {"kind": "denunciation", "category": "officials_conduct", "against": {"department": CONSTRUCTION}}
NINE = (("officer", CONSTRUCTION), ("head", CONSTRUCTION), ("legal_officer", CONSTRUCTION), ("coordinator", HUB), ("hub_head", HUB),
        ("duty_officer", HUB), ("leader", COMMITTEE), ("auditor", COMMITTEE), ("legal_officer", INSPECTORS))


@pytest.fixture(scope="module")
def mail():
    from support.post import Post
    with Post(PORT) as made:
        yield made


def reclassify(town, ticket_id, status=200, who=None, version=None, **path):
    return town.move(who or town.coordinator, ticket_id, "reclassify", dict(path, reason=REASON), status, version)


def shown(town, ticket_id, who=None):
    return (who or town.coordinator).get("/v1/tickets/" + ticket_id).json


def stored(town, ticket_id, what="kind, category, sight, visibility, level, state, person is null"):
    return town.sql("select %s from ticket where id = '%s'" % (what, ticket_id))[0]


def seen_by(town, ticket_id, filed, attachment):
    """Which of the nine see the ticket; lists, code, events, files and all say the same."""
    seen = []
    for role, department in NINE:
        who = town.person(role, department)
        there = who.get("/v1/tickets/" + ticket_id, status=None).status == 200
        listed = "/v1/tickets?holder=any&limit=200&sort=filed"
        assert (filed["code"] in who.get(listed).body.decode()) == there, (role, "list")
        assert (who.get("/v1/tickets?code=" + filed["code"]).json["items"] != []) == there, (role, "code")
        for tail in ("/events", "/attachments", "/messages", "/replies", "/relations", "/clocks/answer/explanation"):
            assert who.get("/v1/tickets/" + ticket_id + tail, status=None).status == (200 if there else 404), (role, tail)
        assert who.get("/v1/tickets/%s/attachments/%s" % (ticket_id, attachment), status=None).status == (200 if there else 404), (role, "file")
        seen += [(role, department)] if there else []
    return seen


def test_a_denunciation_of_the_department_that_has_it(town):
    """From the middle of the work: a draft waits for a signature, another department has given its part, a third was asked for one."""
    ticket_id, filed, _ = accepted(town)
    officer, head, citizen = town.person("officer"), town.person("head"), town.citizen(filed)
    attachment = send(town.anyone, images.jpeg()).json
    link(citizen, attachment)
    town.no_parts(ticket_id)
    parts = [town.move(officer, ticket_id, "parts", dict(TASK, department=d), 201).json for d in (WARD, OTHER)]
    ward, other = town.person("officer", WARD), town.person("officer", OTHER)
    ward.post("/v1/parts/%s/give" % parts[0]["id"], {"text": "Đã kiểm tra, có ảnh kèm theo."}, {"If-Match": '"1"'}, 200)
    similar, _ = town.filed()
    town.coordinator.post("/v1/tickets/%s/relations" % similar, {"kind": "related", "other": ticket_id}, status=201)
    town.move(officer, ticket_id, "claim")
    town.move(officer, ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
    assert seen_by(town, ticket_id, filed, attachment["id"]) == [p for p in NINE if p[1] != INSPECTORS]

    answer = reclassify(town, ticket_id, **DENUNCIATION)
    assert (answer.json["state"], answer.json["moves"]) == ("submitted", []) and answer.json["holder"]["department"]["code"] == INSPECTORS
    assert answer.header("etag") == '"%d"' % town.version(ticket_id) and answer.json["version"] == town.version(ticket_id)
    assert stored(town, ticket_id) == ["denunciation", "officials_conduct", "denunciation", "confidential", "complex", "submitted", "t"]
    assert seen_by(town, ticket_id, filed, attachment["id"]) == [("legal_officer", INSPECTORS)]
    inspector = town.person("legal_officer", INSPECTORS)
    now = shown(town, ticket_id, inspector)
    now["route"].pop("rules")
    assert now["route"] == {"reason": "rule", "rule": now["route"]["rule"], "kind": "denunciation", "category": "officials_conduct",
                            "area": "00316", "department": INSPECTORS, "against": CONSTRUCTION}
    assert [p["state"] for p in now["parts"]] == ["cancelled", "cancelled"] and now["parts"][0]["text"] == "Đã kiểm tra, có ảnh kèm theo."
    assert inspector.get("/v1/tickets/%s/replies" % ticket_id).json["items"][0]["state"] == "sent_back"

    # By its own policy, from its own start, and accepted anew.
    due = {c["kind"]: c for c in now["clocks"] if not c["stopped_at"]}
    assert (due["accept"]["unit"], due["accept"]["amount"]) == ("wd", 1)
    assert due["answer"]["amount"] == 10 and due["answer"]["started_at"][:19] == filed["filed_at"][:19], "and not from the acceptance"
    assert due["answer"]["policy"]["citation_vi"].startswith("Luật Tố cáo")
    agrees(explanation(inspector, ticket_id, "answer").json, due["answer"]["due_at"])
    town.move(inspector, ticket_id, "accept")

    # Who had to do with it learns that it is gone, and nothing else.
    for who, part in ((ward, parts[0]), (other, parts[1])):
        body = who.get("/v1/parts/" + part["id"]).json
        assert body["ticket"] is None and body["state"] == "cancelled"
        assert who.post("/v1/parts/%s/give" % part["id"], {"text": "Lần nữa."}, {"If-Match": '"%d"' % body["version"]}, 409).problem == "part_state"
    for who in (officer, head, town.coordinator):
        related = who.get("/v1/tickets/%s/relations" % similar).body.decode()
        assert ticket_id not in related and filed["code"] not in related
    for action, body in (("approve", {}), ("send-back", {"reason": REASON}), ("progress", {"text": "Đang thi công, xong trong tuần."})):
        town.move(head, ticket_id, action, body, 404)
    assert reclassify(town, ticket_id, 404, kind="feedback").problem == "not_found", "the hub does not see it, so it does not bring it back"
    assert "reclassify" not in offered(inspector, ticket_id)
    assert reclassify(town, ticket_id, 403, inspector, kind="feedback").problem == "forbidden"


def test_the_event_and_what_the_citizen_reads(town):
    ticket_id, filed, _ = accepted(town)
    reclassify(town, ticket_id, **DENUNCIATION)
    steps = {step["type"]: step for step in town.citizen(filed).get("/v1/tracking").json["steps"]}
    assert "part.asked" in steps and REASON not in str(steps)
    step = steps["ticket.reclassified"]
    assert step["what_vi"] == ('Phiếu được giải quyết theo loại, lĩnh vực khác: từ "Phản ánh" thành "Tố cáo"; lĩnh vực từ "%s" thành "%s"; '
                               "căn cứ: Luật Tố cáo số 25/2018/QH14" % (name(town, "roads.surface"), name(town, "officials_conduct")))
    assert 'as another kind or in another category: "Denunciation" instead of "Feedback"; ' in step["what_en"]
    events = town.person("legal_officer", INSPECTORS).get("/v1/tickets/%s/events" % ticket_id).json["items"]
    event = next(e for e in events if e["type"] == "ticket.reclassified")
    data = event["data"]
    assert (event["from"], event["to"]) == ("accepted", "submitted")
    assert {m: data[m] for m in ("from_kind", "kind", "from_category", "category", "from_sight", "sight", "from_visibility", "visibility",
                                 "from_level", "level", "against", "reason")} == {
        "from_kind": "feedback", "kind": "denunciation", "from_category": "roads.surface", "category": "officials_conduct",
        "from_sight": "public", "sight": "denunciation", "from_visibility": "public", "visibility": "confidential",
        "from_level": "normal", "level": "complex", "against": CONSTRUCTION, "reason": REASON}
    assert data["from_policy"] != data["policy"] and data["due_before"] and data["due_after"]


def name(town, category):
    return town.sql("select name_vi from category where code = '%s'" % category)[0][0]


def test_only_the_category(town):
    """The same department goes on where it is; another one begins anew."""
    ticket_id, filed, _ = accepted(town)
    officer = town.person("officer")
    town.move(officer, ticket_id, "claim")
    same = town.sql("select c.code from category c join category o on o.department = c.department where o.code = 'roads.surface'"
                    " and c.code <> o.code and c.visibility is not distinct from o.visibility and c.valid_to is null order by 1 limit 1")[0][0]
    moved = reclassify(town, ticket_id, category=same).json
    assert moved["state"] == "in_progress" and moved["holder"]["person"] and moved["holder"]["department"]["code"] == CONSTRUCTION
    assert shown(town, ticket_id, officer)["category"]["code"] == same
    assert reclassify(town, ticket_id, 409, category=same).problem == "same_path"
    assert reclassify(town, ticket_id, 409).problem == "same_path"
    moved = reclassify(town, ticket_id, category="environment.waste").json
    alike = town.file(category="environment.waste")
    assert moved["state"] == "submitted" and moved["holder"] == {"department": alike["department"], "person": None}
    officer.get("/v1/tickets/" + ticket_id, status=404)
    got = shown(town, ticket_id)["route"]
    got.pop("rules")
    assert got == alike["route"]
    assert town.sql("select ended_by from holding where ticket = '%s' and until is not null" % ticket_id) == [["route"]]
    running = {c["kind"] for c in moved["clocks"] if not c["stopped_at"]}
    assert {"accept", "answer"} <= running


def test_a_complaint_and_whom_it_is_against(town):
    ticket_id, filed, _ = accepted(town)
    town.no_parts(ticket_id)
    part = town.move(town.person("officer"), ticket_id, "parts", TASK, 201).json
    assert reclassify(town, ticket_id, kind="complaint", category="land.recovery").json["holder"]["department"]["code"] == RECEPTION
    assert town.person("officer", WARD).get("/v1/parts/" + part["id"]).json["ticket"], "the ward may go on"
    reclassify(town, ticket_id, against={"department": WARD})
    assert town.person("officer", WARD).get("/v1/parts/" + part["id"]).json["ticket"] is None, "not once it is about the ward"
    assert town.move(town.coordinator, ticket_id, "route", {"department": WARD, "reason": REASON}, 409).problem == "department_denounced"
    assert reclassify(town, ticket_id, 409, kind="feedback").problem == "against_stays"
    assert reclassify(town, ticket_id, 409, against={"department": WARD}).problem == "same_path"
    moved = reclassify(town, ticket_id, against={"department": RECEPTION}).json
    assert moved["holder"]["department"]["code"] == COMMITTEE, "above who has it"
    town.person("officer", RECEPTION).get("/v1/tickets/" + ticket_id, status=404)
    assert reclassify(town, ticket_id, 422, against={"department": COMMITTEE}).problem == "nobody_above"
    assert reclassify(town, ticket_id, kind="denunciation").json["holder"]["department"]["code"] == INSPECTORS, "and from there still a denunciation"


def test_back_to_feedback(town):
    """What names nobody and everybody of the hub sees comes back."""
    ticket_id, filed = town.filed(kind="complaint", category="land.recovery")
    assert reclassify(town, ticket_id, kind="feedback", category="roads.surface").json["holder"]["department"]["code"] == CONSTRUCTION
    assert stored(town, ticket_id)[:4] == ["feedback", "roads.surface", "public", "public"]


def test_to_the_press_and_to_the_data_officer(town):
    press, _ = town.filed()
    assert reclassify(town, press, kind="press", category="press").json["holder"]["department"]["code"] == HUB
    town.person("officer").get("/v1/tickets/" + press, status=404)
    town.move(town.person("press_officer", HUB), press, "accept")
    data, filed = town.filed()
    moved = reclassify(town, data, kind="data_request", category="personal_data").json
    assert moved["moves"] == [], "the data officer alone sees it"
    town.coordinator.get("/v1/tickets/" + data, status=404)
    town.move(town.person("data_officer", HUB), data, "accept")
    request, _ = town.filed()
    reclassify(town, request, kind="information_request")
    assert stored(town, request)[:4] == ["information_request", "roads.surface", "private", "private"]


def test_while_the_citizen_is_asked(town):
    """The question is dropped, and time runs on from now."""
    ticket_id, filed, _ = accepted(town)
    officer = town.person("officer")
    town.move(officer, ticket_id, "ask", QUESTION)
    moved = reclassify(town, ticket_id, kind="recommendation").json
    assert moved["state"] == "submitted" and not clock(moved, "answer")["paused"]
    assert town.sql("select ended from question where ticket = '%s'" % ticket_id) == [["dropped"]]
    town.citizen(filed).post("/v1/tracking/answer", {"text": "Số nhà 12, ngõ 3."}, status=409)
    agrees(explanation(officer, ticket_id, "answer").json, clock(moved, "answer")["due_at"])


def test_the_level(town):
    """A kind's own goes before the hub's, the hub's before the category's."""
    ticket_id, _, _ = accepted(town)
    town.move(town.coordinator, ticket_id, "level", {"level": "complex", "reason": REASON})
    reclassify(town, ticket_id, category="environment.waste")
    assert stored(town, ticket_id, "level") == ["complex"]
    reclassify(town, ticket_id, kind="emergency")
    assert stored(town, ticket_id, "level") == ["urgent"]
    other, _ = town.filed()
    reclassify(town, other, category="press")
    assert stored(town, other, "level") == ["complex"], "that of the category"


def test_an_emergency_calls_who_is_on_duty(town):
    login = town.login("duty_officer", HUB)
    town.sql("update account set email = 'truc@example.org' where login = '%s'" % login)
    town.person("hub_head", HUB).post("/v1/duty", {"person": account(town, "duty_officer", HUB), "from": hours(-1), "until": hours(1)})
    ticket_id, filed, _ = accepted(town)
    moved = reclassify(town, ticket_id, kind="emergency").json
    assert (clock(moved, "answer")["unit"], clock(moved, "answer")["amount"]) == ("h", 4) or clock(moved, "answer")["unit"] != "wd"
    told = [n for n in town.person("hub_head", HUB).get("/v1/notices?limit=200").json["items"]
            if n["type"] == "ticket.danger" and n["ticket"] and n["ticket"]["id"] == ticket_id]
    assert [(n["audience"], n["urgent"]) for n in told] == [("duty", True)]
    assert "113" in town.citizen(filed).get("/v1/tracking").json["emergency"]["numbers"]


def test_what_triage_suggested_is_settled(town):
    ticket_id, _ = town.filed(title="Tố cáo cán bộ nhận hối lộ", text="Tôi tố cáo cán bộ phường nhận hối lộ khi cấp phép xây dựng.")
    wait_until(lambda: suggestions(town, ticket_id), SOON, "suggestions")
    assert {(s["file_as"], s["settled"]) for s in suggestions(town, ticket_id)} >= {("denunciation", False)}
    reclassify(town, ticket_id, kind="denunciation", category="officials_conduct")
    found = town.person("legal_officer", INSPECTORS).get("/v1/tickets/%s/suggestions" % ticket_id).json["suggestions"]
    assert {s["file_as"]: s["settled"] for s in found}["denunciation"] is True


def test_what_was_published_is_hidden(town):
    ticket_id, filed = town.answered()
    publish_ask(town, town.person("officer"), ticket_id)
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")
    publish_ask(town, town.coordinator, ticket_id, "publish")
    town.anyone.get("/v1/public/tickets/" + filed["code"])
    town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Việc này vẫn chưa được giải quyết."}, status=201)
    second = town.person("officer", CONSTRUCTION, 2)
    town.move(second, ticket_id, "take-up")
    assert reclassify(town, ticket_id, kind="recommendation").json["state"] == "in_progress"
    town.anyone.get("/v1/public/tickets/" + filed["code"])
    reclassify(town, ticket_id, kind="denunciation", category="officials_conduct")
    town.anyone.get("/v1/public/tickets/" + filed["code"], status=404)
    assert town.sql("select state from publication where ticket = '%s'" % ticket_id) == [["hidden"]]
    assert town.citizen(filed).get("/v1/tracking").json["publication"]["state"] == "hidden"


def test_a_replay_of_the_filing_tells_what_was_told(town):
    key = {"Idempotency-Key": "a-filing-that-becomes-another-kind-1"}
    first = town.file(key)
    reclassify(town, town.id_of(first), **DENUNCIATION)
    assert town.file(key) == first
    key = {"Idempotency-Key": "a-filing-that-becomes-another-kind-2"}
    first = town.file(key)
    reclassify(town, town.id_of(first), kind="complaint")
    reclassify(town, town.id_of(first), kind="emergency", category="environment.waste")
    assert town.file(key) == first


def test_with_others_merged_into_it(town):
    ticket_id, filed = town.filed()
    merged, _ = town.filed()
    town.move(town.coordinator, merged, "merge", {"into": ticket_id})
    assert reclassify(town, ticket_id, 409, **DENUNCIATION).problem == "others_merged"
    assert reclassify(town, merged, 409, kind="question").problem == "wrong_state"
    reclassify(town, ticket_id, kind="recommendation")
    town.move(town.coordinator, merged, "unmerge", {"reason": REASON})
    reclassify(town, ticket_id, **DENUNCIATION)
    assert shown(town, merged)["kind"] == "feedback"


def filed_long_ago(town):
    """Behind the back of the guard, as if 40 days had gone by."""
    ticket_id, _ = town.filed()
    town.sql("set session_replication_role = replica; update ticket set filed_at = filed_at - interval '40 days' where id = '%s'" % ticket_id)
    return ticket_id


def new_category(town, code, department, since, before=""):
    """Until every worker knows of it."""
    town.sql(before + """insert into category (code, parent, name_vi, name_en, department, level, visibility, valid_from)
        values ('%s', null, 'Lĩnh vực mới', 'A new one', '%s', 'normal', 'public', %s)""" % (code, department, since))
    town.everywhere()


def test_a_category_younger_than_the_ticket(town):
    """It counts as of its first day: it does not fall to the hub, unseen by others."""
    ticket_id = filed_long_ago(town)
    new_category(town, "young", OTHER, "city_day(now()) - 1")
    assert reclassify(town, ticket_id, category="young").json["holder"]["department"]["code"] == OTHER
    assert stored(town, ticket_id, "category, sight, visibility, route->>'reason'") == ["young", "public", "public", "category"]


def test_a_department_divided_since_the_filing(town):
    """Who has the ticket today says the choice that it meets, as at a filing."""
    here, there = filed_long_ago(town), filed_long_ago(town)
    town.sql("set session_replication_role = replica; update ticket set area = '00004' where id = '%s'" % there)
    new_category(town, "divided", "HN-SDL", "null", """update department set valid_to = city_day(now()),
        successor = (select id from department where code = 'HN-STC') where code = 'HN-SDL';
        insert into lineage (what, old, new, since, position, area) values ('department', 'HN-SDL', 'HN-STC', city_day(now()), 1, null),
            ('department', 'HN-SDL', 'HN-SVHTT', city_day(now()), 101, '00316');""")
    assert reclassify(town, here, category="divided").json["holder"]["department"]["code"] == "HN-SVHTT"
    assert reclassify(town, there, category="divided").json["holder"]["department"]["code"] == "HN-STC"


def test_who_may_and_when(town):
    ticket_id, filed, _ = accepted(town)
    for role in ("officer", "head", "legal_officer", "duty_officer"):
        who = town.person(role)
        assert "reclassify" not in offered(who, ticket_id)
        assert reclassify(town, ticket_id, 403, who, kind="question").problem == "forbidden"
    town.person("leader", COMMITTEE).post("/v1/tickets/%s/reclassify" % ticket_id, {"kind": "question", "reason": REASON}, {"If-Match": '"1"'}, 403)
    assert {m["to"] for m in shown(town, ticket_id)["moves"] if m["action"] == "reclassify"} == {"accepted", "submitted"}
    assert reclassify(town, ticket_id, 412, version=1, kind="question").problem == "precondition_failed"
    town.move(town.coordinator, ticket_id, "reclassify", {"kind": "question"}, 422)
    for path, fault in (({"kind": "spam"}, "/kind"), ({"category": "roads.none"}, "/category"), ({"kind": "question", "against": {"department": WARD}}, "/against"),
                        ({"kind": "complaint", "against": {"department": "HN-KHONG"}}, "/against/department")):
        assert list(reclassify(town, ticket_id, 422, **path).pointers) == [fault], path
    reclassify(town, ticket_id, who=town.person("hub_head", HUB), kind="question")
    answered, _ = town.answered()
    assert reclassify(town, answered, 409, kind="question").problem == "wrong_state"


def test_parts_of_a_split_name_whom_they_are_against(town):
    """The whole is then put on its path, or closed, as ever."""
    ticket_id, filed = town.filed()
    item = {"kind": "denunciation", "category": "officials_conduct", "title": "Tố cáo cán bộ", "text": "Nội dung tố cáo hành vi của cán bộ sở.",
            "against": {"department": INSPECTORS}}
    wrong = dict(item, kind="feedback")
    assert town.move(town.coordinator, ticket_id, "split", {"items": [item, wrong], "reason": REASON}, 422).pointers == {"/items/1/against": "not_allowed"}
    above = dict(item, against={"department": COMMITTEE})
    assert town.move(town.coordinator, ticket_id, "split", {"items": [above], "reason": REASON}, 422).problem == "nobody_above"
    town.move(town.coordinator, ticket_id, "split", {"items": [item], "reason": REASON})
    part = town.citizen(filed).get("/v1/tracking/splits").json["items"][0]
    assert stored(town, town.id_of(part), "route->>'against', sight") == [INSPECTORS, "denunciation"]
    town.person("legal_officer", INSPECTORS).get("/v1/tickets/" + town.id_of(part), status=404)
    town.person("legal_officer", COMMITTEE).get("/v1/tickets/" + town.id_of(part))
    assert reclassify(town, ticket_id, category="environment.waste").json["state"] == "submitted"


def test_the_letters(town, mail):
    """The citizen is told in words that name nothing; who has it now is told; who had it and who was asked only that it is gone."""
    town.sql("update setting set value = 10 where name = 'notices_hour_citizen'; update account set email = null; delete from notice_load")
    town.never_closed()
    people = {(role, d): staff(town, role, d)[1] for role, d in (("officer", CONSTRUCTION), ("head", CONSTRUCTION), ("legal_officer", INSPECTORS),
                                                              ("officer", OTHER))}
    title = "Cán bộ Nguyễn Văn Ví Dụ nhận tiền của dân"
    ticket_id, filed = town.filed(title=title, contact=contact("to.giac.lai@example.org"))
    officer = town.person("officer")
    mail.wait("to.giac.lai@example.org", 1)
    town.move(officer, ticket_id, "accept")
    part = town.move(officer, ticket_id, "parts", dict(TASK, department=OTHER), 201).json
    mail.wait("to.giac.lai@example.org", 2)
    mail.wait(people["officer", OTHER], 1)
    wait_until(lambda: town.sql("select count(*) from notice where ticket = '%s' and state in ('waiting', 'sending')" % ticket_id) == [["0"]], SOON, "sent")
    gone = {p: len(mail.to(a)) for p, a in people.items()}
    reclassify(town, ticket_id, **DENUNCIATION)
    told = mail.wait("to.giac.lai@example.org", 3)[-1]
    taken = mail.wait(people["legal_officer", INSPECTORS])[-1]
    recalled = mail.wait(people["officer", OTHER], gone["officer", OTHER] + 1)[-1]
    for letter in (told, taken, recalled):
        assert title not in letter.words and "Thanh tra" not in letter.words and "tố cáo" not in letter.words.lower(), letter.words
    assert filed["code"] in told.words and "theo loại, lĩnh vực khác. Kính mời" in told.words
    assert town.person("officer", OTHER).get("/v1/parts/" + part["id"]).json["state"] == "cancelled"
    wait_until(lambda: town.sql("select count(*) from notice where ticket = '%s' and state in ('waiting', 'sending')" % ticket_id) == [["0"]], SOON, "sent")
    for person in (("officer", CONSTRUCTION), ("head", CONSTRUCTION)):
        assert len(mail.to(people[person])) == gone[person], person
    admin = town.person("admin", HUB)
    hidden = [n for n in admin.get("/v1/notices?limit=200").json["items"] if n["ticket"] is None]
    assert hidden and ticket_id not in json.dumps(hidden)
