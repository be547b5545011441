"""What each role is told (S3): the main answers have these members and no other, whatever the contract lets them have. Who adds one decides
here who may see it."""
import re

import pytest

from support.town import CONSTRUCTION, HUB
from test_personal_data import CONTACT

NAMED = "(code name_en name_vi)"
PERSON = "(id name)"
CLOCK = ("amount due_at extension kind latest paused policy(citation_en citation_vi profile) round standing started_at stopped_at unit")
BOTH = ("area%s category%s code extensions filed_at kind location_text merged_into messages(at from text) parts petition questions rating refusal "
        "reviews splits state state_en state_vi supporters text title updated_at" % (NAMED, NAMED))
TICKET = BOTH + (
    " anonymous channel clocks(%s remaining_seconds) flags has_contact holder(department%s person%s) id language level moves"
    " parts(asked_at asked_by%s asked_from%s department%s due_at ended_at ended_by%s id state task text version) point restricted"
    " ratings(acceptable comments satisfied unsatisfied) returns route(area category department reason rules(set taken(rule said title) with))"
    " splits(children parent) tags taken_by version visibility" % (CLOCK, NAMED, PERSON, PERSON, NAMED, NAMED, PERSON))
HANDLED = TICKET + " moves(action needs_reason to)"
QUEUE = ("items(area%s category%s clock code due_at filed_at flags holder(department%s person%s) id kind level remaining_seconds standing state tags"
         " title version visibility) next_cursor" % (NAMED, NAMED, NAMED, PERSON))
FOUND = QUEUE.replace(" title version", " title version fragments(cut_after cut_before field marks(from length) text)") + " partial"
TRACKING = BOTH + (
    " deadlines(%s) holder%s may_rate may_write moves(action needs_reason to until) promise"
    " publication(may_object preview_until state state_en state_vi superseded version) replies(at department%s text)"
    " steps(at department%s type what_en what_vi) taken" % (CLOCK, NAMED, NAMED, NAMED))
DEPARTMENTS = "items(area code kind name_en name_vi parent successor valid_from valid_to) next_cursor"
ACCOUNT = "active department%s email grants id language login machine name password password_set roles second_factor sessions version" % NAMED
ACCOUNTS = "items(department%s id login name roles) next_cursor" % NAMED

TOLD = [("/v1/tickets/{ticket}", ("officer", "head"), CONSTRUCTION, HANDLED), ("/v1/tickets/{ticket}", ("coordinator", "hub_head"), HUB, HANDLED),
        ("/v1/tickets/{ticket}", ("leader", "auditor"), HUB, TICKET), ("/v1/tickets", ("officer", "head"), CONSTRUCTION, QUEUE),
        ("/v1/tickets", ("coordinator", "hub_head", "leader", "auditor"), HUB, QUEUE), ("/v1/tracking", ("citizen",), None, TRACKING),
        ("/v1/search?q=g%C3%A0", ("officer", "head"), CONSTRUCTION, FOUND), ("/v1/search?q=g%C3%A0", ("hub_head", "leader", "auditor"), HUB, FOUND),
        ("/v1/departments", ("anybody", "citizen", "officer", "admin"), HUB, DEPARTMENTS), ("/v1/accounts/{account}", ("admin",), HUB, ACCOUNT),
        ("/v1/accounts", ("head", "hub_head", "admin"), HUB, ACCOUNTS)]


def paths(text):
    """"a(b c) d" -> {"a", "a.b", "a.c", "d"}; a list has the members of its items."""
    found, above, last = set(), [], None
    for word in re.findall(r"[()]|\w+", text):
        if word == "(":
            above.append(last)
        elif word == ")":
            last = above.pop()
        else:
            last = ".".join(above[-1:] + [word])
            found.add(last)
    return found


def members(value, above=""):
    if isinstance(value, list):
        return set().union(*(members(v, above) for v in value))
    if isinstance(value, dict):
        return set().union(*({above + name} | members(v, above + name + ".") for name, v in value.items()))
    return set()


@pytest.fixture(scope="module")
def filed(town):
    """One that waits, with a message, and one that was answered."""
    waits, answered = town.filed(contact=CONTACT), town.answered(contact=CONTACT)
    town.citizen(waits[1]).post("/v1/tracking/messages", {"text": "Xin bổ sung."})
    return waits, answered


@pytest.mark.parametrize("path, roles, department, told", TOLD, ids=["%s-%s" % (t[0], t[1][0]) for t in TOLD])
def test_nothing_besides(town, filed, path, roles, department, told):
    account = town.sql("select id from account where login = '%s'" % town.login("officer"))[0][0]
    for role in roles:
        got = set()
        for ticket_id, secret in filed:
            who = {"anybody": lambda: town.anyone, "citizen": lambda: town.citizen(secret)}.get(role, lambda: town.person(role, department))()
            got |= members(who.get(path.format(ticket=ticket_id, account=account)).json)
        more, outer = got - paths(told), {p for p in paths(told) if "." not in p}
        assert not more, "%s is told %s of %s, too: may they see that?" % (role, sorted(more), path)
        assert outer <= got, "%s is told nothing of %s" % (role, sorted(outer - got))


def test_the_table_is_read_as_it_is_written():
    assert paths("a(b(c d) e) f") == {"a", "a.b", "a.b.c", "a.b.d", "a.e", "f"}
    assert members({"a": [{"b": {"c": 1}}, {"e": None}], "f": []}) == {"a", "a.b", "a.b.c", "a.e", "f"}
