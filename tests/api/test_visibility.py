"""Who sees which ticket; what one may not see answers like what does not exist."""
import pytest

from support.town import HUB

UNKNOWN = "018f0000-0000-7000-8000-000000000000"


def refusals(town, who, ticket_id):
    """Every way to touch a ticket, as [(method, target tail, status, problem)]."""
    base = "/v1/tickets/" + ticket_id
    found = []
    for tail in ("", "/events", "/notes", "/replies", "/replies/1/changes"):
        answer = who.get(base + tail, status=None)
        found.append(("GET", tail, answer.status, answer.problem if answer.status >= 400 else None))
    for tail, body in (("/notes", {"text": "thử"}), ("/accept", {}), ("/claim", {}), ("/return", {"reason": "không phải của tôi"}),
                       ("/propose", {"text": "một câu trả lời dài"}), ("/replies/1/reviews", {"verdict": "ok"}), ("/approve", {}), ("/close", {})):
        answer = who.post(base + tail, body, {"If-Match": '"1"'}, status=None)
        found.append(("POST", tail, answer.status, answer.problem if answer.status >= 400 else None))
    answer = who("PUT", base + "/reply", {"base_version": 0, "text": "một câu trả lời dài"})
    found.append(("PUT", "/reply", answer.status, answer.problem if answer.status >= 400 else None))
    return found


def sees(who, ticket_id):
    status = who.get("/v1/tickets/" + ticket_id, status=None).status
    assert status in (200, 404)
    listed = ticket_id in [t["id"] for t in who.get("/v1/tickets?holder=any&limit=200").json["items"]]
    assert listed == (status == 200), "list and page disagree"
    return listed


@pytest.fixture(scope="module")
def tickets(town):
    return {
        "own": town.filed()[0],
        "foreign": town.filed(category="environment.waste", area="00004")[0],
        "private": town.filed(category="education.fees")[0],
        "denunciation": town.filed(kind="denunciation", category="officials_conduct")[0],
        "complaint": town.filed(kind="complaint", category="land.recovery")[0],
        "press": town.filed(kind="press", category="press", area=None)[0],
        "data": town.filed(kind="data_request", category="personal_data", area=None)[0],
        "child": town.filed(category="child_protection")[0],
    }


EXPECTED = {
    ("officer", "HN-SXD"): {"own"},
    ("head", "HN-SXD"): {"own"},
    ("officer", "UB-00004"): {"foreign"},
    ("officer", "HN-TTRA"): set(),
    ("head", "HN-TTRA"): set(),
    ("legal_officer", "HN-TTRA"): {"denunciation"},
    ("legal_officer", "HN-SXD"): {"own"},
    ("legal_officer", HUB): set(),
    ("officer", "HN-BTCD"): {"complaint"},
    ("officer", "HN-CATP"): {"child"},
    ("coordinator", HUB): {"own", "foreign", "private", "complaint", "press", "child"},
    ("hub_head", HUB): {"own", "foreign", "private", "complaint", "press", "child"},
    ("duty_officer", HUB): {"own", "foreign", "private", "complaint", "child"},
    ("press_officer", HUB): {"press"},
    ("spokesperson", HUB): {"press"},
    ("data_officer", HUB): {"data"},
    ("leader", "HN-UBND"): {"own", "foreign", "private", "complaint"},
    ("auditor", "HN-UBND"): {"own", "foreign", "private", "complaint"},
}


@pytest.mark.parametrize("role,department", sorted(EXPECTED), ids=lambda x: x)
def test_each_role_sees_exactly_its_tickets(town, tickets, role, department):
    who = town.person(role, department)
    assert {name for name, ticket_id in tickets.items() if sees(who, ticket_id)} == EXPECTED[(role, department)]


@pytest.mark.parametrize("name", ["foreign", "denunciation", "press", "data", "child"])
def test_not_mine_answers_like_not_there(town, tickets, name):
    officer = town.person("officer")
    not_mine, not_there = refusals(town, officer, tickets[name]), refusals(town, officer, UNKNOWN)
    assert not_mine == not_there
    assert all(status == 404 for _, _, status, _ in not_mine)
    assert town.version(tickets[name]) == 1


def test_a_denunciation_is_closed_even_to_the_head_of_the_hub(town, tickets):
    hub_head = town.person("hub_head", HUB)
    assert refusals(town, hub_head, tickets["denunciation"]) == refusals(town, hub_head, UNKNOWN)
    hub_head.get("/v1/tickets/%s/contact?purpose=inspection" % tickets["denunciation"], status=404)


def test_answers_tell_neither_by_headers_nor_by_shape(town, tickets):
    officer = town.person("officer")
    a = officer.get("/v1/tickets/" + tickets["denunciation"], status=404)
    b = officer.get("/v1/tickets/" + UNKNOWN, status=404)
    assert sorted(n for n, _ in a.headers) == sorted(n for n, _ in b.headers)
    assert len(a.body) == len(b.body) and set(a.json) == set(b.json)


def test_the_database_role_itself_sees_nothing_without_a_caller(town, tickets):
    """Row security holds for whoever gets hold of the server's connection."""
    for table in ("ticket", "event", "note", "reply", "message", "clock", "clock_running", "contact"):
        try:
            rows = town.cluster.sql("set search_path = tiepdan; select count(*) from " + table, town.database, "tiepdan_app")
        except AssertionError as e:
            assert "permission denied" in str(e)
        else:
            assert rows == [["0"]], table
