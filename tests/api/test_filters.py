"""Saved filters: kept, shared with the department, applied to the queue."""


def make(client, name, query, status=201, headers=None, **more):
    return client.post("/v1/filters", {"name": name, "query": query, **more}, headers, status)


def listed(client):
    return {f["name"]: f for f in client.get("/v1/filters?limit=200").json["items"]}


def test_a_filter_is_kept_and_applied(town):
    officer = town.person("officer")
    mine, _ = town.filed()
    free, _ = town.filed()
    town.move(officer, mine, "accept")
    town.move(officer, mine, "claim")
    query = {"state": ["in_progress"], "category": "roads", "mine": True, "sort": "filed"}
    made = make(officer, "Việc của tôi", query).json
    kept = listed(officer)["Việc của tôi"]
    assert kept["id"] == made["id"] and kept["query"] == query and kept["own"] and not kept["shared"] and kept["version"] == 1
    ids = [t["id"] for t in officer.get("/v1/tickets?limit=200&filter=" + made["id"]).json["items"]]
    assert mine in ids and free not in ids
    ids = [t["id"] for t in officer.get("/v1/tickets?limit=200&unassigned=true&state=submitted&filter=" + made["id"]).json["items"]]
    assert free in ids and mine not in ids


def test_pages_of_a_filtered_queue(town):
    officer = town.person("officer", number=3)
    tickets = {town.filed()[0] for _ in range(3)}
    for ticket in tickets:
        town.move(officer, ticket, "accept")
        town.move(officer, ticket, "claim")
    made = make(officer, "Ba phiếu", {"mine": True}).json
    seen, target = [], "/v1/tickets?limit=2&filter=" + made["id"]
    while target:
        page = officer.get(target)
        seen += [t["id"] for t in page.json["items"]]
        cursor = page.json["next_cursor"]
        target = cursor and "/v1/tickets?limit=2&filter=%s&cursor=%s" % (made["id"], cursor)
    assert sorted(seen) == sorted(tickets)


def test_what_is_shared_is_seen_by_colleagues_and_changed_by_its_owner(town):
    owner, colleague, stranger = town.person("officer"), town.person("head"), town.person("officer", "HN-CATP")
    shared = make(owner, "Chung", {"unassigned": True}, shared=True).json["id"]
    private = make(owner, "Riêng", {"unassigned": True}).json["id"]
    assert "Chung" in listed(colleague) and "Riêng" not in listed(colleague) and "Chung" not in listed(stranger)
    assert not listed(colleague)["Chung"]["own"] and listed(colleague)["Chung"]["owner"]["name"]
    colleague.get("/v1/tickets?filter=" + shared)
    for client, filter_id in ((colleague, private), (stranger, shared), (owner, "018f0000-0000-7000-8000-000000000000")):
        assert client.get("/v1/tickets?filter=" + filter_id, status=404).problem == "not_found"
    body = {"name": "Chung 2", "query": {}, "shared": False}
    colleague("PUT", "/v1/filters/" + shared, body, {"If-Match": '"1"'}, 404)
    colleague("DELETE", "/v1/filters/" + shared, None, {"If-Match": '"1"'}, 404)
    changed = owner("PUT", "/v1/filters/" + shared, body, {"If-Match": '"1"'}, 200)
    assert changed.json["query"] == {} and changed.header("etag") == '"2"'
    owner("PUT", "/v1/filters/" + shared, body, {"If-Match": '"1"'}, 412)
    owner("PUT", "/v1/filters/" + shared, body, None, 428)
    assert "Chung 2" not in listed(colleague)
    owner("DELETE", "/v1/filters/" + shared, status=428)
    owner("DELETE", "/v1/filters/" + shared, None, {"If-Match": '"1"'}, 412)
    owner("DELETE", "/v1/filters/" + shared, None, {"If-Match": '"2"'}, 204)
    owner("DELETE", "/v1/filters/" + shared, None, {"If-Match": '"2"'}, 404)


def test_a_filter_has_an_address(town):
    owner, colleague, stranger = town.person("officer", number=6), town.person("head"), town.person("officer", "HN-CATP")
    key = {"Idempotency-Key": "mot-bo-loc-co-dia-chi"}
    for shared in (True, False):
        made = make(owner, "Địa chỉ %s" % shared, {"level": "urgent"}, headers=key if shared else None, shared=shared)
        where = made.header("location")
        assert where == "/v1/filters/" + made.json["id"]
        seen = owner.get(where)
        assert seen.json["query"] == {"level": "urgent"} and seen.header("etag") == '"1"'
        owner.get(where, {"If-None-Match": '"1"'}, 304)
        colleague.get(where, status=200 if shared else 404)
        stranger.get(where, status=404)
    again = make(owner, "Địa chỉ True", {"level": "urgent"}, headers=key, shared=True)
    assert again.header("idempotent-replayed") == "true" and owner.get(again.header("location")).json["name"] == "Địa chỉ True"


def test_what_does_not_fit_is_refused(town):
    officer = town.person("officer", number=4)
    assert make(officer, "", {}, 422).pointers == {"/name": "too_short"}
    answer = make(officer, "x", {"state": ["open"], "holder": "a b", "cursor": "c", "mine": "yes"}, 422)
    assert answer.pointers == {"/query/state/0": "not_listed", "/query/holder": "bad_format", "/query/cursor": "unknown",
                               "/query/mine": "wrong_type"}
    assert make(officer, "x", {"mine": True, "unassigned": True}, 422).pointers == {"/query/unassigned": "not_allowed"}
    make(officer, "Trùng tên", {})
    answer = make(officer, "Trùng tên", {}, 409)
    assert answer.problem == "filter_name_taken" and answer.pointers == {"/name": "filter-name-taken"}


def test_fifty_and_a_repeated_key(town):
    officer = town.person("officer", number=5)
    key = {"Idempotency-Key": "bo-loc-dau-tien"}
    first = make(officer, "f0", {}, headers=key)
    assert make(officer, "f0", {}, headers=key).body == first.body
    for n in range(1, 50):
        make(officer, "f%d" % n, {})
    assert make(officer, "f50", {}, 409).problem == "too_many_filters"
    assert len(listed(officer)) >= 50
