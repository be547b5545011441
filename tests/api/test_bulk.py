"""One move for many tickets: an outcome for each, as single calls would have it; repeated, the same answer."""
import uuid

from support.town import HUB

from test_explanations import agrees, explanation
from test_reviews import WHY

REASON = "Không thuộc thẩm quyền của đơn vị."


def several(town, n):
    return [town.filed()[0] for _ in range(n)]


def at(*pairs):
    return [{"id": ticket, "version": version} for ticket, version in pairs]


def bulk(client, action, tickets, status=200, headers=None, **arguments):
    return client.post("/v1/tickets/bulk", {"action": action, "tickets": tickets, **arguments}, headers, status)


def answered_again(town):
    """A ticket that is looked at for the second time."""
    ticket_id, filed = town.answered()
    town.citizen(filed).post("/v1/tracking/second-look", WHY, status=201)
    return ticket_id


def outcomes(answer):
    return [item.get("state") or item["problem"]["type"].rsplit("/", 1)[1] for item in answer.json["items"]]


def test_each_ticket_has_its_own_outcome(town):
    officer = town.person("officer")
    one, two, three = several(town, 3)
    elsewhere, _ = town.filed(category="public_transport.bus")
    town.move(officer, two, "accept")
    answer = bulk(officer, "accept", at((three, 1), (two, 2), (one, 4), (str(uuid.uuid4()), 1), (elsewhere, 1)))
    assert outcomes(answer) == ["accepted", "wrong-state", "precondition-failed", "not-found", "not-found"]
    assert (answer.json["done"], answer.json["refused"]) == (1, 4)
    assert [item["id"] for item in answer.json["items"]][:3] == [three, two, one]
    assert (town.version(one), town.version(two), town.version(three)) == (1, 2, 2)
    assert [e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % three).json["items"]] == [
        "ticket.filed", "ticket.accepted", "part.asked"]


def test_a_refusal_is_the_problem_of_the_single_call(town):
    officer = town.person("officer")
    one, = several(town, 1)
    single = town.move(officer, one, "claim", status=409).json
    inside = bulk(officer, "claim", at((one, 1))).json["items"][0]
    assert inside["status"] == 409
    for problem in (single, inside["problem"]):
        problem.pop("instance")
    assert inside["problem"] == single


def test_every_action_that_makes_sense(town):
    officer, head, hub = town.person("officer"), town.person("head"), town.coordinator
    who = officer.get("/v1/me").json["account"]["id"]
    tickets = several(town, 3)
    for number, (client, action, arguments, state) in enumerate((
            (officer, "accept", {}, "accepted"), (head, "assign", {"person": who}, "in_progress"),
            (officer, "unassign", {}, "in_progress"), (officer, "claim", {}, "in_progress"),
            (officer, "return", {"reason": REASON}, "submitted"),
            (hub, "route", {"department": "HN-SXD", "reason": REASON}, "submitted"),
            (head, "refuse", {"reason_code": "out_of_scope"}, "refused")), 1):
        answer = bulk(client, action, at(*((t, number) for t in tickets)), **arguments)
        assert outcomes(answer) == [state] * 3, (action, answer.json)
    assert outcomes(bulk(hub, "redirect", at((several(town, 1)[0], 1)), reason_code="complaint", department="HN-BTCD")) == ["redirected"]
    answered, _ = town.answered()
    assert outcomes(bulk(head, "close", at((answered, town.version(answered))))) == ["closed"]


def test_clocks_are_those_of_a_single_move(town):
    officer, hub = town.person("officer"), town.coordinator
    alone, among = several(town, 2)
    town.move(hub, alone, "route", {"department": "UB-00316", "reason": REASON})
    bulk(hub, "route", at((among, 1)), department="UB-00316", reason=REASON)
    kinds = [[(c["kind"], c["round"], c["unit"], c["amount"]) for c in hub.get("/v1/tickets/" + t).json["clocks"]] for t in (alone, among)]
    assert kinds[0] == kinds[1] and len(kinds[0]) > 1


def test_arguments_are_those_of_the_action(town):
    officer, someone = town.person("officer"), str(uuid.uuid4())
    tickets = at((someone, 1))
    for action, arguments, faults in (
            ("assign", {}, {"/person": "required"}), ("route", {}, {"/department": "required", "/reason": "required"}),
            ("return", {}, {"/reason": "required"}), ("refuse", {}, {"/reason_code": "required"}),
            ("redirect", {"person": someone}, {"/reason_code": "required", "/person": "not_allowed"}),
            ("accept", {"reason": REASON}, {"/reason": "not_allowed"}),
            ("relevel", {"person": someone}, {"/level": "required", "/reason": "required", "/person": "not_allowed"}),
            ("refuse", {"reason_code": "out_of_scope", "level": "urgent"}, {"/level": "not_allowed"}),
            ("claim", {"department": "HN-SXD"}, {"/department": "not_allowed"}), ("approve", {}, {"/action": "not_listed"})):
        assert bulk(officer, action, tickets, 422, **arguments).pointers == faults, action


def clocks(body):
    return [(c["kind"], c["round"], c["unit"], c["amount"], c["extension"], c["latest"], bool(c["stopped_at"])) for c in body["clocks"]]


def steps(town, ticket):
    return [(e["type"], e["data"]) for e in town.coordinator.get("/v1/tickets/%s/events" % ticket).json["items"]]


def test_a_storm_makes_many_urgent(town):
    """In every state, of several departments: each as the single call would have made it."""
    officer, hub = town.person("officer"), town.coordinator
    pairs = []
    for name, changes in (("filed", {}), ("accepted", {}), ("asked", {}), ("answered once", {}), ("elsewhere", {"category": "public_transport.bus"})):
        pair = [town.filed(**changes) for _ in range(2)]
        for ticket, _ in pair:
            if name in ("accepted", "asked"):
                town.move(officer, ticket, "accept")
            if name == "asked":
                town.move(officer, ticket, "ask", {"text": "Xin cho biết vị trí chính xác của cây."})
        pairs.append([ticket for ticket, _ in pair])
    pairs[3] = [answered_again(town) for _ in range(2)]
    for level in ("urgent", "complex"):
        answer = bulk(hub, "relevel", at(*((many, town.version(many)) for many, _ in pairs)), level=level, reason=REASON)
        assert answer.json["done"] == len(pairs), answer.json
        for many, single in pairs:
            town.move(hub, single, "level", {"level": level, "reason": REASON})
            seen, alone = (hub.get("/v1/tickets/" + t).json for t in (many, single))
            assert seen["level"] == level and seen["state"] == alone["state"]
            assert clocks(seen) == clocks(alone)
            (kind, told), (_, told_alone) = (steps(town, t)[-1] for t in (many, single))
            assert kind == "ticket.releveled" and told.keys() == told_alone.keys() and told["reason"] == REASON
            for clock in seen["clocks"]:
                if not clock["stopped_at"]:
                    agrees(explanation(hub, many, clock["kind"]).json, clock["due_at"])


def test_another_level_is_refused_as_alone(town):
    officer, hub = town.person("officer"), town.coordinator
    one, two = several(town, 2)
    answered, _ = town.answered()
    assert outcomes(bulk(officer, "relevel", at((one, 1)), level="urgent", reason=REASON)) == ["forbidden"]
    tickets = at((one, 1), (two, 7), (str(uuid.uuid4()), 1), (answered, town.version(answered)), (one, 1))
    key = {"Idempotency-Key": "bao-so-mot-%s" % one}
    first = bulk(hub, "relevel", tickets, headers=key, level="urgent", reason=REASON)
    assert outcomes(first) == ["submitted", "precondition-failed", "not-found", "wrong-state", "precondition-failed"]
    again = bulk(hub, "relevel", tickets, headers=key, level="urgent", reason=REASON)
    assert again.body == first.body and again.header("idempotent-replayed") == "true" and town.version(one) == 2
    single = town.move(hub, one, "level", {"level": "urgent", "reason": REASON}, 409).json
    inside = bulk(hub, "relevel", at((one, 2)), level="urgent", reason=REASON).json["items"][0]["problem"]
    for problem in (single, inside):
        problem.pop("instance")
    assert inside == single and single["type"].endswith("same-level")
    assert outcomes(bulk(hub, "relevel", at((two, 1)), level="normal", reason=REASON)) == ["same-level"]


def test_a_hundred_are_urgent_at_once(town):
    tickets = several(town, 100)
    answer = bulk(town.coordinator, "relevel", at(*((t, 1) for t in tickets)), level="urgent", reason=REASON)
    assert outcomes(answer) == ["submitted"] * 100
    assert town.count("clock_running c join ticket t on t.id = c.ticket where t.level = 'urgent' and c.kind = 'answer' and c.unit = 'wh'"
                      " and t.id in ('%s')" % "','".join(tickets)) == 100


def test_the_list_has_bounds(town):
    officer, someone = town.person("officer"), str(uuid.uuid4())
    assert bulk(officer, "accept", [], 422).pointers == {"/tickets": "too_short"}
    assert bulk(officer, "accept", at(*[(someone, 1)] * 101), 422).pointers == {"/tickets": "too_many"}
    assert bulk(officer, "accept", [{"id": "x", "version": 0, "more": 1}, 7], 422).pointers == {
        "/tickets/0/id": "bad_format", "/tickets/0/version": "too_small", "/tickets/0/more": "unknown", "/tickets/1": "wrong_type"}
    assert outcomes(bulk(officer, "accept", at(*[(someone, 1)] * 100))) == ["not-found"] * 100


def test_the_same_ticket_twice_moves_once(town):
    one, = several(town, 1)
    answer = bulk(town.person("officer"), "accept", at((one, 1), (one, 1)))
    assert outcomes(answer) == ["accepted", "precondition-failed"] and answer.json["items"][1]["problem"]["version"] == 2


def test_a_repetition_gets_the_same_answer_and_moves_nothing(town):
    officer = town.person("officer")
    one, two = several(town, 2)
    key = {"Idempotency-Key": "lo-thu-nhat-%s" % one}
    first = bulk(officer, "accept", at((one, 1), (two, 7)), headers=key)
    again = bulk(officer, "accept", at((one, 1), (two, 7)), headers=key)
    assert again.body == first.body and again.header("idempotent-replayed") == "true" and town.version(one) == 2
    assert outcomes(first) == ["accepted", "precondition-failed"]
    assert bulk(officer, "accept", at((two, 1)), 422, key).problem == "idempotency_key_reused"
    stranger = bulk(town.person("officer", number=2), "accept", at((two, 1)), headers=key)
    assert outcomes(stranger) == ["accepted"], "the key is the account's own"


def test_a_hundred_at_once(town):
    tickets = several(town, 100)
    answer = bulk(town.person("officer"), "accept", at(*((t, 1) for t in tickets)))
    assert outcomes(answer) == ["accepted"] * 100 and answer.json["done"] == 100


def test_roles_count_for_each_ticket(town):
    one, = several(town, 1)
    assert outcomes(bulk(town.person("officer"), "route", at((one, 1)), department=HUB, reason=REASON)) == ["forbidden"]
