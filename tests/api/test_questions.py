"""Asking the citizen stops the clocks; the answer, or the end of its time, lets them go on."""
from support.town import CONSTRUCTION, wait_until
from test_deadlines import Model, close_to, instant

QUESTION = {"text": "Xin cho biết đoạn đường hư hỏng ở ngõ nào, gần số nhà nào."}
ANSWER = {"text": "Ngõ 99, trước cổng nhà văn hóa tổ dân phố số 7."}


def clock(body, kind):
    return [c for c in body["clocks"] if c["kind"] == kind][-1]


def accepted(town):
    ticket_id, filed = town.filed()
    return ticket_id, filed, town.move(town.person("officer"), ticket_id, "accept").json


def test_ask_and_answer(town):
    ticket_id, filed, before = accepted(town)
    officer, citizen = town.person("officer"), town.citizen(filed)
    asked = town.move(officer, ticket_id, "ask", QUESTION).json
    assert asked["state"] == "needs_info" and clock(asked, "answer")["paused"]
    assert clock(asked, "answer")["due_at"] > clock(before, "answer")["due_at"]
    assert [m["action"] for m in asked["moves"]] == ["resume"]

    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "needs_info" and seen["questions"][0]["text"] == QUESTION["text"]
    question = seen["questions"][0]
    close_to(question["until"], Model(town).days(instant(question["asked_at"]), 5))
    assert seen["deadlines"][-1]["due_at"] == clock(asked, "answer")["due_at"]

    key = {"Idempotency-Key": "an-answer-with-a-key-of-its-own-1"}
    written = citizen.post("/v1/tracking/answer", ANSWER, key, 201).json
    again = citizen.post("/v1/tracking/answer", ANSWER, key, 201)
    assert again.json == written and again.header("idempotent-replayed") == "true", "the answer got lost on its way"
    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "accepted" and seen["questions"][0]["ended"] == "answered"
    assert [m["text"] for m in seen["messages"]] == [ANSWER["text"]] and written["id"]
    # Asked and answered within moments: no close of a working day lay between.
    assert seen["deadlines"][-1]["due_at"] == clock(before, "answer")["due_at"]
    assert citizen.post("/v1/tracking/answer", ANSWER, status=409).problem == "wrong_state"


def test_answered_on_another_way(town):
    """A message is no answer, as nobody knows what it says; who reads it lets the clocks go on, and nobody else."""
    ticket_id, filed, before = accepted(town)
    officer, citizen = town.person("officer"), town.citizen(filed)
    town.move(officer, ticket_id, "ask", QUESTION)
    key, link = {"Idempotency-Key": "a-message-with-a-key-of-its-own-1"}, '</v1/tracking/answer>; rel="related"'
    written = citizen.post("/v1/tracking/messages", ANSWER, key, 201)
    assert written.header("link") == link
    waiting = citizen.get("/v1/tracking").json
    assert waiting["state"] == "needs_info" and "supply" in [m["action"] for m in waiting["moves"]]
    moves = officer.get("/v1/tickets/" + ticket_id).json["moves"]
    assert [(m["action"], m["to"], m["needs_reason"]) for m in moves] == [("resume", "accepted", True)]
    reason = {"reason": "Người gửi phiếu đã trả lời bằng tin nhắn."}
    assert town.move(officer, ticket_id, "resume", {}, 422).pointers == {"/reason": "required"}
    assert town.move(officer, ticket_id, "resume", reason, 412, version=1).problem == "precondition_failed"
    town.move(town.person("officer", "HN-CATP"), ticket_id, "resume", reason, 404)
    town.move(town.person("coordinator", "HN-EIC"), ticket_id, "resume", reason, 403)

    moved = town.move(officer, ticket_id, "resume", reason).json
    assert moved["state"] == "accepted" and not clock(moved, "answer")["paused"]
    assert clock(moved, "answer")["due_at"] == clock(before, "answer")["due_at"], "within moments"
    assert "ask" in [m["action"] for m in moved["moves"]]
    seen = citizen.get("/v1/tracking").json
    assert (seen["state"], seen["questions"][0]["ended"], seen["steps"][-1]["type"]) == ("accepted", "resumed", "ticket.resumed")
    assert reason["reason"] not in citizen.get("/v1/tracking").body.decode()
    event = officer.get("/v1/tickets/%s/events" % ticket_id).json["items"][-1]
    assert event["type"] == "ticket.resumed" and event["data"]["reason"] == reason["reason"] and event["told"]
    assert citizen.post("/v1/tracking/answer", ANSWER, status=409).problem == "wrong_state"
    assert town.move(officer, ticket_id, "resume", reason, 409).problem == "wrong_state"
    key_after = {"Idempotency-Key": "a-message-with-a-key-of-its-own-2"}
    for _ in range(2):
        assert citizen.post("/v1/tracking/messages", ANSWER, key_after, status=201).header("link") is None
    again = citizen.post("/v1/tracking/messages", ANSWER, key, 201)
    assert (again.json, again.header("link"), again.header("idempotent-replayed")) == (written.json, link, "true"), "whatever holds now"


def test_it_waits_for_the_acceptance_too(town):
    """A question before the acceptance moves the accept limit, and with it the latest date of the answer."""
    ticket_id, filed = town.filed()
    asked = town.move(town.person("officer"), ticket_id, "ask", QUESTION).json
    model = Model(town)
    question = town.citizen(filed).get("/v1/tracking").json["questions"][0]
    accept = clock(asked, "accept")
    close_to(accept["due_at"], model.hours(instant(question["until"]), 8))
    close_to(clock(asked, "answer")["due_at"], model.days(instant(accept["due_at"]), 5))
    assert clock(asked, "answer")["latest"]


def test_no_answer_in_time(town):
    ticket_id, filed, _ = accepted(town)
    asked = town.move(town.person("officer"), ticket_id, "ask", QUESTION).json
    town.tamper("update question set asked_at = asked_at - interval '9 days', until_at = now() where ticket = '%s'" % ticket_id)
    wait_until(lambda: town.citizen(filed).get("/v1/tracking").json["state"] == "accepted", 30, "the question expires")
    seen = town.citizen(filed).get("/v1/tracking").json
    assert seen["questions"][0]["ended"] == "expired"
    assert seen["deadlines"][-1]["due_at"] == clock(asked, "answer")["due_at"], "the date that was told"
    assert seen["steps"][-1]["type"] == "ticket.question_expired"


def test_as_often_as_the_policy_allows(town):
    ticket_id, filed, _ = accepted(town)
    officer, citizen = town.person("officer"), town.citizen(filed)
    for _ in range(2):
        town.move(officer, ticket_id, "ask", QUESTION)
        citizen.post("/v1/tracking/answer", ANSWER, status=201)
    assert "ask" not in [m["action"] for m in officer.get("/v1/tickets/" + ticket_id).json["moves"]]
    assert town.move(officer, ticket_id, "ask", QUESTION, status=409).problem == "no_question_left"


def test_progress_is_told_at_once(town):
    ticket_id, filed, _ = accepted(town)
    text = "Đơn vị thi công đã nhận mặt bằng, dự kiến xong trong tuần."
    town.move(town.person("officer"), ticket_id, "progress", {"text": text})
    seen = town.citizen(filed).get("/v1/tracking").json
    assert [(m["from"], m["text"]) for m in seen["messages"]] == [("department", text)]
    assert seen["steps"][-1]["type"] == "ticket.progress"


def test_the_clock_of_the_next_update_begins_anew(town):
    ticket_id, filed = town.filed(kind="initiative", category="other")
    hub = town.person("coordinator", "HN-EIC")
    who = hub if filed["department"]["code"] == "HN-EIC" else town.person("officer", filed["department"]["code"])
    moved = town.move(who, ticket_id, "accept").json
    assert clock(moved, "update")["round"] == 1
    moved = town.move(who, ticket_id, "progress", {"text": "Sáng kiến đang được thẩm định tại hội đồng."}).json
    assert [c["round"] for c in moved["clocks"] if c["kind"] == "update"] == [2]


def test_nobody_works_on_what_is_answered(town):
    """From the answer to the second look nothing is added, whatever time goes by."""
    ticket_id, filed = town.answered()

    def earlier(days):
        """As if everything so far had been that long ago."""
        town.tamper("""update ticket set filed_at = filed_at - interval '{0} days', answered_at = answered_at - interval '{0} days' where id = '{1}';
            update event set at = at - interval '{0} days' where ticket = '{1}';
            update holding set since = since - interval '{0} days' where ticket = '{1}'""".format(days, ticket_id))

    def worked():
        holder, = town.coordinator.get("/v1/tickets/%s/holders" % ticket_id).json["items"]
        return holder["worked_seconds"]
    earlier(7)
    assert worked() <= 600, "answered at once"
    town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Mặt đường lại lún sau một ngày."}, status=201)
    assert worked() <= 1200
    earlier(28)
    assert worked() > 5 * 8 * 3600, "it has been open again for four weeks, of which a holiday takes two at most"
    town.move(town.person("head"), ticket_id, "assign", {"person": town.person("officer", number=2).get("/v1/me").json["account"]["id"]})
    town.move(town.person("officer", number=2), ticket_id, "propose", {"text": "Đã kiểm tra và xử lý lại toàn bộ đoạn đường."})
    town.move(town.person("head"), ticket_id, "approve")
    before = worked()
    earlier(28)
    # The same weekdays, of which other ones are holidays, at most those of Tết; four weeks more would be thirteen working days at least.
    assert abs(worked() - before) <= 8 * 8 * 3600


def test_who_held_it_and_how_long(town):
    ticket_id, _ = town.filed()
    town.move(town.person("officer"), ticket_id, "return", {"reason": "Không thuộc thẩm quyền của Sở."})
    town.move(town.coordinator, ticket_id, "route", {"department": "UB-00316", "reason": "Đường do phường quản lý."})
    town.tamper("update holding set since = since - interval '30 days', until = until - interval '2 days' where ticket = '%s' and until is not null"
                " and department = (select id from department where code = '%s')" % (ticket_id, CONSTRUCTION))
    items = town.coordinator.get("/v1/tickets/%s/holders" % ticket_id).json["items"]
    assert [(h["department"]["code"], h["ended_by"]) for h in items] == [
        (CONSTRUCTION, "return"), ("HN-EIC", "route"), ("UB-00316", None)]
    assert items[0]["worked_seconds"] > 5 * 8 * 3600, "four weeks have more than five working days, whatever the holidays"
    assert town.person("officer").get("/v1/tickets/%s/holders" % ticket_id, status=404).problem == "not_found"
