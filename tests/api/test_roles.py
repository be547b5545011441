"""Each role tries each route (S2): the table in routes.def is what the server does."""
import re

import pytest

from support.contract import ROOT
from support.town import HUB

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


def attempt(client, method, path):
    target = re.sub(r"\{\w+:uuid\}", UNKNOWN, path).replace("{name}", "not-found").replace("{code}", "office").replace("{kind}", "answer").replace("{version:int}", "1")
    if (method, path) == ("GET", "/v1/rule-sets"):    # heads read those of their department
        target += "?department=" + HUB
    body = {} if method in ("POST", "PUT") else None
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
