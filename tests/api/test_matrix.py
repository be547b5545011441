"""The access matrix (S1), generated from the table of routes: each route about one ticket x each role x whose ticket it is, with a
body that fits, and with things inside the ticket that exist: only the look at the ticket itself can stop the request. A ticket that
the caller does not see answers like one that does not exist, in status and words, and nothing happens to it."""
import copy
import re

import pytest

from support import images
from support.contract import ROOT
from support.files import link, send
from support.town import CONSTRUCTION, HUB
from test_roles import ROLES, UNKNOWN, routes

# With this version nothing changes: who may see the ticket is told that it has another one.
MATCH = {"If-Match": '"999999"'}
CONTACT = {"phone": "0912 345 678"}
QUERY = {"contact": "?purpose=kiem-tra-quyen"}
TICKETS = ("own", "foreign", "press", "data", "denunciation", "withdrawn", "unknown")
STRANGERS = "UB-00004"
INNER = {"{kind}": "accept", "{version:int}": "2"}


# What reaches tickets that one does not see, on purpose: test_standing_in, test_personal_data, test_retention and test_data_requests.
BEYOND = ("/v1/tickets/{id:uuid}/break-glass", "/v1/tickets/{id:uuid}/contact/erasure", "/v1/tickets/{id:uuid}/retention",
          "/v1/tickets/{id:uuid}/hold", "/v1/tickets/{id:uuid}/restriction")


def ticket_routes():
    found = [r for r in routes() if r[1].startswith("/v1/tickets/{id:uuid}") and r[1] not in BEYOND]
    assert len(found) >= 50
    return found


def example(town, method, path):
    """The body that the contract has as its example; None where the operation has no body."""
    operation = town.contract.operations[(method.lower(), re.sub(r":\w+\}", "}", path))]
    if "requestBody" not in operation:
        return {} if method in ("POST", "PUT", "PATCH") else None
    shown = operation["requestBody"]["content"]["application/json"]["examples"]
    return copy.deepcopy(next(iter(shown.values()))["value"])


def account(town, role, department=CONSTRUCTION):
    login = town.login(role, department)
    return town.sql("select id from account where login = '%s'" % login)[0][0]


def draft_and_publish(town, ids):
    """Each ticket has drafts, and a version for the public in which something was found."""
    author, every = account(town, "clerk"), ",".join("'%s'" % i for i in ids)
    town.tamper("""
        insert into reply (ticket, version, at, author, department, state, text)
            select t.id, v, now(), '%s', t.holder, 'draft', 'Dự thảo số ' || v from ticket t, generate_series(1, 2) v where t.id in (%s);
        insert into publication (ticket, number, code, state, category, area, department, outcome, filed_at, answered_at, title, question,
            answer, folded_title, folded, proposed_by, proposed_at)
            select id, number, code, 'proposed', category, area, holder, 'answered', filed_at, now(), title, text, text, 'x', 'x', '%s', now()
            from ticket where id in (%s);
        insert into publication_finding (ticket, field, kind, at, length, text)
            select id, 'question', 'phone', 0, 1, 'x' from ticket where id in (%s)""" % (author, every, author, every, every))


@pytest.fixture(scope="module")
def tickets(town):
    """{whose: {"id", and of each thing inside a ticket one that exists}}; `companion`: another one that the same people see."""
    filed = {
        "own": town.filed(contact=CONTACT),
        "companion": town.filed(contact=CONTACT),
        "foreign": town.filed(contact=CONTACT, category="environment.waste", area="00004"),
        "press": town.filed(contact=CONTACT, kind="press", category="press", area=None),
        "companion of press": town.filed(contact=CONTACT, kind="press", category="press", area=None),
        "data": town.filed(contact=CONTACT, kind="data_request", category="personal_data", area=None),
        "companion of data": town.filed(contact=CONTACT, kind="data_request", category="personal_data", area=None),
        "denunciation": town.filed(contact=CONTACT, kind="denunciation", category="officials_conduct"),
        "withdrawn": town.filed(contact=CONTACT),
    }
    draft_and_publish(town, [ticket_id for ticket_id, _ in filed.values()])
    found = {"unknown": {"id": UNKNOWN, "attachment": UNKNOWN, "relation": UNKNOWN, "finding": UNKNOWN}}
    for whose, (ticket_id, made) in filed.items():
        opened = send(town.anyone, images.jpeg()).json
        link(town.citizen(made), opened)
        found[whose] = {"id": ticket_id, "attachment": opened["id"],
                        "finding": town.sql("select id from publication_finding where ticket = '%s'" % ticket_id)[0][0]}
    town.citizen(filed["withdrawn"][1]).post("/v1/tracking/withdraw", {}, status=201)
    # Who has a part in a ticket sees the part, and not the ticket.
    town.tamper("insert into part (id, ticket, department, asked_at, asked_by, asked_from, task, due_at) select gen_random_uuid(), t.id,"
                " d.id, now(), '%s', t.holder, 'Đề nghị phối hợp kiểm tra.', now() from ticket t, department d where t.id = '%s'"
                " and d.code = '%s'" % (account(town, "clerk"), found["foreign"]["id"], CONSTRUCTION))
    return found


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


class Attempts:
    """Requests of one person about the tickets above; what a request uses up is made anew."""

    def __init__(self, town, role, tickets):
        self.town, self.role, self.tickets = town, role, tickets
        self.who = town.person(role, HUB if role in ("coordinator", "hub_head") else CONSTRUCTION)
        kind = {"data_officer": "companion of data", "press_officer": "companion of press", "spokesperson": "companion of press"}
        self.companion = tickets[kind.get(role, "companion")]["id"]
        self.upload = send(town.anyone, images.jpeg()).json
        self.officer = account(town, "officer")
        self.relate()

    def relate(self):
        known = [t for whose, t in self.tickets.items() if whose != "unknown"]
        for t in known:
            t["relation"] = self.town.sql("select gen_random_uuid()")[0][0] if "relation" not in t else t["relation"]
        self.town.tamper("insert into ticket_relation (id, ticket, other, kind, at, person) select r, t, o, 'follows', now(), '%s' from (values %s)"
                         " v (r, t, o) where t <> o on conflict do nothing" % (account(self.town, "clerk"), ",".join(
                             "('%s'::uuid, '%s'::uuid, '%s'::uuid)" % (t["relation"], t["id"], self.companion) for t in known)))

    def body(self, method, path, ticket):
        body = example(self.town, method, path)
        if not body:
            return body
        for member, value in (("other", self.companion), ("into", self.companion), ("finding", ticket["finding"]),
                              ("upload", self.upload["id"]), ("token", self.upload["token"]), ("person", self.officer)):
            if member in body:
                body[member] = value
        return body

    def __call__(self, method, path, whose):
        ticket = self.tickets[whose]
        target = path.replace("{id:uuid}", ticket["id"])
        for name in re.findall(r"\{[^}]*\}", target):
            target = target.replace(name, INNER.get(name) or ticket[name[1:-1].split(":")[0]])
        target += QUERY.get(path.rsplit("/", 1)[-1], "")
        answer = self.who(method, target, self.body(method, path, ticket), MATCH)
        if answer.status == 201 and path.endswith("/attachments"):
            self.upload = send(self.town.anyone, images.jpeg()).json
        return answer


def prints(town, tickets):
    """What would change about a ticket if anybody did anything to it."""
    every = ",".join("'%s'" % t["id"] for t in tickets)
    return town.sql("select t.id, t.version, t.updated_at, (select count(*) from event where ticket = t.id and actor_kind <> 'job'),"
                    " (select count(*) from note where ticket = t.id), (select count(*) from reply where ticket = t.id),"
                    " (select count(*) from ticket_excluded where ticket = t.id), (select count(*) from attachment where ticket = t.id),"
                    " (select count(*) from ticket_relation where ticket = t.id) from ticket t where t.id in (%s) order by t.id" % every)


def said(answer):
    return {name: value for name, value in answer.json.items() if name != "instance"}


@pytest.mark.parametrize("role", ROLES)
def test_every_route_and_every_ticket(town, tickets, role):
    attempt = Attempts(town, role, tickets)
    unseen = [tickets[w] for w in TICKETS if w != "unknown" and not sees(role, w)]
    before = prints(town, unseen)
    for method, path, allowed in ticket_routes():
        missing = attempt(method, path, "unknown")
        if role.upper() in allowed:
            assert missing.status == 404, ("a request that only an unknown ticket stops", method, path, missing)
        for whose in TICKETS:
            answer = attempt(method, path, whose)
            where = (role, method, path, whose, answer)
            if role.upper() not in allowed:
                assert answer.status == 403 and answer.problem == "forbidden", where
            elif sees(role, whose):
                assert answer.status not in (401, 404) and (answer.status < 400 or answer.problem != "invalid"), where
            else:
                assert answer.status == 404 and said(answer) == said(missing), where
    assert prints(town, unseen) == before


def test_what_is_inside_another_ticket(town, tickets):
    """The way through a ticket that one sees leads to nothing of another one."""
    attempt = Attempts(town, "head", tickets)
    mixed = dict(tickets["foreign"], id=tickets["own"]["id"])
    assert sees("head", "own") and not sees("head", "foreign")
    tickets["mixed"] = mixed
    tried = [(method, path) for method, path, _ in ticket_routes() if "{attachment" in path or "{relation" in path or path.endswith("/confirm")]
    assert len(tried) == 4
    try:
        for method, path in tried:
            if path.endswith("/confirm"):    # before it looks for the finding it looks at the state of the publication
                assert attempt(method, path, "own").status == 200
            answer = attempt(method, path, "mixed")
            assert answer.status == 404 and answer.problem == "not_found", (method, path, answer)
    finally:
        del tickets["mixed"]
    assert town.sql("select count(*) from ticket_relation where id = '%s'" % mixed["relation"])[0][0] == "1"


def test_a_citizen_opens_one_ticket_only(town):
    """Each tracking route x own secret, the secret of another ticket, an old secret, an unknown code."""
    mine, other = town.file(), town.file()
    wrong = {"code": mine["code"], "secret": other["secret"]}
    unknown = {"code": other["code"][:-1] + ("0" if other["code"][-1] != "0" else "1"), "secret": mine["secret"]}
    tracked = [(m, p) for m, p, roles in routes() if "ROLE_TICKET" in roles]
    assert len(tracked) >= 15
    for method, path in tracked:
        seen = []
        target = re.sub(r"\{id[^}]*\}", UNKNOWN, path).replace("{kind}", "accept")
        for ticket in (wrong, unknown):
            answer = town.citizen(ticket)(method, target, example(town, method, path))
            assert answer.status == 404, (method, path, answer)
            seen.append(said(answer))
        assert seen[0] == seen[1], (method, path)
    assert town.citizen(mine).get("/v1/tracking").json["state"] == "submitted"


# --- things of their own, each with an id in the path ---------------------------------------------------------------------

def thing(town, sql):
    return town.tamper(sql + " returning id")[0][0]


def absence(town, person):
    return thing(town, "insert into absence select gen_random_uuid(), '%s', now() + interval '1 d', now() + interval '2 d', null, now(), '%s'"
                 % (person, person))


@pytest.fixture(scope="module")
def things(town, tickets):
    """{kind of thing: {whose: id}}. Whose: `own` of the department of the caller, `foreign` of another one."""
    mine, theirs = account(town, "officer"), account(town, "officer", STRANGERS)
    found = {"parts": {}, "filters": {}, "absences": {}, "staff": {"own": mine, "foreign": theirs}, "reply-templates": {}, "review-requests": {}}
    for whose, asked, of in (("own", CONSTRUCTION, "foreign"), ("foreign", "HN-HAPULICO", "foreign"), ("asked for", STRANGERS, "own")):
        town.tamper("delete from part where state = 'asked' and department = (select id from department where code = '%s')" % asked)
        found["parts"][whose] = thing(town, "insert into part (id, ticket, department, asked_at, asked_by, asked_from, task, due_at)"
                                      " select gen_random_uuid(), t.id, d.id, now(), '%s', t.holder, 'Đề nghị phối hợp kiểm tra.', now() from"
                                      " ticket t, department d where t.id = '%s' and d.code = '%s'" % (mine, tickets[of]["id"], asked))
    for whose, person in (("own", mine), ("foreign", theirs)):
        for shared in ("private", "shared"):
            found["filters"]["%s %s" % (whose, shared)] = thing(
                town, "insert into saved_filter (id, account, name, shared, query, updated_at) values (gen_random_uuid(), '%s',"
                " '%s', %s, '{}', now())" % (person, shared, shared == "shared"))
        found["absences"][whose] = absence(town, person)
        found["reply-templates"][whose] = thing(
            town, "insert into reply_template (id, version, at, author, department, purpose, language, title, text, valid_from)"
            " select gen_random_uuid(), 1, now(), id, department, 'answer', 'vi', 'Mẫu', 'Kính gửi ông/bà.', now() from account"
            " where id = '%s'" % person)
        found["review-requests"][whose] = thing(
            town, "insert into review_request (id, ticket, version, at, asker, department, role) select gen_random_uuid(), id, 2, now(), '%s',"
            " holder, 'head' from ticket where id = '%s'" % (person, tickets[whose]["id"]))
    return found


def reaches(role, kind, whose, verb):
    """Who is not told that there is no such thing; roles of the hub are in the hub."""
    here = role not in ("coordinator", "hub_head")
    return {
        "parts": (verb in ("cancel", "GET") and sees(role, "own" if whose == "asked for" else "foreign"))
        or (verb != "cancel" and here and whose == "own"),
        "filters": role == "officer" and whose.startswith("own") or (verb == "GET" and here and whose == "own shared"),
        "absences": here and whose == "own",
        "staff": here and whose == "own",
        "review-requests": whose in ("own", "foreign") and sees(role, whose),
        "reply-templates": here and whose == "own" or role in ("hub_head", "admin"),
    }[kind]


def thing_routes():
    kinds = "parts|filters|absences|staff|reply-templates|review-requests"
    return [(m, p, re.match(r"/v1/(%s)/\{id:uuid\}" % kinds, p).group(1), allowed) for m, p, allowed in routes()
            if re.match(r"/v1/(%s)/\{id:uuid\}" % kinds, p)]


@pytest.mark.parametrize("role", ROLES)
def test_every_other_thing(town, tickets, things, role):
    attempt = Attempts(town, role, tickets)
    for method, path, kind, allowed in thing_routes():
        verb = path.rsplit("/", 1)[-1] if path.count("/") > 3 else method
        body = example(town, method, path)
        if kind == "staff" and "deputy" in body:
            body["deputy"] = account(town, "head")
        missing = attempt.who(method, path.replace("{id:uuid}", UNKNOWN), body, MATCH)
        for whose, thing_id in things[kind].items():
            answer = attempt.who(method, path.replace("{id:uuid}", thing_id), body, MATCH)
            where = (role, method, path, whose, answer)
            if kind == "absences" and answer.status == 204:
                things[kind][whose] = absence(town, things["staff"][whose])
            if role.upper() not in allowed:
                assert answer.status == 403 and answer.problem == "forbidden", where
            elif reaches(role, kind, whose, verb):
                assert answer.status not in (401, 404) and (answer.status < 400 or answer.problem != "invalid"), where
            else:
                assert missing.status == 404 and answer.status == 404 and said(answer) == said(missing), where


def test_an_upload_is_for_who_has_its_token(town):
    mine, other = (send(town.anyone, images.jpeg()).json for _ in range(2))
    stranger = town.client(Authorization="Upload " + other["token"], Upload_Offset="0", Content_Type="application/octet-stream")
    for method in ("GET", "PATCH", "DELETE"):
        body = b"x" if method == "PATCH" else None
        answer = stranger(method, "/v1/uploads/" + mine["id"], body)
        assert answer.status == 404 and said(answer) == said(stranger(method, "/v1/uploads/" + UNKNOWN, body)), (method, answer)
    assert town.client(Authorization="Upload " + mine["token"]).get("/v1/uploads/" + mine["id"]).json["id"] == mine["id"]


@pytest.mark.parametrize("target", ["/v1/tickets?filter=%s", "/v1/reply-templates?purpose=answer&ticket=%s"])
def test_ids_in_the_query(town, tickets, things, target):
    officer = town.person("officer")
    ours, theirs = ((things["filters"]["own private"], things["filters"]["foreign shared"]) if "filter" in target
                    else (tickets["own"]["id"], tickets["foreign"]["id"]))
    officer.get(target % ours)
    assert said(officer.get(target % theirs, status=404)) == said(officer.get(target % UNKNOWN, status=404))


def test_the_matrix_is_complete():
    """A route that names something by its id stands above, or the role alone decides and it is nobody's."""
    named = {p for _, p, _ in routes() if ":uuid}" in p}
    role_alone = ("/v1/redatings/", "/v1/notices/", "/v1/duty/", "/v1/rule-sets/", "/v1/rehearsals/", "/v1/reorganisations/", "/v1/configuration/",
                  "/v1/retention/disposals/")
    # The citizen's own, and the two tests above; people and what they have: test_people, test_signing_in, test_standing_in, test_citizen,
    # test_data_requests.
    elsewhere = ("/v1/tracking/", "/v1/citizen/", "/v1/uploads/", "/v1/accounts/", "/v1/sessions/", "/v1/delegations/", "/v1/data-requests/")
    assert {p for p in named if not p.startswith(role_alone + elsewhere) and p not in BEYOND} == (
        {p for _, p, _ in ticket_routes()} | {p for _, p, _, _ in thing_routes()})
    text = (ROOT / "src/app/routes.def").read_text()
    by_code = re.findall(r'^ROUTE\(\w+,\s*"([^"]*ticket[^"]*\{code\}[^"]*)"', text, re.M)
    assert by_code and all(p.startswith("/v1/public/") for p in by_code)
