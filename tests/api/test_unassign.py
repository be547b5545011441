"""Taking work back and giving it back; the queues of a person and of nobody."""
from urllib.parse import urlencode

from support.town import HUB


def claimed(town, officer):
    ticket_id, _ = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    return ticket_id


def account(client):
    return client.get("/v1/me").json["account"]["id"]


def queue(client, **filters):
    return [item["id"] for item in client.get("/v1/tickets?" + urlencode(filters)).json["items"]]


def test_an_officer_gives_back_what_is_theirs_and_only_that(town):
    officer, other = town.person("officer"), town.person("officer", number=2)
    ticket_id = claimed(town, officer)
    assert town.move(other, ticket_id, "unassign", {}, status=403).problem == "forbidden"
    given = town.move(officer, ticket_id, "unassign", {"reason": "Tôi đi công tác dài ngày."}).json
    assert given["state"] == "in_progress" and given["holder"]["person"] is None
    assert town.move(officer, ticket_id, "unassign", {}, status=409).problem == "wrong_state"
    assert town.move(other, ticket_id, "claim").json["holder"]["person"]["id"] == account(other)
    assert town.move(town.person("head"), ticket_id, "unassign", {}).json["holder"]["person"] is None


def test_nobody_claims_what_somebody_has(town):
    """The citizen hears once that the work begins; a colleague's work is given by the head, or given back."""
    officer, other = town.person("officer"), town.person("officer", number=2)
    ticket_id, filed = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    for who in (officer, other):
        assert "claim" not in [m["action"] for m in who.get("/v1/tickets/" + ticket_id).json["moves"]]
        refused = town.move(who, ticket_id, "claim", status=409)
        assert refused.problem == "wrong_state" and "propose" in [m["action"] for m in refused.json["moves"]]
    assert [s["type"] for s in town.citizen(filed).get("/v1/tracking").json["steps"]].count("ticket.claimed") == 1
    given = town.move(town.person("head"), ticket_id, "assign", {"person": account(other)}).json
    assert given["holder"]["person"]["id"] == account(other)


def test_where_nobody_assigns_colleagues_take_over(town):
    one, other = town.person("data_officer", HUB), town.person("data_officer", HUB, 2)
    ticket_id, _ = town.filed(kind="data_request", category="personal_data", area=None)
    for who, action, status in ((one, "accept", 200), (one, "claim", 200), (one, "claim", 409), (other, "claim", 200), (other, "claim", 409)):
        town.move(who, ticket_id, action, status=status)
    assert one.get("/v1/tickets/" + ticket_id).json["holder"]["person"]["id"] == account(other)


def test_it_needs_the_version_and_the_citizen_does_not_hear_of_it(town):
    officer = town.person("officer")
    ticket_id, filed = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    officer.post("/v1/tickets/%s/unassign" % ticket_id, {}, status=428)
    late = town.move(officer, ticket_id, "unassign", {}, status=412, version=2)
    assert late.json["version"] == town.version(ticket_id)
    town.move(officer, ticket_id, "unassign", {})
    assert "ticket.unassigned" not in [s["type"] for s in town.citizen(filed).get("/v1/tracking").json["steps"]]
    events = town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]
    assert [e["type"] for e in events][-1] == "ticket.unassigned"


def test_the_queues_of_a_person_and_of_nobody(town):
    head, officer, other = town.person("head"), town.person("officer"), town.person("officer", number=2)
    theirs, free = claimed(town, other), claimed(town, officer)
    town.move(officer, free, "unassign", {})
    assert theirs in queue(head, person=account(other), limit=200) and free not in queue(head, person=account(other), limit=200)
    assert free in queue(head, unassigned="true", limit=200) and theirs not in queue(head, unassigned="true", limit=200)
    assert theirs in queue(other, mine="true", limit=200)


def test_one_of_them_at_a_time(town):
    head = town.person("head")
    for filters, parameter in ((dict(mine="true", unassigned="true"), "unassigned"),
                               (dict(mine="true", person=account(head)), "person"),
                               (dict(person=account(head), unassigned="true"), "unassigned")):
        answer = head.get("/v1/tickets?" + urlencode(filters), status=422)
        assert [(e["parameter"], e["code"]) for e in answer.json["errors"]] == [(parameter, "not_allowed")]
    assert head.get("/v1/tickets?person=nobody", status=422).problem == "invalid"
