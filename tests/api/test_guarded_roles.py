"""Which roles take two administrators: all that open something, by what they may, and any that administrators give themselves, by whatever way."""
import pytest

from support.town import CONSTRUCTION, HUB, new_town
from test_people import change, in_days, made, path
from test_signing_in import with_factor
from test_two_administrators import admin, grants

OPENING = "coordinator hub_head legal_officer press_officer spokesperson data_officer duty_officer leader admin".split()


def own(who):
    return who.get(path(who.get("/v1/me").json["account"])).json


def operator(town, login, roles, department=HUB):
    town.cluster.run(town.database, "user", "add", login, "--name=Do Người Vận Hành", "--department=" + department, "--role=" + ",".join(roles))
    return {"id": town.sql("select id from account where login = '%s'" % login)[0][0]}


@pytest.mark.parametrize("role", OPENING)
def test_nobody_alone_makes_somebody_who_opens_something(town, role):
    first, second = admin(town), admin(town, 1)
    account = first.post("/v1/accounts", {"login": "buf.be." + role.replace("_", "-"), "name": "Con Rối", "department": HUB, "roles": [role]}).json
    assert account["roles"] == [] and list(grants(account)) == [role]
    code = first.post(path(account, "/invitation"), {}).json["code"]
    puppet = town.client(Authorization="Bearer " + town.anyone.post("/v1/sessions", {"login": account["login"], "code": code}).json["token"])
    assert puppet.get("/v1/me").json["roles"] == []
    puppet.get("/v1/tickets", status=403)
    assert second.post(path(account, "/grants/%s/confirm" % grants(account)[role]), {}, status=200).json["roles"] == [role]
    assert puppet.get("/v1/me").json["roles"] == [role]


def test_the_work_of_departments_waits_for_nobody(town):
    account = made(town, "viec.thuong", ["clerk", "officer", "head", "auditor"])
    assert account["roles"] == ["clerk", "officer", "head", "auditor"] and account["grants"] == []


def test_no_administrator_reads_contacts_alone(town):
    ticket, _ = town.filed()
    who, contact = admin(town, 10), "/v1/tickets/%s/contact?purpose=T%%C3%%B2%%20m%%C3%%B2" % ticket
    who.get(contact, status=403)
    for role in OPENING[:6]:
        changed = change(who, own(who), {"roles": ["admin", role]}).json
        assert changed["roles"] == ["admin"] and list(grants(changed)) == [role]
        who.get(contact, status=403)
    given = admin(town, 1).post(path(changed, "/grants/%s/confirm" % grants(changed)["data_officer"]), {}, status=200).json
    assert given["roles"] == ["data_officer", "admin"] == who.get("/v1/me").json["roles"]


@pytest.mark.parametrize("role", ("clerk", "officer", "head", "auditor"))
def test_what_administrators_give_themselves_waits_whatever_it_is(town, role):
    first, second = admin(town, 11), admin(town, 1)
    first.get("/v1/work", status=403)
    changed = change(first, own(first), {"roles": ["admin", role]}).json
    assert changed["roles"] == ["admin"] == first.get("/v1/me").json["roles"] and list(grants(changed)) == [role]
    confirm = path(changed, "/grants/%s/confirm" % grants(changed)[role])
    assert first.post(confirm, {}, status=409).problem == "another_confirms"
    assert role in second.post(confirm, {}, status=200).json["roles"] and role in first.get("/v1/me").json["roles"]
    assert change(first, own(first), {"roles": ["admin"]}).json["roles"] == ["admin"]


def test_another_administrator_may_give_it_at_once(town):
    first, second = admin(town, 11), admin(town, 1)
    change(first, own(first), {"roles": ["admin", "clerk"]})
    given = change(second, own(first), {"roles": ["admin", "clerk"]}).json
    assert given["roles"] == ["clerk", "admin"] and given["grants"] == []
    assert change(first, own(first), {"roles": ["admin", "king"]}, 422).problem == "unknown_role"
    change(first, own(first), {"roles": ["admin"]})


def test_an_administrator_takes_nothing_from_others_for_themselves(town):
    giver, who = town.login("head", HUB, 12), admin(town, 12)
    body = {"giver": town.sql("select id from account where login = '%s'" % giver)[0][0], "taker": own(who)["id"], "roles": ["head"],
            "until": in_days(3), "reason": "Nghỉ phép năm"}
    assert who.post("/v1/delegations", body, status=409).problem == "own_role"
    assert who.get("/v1/me").json["roles"] == ["admin"]
    admin(town, 1).post("/v1/delegations", body)
    assert who.get("/v1/me").json["roles"] == ["head", "admin"]
    coordinator = town.sql("select id from account where login = '%s'" % town.login("coordinator", HUB, 12))[0][0]
    other = town.sql("select id from account where login = '%s'" % town.login("officer", HUB, 12))[0][0]
    assert who.post("/v1/delegations", {**body, "giver": coordinator, "taker": other, "roles": ["coordinator"]}, status=409).problem == "delegation_refused"


def test_who_brings_themselves_elsewhere_takes_nothing_along(town):
    operator(town, "di.chuyen", ["officer", "legal_officer", "admin"], CONSTRUCTION)
    who = town.sign_in("di.chuyen")
    moved = change(who, own(who), {"department": HUB}).json
    assert moved["roles"] == ["admin"] == who.get("/v1/me").json["roles"] and sorted(grants(moved)) == ["legal_officer", "officer"]
    assert admin(town).post(path(moved, "/grants/%s/confirm" % grants(moved)["officer"]), {}, status=200).json["roles"] == ["officer", "admin"]


def test_who_has_them_from_before_keeps_them(town):
    account = operator(town, "tu.truoc", ["officer", "coordinator", "leader"])
    who = town.sign_in("tu.truoc")
    assert change(admin(town), account, {"name": "Tên Khác", "language": "en"}).json["roles"] == ["officer", "coordinator", "leader"]
    changed = change(admin(town), account, {"roles": ["officer", "coordinator", "leader", "head"]}).json
    assert changed["roles"] == ["officer", "head", "coordinator", "leader"] == who.get("/v1/me").json["roles"] and changed["grants"] == []


def test_a_coordinator_who_is_reset_waits_and_it_is_told_once(town):
    account = operator(town, "dat.lai", ["officer", "coordinator", "press_officer"])
    first, second = admin(town), admin(town, 1)
    code = first.post(path(account, "/invitation"), {"reset": True}).json["code"]
    who = town.client(Authorization="Bearer " + town.anyone.post("/v1/sessions", {"login": "dat.lai", "code": code}).json["token"])
    assert who.get("/v1/me").json["roles"] == ["officer"]
    asked = [e for e in first.get(path(account, "/events")).json["items"] if e["type"] == "role.asked"]
    assert [e["data"]["roles"] for e in asked] == [["coordinator", "press_officer"]]
    second.post(path(account, "/grants/%s/confirm" % grants(second.get(path(account)).json)["coordinator"]), {}, status=200)
    assert who.get("/v1/me").json["roles"] == ["officer", "coordinator"]


def test_with_a_second_factor_a_forgotten_password_costs_no_role(town):
    login = with_factor(town, 91, "coordinator")[0]
    account = {"id": town.sql("select id from account where login = '%s'" % login)[0][0]}
    admin(town).post(path(account, "/invitation"), {})
    assert admin(town).get(path(account)).json["roles"] == ["coordinator"]


def test_keys(town):
    """No new one for what opens something; what a key cannot do anyway, breaking the glass, is no reason; keys of before go on."""
    key = {"name": "x", "expires_at": in_days(1)}
    program = made(town, "may.dieu-phoi", ["officer"], machine=True)
    operator(town, "may.dieu-phoi", ["officer", "coordinator", "duty_officer"], CONSTRUCTION)
    assert admin(town).post(path(program, "/keys"), {**key, "roles": ["coordinator"]}, status=422).problem == "guarded_key"
    admin(town).post(path(program, "/keys"), {**key, "roles": ["officer", "duty_officer"]})
    town.sql("update setting set value = 0 where name = 'guarded_roles'")
    made_before = admin(town).post(path(program, "/keys"), {**key, "roles": ["coordinator"]}).json["key"]
    town.sql("update setting set value = 1 where name = 'guarded_roles'")
    assert town.client(Authorization="Bearer " + made_before).get("/v1/me").json["roles"] == ["coordinator"]


def test_a_town_that_does_without_waits_for_nothing_of_it(town):
    who, giver = admin(town, 13), town.login("head", HUB, 13)
    town.sql("update setting set value = 0 where name = 'guarded_roles'")
    changed = change(who, own(who), {"roles": ["officer", "coordinator", "admin"]}).json
    assert changed["roles"] == ["officer", "coordinator", "admin"] and changed["grants"] == []
    body = {"giver": town.sql("select id from account where login = '%s'" % giver)[0][0], "taker": changed["id"], "roles": ["head"],
            "until": in_days(3), "reason": "Nghỉ phép năm"}
    who.post("/v1/delegations", body)
    assert change(who, own(who), {"department": CONSTRUCTION}).json["roles"] == ["officer", "coordinator", "admin"]
    town.sql("update setting set value = 1 where name = 'guarded_roles'")


def said_of_grants(cluster, town):
    return next(line for line in cluster.run(town.database, "doctor", ok=False).stdout.splitlines() if line[7:].startswith("roles that wait"))


def test_doctor_says_when_nobody_can_confirm(cluster, contract):
    with new_town(cluster, contract) as town:
        assert said_of_grants(cluster, town).startswith("warn   roles that wait: nobody administers")
        only = town.person("admin", HUB, 1)
        account = only.post("/v1/accounts", {"login": "cho.mai", "name": "Chờ Mãi", "department": HUB, "roles": ["leader"]}).json
        line = said_of_grants(cluster, town)
        assert line == ("warn   roles that wait: only admin.hn-eic.1 administers, so nobody can confirm a role; nobody can confirm leader of cho.mai")
        second = town.person("admin", HUB, 2)
        assert said_of_grants(cluster, town).split() == ["ok", "roles", "that", "wait"], "since just now"
        town.sql("update account_grant set asked_at = now() - interval '25 hours'")
        assert said_of_grants(cluster, town) == "warn   roles that wait: for more than a day these have waited to be confirmed: leader of cho.mai"
        second.post(path(account, "/grants/%s/confirm" % grants(account)["leader"]), {}, status=200)
        assert said_of_grants(cluster, town).startswith("ok ")
        town.sql("update setting set value = 0 where name = 'guarded_roles'; update account set active = false where login = 'admin.hn-eic.2'")
        assert said_of_grants(cluster, town).startswith("ok "), "nothing waits here"
