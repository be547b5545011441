"""Each role tries each route (S2): the table in routes.def is what the server does."""
import datetime
import re

import pytest

from support.contract import ROOT
from support.town import CONSTRUCTION, HUB

ROLES = ("clerk officer head coordinator hub_head legal_officer press_officer spokesperson data_officer duty_officer leader "
         "auditor admin").split()
HANDLERS = {r.upper() for r in ROLES[1:10]}
GROUPS = {"HANDLERS": HANDLERS, "STAFF": {r.upper() for r in ROLES}}
UNKNOWN = "018f0000-0000-7000-8000-000000000000"


def routes():
    text = (ROOT / "src/app/routes.def").read_text()
    found = []
    for method, path, roles in re.findall(r"^ROUTE\((\w+),\s*\"([^\"]+)\",\s*([\w|]+),", text, re.M):
        allowed = set()
        for name in roles.split("|"):
            allowed |= GROUPS.get(name, {name})
        found.append((method, path, allowed))
    assert len(found) >= 40
    return found


def attempt(client, method, path, body=None):
    target = re.sub(r"\{\w+:uuid\}", UNKNOWN, path).replace("{name}", "not-found").replace("{code}", "office").replace("{kind}", "answer").replace("{version:int}", "1")
    if (method, path) == ("GET", "/v1/rule-sets"):    # heads read those of their department
        target += "?department=" + HUB
    body = {} if body is None and method in ("POST", "PUT") else body
    return client(method, target, body, {"If-Match": '"1"'})


@pytest.mark.parametrize("role", ROLES)
def test_staff(town, role):
    who = town.person(role, HUB)
    for method, path, allowed in routes():
        if path == "/v1/sessions/current":
            continue
        answer = attempt(who, method, path)
        if allowed & {"ROLE_PUBLIC", "ROLE_SELF", role.upper()}:
            assert answer.status not in (401, 403), (role, method, path, answer)
        else:
            assert answer.status == 403 and answer.problem == "forbidden", (role, method, path, answer)


def test_nobody(town):
    for method, path, allowed in routes():
        answer = attempt(town.anyone, method, path)
        assert (answer.status == 401) == ("ROLE_PUBLIC" not in allowed), (method, path, answer)


def test_a_citizen_with_a_ticket(town):
    citizen = town.citizen(town.file())
    for method, path, allowed in routes():
        answer = attempt(citizen, method, path)
        may = bool(allowed & {"ROLE_PUBLIC", "ROLE_TICKET"})
        assert (answer.status in (401, 403)) == (not may), (method, path, answer)


def test_broken_tokens_open_nothing_not_even_public_routes(town):
    for value in ("Bearer x", "Bearer ", "Bearer a.b.c", "Basic dTpw", "Ticket x:y", "nonsense", "Bearer " + "A" * 9000):
        answer = town.client(Authorization=value).get("/v1/me", status=None)
        assert answer.status in (401, 403, 404), (value[:20], answer)


# --- what an account is given and loses while a session goes on -------------------------------------------------------------------------

def roles_of(who):
    return who.get("/v1/me").json["roles"]


def give(town, login, roles):
    """By the operator, in a session that goes on."""
    town.sql("select account_save(login, name, (select code from department where id = a.department), '{%s}') from account a where login = '%s'"
             % (",".join(roles), login))


def limited():
    return [r for r in routes() if not r[2] & {"ROLE_PUBLIC", "ROLE_SELF"} and r[2] & GROUPS["STAFF"]]


def example(town, method, path):
    """A body as the contract shows one."""
    content = (town.contract.operation(method, re.sub(r":\w+\}", "}", path)) or {}).get("requestBody", {}).get("content", {})
    examples = list(content.get("application/json", {}).get("examples", {}).values())
    return examples[0]["value"] if examples else None


# An upload is looked for, and a code is read, before anybody is asked about a role.
LOOKED_AT_FIRST = (("POST", "/v1/tickets/{id:uuid}/attachments"), ("POST", "/v1/tickets/break-glass"))


def test_what_is_taken_away_counts_no_longer(town):
    """The token says all roles, the account has none any more: whatever is asked for, nothing is answered or done."""
    login, days = town.login("clerk", HUB, 8), "from=2026-01-01&to=2026-02-01"
    queries = {"/v1/search": "?q=duong", "/v1/tickets/{id:uuid}/contact": "?purpose=goi%20lai", "/v1/reports/sla": "?by=department&" + days,
               "/v1/reports/backlog": "?" + days, "/v1/reports/stays": "?" + days}
    give(town, login, ROLES)
    who = town.sign_in(login)
    assert roles_of(who) == ROLES
    give(town, login, [])
    assert roles_of(who) == []
    for method, path, _ in limited():
        answer = attempt(who, method, path + queries.get(path, ""), example(town, method, path))
        if (method, path) not in LOOKED_AT_FIRST:
            assert answer.status == 403 and answer.problem == "forbidden", (method, path, answer)


def test_what_is_given_counts_from_the_next_request_on(town):
    """The token says no role that may this, the account has it meanwhile; also where a body comes with the request."""
    login = town.login("clerk", HUB, 9)
    who = town.sign_in(login)
    rules = example(town, "POST", "/v1/routing/explain")
    who.get("/v1/retention/due", status=403)
    who.post("/v1/routing/explain", rules, status=403)
    give(town, login, ["clerk", "auditor", "head"])
    assert roles_of(who) == ["clerk", "head", "auditor"]
    who.get("/v1/retention/due", status=200)
    who.post("/v1/routing/explain", rules, status=200)
    who.get("/v1/data-requests", status=403)
    give(town, login, ["auditor"])
    assert roles_of(who) == ["auditor"]
    who.get("/v1/retention/due", status=200)
    who.post("/v1/routing/explain", rules, status=403)


def test_what_is_given_for_a_time_counts_so_too(town):
    giver, taker = town.login("head", CONSTRUCTION, 7), town.login("clerk", CONSTRUCTION, 7)
    who, rules = town.sign_in(taker), example(town, "POST", "/v1/routing/explain")
    who.post("/v1/routing/explain", rules, status=403)
    until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)).isoformat()
    body = {"taker": who.get("/v1/me").json["account"]["id"], "roles": ["head"], "until": until, "reason": "Nghỉ phép năm"}
    given = town.sign_in(giver).post("/v1/delegations", body)
    assert roles_of(who) == ["clerk", "head"]
    who.post("/v1/routing/explain", rules, status=200)
    who("DELETE", "/v1/delegations/" + given.json["id"], status=204)
    assert roles_of(who) == ["clerk"]
    who.post("/v1/routing/explain", rules, status=403)


def test_a_key_may_what_its_account_has_at_this_moment(town):
    admin = town.person("admin", HUB)
    body = {"login": "may.doc", "name": "Máy đọc", "department": HUB, "roles": ["auditor"], "machine": True}
    account = admin.post("/v1/accounts", body).json
    until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)).isoformat()
    made = admin.post("/v1/accounts/%s/keys" % account["id"], {"name": "Đọc", "roles": ["auditor"], "expires_at": until}).json
    key = town.client(Authorization="Bearer " + made["key"])
    key.get("/v1/retention/due", status=200)
    for roles, status in ((["clerk"], 403), (["clerk", "auditor"], 200), (["head"], 403)):
        give(town, "may.doc", roles)
        key.get("/v1/retention/due", status=status)
    key.post("/v1/routing/explain", {}, status=403)       # no role of the key


def test_who_is_out_is_told_so_where_the_token_may_nothing(town):
    login = town.login("clerk", HUB, 10)
    who = town.sign_in(login)
    town.sql("update session set closed_at = now() where account = (select id from account where login = '%s')" % login)
    who.get("/v1/retention/due", status=401)
