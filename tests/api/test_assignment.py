"""The job worker gives what nobody has to officers, once the head has switched it on."""
import re

from support.town import wait_until

BUS = {"category": "public_transport.bus"}


def account(client):
    return client.get("/v1/me").json["account"]["id"]


def accepted(town, who, **changes):
    ticket_id, _ = town.filed(**changes)
    town.move(who, ticket_id, "accept")
    return ticket_id


def assigned(town):
    return int(re.search(r"^tiepdan_tickets_assigned_total (\d+)$", town.ops("/metrics")[2], re.M)[1])


def person(town, ticket_id):
    return town.sql("select coalesce(person::text, 'nobody') from ticket where id = '%s'" % ticket_id)[0][0]


def put(client, target, body):
    """At the version that the caller sees."""
    if target == "/v1/work":
        version = client.get(target).json["version"]
    else:
        version = [p["version"] for p in client.get("/v1/staff?limit=200").json["items"] if p["id"] in target][0]
    return client("PUT", target, body, headers={"If-Match": '"%d"' % version}, status=200).json


def test_from_the_switch_to_the_officer(town):
    head, officer, other = town.person("head"), town.person("officer"), town.person("officer", number=2)
    first = [accepted(town, officer) for _ in range(3)]
    work = officer.get("/v1/work").json
    assert (work["automatic"], work["waiting"], work["room"], work["set_aside"]) == (False, 3, 60, 0) and work["oldest_filed_at"]
    put(head, "/v1/staff/%s/work" % account(officer), {"capacity": 1})
    put(head, "/v1/staff/%s/work" % account(other), {"capacity": 1})
    assert put(head, "/v1/work", {"automatic": True})["automatic"]

    wait_until(lambda: all(person(town, t) != "nobody" for t in first[:2]), 60, "assigned")
    assert {person(town, t) for t in first[:2]} == {account(officer), account(other)}
    events = head.get("/v1/tickets/%s/events" % first[0]).json["items"]
    assert [(e["type"], e["actor"]["kind"]) for e in events][-1] == ("ticket.assigned", "job")
    assert events[-1]["data"] == {"person": person(town, first[0]), "automatic": True}
    assert [head.get("/v1/tickets/" + t).json["state"] for t in first[:2]] == ["in_progress"] * 2

    # Both are full: the third stays, and is seen.
    assert person(town, first[2]) == "nobody"
    work = head.get("/v1/work").json
    assert (work["waiting"], work["room"]) == (1, 0)
    assert [t["id"] for t in head.get("/v1/tickets?unassigned=true").json["items"]] == [first[2]]
    put(head, "/v1/staff/%s/work" % account(other), {"capacity": 2})
    wait_until(lambda: person(town, first[2]) == account(other), 60, "assigned once there is room")


def test_nobody_who_is_away_and_nobody_whom_it_does_not_suit(town):
    head, officer, other = town.person("head"), town.person("officer"), town.person("officer", number=2)
    put(head, "/v1/staff/%s/work" % account(officer), {"capacity": 50})
    put(head, "/v1/staff/%s/work" % account(other), {"capacity": 50, "skills": ["urban_order"]})
    absence = head.post("/v1/staff/%s/absences" % account(officer), {"from": "2026-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z"}).json["id"]
    ticket_id = accepted(town, other)
    wait_until(lambda: head.get("/v1/work").json["set_aside"] == 1, 60, "set aside")
    assert person(town, ticket_id) == "nobody" and assigned(town) == 3
    head("DELETE", "/v1/absences/" + absence, status=204)
    wait_until(lambda: person(town, ticket_id) == account(officer), 60, "assigned after the absence")
    assert head.get("/v1/work").json["waiting"] == 0


def test_other_departments_stay_as_they_are(town):
    officer = town.person("officer", "HN-TRANSERCO")
    ticket_id = accepted(town, officer, **BUS)
    mine = accepted(town, town.person("officer"))
    wait_until(lambda: person(town, mine) != "nobody", 60, "assigned here")
    assert person(town, ticket_id) == "nobody" and officer.get("/v1/work").json["automatic"] is False
