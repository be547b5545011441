"""What is offered is not refused: no move that a ticket lists for somebody answers 409 when that person makes it."""
import pytest

from support.town import CONSTRUCTION
from test_matrix import example
from test_move_table import ROUTES

DRAFT = {"base_version": 0, "text": "Đơn vị đã kiểm tra và vá mặt đường trong ngày."}
REASON = {"reason": "Phải chờ kết quả kiểm định độc lập."}


def everybody(town):
    return [town.person("officer"), town.person("head"), town.person(("head", "officer")), town.coordinator]


def step(who, ticket, action, body, status=None):
    """A move of `ticket`, which is [id, version]."""
    answer = who.post("/v1/tickets/%s/%s" % (ticket[0], action), body, {"If-Match": '"%d"' % ticket[1]}, status)
    ticket[1] = answer.json.get("ticket_version", answer.json.get("version"))
    return answer


class Known:
    """What bodies name: people, reasons, another ticket."""

    def __init__(self, town):
        self.town = town
        reasons = dict(map(tuple, town.sql("select action, min(code) from refusal_reason where valid_to is null group by action")))
        self.values = {"person": lambda action: self.officer, "into": lambda action: self.other, "amount": lambda action: 1,
                       "reason_code": lambda action: reasons[action]}
        self.officer = town.person("officer", number=2).get("/v1/me").json["account"]["id"]    # not who works on it
        self.other = town.filed()[0]

    def body(self, path, action):
        body = example(self.town, "POST", path)
        for item in body.get("items", []):    # files of a ticket that has them
            item.pop("attachments", None)
        if action == "ask_part":    # a rule asks for that of the ward
            body["department"] = "UB-00004"
        return {name: self.values[name](action) if name in self.values else value for name, value in body.items()}


@pytest.fixture(scope="module")
def known(town):
    return Known(town)


def tickets(town, known, steps, sql, n):
    """n tickets that were brought to the same point."""
    codes = [town.file()["code"] for _ in range(n)]
    found = [[row[0], 1] for row in town.sql("select id from ticket where code in (%s)" % ",".join("'%s'" % c for c in codes))]
    for role, action, body in steps:
        for ticket in found:
            step(town.person(role), ticket, action, dict(body, into=known.other) if action == "merge" else body)
    if sql:
        town.tamper(sql.replace("TICKETS", "(%s)" % ",".join("'%s'" % t[0] for t in found)))
    return found


OVERDUE = "update clock_running set start_at = now() - interval '9 d', due_at = now() - interval '1 minute' where ticket in TICKETS and kind = 'answer'"
ACCEPT, CLAIM = ("officer", "accept", {}), ("officer", "claim", {})
PROPOSE = ("officer", "propose", {"text": "Đã vá mặt đường trong ngày hôm nay."})
ASK_BY_BOTH = (("head", "officer"), "request-extension", dict(REASON, amount=1))
SITUATIONS = {
    "filed": ((), None), "accepted": ((ACCEPT,), None), "worked on": ((ACCEPT, CLAIM), None), "proposed": ((ACCEPT, CLAIM, PROPOSE), None),
    "answered": ((ACCEPT, CLAIM, PROPOSE, ("head", "approve", {})), None), "returned": ((("officer", "return", REASON),), None),
    "overdue": ((ACCEPT,), OVERDUE), "an extension is asked for": ((ACCEPT, ASK_BY_BOTH), None),
    "and overdue": ((ACCEPT, ASK_BY_BOTH), OVERDUE), "merged": ((("coordinator", "merge", {"reason": "Cùng một ổ gà."}),), None),
    "no room for parts": ((ACCEPT, ("officer", "parts", {"department": "UB-00004", "task": "Đề nghị kiểm tra hiện trạng.", "days": 1})),
                          "update setting set value = 1 where name = 'parts_most'"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_offered_can_be_done(town, known, name):
    steps, sql = SITUATIONS[name]
    looked_at = tickets(town, known, steps, sql, 1)[0]
    seen = [(who, who("GET", "/v1/tickets/" + looked_at[0])) for who in everybody(town)]
    offers = [(who, move["action"]) for who, answer in seen if answer.status == 200 for move in answer.json["moves"]]
    assert offers, "nothing is offered to anybody"
    if name == "no room for parts":
        town.sql("update setting set value = 10 where name = 'parts_most'")
    for (who, action), ticket in zip(offers, tickets(town, known, steps, sql, len(offers))):
        path = ROUTES.get(action, action.replace("_", "-"))
        answer = step(who, ticket, path, known.body("/v1/tickets/{id:uuid}/" + path, action))
        assert answer.status in (200, 201), (name, action, answer)
    town.sql("update setting set value = 10 where name = 'parts_most'")


def offered(who, ticket_id):
    return {m["action"] for m in who.get("/v1/tickets/" + ticket_id).json["moves"]}


def test_extensions_that_cannot_be_granted(town, known):
    def brought(*steps, sql=None):
        return tickets(town, known, steps, sql, 1)[0][0]
    ticket_id = brought(ACCEPT, ASK_BY_BOTH)
    both, head = town.person(("head", "officer")), town.person("head")
    of_requests = {"request_extension", "approve_extension", "refuse_extension"}
    assert offered(both, ticket_id) & of_requests == set(), "nobody decides on a request of their own"
    assert offered(head, ticket_id) & of_requests == {"approve_extension", "refuse_extension"}
    late = brought(ACCEPT, ASK_BY_BOTH, sql=OVERDUE)
    assert offered(head, late) & of_requests == {"refuse_extension"}
    assert "request_extension" in offered(both, brought(ACCEPT))
    assert not offered(both, brought(ACCEPT, sql=OVERDUE)) & of_requests


@pytest.fixture
def reviews(town):
    """The department wants each draft reviewed."""
    town.sql("update department set reply_review = true where code = '%s'" % CONSTRUCTION)
    yield
    town.sql("update department set reply_review = false where code = '%s'" % CONSTRUCTION)


def test_a_draft_that_nobody_has_found_good(town, reviews):
    officer, colleague = town.person("officer"), town.person("officer", number=2)
    ticket_id, _ = town.filed()
    for action in ("accept", "claim"):
        town.move(officer, ticket_id, action)
    assert "propose" not in offered(officer, ticket_id)
    officer("PUT", "/v1/tickets/%s/reply" % ticket_id, DRAFT, status=200)
    assert "propose" not in offered(officer, ticket_id)
    assert town.move(officer, ticket_id, "propose", {"text": DRAFT["text"]}, status=409).problem == "review_missing"
    colleague.post("/v1/tickets/%s/replies/1/reviews" % ticket_id, {"verdict": "ok"})
    assert "propose" in offered(officer, ticket_id)
    town.move(officer, ticket_id, "propose", {"text": DRAFT["text"]})


def test_a_publication_that_has_to_wait(town):
    ticket_id, _ = town.answered()
    hub = town.coordinator
    path = "/v1/tickets/%s/publication" % ticket_id
    body = {"question": "Đề nghị vá ổ gà trước nhà, gọi 0912345678.", "mask": False}
    found = town.move(hub, ticket_id, "publication", body).json["findings"]
    assert found

    def open_now():
        return set(hub.get(path).json["moves"])
    assert not {"publish", "share"} & open_now(), "something was found, and the citizen has time to look at it"
    for finding in found:
        old = hub.get(path).header("etag")
        hub.post(path + "/confirm", {"finding": finding["id"]}, status=200)
        hub.get(path, {"If-None-Match": old}, 200)
    assert not {"publish", "share"} & open_now(), "the citizen has time to look at it"
    town.tamper("update publication set proposed_at = now() - interval '9 days' where ticket = '%s'" % ticket_id)
    assert {"publish", "share"} <= open_now()
    town.move(hub, ticket_id, "publication/publish", {})
    assert "share" in open_now()


def test_a_refusal_tells_the_citizen_what_is_open(town):
    citizen = town.citizen(town.file())
    for target, body in (("answer", {"text": "Ngõ 99, trước cổng nhà văn hóa."}), ("rating", {"score": "satisfied"})):
        answer = citizen.post("/v1/tracking/" + target, body, status=409)
        assert answer.problem == "wrong_state" and [m["action"] for m in answer.json["moves"]] == ["withdraw"]


def test_until_when_the_citizen_may_answer(town):
    ticket_id, filed = town.filed()
    town.move(town.person("officer"), ticket_id, "ask", {"text": "Xin cho biết đoạn đường ở ngõ nào."})
    seen = town.citizen(filed).get("/v1/tracking").json
    supply = [m for m in seen["moves"] if m["action"] == "supply"]
    assert [m["until"] for m in supply] == [seen["questions"][0]["until"]]


def test_a_question_that_ends_with_the_ticket(town):
    ticket_id, filed = town.filed()
    town.move(town.person("officer"), ticket_id, "ask", {"text": "Xin cho biết đoạn đường ở ngõ nào."})
    town.citizen(filed).post("/v1/tracking/withdraw", {})
    assert [q["ended"] for q in town.citizen(filed).get("/v1/tracking").json["questions"]] == ["dropped"]
    assert [q["ended"] for q in town.person("officer").get("/v1/tickets/" + ticket_id).json["questions"]] == ["dropped"]
