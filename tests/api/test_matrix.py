"""The access matrix (S1), generated from the table of routes: each route about one ticket x each role x whose ticket it is.
A ticket that the caller does not see answers like one that does not exist, in status, problem and members."""
import re

import pytest

from support.contract import ROOT
from support.town import CONSTRUCTION, HUB
from test_roles import ROLES, UNKNOWN, routes

# With this version nothing changes: who may see the ticket is told that it has another one.
MATCH = {"If-Match": '"999999"'}
QUERY = {"contact": "?purpose=kiem-tra-quyen"}
TICKETS = ("own", "foreign", "press", "data", "denunciation", "withdrawn", "unknown")


def ticket_routes():
    found = [r for r in routes() if r[1].startswith("/v1/tickets/{id:uuid}")]
    assert len(found) >= 25
    return found


@pytest.fixture(scope="module")
def tickets(town):
    withdrawn, filed = town.filed()
    town.citizen(filed).post("/v1/tracking/withdraw", {}, status=201)
    return {
        "own": town.filed()[0],
        "foreign": town.filed(category="environment.waste", area="00004")[0],
        "press": town.filed(kind="press", category="press", area=None)[0],
        "data": town.filed(kind="data_request", category="personal_data", area=None)[0],
        "denunciation": town.filed(kind="denunciation", category="officials_conduct")[0],
        "withdrawn": withdrawn,
        "unknown": UNKNOWN,
    }


def sees(role, whose):
    """In the words of the design, for somebody of the department that holds `own`."""
    hub_sight = role in ("coordinator", "hub_head", "duty_officer", "leader", "auditor")
    return {
        "own": hub_sight or role in ("officer", "head", "legal_officer"),
        "withdrawn": hub_sight or role in ("officer", "head", "legal_officer"),
        "foreign": hub_sight,
        "press": role in ("coordinator", "hub_head", "press_officer", "spokesperson"),
        "data": role == "data_officer",
        "denunciation": False,
        "unknown": False,
    }[whose]


def attempt(who, method, path, ticket_id):
    target = path.replace("{id:uuid}", ticket_id).replace("{kind}", "accept")
    left = re.findall(r"\{[^}]*\}", target)
    for name in left:  # parts of a ticket that nobody has
        target = target.replace(name, UNKNOWN if "uuid" in name else "1")
    target += QUERY.get(path.rsplit("/", 1)[-1], "")
    answer = who(method, target, {} if method in ("POST", "PUT", "PATCH") else None, MATCH)
    return answer, bool(left)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_and_every_ticket(town, tickets, role):
    department = CONSTRUCTION if role not in ("coordinator", "hub_head") else HUB
    who = town.person(role, department)
    cells = 0
    for method, path, allowed in ticket_routes():
        missing, _ = attempt(who, method, path, UNKNOWN)
        for whose in TICKETS:
            answer, inner = attempt(who, method, path, tickets[whose])
            where = (role, method, path, whose, answer)
            if role.upper() not in allowed:
                assert answer.status == 403 and answer.problem == "forbidden", where
            elif sees(role, whose):
                assert answer.status != 401 and (inner or answer.status != 404), where
            else:
                assert answer.status == missing.status and answer.problem == missing.problem, where
                assert answer.status in (404, 422) and set(answer.json) == set(missing.json), where
            cells += 1
    assert cells == len(ticket_routes()) * len(TICKETS)
    assert all(town.version(tickets[w]) <= 2 for w in TICKETS if w != "unknown"), "a look has changed a ticket"


def test_a_citizen_opens_one_ticket_only(town):
    """Each tracking route x own secret, the secret of another ticket, an old secret, an unknown code."""
    mine, other = town.file(), town.file()
    wrong = {"code": mine["code"], "secret": other["secret"]}
    unknown = {"code": other["code"][:-1] + ("0" if other["code"][-1] != "0" else "1"), "secret": mine["secret"]}
    tracked = [(m, p) for m, p, roles in routes() if "ROLE_TICKET" in roles]
    assert len(tracked) >= 9
    for method, path in tracked:
        seen = []
        for ticket in (wrong, unknown):
            answer, _ = attempt(town.citizen(ticket), method, path, UNKNOWN)
            assert answer.status == 404, (method, path, answer)
            seen.append((answer.problem, sorted(answer.json)))
        assert seen[0] == seen[1], (method, path)
    assert town.citizen(mine).get("/v1/tracking").json["state"] == "submitted"


def test_the_matrix_is_complete():
    """A route that names a ticket in another way has to be added above."""
    text = (ROOT / "src/app/routes.def").read_text()
    named = re.findall(r'^ROUTE\(\w+,\s*"([^"]*ticket[^"]*)"', text, re.M)
    elsewhere = ("/v1/redatings/", "/v1/public/")  # lists of what the caller may read, and what everybody may
    assert {p for p in named if "{" in p and not p.startswith(elsewhere)} == {p for _, p, _ in ticket_routes()}
