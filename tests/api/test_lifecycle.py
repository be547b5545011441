"""From acceptance to the closed ticket: states, moves, replies, notes and the events behind them."""
from support.town import CONSTRUCTION

NOBODY = "00000000-0000-0000-0000-000000000000"


def events(town, ticket_id):
    return town.coordinator.get("/v1/tickets/%s/events?limit=200" % ticket_id).json["items"]


def actions(seen):
    return sorted(m["action"] for m in seen["moves"])


def test_the_straight_way_and_its_events(town):
    ticket_id, filed = town.filed()
    officer, head = town.person("officer"), town.person("head")
    seen = officer.get("/v1/tickets/" + ticket_id)
    assert seen.header("etag") == '"1"' and seen.json["state"] == "submitted"
    assert actions(seen.json) == ["accept", "ask", "return"]

    for who, action, body, state in (
            (officer, "accept", None, "accepted"),
            (officer, "claim", None, "in_progress"),
            (officer, "propose", {"text": "Đã vá xong mặt đường ngày hôm nay."}, "pending_approval"),
            (head, "send-back", {"reason": "Cần nêu rõ thời gian hoàn thành."}, "in_progress"),
            (officer, "propose", {"text": "Đã vá xong mặt đường lúc 16 giờ hôm nay."}, "pending_approval"),
            (head, "approve", None, "answered")):
        before = town.version(ticket_id)
        answer = town.move(who, ticket_id, action, body)
        assert answer.json["state"] == state and answer.json["version"] == before + 1
        assert answer.header("etag") == '"%d"' % (before + 1)

    replies = town.person("officer").get("/v1/tickets/%s/replies" % ticket_id).json["items"]
    assert sorted(r["state"] for r in replies) == ["published", "sent_back"]
    published = [r for r in replies if r["state"] == "published"][0]
    assert published["approved_by"]["name"] and published["author"]["name"] != published["approved_by"]["name"]
    assert [e["type"] for e in events(town, ticket_id)] == [
        "ticket.filed", "ticket.accepted", "part.asked", "ticket.claimed", "reply.proposed", "reply.sent_back", "reply.proposed",
        "ticket.answered"]
    assert [(e["from"], e["to"]) for e in events(town, ticket_id) if e["to"] != e["from"]][:3] == [
        (None, "submitted"), ("submitted", "accepted"), ("accepted", "in_progress")]
    assert town.citizen(filed).get("/v1/tracking").json["state"] == "answered"


def test_every_change_writes_exactly_one_event(town):
    ticket_id, filed = town.answered()
    officer = town.person("officer")
    officer.post("/v1/tickets/%s/notes" % ticket_id, {"text": "Đã gọi điện xác nhận."})
    town.citizen(filed).post("/v1/tracking/messages", {"text": "Cảm ơn."})
    town.citizen(filed).post("/v1/tracking/rating", {"score": "satisfied"})
    kinds = [e["type"] for e in events(town, ticket_id)]
    assert len(kinds) == 9 and len(set(e["id"] for e in events(town, ticket_id))) == 9, "the acceptance asks for the part of a rule, too"
    assert events(town, ticket_id)[0]["actor"]["kind"] == "anyone"
    assert [e["actor"]["kind"] for e in events(town, ticket_id)][-2:] == ["ticket", "ticket"]


def test_events_hold_no_words_of_the_citizen(town):
    ticket_id, _ = town.filed(title="Tiêu đề rất riêng tư", contact={"name": "Lê Văn Kín", "phone": "0900000777"})
    text = town.coordinator.get("/v1/tickets/%s/events" % ticket_id).body.decode()
    assert "riêng tư" not in text and "Kín" not in text and "900000777" not in text


def test_wrong_state_tells_the_open_moves(town):
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    answer = town.move(officer, ticket_id, "claim", status=409)
    assert answer.problem == "wrong_state"
    assert sorted(m["action"] for m in answer.json["moves"]) == ["accept", "ask", "return"]
    assert town.version(ticket_id) == 1


def test_each_move_from_each_state_is_as_the_table_says(town):
    """R: nothing but the table of moves decides. Walks all states with an officer and a head of the holder."""
    officer, head = town.person("officer"), town.person("head")
    bodies = {"propose": {"text": "Đã kiểm tra và xử lý xong."}, "send-back": {"reason": "Cần bổ sung."},
              "return": {"reason": "Không thuộc thẩm quyền."}}
    path = [(officer, "accept"), (officer, "claim"), (officer, "propose"), (head, "approve")]
    for steps in range(len(path) + 1):
        ticket_id, _ = town.filed()
        for who, action in path[:steps]:
            town.move(who, ticket_id, action, bodies.get(action))
        for who in (officer, head):
            open_now = {m["action"].replace("_", "-") for m in who.get("/v1/tickets/" + ticket_id).json["moves"]}
            for action in ("accept", "claim", "propose", "send-back", "approve", "return"):
                if action not in open_now:
                    answer = town.move(who, ticket_id, action, bodies.get(action), status=None)
                    assert answer.status in (403, 409), (steps, action, answer)
        assert town.version(ticket_id) == steps + 1


def test_a_head_assigns_an_officer_of_the_department_only(town):
    ticket_id, _ = town.filed()
    officer, head = town.person("officer"), town.person("head")
    other = town.person("officer", "UB-00004").get("/v1/me").json["account"]["id"]
    mine = officer.get("/v1/me").json["account"]["id"]
    town.move(officer, ticket_id, "accept")
    for person in (other, "018f0000-0000-7000-8000-000000000000"):
        answer = town.move(head, ticket_id, "assign", {"person": person}, status=422)
        assert answer.problem == "unknown_person"
    assert town.move(head, ticket_id, "assign", {"person": mine}).json["holder"]["person"]["id"] == mine
    assert ticket_id in [t["id"] for t in officer.get("/v1/tickets?mine=true&limit=200").json["items"]]


def test_a_draft_is_kept_without_a_move(town):
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    target = "/v1/tickets/%s/reply" % ticket_id
    draft = {"base_version": 0, "text": "Bản nháp thứ nhất của trả lời."}

    def put(status):
        return officer("PUT", target, draft, status=status)
    put(409)
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    put(200)
    assert officer.get("/v1/tickets/" + ticket_id).json["state"] == "in_progress"
    assert [r["state"] for r in officer.get("/v1/tickets/%s/replies" % ticket_id).json["items"]] == ["draft"]


def test_notes_are_for_the_staff_that_sees_the_ticket(town):
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    officer.post("/v1/tickets/%s/notes" % ticket_id, {"text": "Đã khảo sát."})
    notes = officer.get("/v1/tickets/%s/notes" % ticket_id).json["items"]
    assert [n["text"] for n in notes] == ["Đã khảo sát."]
    assert notes[0]["department"]["code"] == CONSTRUCTION
    stranger = town.person("officer", "UB-00004")
    stranger.get("/v1/tickets/%s/notes" % ticket_id, status=404)
    stranger.post("/v1/tickets/%s/notes" % ticket_id, {"text": "Người lạ."}, status=404)


def test_the_queue_shows_what_is_due_first(town):
    officer = town.person("officer", "HN-EVN")
    town.file(category="power_telecom.power")
    town.file(kind="praise", category="power_telecom.power")
    town.file(kind="emergency", category="power_telecom.power")
    items = officer.get("/v1/tickets?limit=200").json["items"]
    due = [i["due_at"] for i in items if i["due_at"] is not None]
    assert due == sorted(due) and len(items) > len(due)
    assert items[-1]["due_at"] is None and items[-1]["standing"] == "no_clock"
    filed = [i["filed_at"] for i in officer.get("/v1/tickets?sort=filed&limit=200").json["items"]]
    assert filed == sorted(filed, reverse=True)


def test_what_has_ended_by_how_it_came_out(town):
    officer = town.person("officer")
    (met, a), (late, b) = town.answered(), town.answered()

    def codes(query):
        items = officer.get("/v1/tickets?limit=200&standing=" + query).json["items"]
        assert {i["standing"] for i in items} <= {query.split("&")[0]}, query
        return {i["code"] for i in items} & {a["code"], b["code"]}
    town.tamper("update ticket set outcome = 'late' where id = '%s'" % late)
    for more in ("", "&state=answered", "&state=answered&state=submitted", "&sort=filed", "&person=" + town.sql(
            "select person from ticket where id = '%s'" % met)[0][0]):
        assert codes("met" + more) == {a["code"]} and codes("met_late" + more) == {b["code"]}, more
    for more in ("&state=answered", "&state=answered&state=closed&sort=filed", "&code=" + a["code"]):
        assert codes("no_clock" + more) == set(), more
    assert codes("met&state=submitted") == set() and codes("met&code=" + a["code"]) == {a["code"]}
    town.tamper("update ticket set outcome = 'met' where id = '%s'" % late)


def test_an_id_of_nobody_is_not_left_out_in_silence(town):
    officer = town.person("officer")
    faults = officer.post("/v1/tickets/bulk", {"action": "accept", "tickets": [{"id": NOBODY, "version": 1}]}, status=422).pointers
    assert faults == {"/tickets/0/id": "bad_format"}
    assert officer.post("/v1/filters", {"name": "x", "query": {"person": NOBODY}}, status=422).pointers


def test_filters_of_the_queue(town):
    officer = town.person("officer", "HN-HAPULICO")
    a = town.file(category="trees_lighting.lighting", area="00103")["code"]
    b = town.file(category="trees_lighting.lighting", area="00004", kind="question")["code"]
    town.move(officer, town.sql("select id from ticket where code = '%s'" % b)[0][0], "accept")

    def codes(query):
        return {i["code"] for i in officer.get("/v1/tickets?limit=200&" + query).json["items"]}
    assert codes("") == {a, b}
    assert codes("kind=question") == {b} and codes("area=00103") == {a}
    assert codes("state=accepted") == {b} and codes("state=submitted") == {a}
    assert codes("state=submitted&state=accepted") == {a, b}
    assert codes("category=trees_lighting") == {a, b} and codes("category=roads") == set()
    assert codes("standing=overdue") == set() and codes("level=normal") == {a, b}
    assert codes("mine=true") == set()
    for bad in ("state=dead", "kind=wish", "level=9", "standing=x", "sort=up", "limit=0", "limit=201", "limit=x", "mine=maybe",
                "nosuch=1", "person=" + NOBODY, "filter=" + NOBODY):
        assert officer.get("/v1/tickets?" + bad, status=422).pointers, bad
