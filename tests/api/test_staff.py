"""Who can take how much, who is away, and who must not get a ticket."""
NOBODY = "018f0000-0000-7000-8000-000000000000"


def account(client):
    return client.get("/v1/me").json["account"]["id"]


def people(client):
    return {p["id"]: p for p in client.get("/v1/staff?limit=200").json["items"]}


def put(client, who, body, status=200, version=None):
    """Replaces somebody's profile, at the version that the list tells."""
    if version is None:
        version = people(client).get(who, {"version": 1})["version"]
    return client("PUT", "/v1/staff/%s/work" % who, body, headers={"If-Match": '"%d"' % version}, status=status)


def away(client, who, start, end, status=201, headers=None, **more):
    return client.post("/v1/staff/%s/absences" % who, {"from": start, "until": end, **more}, headers, status)


def test_a_head_says_how_much_somebody_can_take(town):
    head, officer = town.person("head"), town.person("officer")
    who = account(officer)
    before = people(head)[who]
    assert (before["capacity"], before["capacity_set"], before["skills"], before["away"]) == (30, False, [], False)
    set_to = put(head, who, {"capacity": 12, "skills": ["roads", "urban_order"], "languages": ["vi"]}).json
    assert set_to == people(head)[who] and set_to["capacity"] == 12 and set_to["skills"] == ["roads", "urban_order"]
    assert put(head, who, {}).json["skills"] == []


def test_two_heads_at_once(town):
    """Who edits what somebody else has changed meanwhile is told so."""
    head, other = town.person("head"), town.person("head", number=2)
    who = account(town.person("officer", number=4))
    assert people(head)[who]["version"] == 1
    first = put(head, who, {"capacity": 7, "skills": ["roads"]}, version=1)
    assert first.header("etag") == '"2"' and first.json["version"] == 2
    assert put(other, who, {"capacity": 9}, 412, version=1).problem == "precondition_failed"
    assert put(other, who, {"capacity": 9}, version=2).json["capacity"] == 9
    head("PUT", "/v1/staff/%s/work" % who, {"capacity": 1}, status=428)

    seen = head.get("/v1/work")
    at = seen.header("etag")
    assert at == '"%d"' % seen.json["version"]
    switched = head("PUT", "/v1/work", {"automatic": False}, headers={"If-Match": at}, status=200)
    assert switched.json["version"] == seen.json["version"] + 1
    assert other("PUT", "/v1/work", {"automatic": True}, headers={"If-Match": at}, status=412).problem == "precondition_failed"
    assert other.get("/v1/work").json["automatic"] is False
    other("PUT", "/v1/work", {"automatic": False}, status=428)


def test_what_somebody_has_is_counted(town):
    head, officer = town.person("head"), town.person("officer", number=2)
    ticket_id, _ = town.filed()
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    assert people(head)[account(officer)]["open"] == 1
    town.move(officer, ticket_id, "unassign", {})
    assert people(head)[account(officer)]["open"] == 0


def test_officers_see_and_change_only_their_own(town):
    head, officer, other = town.person("head"), town.person("officer"), town.person("officer", "HN-CATP")
    seen, managed = people(officer), people(head)
    assert set(seen) == set(managed) and account(other) not in seen
    assert seen.pop(account(officer)) == managed[account(officer)] and account(head) in seen
    assert seen == {p["id"]: {name: p[name] for name in ("id", "name", "roles")} for p in managed.values() if p["id"] in seen}
    away(officer, account(officer), "2097-03-01T00:00:00Z", "2097-03-02T00:00:00Z", deputy=account(head))
    put(officer, account(officer), {"capacity": 1}, 403)
    for who in (account(other), NOBODY):
        put(head, who, {"capacity": 1}, 404)
        away(head, who, "2097-01-04T00:00:00Z", "2097-01-05T00:00:00Z", 404)
    assert away(officer, account(head), "2097-01-04T00:00:00Z", "2097-01-05T00:00:00Z", 403).problem == "forbidden"


def test_what_does_not_fit_is_refused(town):
    head, who = town.person("head"), account(town.person("officer"))
    assert put(head, who, {"capacity": 1001, "skills": ["a", "a"], "languages": ["fr"]}, 422).pointers == {
        "/capacity": "too_large", "/skills/1": "duplicate", "/languages/0": "not_listed"}
    answer = put(head, who, {"skills": ["no.such.category"]}, 422)
    assert answer.problem == "unknown_skill" and answer.pointers == {"/skills": "unknown-skill"}
    answer = away(head, who, "2097-01-05T00:00:00Z", "2097-01-04T00:00:00Z", 422)
    assert answer.problem == "absence_order" and answer.pointers == {"/until": "absence-order"}
    assert away(head, who, "tomorrow", "2097-01-04T00:00:00Z", 422).pointers == {"/from": "bad_format"}
    answer = away(head, who, "2097-01-04T00:00:00Z", "2097-01-05T00:00:00Z", 422, deputy=NOBODY)
    assert answer.problem == "unknown_deputy"


def test_an_absence_is_made_seen_and_taken_back(town):
    head, officer = town.person("head"), town.person("officer", number=3)
    who, deputy = account(officer), account(town.person("officer"))
    key = {"Idempotency-Key": "nghi-phep-thang-mot"}
    made = away(officer, who, "2097-01-04T00:00:00+07:00", "2097-01-09T00:00:00+07:00", headers=key, deputy=deputy).json
    again = away(officer, who, "2097-01-04T00:00:00+07:00", "2097-01-09T00:00:00+07:00", headers=key, deputy=deputy)
    assert again.json == made
    seen = people(head)[who]
    assert [(a["id"], a["from"], a["deputy"]["id"]) for a in seen["absences"]] == [(made["id"], "2097-01-03T17:00:00.000Z", deputy)]
    assert not seen["away"]
    assert away(officer, who, "2097-01-08T00:00:00Z", "2097-01-12T00:00:00Z", 409).problem == "absence_overlaps"
    town.person("officer")("DELETE", "/v1/absences/" + made["id"], status=403)
    town.person("officer", "HN-CATP")("DELETE", "/v1/absences/" + made["id"], status=404)
    officer("DELETE", "/v1/absences/" + made["id"], status=204)
    officer("DELETE", "/v1/absences/" + made["id"], status=404)
    assert people(head)[who]["absences"] == []
    running = away(head, who, "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z").json["id"]
    assert people(head)[who]["away"]
    head("DELETE", "/v1/absences/" + running, status=204)
    assert not people(head)[who]["away"]


def test_who_must_not_get_a_ticket(town):
    head, officer, hub = town.person("head"), town.person("officer"), town.coordinator
    ticket_id, _ = town.filed()
    target, who = "/v1/tickets/%s/exclusions" % ticket_id, account(officer)

    def keep_away(who, target, body, status=200):
        return who("PUT", target, body, {"If-Match": '"%d"' % town.version(ticket_id)}, status)
    town.move(officer, ticket_id, "accept")
    assert head.get(target).json == {"items": []}
    keep_away(officer, target, {"items": [{"person": who, "reason": "named"}]}, 403)
    keep_away(town.person("head", "HN-CATP"), target, {"items": []}, 404)
    assert keep_away(hub, target, {"items": [{"person": NOBODY, "reason": "named"}]}, 422).problem == "unknown_person"
    assert keep_away(hub, target, {"items": [{"person": who}, 1]}, 422).pointers == {"/items/0/reason": "required", "/items/1": "wrong_type"}
    kept = keep_away(hub, target, {"items": [{"person": who, "reason": "named"}]}).json["items"]
    assert [(k["person"]["id"], k["reason"], k["by"]["id"]) for k in kept] == [(who, "named", account(hub))]
    hub("PUT", target, {"items": []}, {"If-Match": '"%d"' % (town.version(ticket_id) - 1)}, 412)
    hub("PUT", target, {"items": []}, None, 428)
    assert town.move(officer, ticket_id, "claim", status=403).problem == "forbidden", "nobody learns that they are complained about"
    assert town.move(head, ticket_id, "assign", {"person": who}, 409).problem == "not_impartial"
    body = {"action": "claim", "tickets": [{"id": ticket_id, "version": town.version(ticket_id)}]}
    inside = officer.post("/v1/tickets/bulk", body, status=200).json["items"][0]
    assert inside["status"] == 403 and inside["problem"]["type"].endswith("/forbidden")
    assert keep_away(head, target, {"items": []}).json == {"items": []}
    town.move(officer, ticket_id, "claim")
