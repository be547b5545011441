"""Who can take how much, who is away, and who must not get a ticket."""
NOBODY = "018f0000-0000-7000-8000-000000000000"


def account(client):
    return client.get("/v1/me").json["account"]["id"]


def people(client):
    return {p["id"]: p for p in client.get("/v1/staff?limit=200").json["items"]}


def put(client, target, body, status=200):
    return client("PUT", target, body, status=status)


def away(client, who, start, end, status=201, headers=None, **more):
    return client.post("/v1/staff/%s/absences" % who, {"from": start, "until": end, **more}, headers, status)


def test_a_head_says_how_much_somebody_can_take(town):
    head, officer = town.person("head"), town.person("officer")
    who = account(officer)
    before = people(head)[who]
    assert (before["capacity"], before["capacity_set"], before["skills"], before["away"]) == (30, False, [], False)
    set_to = put(head, "/v1/staff/%s/work" % who, {"capacity": 12, "skills": ["roads", "urban_order"], "languages": ["vi"]}).json
    assert set_to == people(head)[who] and set_to["capacity"] == 12 and set_to["skills"] == ["roads", "urban_order"]
    assert put(head, "/v1/staff/%s/work" % who, {}).json["skills"] == []


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
    assert list(people(officer)) == [account(officer)]
    put(officer, "/v1/staff/%s/work" % account(officer), {"capacity": 1}, 403)
    for who in (account(other), NOBODY):
        put(head, "/v1/staff/%s/work" % who, {"capacity": 1}, 404)
        away(head, who, "2027-01-04T00:00:00Z", "2027-01-05T00:00:00Z", 404)
    assert away(officer, account(head), "2027-01-04T00:00:00Z", "2027-01-05T00:00:00Z", 403).problem == "forbidden"


def test_what_does_not_fit_is_refused(town):
    head, who = town.person("head"), account(town.person("officer"))
    target = "/v1/staff/%s/work" % who
    assert put(head, target, {"capacity": 1001, "skills": ["a", "a"], "languages": ["fr"]}, 422).pointers == {
        "/capacity": "too_large", "/skills/1": "duplicate", "/languages/0": "not_listed"}
    answer = put(head, target, {"skills": ["no.such.category"]}, 422)
    assert answer.problem == "unknown_skill" and answer.pointers == {"/skills": "unknown-skill"}
    answer = away(head, who, "2027-01-05T00:00:00Z", "2027-01-04T00:00:00Z", 422)
    assert answer.problem == "absence_order" and answer.pointers == {"/until": "absence-order"}
    assert away(head, who, "tomorrow", "2027-01-04T00:00:00Z", 422).pointers == {"/from": "bad_format"}
    answer = away(head, who, "2027-01-04T00:00:00Z", "2027-01-05T00:00:00Z", 422, deputy=NOBODY)
    assert answer.problem == "unknown_deputy"


def test_an_absence_is_made_seen_and_taken_back(town):
    head, officer = town.person("head"), town.person("officer", number=3)
    who, deputy = account(officer), account(town.person("officer"))
    key = {"Idempotency-Key": "nghi-phep-thang-mot"}
    made = away(officer, who, "2027-01-04T00:00:00+07:00", "2027-01-09T00:00:00+07:00", headers=key, deputy=deputy).json
    again = away(officer, who, "2027-01-04T00:00:00+07:00", "2027-01-09T00:00:00+07:00", headers=key, deputy=deputy)
    assert again.json == made
    seen = people(head)[who]
    assert [(a["id"], a["from"], a["deputy"]["id"]) for a in seen["absences"]] == [(made["id"], "2027-01-03T17:00:00.000Z", deputy)]
    assert not seen["away"]
    assert away(officer, who, "2027-01-08T00:00:00Z", "2027-01-12T00:00:00Z", 409).problem == "absence_overlaps"
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

    def put(who, target, body, status=200):
        return who("PUT", target, body, {"If-Match": '"%d"' % town.version(ticket_id)}, status)
    town.move(officer, ticket_id, "accept")
    assert head.get(target).json == {"items": []}
    put(officer, target, {"items": [{"person": who, "reason": "named"}]}, 403)
    put(town.person("head", "HN-CATP"), target, {"items": []}, 404)
    assert put(hub, target, {"items": [{"person": NOBODY, "reason": "named"}]}, 422).problem == "unknown_person"
    assert put(hub, target, {"items": [{"person": who}, 1]}, 422).pointers == {"/items/0/reason": "required", "/items/1": "wrong_type"}
    kept = put(hub, target, {"items": [{"person": who, "reason": "named"}]}).json["items"]
    assert [(k["person"]["id"], k["reason"], k["by"]["id"]) for k in kept] == [(who, "named", account(hub))]
    hub("PUT", target, {"items": []}, {"If-Match": '"%d"' % (town.version(ticket_id) - 1)}, 412)
    hub("PUT", target, {"items": []}, None, 428)
    assert town.move(officer, ticket_id, "claim", status=409).problem == "not_impartial"
    assert town.move(head, ticket_id, "assign", {"person": who}, 409).problem == "not_impartial"
    body = {"action": "claim", "tickets": [{"id": ticket_id, "version": town.version(ticket_id)}]}
    inside = officer.post("/v1/tickets/bulk", body, status=200).json["items"][0]
    assert inside["status"] == 409 and inside["problem"]["type"].endswith("/not-impartial")
    assert put(head, target, {"items": []}).json == {"items": []}
    town.move(officer, ticket_id, "claim")
