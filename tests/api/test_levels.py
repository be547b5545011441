"""The hub changes the level of a ticket: another policy counts, from where each clock began, and everybody concerned is told."""
from urllib.parse import quote

import pytest

from support.post import Post
from support.town import HUB, free_port, wait_until
from test_alarms import LADDER, SOON, fired, next_alarm, run_in_hours
from test_explanations import agrees, explanation
from test_notices import MAIL, staff
from test_offers import offered
from test_questions import ANSWER, QUESTION, accepted, clock

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
REASON = "Sự việc ở ngay cổng trường học, phải xử lý trước giờ tan trường."


def level(name):
    return {"level": name, "reason": REASON}


def relevel(town, ticket_id, name, status=200, who=None):
    return town.move(who or town.coordinator, ticket_id, "level", level(name), status)


def counted(town, start, amount, unit):
    return town.anyone.get("/v1/deadline?start=%s&amount=%d&unit=%s&department=HN-SXD" % (quote(start), amount, unit)).json["due"]


def dates(body):
    return {c["kind"]: (c["due_at"], c["unit"], c["amount"]) for c in body["clocks"] if not c["stopped_at"]}


def test_an_accepted_ticket_becomes_urgent(town):
    ticket_id, filed, before = accepted(town)
    began = clock(before, "answer")["started_at"]
    assert (clock(before, "answer")["unit"], clock(before, "answer")["amount"]) == ("wd", 5)
    moved = relevel(town, ticket_id, "urgent").json
    answer = clock(moved, "answer")
    assert (answer["unit"], answer["amount"], answer["started_at"]) == ("wh", 4, began)
    assert answer["due_at"] == counted(town, began, 4, "wh"), "from its own start"
    shown = town.coordinator.get("/v1/tickets/" + ticket_id).json
    assert shown["level"] == "urgent" and shown["state"] == "accepted" and "relevel" in [m["action"] for m in shown["moves"]]
    told = explanation(town.coordinator, ticket_id, "answer").json
    agrees(told, answer["due_at"])
    assert told["policy"] == answer["policy"]


def test_the_citizen_is_told(town):
    ticket_id, filed, _ = accepted(town)
    citizen = town.citizen(filed)
    tag = citizen.get("/v1/tracking").header("etag")
    due = clock(relevel(town, ticket_id, "complex").json, "answer")["due_at"]
    seen = citizen.get("/v1/tracking", {"If-None-Match": tag}).json
    step = seen["steps"][-1]
    assert step["type"] == "ticket.releveled"
    assert step["what_vi"].startswith("Mức độ của phiếu được thay đổi: từ bình thường thành phức tạp; hạn trả lời mới là "), step
    assert step["what_en"].startswith("The level of the ticket was changed: from normal to complex; the answer is now due at "), step
    assert REASON not in str(seen), "the reason is for staff"
    assert seen["deadlines"][-1]["due_at"] == due
    told = citizen.get("/v1/tracking/clocks/answer/explanation").json
    agrees(told, due)
    event = [e for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"] if e["type"] == "ticket.releveled"][0]
    assert (event["data"]["from_level"], event["data"]["level"], event["data"]["reason"]) == ("normal", "complex", REASON)
    assert event["data"]["due_after"] == due > event["data"]["due_before"]


def test_there_and_back_again(town):
    """Before the acceptance, too: the answer waits for it again, and is due as on the first day."""
    ticket_id, filed = town.filed()
    first = town.coordinator.get("/v1/tickets/" + ticket_id).json
    assert clock(first, "answer")["latest"]
    urgent = relevel(town, ticket_id, "urgent").json
    assert clock(urgent, "answer")["latest"]
    assert clock(urgent, "answer")["due_at"] == counted(town, clock(urgent, "accept")["due_at"], 4, "wh")
    assert dates(relevel(town, ticket_id, "complex").json).keys() == {"accept", "step", "answer"}, "a new limit begins"
    assert dates(relevel(town, ticket_id, "normal").json) == dates(first)
    moved = town.move(town.person("officer"), ticket_id, "accept").json
    assert clock(moved, "answer")["due_at"] == counted(town, clock(moved, "answer")["started_at"], 5, "wd")


def test_what_only_the_other_policy_has(town):
    ticket_id, _, _ = accepted(town)
    moved = relevel(town, ticket_id, "complex").json
    assert {(c["kind"], c["unit"], c["amount"]) for c in moved["clocks"] if not c["stopped_at"]} == {
        ("update", "wd", 5), ("step", "wd", 5), ("answer", "wd", 15)}
    moved = relevel(town, ticket_id, "urgent").json
    assert [c["kind"] for c in moved["clocks"] if not c["stopped_at"]] == ["answer"]


def test_a_pause_and_an_extension(town):
    """The pause counts by the new policy; an extension in another unit does not, and one that was only asked for is void."""
    ticket_id, filed, before = accepted(town)
    officer, head, citizen = town.person("officer"), town.person("head"), town.citizen(filed)
    town.move(officer, ticket_id, "request-extension", {"amount": 2, "reason": REASON})
    assert clock(town.move(head, ticket_id, "approve-extension").json, "answer")["extension"] == 2
    town.move(officer, ticket_id, "ask", QUESTION)
    moved = relevel(town, ticket_id, "complex").json
    assert clock(moved, "answer")["extension"] == 2 and clock(moved, "answer")["paused"]
    citizen.post("/v1/tracking/answer", ANSWER, status=201)
    agrees(explanation(officer, ticket_id, "answer").json, clock(officer.get("/v1/tickets/" + ticket_id).json, "answer")["due_at"])
    town.move(officer, ticket_id, "request-extension", {"amount": 2, "reason": REASON})
    moved = relevel(town, ticket_id, "urgent").json
    assert clock(moved, "answer")["extension"] == 0
    agrees(explanation(officer, ticket_id, "answer").json, clock(moved, "answer")["due_at"])
    assert town.move(head, ticket_id, "approve-extension", status=409).problem == "no_extension_requested"


def test_a_replay_of_the_filing_tells_what_was_told(town):
    key = {"Idempotency-Key": "a-filing-that-gets-another-level-1"}
    first = town.file(key)
    relevel(town, town.id_of(first), "complex")
    assert town.file(key) == first


def test_a_level_without_a_policy_of_its_own(town):
    ticket_id, filed = town.filed(kind="question")
    before = town.coordinator.get("/v1/tickets/" + ticket_id).json
    moved = relevel(town, ticket_id, "urgent").json
    assert dates(moved) == dates(before)
    assert town.citizen(filed).get("/v1/tracking").json["steps"][-1]["what_vi"].endswith("; thời hạn không thay đổi")


@pytest.mark.parametrize("first, second", [("urgent", "complex"), ("complex", "urgent")])
def test_an_alarm_of_the_new_date(town, first, second):
    """What has fired for a date fires again for another one."""
    ticket_id, _, _ = accepted(town)
    relevel(town, ticket_id, first)
    run_in_hours(town, ticket_id, "answer", "-50 min", "10 min", "-2 min")
    wait_until(lambda: fired(town, ticket_id, "answer") == LADDER[:1], SOON, "the warning")
    relevel(town, ticket_id, second)
    assert next_alarm(town, ticket_id, "answer")[0] == 1
    run_in_hours(town, ticket_id, "answer", "-51 min", "9 min", "-3 min")
    wait_until(lambda: fired(town, ticket_id, "answer") == LADDER[:1] * 2, SOON, "the warning for the new date")


def test_who_may_and_when(town):
    ticket_id, _, _ = accepted(town)
    for role in ("officer", "head"):
        assert "relevel" not in offered(town.person(role), ticket_id)
        assert relevel(town, ticket_id, "urgent", 403, town.person(role)).problem == "forbidden"
    relevel(town, ticket_id, "urgent", who=town.person("hub_head", HUB))
    assert relevel(town, ticket_id, "urgent", 409).problem == "same_level"
    town.move(town.coordinator, ticket_id, "level", {"level": "urgent"}, 422)
    town.move(town.coordinator, ticket_id, "level", {"level": "soon", "reason": REASON}, 422)
    town.move(town.coordinator, ticket_id, "level", level("normal"), 412, version=1)
    answered, _ = town.answered()
    assert relevel(town, answered, "complex", 409).problem == "wrong_state"


@pytest.mark.parametrize("language, words", [("vi", "Mức độ của phiếu được thay đổi: từ bình thường thành khẩn; hạn trả lời mới là "),
                                             ("en", "The level of the ticket was changed: from normal to urgent; the answer is now due at ")])
def test_letters(town, language, words):
    """Offices have to be open for letters: the last test of the file."""
    town.never_closed()
    town.sql("delete from notice_load")
    _, officer = staff(town, "officer")
    address = "muc.do.%s@example.org" % language
    with Post(PORT) as post:
        ticket_id, _ = town.filed(language=language, contact={"name": "Nguyễn Văn Mẫu", "email": address})
        post.wait(address, 1)
        relevel(town, ticket_id, "urgent")
        assert words in post.wait(address, 2)[-1].part("plain").replace("\n", " ")
        # Where the new date is near, the alarm may come beside it.
        wait_until(lambda: any("Mức độ phiếu được thay đổi" in mail.subject for mail in post.wait(officer, 1)), SOON, "the officer is told")
