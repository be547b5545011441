"""Which roles take two administrators: all that open something, by what they may, and any that administrators give themselves, by whatever way."""
import contextlib
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.town import CONSTRUCTION, HUB, new_town, wait_until
from test_people import PASSWORD, change, in_days, made, path
from test_signing_in import with_factor
from test_two_administrators import admin, grants

OPENING = "coordinator hub_head legal_officer press_officer spokesperson data_officer duty_officer leader admin".split()


def own(who):
    return who.get(path(who.get("/v1/me").json["account"])).json


def confirmed(who, account, role):
    return who.post(path(account, "/grants/%s/confirm" % grants(who.get(path(account)).json)[role]), {}, status=200).json


def operator(town, login, roles, department=HUB):
    town.cluster.run(town.database, "user", "add", login, "--name=Do Người Vận Hành", "--department=" + department, "--role=" + ",".join(roles))
    return {"id": town.sql("select id from account where login = '%s'" % login)[0][0]}


@pytest.mark.parametrize("role", OPENING)
def test_nobody_alone_makes_somebody_who_opens_something(town, role):
    first, second = admin(town), admin(town, 1)
    account = first.post("/v1/accounts", {"login": "buf.be." + role.replace("_", "-"), "name": "Con Rối", "department": HUB, "roles": [role]}).json
    assert account["roles"] == [] and list(grants(account)) == [role]
    code = first.post(path(account, "/invitation"), {}).json["code"]
    puppet = town.settle(account["login"], PASSWORD, code)
    assert puppet.get("/v1/me").json["roles"] == []
    puppet.get("/v1/tickets", status=403)
    assert confirmed(second, account, role)["roles"] == [role]
    puppet.get("/v1/me", status=401)
    assert town.with_password(account["login"], PASSWORD).get("/v1/me").json["roles"] == [role]


def test_the_work_of_departments_waits_for_nobody(town):
    account = made(town, "viec.thuong", ["clerk", "officer", "head", "auditor"])
    assert account["roles"] == ["clerk", "officer", "head", "auditor"] and account["grants"] == []


def test_no_administrator_reads_contacts_alone(town):
    ticket, _ = town.filed()
    login = town.login("admin", HUB, 10)
    who, contact = town.settle(login, PASSWORD), "/v1/tickets/%s/contact?purpose=T%%C3%%B2%%20m%%C3%%B2" % ticket
    who.get(contact, status=403)
    for role in OPENING[:6]:
        changed = change(who, own(who), {"roles": ["admin", role]}).json
        assert changed["roles"] == ["admin"] and list(grants(changed)) == [role]
        who.get(contact, status=403)
    given = admin(town, 1).post(path(changed, "/grants/%s/confirm" % grants(changed)["data_officer"]), {}, status=200).json
    assert given["roles"] == ["data_officer", "admin"] == town.with_password(login, PASSWORD).get("/v1/me").json["roles"]


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


def test_nobody_is_brought_to_what_others_had_by_one_administrator(town):
    """Neither by a reorganisation: who applies it has asked, and another one confirms."""
    account = operator(town, "phap.che", ["officer", "legal_officer"], "HN-STC")
    town.settle("phap.che", PASSWORD)
    step = {"what": "department", "from": ["HN-STC"], "to": [{"code": "HN-SNV"}]}
    made = admin(town).post("/v1/reorganisations", {
        "title": "Hợp nhất hai sở", "basis_vi": "Nghị quyết của Hội đồng", "basis_en": "Resolution of the council", "steps": [step],
        "day": town.sql("select city_day(now())")[0][0]}).json
    admin(town).post("/v1/reorganisations/%s/apply" % made["id"], None, {"If-Match": '"%d"' % made["version"]}, 200)
    who = town.with_password("phap.che", PASSWORD)
    assert who.get("/v1/me").json["roles"] == ["officer"] and who.get("/v1/me").json["account"]["department"]["code"] == "HN-SNV"
    moved = admin(town).get(path(account)).json
    waiting = path(account, "/grants/%s/confirm" % grants(moved)["legal_officer"])
    assert admin(town).post(waiting, {}, status=409).problem == "another_confirms"
    assert admin(town, 1).post(waiting, {}, status=200).json["roles"] == ["officer", "legal_officer"]


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
    who = town.settle("dat.lai", PASSWORD, code)
    assert who.get("/v1/me").json["roles"] == ["officer"]
    asked = [e for e in first.get(path(account, "/events")).json["items"] if e["type"] == "role.asked"]
    assert [e["data"]["roles"] for e in asked] == [["coordinator", "press_officer"]]
    confirmed(second, account, "coordinator")
    who.get("/v1/me", status=401)
    assert town.with_password("dat.lai", PASSWORD).get("/v1/me").json["roles"] == ["officer", "coordinator"]


# --- who gets one signs in anew, with what only they have --------------------------------------------------------------------------------

def contact_of(town):
    return "/v1/tickets/%s/contact?purpose=T%%C3%%B2%%20m%%C3%%B2" % town.filed(contact={"name": "Nguyễn Thị Ví Dụ", "phone": "0912345678"})[0]


def giving(town, number):
    """A coordinator, and an officer of the hub who has a password: the login of the officer, and what gives them the role."""
    giver, taker = town.login("coordinator", HUB, number), town.login("officer", HUB, number)
    account = {"id": town.sql("select id from account where login = '%s'" % taker)[0][0]}
    body = {"taker": account["id"], "roles": ["coordinator"], "until": in_days(3), "reason": "Nghỉ phép năm"}
    return taker, account, lambda status=201: town.sign_in(giver).post("/v1/delegations", body, status=status)


def test_a_code_of_before_does_not_open_what_came_later(town):
    taker, account, give = giving(town, 21)
    town.settle(taker, PASSWORD)
    code = admin(town).post(path(account, "/invitation"), {}).json["code"]
    give()
    town.anyone.post("/v1/sessions", {"login": taker, "code": code}, status=401)
    who = town.with_password(taker, PASSWORD)
    assert who.get("/v1/me").json["roles"] == ["officer", "coordinator"]
    who.get(contact_of(town), status=200)


def test_a_session_that_sleeps_does_not_get_what_is_given_for_a_time(town):
    taker, account, give = giving(town, 22)
    town.settle(taker, PASSWORD)
    code = admin(town).post(path(account, "/invitation"), {}).json["code"]
    opened = town.anyone.post("/v1/sessions", {"login": taker, "code": code}, {"Idempotency-Key": "ngu-gat-trong-phien-0001"}).json
    sleeping = town.client(Authorization="Bearer " + opened["token"])
    give()
    sleeping.get("/v1/me", status=401)
    sleeping.get(contact_of(town), status=401)
    town.anyone.post("/v1/sessions/renewal", {"refresh_token": opened["refresh_token"]}, status=401)
    town.anyone.post("/v1/sessions", {"login": taker, "code": code}, {"Idempotency-Key": "ngu-gat-trong-phien-0001"}, 401)
    ended = [e for e in admin(town).get(path(account, "/events")).json["items"] if e["type"] == "session.ended"]
    assert len(ended) == 1


@pytest.mark.parametrize("asks, confirms", ((0, 1), (1, 0)))
def test_a_session_that_sleeps_does_not_get_what_is_confirmed(town, asks, confirms):
    account = made(town, "ngu.%d" % asks, ["officer"])
    town.settle(account["login"], PASSWORD)
    code = admin(town).post(path(account, "/invitation"), {}).json["code"]
    sleeping = town.client(Authorization="Bearer " + town.anyone.post("/v1/sessions", {"login": account["login"], "code": code}).json["token"])
    change(admin(town, asks), account, {"roles": ["officer", "legal_officer"]})
    assert sleeping.get("/v1/me").json["roles"] == ["officer"]
    code = admin(town).post(path(account, "/invitation"), {}).json["code"]
    assert confirmed(admin(town, 2 if asks == 0 else 3), account, "legal_officer")["sessions"] == 0
    sleeping.get("/v1/me", status=401)
    town.anyone.post("/v1/sessions", {"login": account["login"], "code": code}, status=401)
    assert town.with_password(account["login"], PASSWORD).get("/v1/me").json["roles"] == ["officer", "legal_officer"]


@contextlib.contextmanager
def account_lock(town):
    """Nobody changes an account until the block gives `say` the commit; it takes SQL before."""
    with subprocess.Popen(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", town.cluster.url(town.database, "postgres")], stdin=subprocess.PIPE, text=True) as other:
        def say(text):
            other.stdin.write(text + "\n")
            other.stdin.flush()
        say("begin; set search_path = tiepdan; select pg_advisory_xact_lock(hashtext('tiepdan.account')) \\g /dev/null")
        wait_until(lambda: town.sql("select 1 from pg_locks where locktype = 'advisory' and granted and objid = (hashtext('tiepdan.account')::bigint & 4294967295)::oid"),
                   10, "the lock")
        yield say
        other.stdin.close()
        assert other.wait(10) == 0


def wait_for_lock(town, n=1):
    waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())"
    wait_until(lambda: town.sql(waits) == [[str(n)]], 10, "%d wait" % n)


def test_what_is_given_for_a_time_and_invitations_go_one_by_one(town):
    """An invitation that is being made does not see a delegation that is, and so would not end it."""
    taker, _, give = giving(town, 26)
    town.settle(taker, PASSWORD)
    with account_lock(town) as say, ThreadPoolExecutor(1) as pool:
        given = pool.submit(give)
        wait_for_lock(town)
        say("commit;")
        assert given.result().json["roles"] == ["coordinator"]


def test_who_gives_is_who_they_are_when_it_is_their_turn(town):
    """Somebody who is brought elsewhere meanwhile gives nothing to those who were their colleagues."""
    taker, account, give = giving(town, 27)
    town.settle(taker, PASSWORD)
    with account_lock(town) as say, ThreadPoolExecutor(1) as pool:
        given = pool.submit(give, 409)
        wait_for_lock(town)
        say("update account set department = (select id from department where code = '%s') where login = 'coordinator.hn-eic.27';\ncommit;" % CONSTRUCTION)
        assert given.result().problem == "delegation_refused"
    assert town.sql("select 1 from delegation where taker = '%s'" % account["id"]) == []


def test_two_who_give_to_each_other(town):
    heads = [town.sign_in(town.login("head", HUB, n)) for n in (28, 29)]
    ids = [who.get("/v1/me").json["account"]["id"] for who in heads]
    with account_lock(town) as say, ThreadPoolExecutor(2) as pool:
        given = [pool.submit(who.post, "/v1/delegations", {"taker": taker, "roles": ["head"], "until": in_days(3), "reason": "Nghỉ phép năm"})
                 for who, taker in zip(heads, reversed(ids))]
        wait_for_lock(town, 2)
        say("commit;")
        assert [g.result().json["roles"] for g in given] == [["head"], ["head"]]


def test_what_opens_nothing_ends_no_session(town):
    giver, taker = town.login("head", HUB, 23), town.login("officer", HUB, 23)
    who = town.sign_in(taker)
    body = {"taker": who.get("/v1/me").json["account"]["id"], "roles": ["head"], "until": in_days(3), "reason": "Nghỉ phép năm"}
    town.sign_in(giver).post("/v1/delegations", body)
    assert who.get("/v1/me").json["roles"] == ["officer", "head"]


def test_a_second_factor_from_a_session_of_a_code_spares_nobody(town):
    login = with_factor(town, 91, "coordinator")[0]
    account = {"id": town.sql("select id from account where login = '%s'" % login)[0][0]}
    admin(town).post(path(account, "/invitation"), {})
    waits = admin(town).get(path(account)).json
    assert waits["second_factor"] and waits["roles"] == [] and list(grants(waits)) == ["coordinator"]
    taker, account, give = giving(town, 24)
    town.settle(taker, PASSWORD)
    give()
    admin(town).post(path(account, "/invitation"), {})
    assert town.with_password(taker, PASSWORD).get("/v1/me").json["roles"] == ["officer"]


def test_nobody_gets_one_who_has_only_codes(town):
    taker, account, give = giving(town, 25)
    assert give(409).problem == "nothing_of_their_own"
    change(admin(town), account, {"roles": ["officer", "leader"]})
    confirm = path(account, "/grants/%s/confirm" % grants(admin(town, 1).get(path(account)).json)["leader"])
    assert admin(town, 1).post(confirm, {}, status=409).problem == "nothing_of_their_own"
    assert admin(town).get(path(account)).json["roles"] == ["officer"]
    town.sql("insert into account_identity (account, issuer, subject) values ('%s', 'https://id.example.org', 'x')" % account["id"])
    assert admin(town, 1).post(confirm, {}, status=200).json["roles"] == ["officer", "leader"]
    program = made(town, "may.khong-ai", ["officer", "leader"], machine=True)
    assert confirmed(admin(town), program, "leader")["roles"] == ["officer", "leader"]


def test_the_first_day_of_a_coordinator(town):
    """Made, invited, a password, confirmed; and she signs in with her password."""
    first, second = admin(town), admin(town, 1)
    account = first.post("/v1/accounts", {"login": "ngay.dau", "name": "Ngày Đầu", "department": HUB, "roles": ["coordinator"]}).json
    who = town.settle("ngay.dau", PASSWORD, first.post(path(account, "/invitation"), {}).json["code"])
    who.get(contact_of(town), status=403)
    confirmed(second, account, "coordinator")
    who.get("/v1/me", status=401)
    town.with_password("ngay.dau", PASSWORD).get(contact_of(town), status=200)


def test_what_the_operator_gives_ends_them_too(town):
    account = made(town, "dieu.hanh", ["officer"])
    code = admin(town).post(path(account, "/invitation"), {}).json["code"]
    sleeping = town.client(Authorization="Bearer " + town.anyone.post("/v1/sessions", {"login": "dieu.hanh", "code": code}).json["token"])
    operator(town, "dieu.hanh", ["officer", "head"], CONSTRUCTION)
    assert sleeping.get("/v1/me").json["roles"] == ["officer", "head"]
    operator(town, "dieu.hanh", ["officer", "legal_officer"], CONSTRUCTION)
    sleeping.get("/v1/me", status=401)
    assert town.sign_in("dieu.hanh").get("/v1/me").json["roles"] == ["officer", "legal_officer"]


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
        town.settle("cho.mai", PASSWORD)
        assert line == ("warn   roles that wait: only admin.hn-eic.1 administers, so nobody can confirm a role; nobody can confirm leader of cho.mai")
        second = town.person("admin", HUB, 2)
        assert said_of_grants(cluster, town).split() == ["ok", "roles", "that", "wait"], "since just now"
        town.sql("update account_grant set asked_at = now() - interval '25 hours'")
        assert said_of_grants(cluster, town) == "warn   roles that wait: for more than a day these have waited to be confirmed: leader of cho.mai"
        second.post(path(account, "/grants/%s/confirm" % grants(account)["leader"]), {}, status=200)
        assert said_of_grants(cluster, town).startswith("ok ")
        town.sql("update setting set value = 0 where name = 'guarded_roles'; update account set active = false where login = 'admin.hn-eic.2'")
        assert said_of_grants(cluster, town).startswith("ok "), "nothing waits here"
