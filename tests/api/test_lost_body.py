"""A request whose body was lost on the way: only what the contract lets come without one is carried out."""
import tempfile

import pytest

from support.town import HUB
from test_matrix import account
from test_roles import UNKNOWN, routes

SETTINGS = {"mail_url": "file:" + tempfile.mkdtemp(prefix="tiepdan-mail-"), "mail_from": "a@tiepdan.example"}
BODIES = [(method, path, allowed) for method, path, allowed in routes() if method in ("POST", "PUT", "PATCH")]


def body_of(town, method, path):
    operation = town.contract.operations[(method.lower(), path.replace(":uuid}", "}").replace(":int}", "}"))]
    body = operation.get("requestBody")
    return body if body and "application/json" in body["content"] else None


def lost(who, method, target, status, **more):
    return who(method, target, None, {"If-Match": '"1"', "Content-Type": "application/json", **more}, status)


def test_a_profile_is_not_emptied(town):
    head, officer = town.person("head"), account(town, "officer")
    target = "/v1/staff/%s/work" % officer
    head("PUT", target, {"capacity": 12, "skills": ["roads"], "languages": ["vi"]}, {"If-Match": '"1"'}, 200)
    before = town.sql("select * from account where id = '%s'" % officer)
    refused = lost(head, "PUT", target, 400, **{"If-Match": '"2"'})
    assert refused.problem == "bad_json" and "{}" in refused.json["detail"]
    chunked = head("PUT", target, iter(()), {"If-Match": '"2"', "Content-Type": "application/json"})
    assert chunked.problem == "bad_json"
    item = next(p for p in head.get("/v1/staff?limit=200").json["items"] if p["id"] == officer)
    assert (item["capacity"], item["skills"], item["languages"], item["version"]) == (12, ["roads"], ["vi"], 2)
    assert town.sql("select * from account where id = '%s'" % officer) == before


def test_a_ticket_is_not_withdrawn(town):
    citizen = town.citizen(town.file())
    said = {lang: lost(citizen, "POST", "/v1/tracking/withdraw", 400, **{"Accept-Language": lang}).json["detail"] for lang in ("vi", "en")}
    assert said["vi"] != said["en"] and citizen.get("/v1/tracking").json["state"] == "submitted"
    citizen.post("/v1/tracking/withdraw", {}, status=201)


def test_what_may_come_without_a_body(town):
    ticket_id, _ = town.filed()
    officer = town.person("officer")
    town.move(officer, ticket_id, "accept")
    town.move(officer, ticket_id, "claim")
    lost(officer, "POST", "/v1/tickets/%s/unassign" % ticket_id, 200, **{"If-Match": '"%d"' % town.version(ticket_id)})
    assert town.sql("select count(*) from ticket where id = '%s' and person is null" % ticket_id) == [["1"]]


@pytest.mark.parametrize("method, path, allowed", BODIES, ids=[" ".join(r[:2]) for r in BODIES])
def test_every_operation(town, method, path, allowed):
    """Without a body: the members that are needed are listed, or the body is missed, or the contract says that there needs to be none."""
    body = body_of(town, method, path)
    if not body:
        pytest.skip("takes no JSON")
    role = sorted(allowed)[-1].lower().replace("role_self", "officer")
    if role == "role_public":
        who = town.anyone
    elif role == "role_citizen":
        who = town.come_in("%s%s@example.org" % (method, path.replace("/", ".")))
    elif role == "role_ticket":
        who = town.citizen(town.file())
    else:
        who = town.person(role, HUB)
    schema = town.contract.resolve(body["content"]["application/json"]["schema"])
    target = path.replace("{id:uuid}", UNKNOWN).replace("{version:int}", "1").replace("{code}", "office").replace("{kind}", "settings")
    answer = lost(who, method, target, None)
    if schema.get("required"):
        assert answer.status == 422 and set(answer.pointers) == {"/" + name for name in schema["required"]}, answer
    elif body["required"]:
        assert answer.status == 400 and answer.problem == "bad_json", answer
    else:
        assert method == "POST" and answer.status in (201, 404, 409), answer
