"""What is offered is not refused: no move that a ticket lists for somebody answers 409 when that person makes it."""
import pytest

from support.town import HUB
from test_matrix import account, example
from test_move_table import ROUTES

WITH_REVIEW = "HN-HAPULICO"    # the department of these tests that wants drafts reviewed
DRAFT = {"base_version": 0, "text": "Đơn vị đã kiểm tra và thay bóng đèn trong ngày."}
REASON = {"reason": "Phải chờ kết quả kiểm định độc lập."}


def everybody(town):
    return [town.person("officer"), town.person("head"), town.person(("head", "officer")), town.coordinator,
            town.person("hub_head", HUB)]


def path_to(*moves):
    """A way to bring a ticket somewhere: (role, action, body)..."""
    def make(town):
        ticket_id, _ = town.filed()
        for role, action, body in moves:
            town.move(town.person(role), ticket_id, action, body)
        return ticket_id
    return make


def overdue(make):
    def made(town):
        ticket_id = make(town)
        town.tamper("update clock_running set start_at = now() - interval '9 d', due_at = now() - interval '1 minute'"
                    " where ticket = '%s' and kind = 'answer'" % ticket_id)
        return ticket_id
    return made


def merged(town):
    (ticket_id, _), (other, _) = town.filed(), town.filed()
    town.move(town.coordinator, ticket_id, "merge", {"into": other, "reason": "Cùng một ổ gà."})
    return ticket_id


def with_all_parts(town):
    ticket_id = ACCEPTED(town)
    town.sql("update setting set value = 1 where name = 'parts_most'")
    town.move(town.person("officer"), ticket_id, "parts", example(town, "POST", "/v1/tickets/{id:uuid}/parts"), status=None)
    return ticket_id


ACCEPTED = path_to(("officer", "accept", None))
WORKED_ON = path_to(("officer", "accept", None), ("officer", "claim", None))
PROPOSED = path_to(("officer", "accept", None), ("officer", "claim", None),
                   ("officer", "propose", {"text": "Đã vá mặt đường trong ngày hôm nay."}))
ASKED_BY_BOTH = path_to(("officer", "accept", None), (("head", "officer"), "request-extension", dict(REASON, amount=1)))
SITUATIONS = {
    "filed": path_to(), "accepted": ACCEPTED, "worked on": WORKED_ON, "proposed": PROPOSED,
    "answered": path_to(("officer", "accept", None), ("officer", "claim", None),
                        ("officer", "propose", {"text": "Đã vá mặt đường trong ngày hôm nay."}), ("head", "approve", None)),
    "returned": path_to(("officer", "return", REASON)),
    "overdue": overdue(ACCEPTED), "an extension is asked for": ASKED_BY_BOTH, "and overdue": overdue(ASKED_BY_BOTH),
    "merged": merged, "no room for parts": with_all_parts,
}


def body_of(town, path, action):
    body = example(town, "POST", path)
    changes = {"person": lambda: account(town, "officer"), "into": lambda: town.filed()[0], "amount": lambda: 1,
               "reason_code": lambda: town.sql("select code from refusal_reason where action = '%s' and (valid_to is null or valid_to > now())"
                                               " order by code limit 1" % action)[0][0]}
    return {name: changes.get(name, lambda value=value: value)() for name, value in body.items()}


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_offered_can_be_done(town, name):
    make = SITUATIONS[name]
    done = 0
    for who in everybody(town):
        seen = who("GET", "/v1/tickets/" + make(town))
        for move in seen.json["moves"] if seen.status == 200 else ():
            action = ROUTES.get(move["action"], move["action"].replace("_", "-"))
            body = body_of(town, "/v1/tickets/{id:uuid}/" + action, move["action"])
            answer = town.move(who, make(town), action, body, status=None)
            assert answer.status in (200, 201), (name, move, answer)
            done += 1
    assert done or name == "overdue"
    town.sql("update setting set value = 10 where name = 'parts_most'")


def offered(who, ticket_id):
    return {m["action"] for m in who.get("/v1/tickets/" + ticket_id).json["moves"]}


def test_extensions_that_cannot_be_granted(town):
    ticket_id = ASKED_BY_BOTH(town)
    both, head = town.person(("head", "officer")), town.person("head")
    of_requests = {"request_extension", "approve_extension", "refuse_extension"}
    assert offered(both, ticket_id) & of_requests == set(), "nobody decides on a request of their own"
    assert offered(head, ticket_id) & of_requests == {"approve_extension", "refuse_extension"}
    late = overdue(ASKED_BY_BOTH)(town)
    assert offered(head, late) & of_requests == {"refuse_extension"}
    assert "request_extension" in offered(head, ACCEPTED(town)) | offered(both, ACCEPTED(town))
    assert not offered(both, overdue(ACCEPTED)(town)) & of_requests


def test_a_draft_that_nobody_has_found_good(town):
    town.sql("update department set reply_review = true where code = '%s'" % WITH_REVIEW)
    officer, colleague = (town.person("officer", WITH_REVIEW, n) for n in (1, 2))
    ticket_id, _ = town.filed(category="trees_lighting.lighting", area="00103")
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
        hub.post(path + "/confirm", {"finding": finding["id"]}, status=200)
    assert not {"publish", "share"} & open_now(), "the citizen has time to look at it"
    town.tamper("update publication set proposed_at = now() - interval '9 days' where ticket = '%s'" % ticket_id)
    assert {"publish", "share"} <= open_now()
    town.move(hub, ticket_id, "publication/publish", {})
    assert "share" in open_now()


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
