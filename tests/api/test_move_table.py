"""Nothing but the table of moves decides: each action x each state x each role that the table does not have is refused, and
nothing happens to the ticket. The table is read from the database, the routes from routes.def, the bodies from the contract."""
import pytest

from support.town import HUB
from test_matrix import account, example
from test_roles import routes

ROUTES = {"ask_part": "parts", "supply": "answer", "relevel": "level"}    # the others are called like the action
ROUTELESS = {"file", "expire", "join"}                # a filing, what the server does itself, POST /v1/joins
HUB_ROLES = ("coordinator", "hub_head")
KINDS = {
    "public": ({}, ("officer", "head", "legal_officer", "duty_officer") + HUB_ROLES),
    "press": ({"kind": "press", "category": "press", "area": None}, ("press_officer", "spokesperson") + HUB_ROLES),
    "data": ({"kind": "data_request", "category": "personal_data", "area": None}, ("data_officer",)),
    "denunciation": ({"kind": "denunciation", "category": "officials_conduct"}, ("legal_officer",)),
}


def paths(prefix):
    """{action: path} of the actions that have a route behind this prefix."""
    known = {path for method, path, _ in routes() if method == "POST"}
    return lambda actions: {a: p for a in actions for p in [prefix + ROUTES.get(a, a.replace("_", "-"))] if p in known}


STAFF, CITIZEN = paths("/v1/tickets/{id:uuid}/"), paths("/v1/tracking/")


def column(town, sql):
    return [row[0] for row in town.sql(sql)]


@pytest.fixture(scope="module")
def actions(town):
    return column(town, "select code from action order by position")


def in_each_state(town, changes):
    """{state: id and what its citizen got}; how they came there is of no matter here."""
    found = {}
    for state, is_open in town.sql("select code, open from state order by position"):
        found[state] = town.filed(**changes)
        town.tamper("update ticket set state = '%s', done = not '%s', person = '%s' where id = '%s'" % (
            state, is_open, account(town, "clerk"), found[state][0]))
    assert len(found) == 13
    return found


def allowed(town, sight, role):
    """{(action, state)} of this role, as the holder's staff or that of the hub; those have heads of their own, who sign."""
    return {tuple(row) for row in town.sql(
        "select m.action, m.from_state from move m join move_role r using (action) where r.role = '%s' and m.from_state is not null"
        " and (r.sight is null or r.sight = '%s') and (r.scope = 'all' and not r.lacking or not %s)" % (role, sight, role in HUB_ROLES))}


def test_each_action_has_a_route(actions):
    assert set(actions) - set(STAFF(actions)) - set(CITIZEN(actions)) == ROUTELESS


@pytest.mark.parametrize("sight", KINDS)
def test_what_the_table_does_not_have_is_refused(town, actions, sight):
    changes, roles = KINDS[sight]
    tickets = in_each_state(town, changes)
    holder = town.sql("select d.code, t.sight from ticket t join department d on d.id = t.holder where t.id = '%s'" % tickets["submitted"][0])[0]
    assert holder[1] == sight
    known = {tuple(row) for row in town.sql("select action, from_state from move where from_state is not null")}
    before = town.sql("select id, state, version from ticket order by id")
    refused = 0
    for role in roles:
        who = town.person(role, HUB if role in HUB_ROLES else holder[0])
        # A hub that holds the ticket is its holder as well.
        may = allowed(town, sight, role) | (known if role in HUB_ROLES and holder[0] == HUB else set())
        for action, path in STAFF(actions).items():
            for state, (ticket_id, _) in tickets.items():
                if (action, state) in may:
                    continue
                answer = who("POST", path.replace("{id:uuid}", ticket_id), example(town, "POST", path), {"If-Match": '"1"'})
                wanted = (403, "forbidden") if (action, state) in known else (409, "wrong_state")
                assert (answer.status, answer.problem) == wanted, (role, action, state, answer)
                refused += 1
    assert refused > 100 * len(roles)
    assert town.sql("select id, state, version from ticket order by id") == before


def test_the_same_for_the_citizen(town, actions):
    tickets = in_each_state(town, {})
    may = {tuple(row) for row in town.sql("select m.action, m.from_state from move m join move_role r using (action) where r.role = 'citizen'")}
    before = town.sql("select id, state, version from ticket order by id")
    refused = 0
    for action, path in CITIZEN(actions).items():
        for state, (_, filed) in tickets.items():
            if (action, state) in may:
                continue
            answer = town.citizen(filed)("POST", path, example(town, "POST", path))
            assert (answer.status, answer.problem) == (409, "wrong_state"), (action, state, answer)
            refused += 1
    assert refused >= 40
    assert town.sql("select id, state, version from ticket order by id") == before
