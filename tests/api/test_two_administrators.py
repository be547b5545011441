"""A stolen token of an administrator gives nobody anything, and what opens denunciations, personal data or accounts takes two of them."""
import pytest

from support.town import CONSTRUCTION, HUB
from test_people import PASSWORD, change, in_days, made, path


def admin(town, n=0):
    return town.sign_in(town.login("admin", HUB, n))


def long_ago(town, who):
    """They have shown who they are an hour ago."""
    town.sql("update session set opened_at = now() - interval '1 hour', proved_at = now() - interval '1 hour' where account = '%s'"
             % who.get("/v1/me").json["account"]["id"])


def grants(account):
    return {g["role"]: g["id"] for g in account["grants"]}


GIVING = (("POST", "", {"login": "ke.trom", "name": "Kẻ Trộm", "department": CONSTRUCTION, "roles": ["officer"]}),
          ("PATCH", "/{id}", {"roles": ["officer", "head"]}), ("PATCH", "/{id}", {"email": "khac@example.org"}),
          ("PATCH", "/{id}", {"state": "active"}), ("PATCH", "/{id}", {"department": HUB}), ("POST", "/{id}/invitation", {}),
          ("POST", "/{id}/invitation", {"reset": True}))


@pytest.mark.parametrize("method, rest, body", GIVING)
def test_what_gives_something_needs_a_fresh_proof(town, method, rest, body):
    account = made(town, "duoc.trao") if not town.sql("select id from account where login = 'duoc.trao'") else {
        "id": town.sql("select id from account where login = 'duoc.trao'")[0][0]}
    who = admin(town, 2)
    long_ago(town, who)
    target = "/v1/accounts" + rest.format(id=account["id"])
    tag = {"If-Match": '"%s"' % town.sql("select version from account where id = '%s'" % account["id"])[0][0]} if method == "PATCH" else {}
    assert who(method, target, body, tag, 403).problem == "proof_needed"
    assert not town.sql("select id from account where login = 'ke.trom'")


def test_a_key_needs_one_too_and_nothing_that_takes_away(town):
    program, person = made(town, "may.tram", ["auditor"], machine=True), made(town, "bi.lay")
    who = admin(town, 2)
    long_ago(town, who)
    key = {"name": "Thử", "roles": ["auditor"], "expires_at": in_days(9)}
    assert who.post(path(program, "/keys"), key, status=403).problem == "proof_needed"
    change(who, person, {"state": "disabled"})
    who("DELETE", path(person, "/sessions"), status=204)
    change(who, program, {"name": "Máy trạm cũ"})


def test_a_password_is_a_proof(town):
    login = town.login("admin", HUB, 3)
    who = town.sign_in(login)
    who("PUT", "/v1/me/password", {"password": PASSWORD}, status=204)
    long_ago(town, who)
    prove = "/v1/sessions/current/proof"
    who.post(prove, {}, status=422)
    wrong = who.post(prove, {"password": "không phải mật khẩu này"}, status=422)
    assert wrong.problem == "wrong_password" and wrong.pointers == {"/password": "wrong-password"}
    assert who.post(path(made_by(town), "/invitation"), {}, status=403).problem == "proof_needed"
    who.post(prove, {"password": PASSWORD}, status=204)
    who.post(path(made_by(town), "/invitation"), {})
    assert who.get("/v1/me/events").json["items"][0]["type"] == "session.proved"


def made_by(town):
    return {"id": town.sql("select id from account where login = 'duoc.trao'")[0][0]}


def test_nobody_without_password_or_factor_is_proven(town):
    who = admin(town, 4)
    long_ago(town, who)
    assert who.post("/v1/sessions/current/proof", {"password": PASSWORD}, status=422).problem == "no_password"


def test_a_guarded_role_waits_for_another_administrator(town):
    first, second = admin(town), admin(town, 1)
    body = {"login": "bao.ve", "name": "Người Bảo Vệ", "department": CONSTRUCTION, "roles": ["officer", "data_officer"]}
    account = first.post("/v1/accounts", body).json
    assert account["roles"] == ["officer"] and list(grants(account)) == ["data_officer"]
    confirm = path(account, "/grants/%s/confirm" % grants(account)["data_officer"])
    assert first.post(confirm, {}, status=409).problem == "another_confirms"
    town.person("auditor", HUB).post(confirm, {}, status=403)
    assert second.post(confirm, {}, status=409).problem == "nothing_of_their_own"
    town.settle("bao.ve", PASSWORD)
    confirmed = second.post(confirm, {}, status=200).json
    assert confirmed["roles"] == ["officer", "data_officer"] and confirmed["grants"] == []
    second.post(confirm, {}, status=404)
    types = [e["type"] for e in first.get(path(account, "/events")).json["items"]]
    assert types == ["role.confirmed", "session.ended", "password.set", "session.opened", "role.asked", "account.made"]


def test_nobody_makes_themselves_what_they_are_not(town):
    first, second = admin(town), admin(town, 1)
    me = first.get("/v1/me").json["account"]
    changed = change(first, me, {"roles": ["admin", "legal_officer"]}).json
    assert changed["roles"] == ["admin"] and first.get("/v1/me").json["roles"] == ["admin"]
    wish = grants(changed)["legal_officer"]
    second("DELETE", path(me, "/grants/" + wish), status=200)
    assert first.get(path(me)).json["grants"] == []
    # Somebody else's wish for oneself is not one's own to confirm.
    asked = change(second, me, {"roles": ["admin", "legal_officer"]}).json
    assert first.post(path(me, "/grants/%s/confirm" % grants(asked)["legal_officer"]), {}, status=409).problem == "another_confirms"
    assert change(second, me, {"roles": ["admin"]}).json["grants"] == []


def test_who_resets_somebody_does_not_become_them(town):
    first, second = admin(town), admin(town, 1)
    login = town.login("legal_officer", CONSTRUCTION, 5)
    account = {"id": town.sql("select id from account where login = '%s'" % login)[0][0]}
    code = first.post(path(account, "/invitation"), {"reset": True}).json["code"]
    thief = town.settle(login, PASSWORD, code)
    assert thief.get("/v1/me").json["roles"] == []
    waiting = grants(first.get(path(account)).json)
    second.post(path(account, "/grants/%s/confirm" % waiting["legal_officer"]), {}, status=200)
    thief.get("/v1/me", status=401)      # whether it was a thief shows when the person comes in with the password, or cannot
    assert first.get(path(account)).json["roles"] == ["legal_officer"]
    moved = change(first, account, {"department": HUB}).json
    assert moved["roles"] == [] and list(grants(moved)) == ["legal_officer"]


def test_who_asked_before_somebody_else_did_confirms_nothing(town):
    first, second, third = admin(town), admin(town, 1), admin(town, 2)
    account = made(town, "cho.lau", ["officer"])
    change(first, account, {"roles": ["officer", "legal_officer"]})
    second.post(path(account, "/invitation"), {"reset": True})     # without a thought of the role
    confirm = path(account, "/grants/%s/confirm" % grants(second.get(path(account)).json)["legal_officer"])
    for who in (first, second):
        assert who.post(confirm, {}, status=409).problem == "another_confirms"
    town.settle("cho.lau", PASSWORD)
    assert third.post(confirm, {}, status=200).json["roles"] == ["officer", "legal_officer"]


def test_whose_code_a_password_comes_from(town):
    """Who has made a code may have used it: they confirm nothing for that account, and who confirms is told, whatever was set anew in between."""
    first, second, third = admin(town), admin(town, 1), admin(town, 2)
    account = made(town, "mat.ma", ["officer"])
    assert account["password_set"] is None
    code = first.post(path(account, "/invitation"), {}).json["code"]
    town.settle("mat.ma", PASSWORD, code)
    shown = second.get(path(account)).json["password_set"]
    assert shown["code_by"]["id"] == first.get("/v1/me").json["account"]["id"]
    town.with_password("mat.ma", PASSWORD)("PUT", "/v1/me/password", {"password": PASSWORD + " 2", "current": PASSWORD}, status=204)
    later = second.get(path(account)).json["password_set"]
    assert later["code_by"] == shown["code_by"] and later["at"] > shown["at"]
    waiting = change(second, account, {"roles": ["officer", "legal_officer"]}).json
    confirm = path(account, "/grants/%s/confirm" % grants(waiting)["legal_officer"])
    assert first.post(confirm, {}, status=409).problem == "another_confirms"
    assert third.post(confirm, {}, status=200).json["roles"] == ["officer", "legal_officer"]
    town.settle("mat.ma", PASSWORD, second.post(path(account, "/invitation"), {"reset": True}).json["code"])
    assert first.get(path(account)).json["password_set"]["code_by"]["id"] == second.get("/v1/me").json["account"]["id"]
    town.settle("mat.ma", PASSWORD)
    assert first.get(path(account)).json["password_set"]["code_by"] is None, "a code of the command line is read by no administrator"


def test_who_is_reset_stands_in_for_nobody_with_a_guarded_role(town):
    giver = town.login("data_officer", CONSTRUCTION, 7)
    taker = town.login("officer", CONSTRUCTION, 7)
    account = {"id": town.sql("select id from account where login = '%s'" % taker)[0][0]}
    body = {"taker": account["id"], "roles": ["data_officer"], "until": in_days(3), "reason": "Nghỉ phép năm"}
    town.settle(taker, PASSWORD)
    town.sign_in(giver).post("/v1/delegations", body)
    assert "data_officer" in town.sign_in(taker).get("/v1/me").json["roles"]
    code = admin(town).post(path(account, "/invitation"), {"reset": True}).json["code"]
    thief = town.client(Authorization="Bearer " + town.anyone.post("/v1/sessions", {"login": taker, "code": code}).json["token"])
    assert thief.get("/v1/me").json["roles"] == ["officer"]
    assert "delegation.ended" in [e["type"] for e in thief.get("/v1/me/events").json["items"]]


def test_an_administrator_delegates_nothing_guarded_for_others(town):
    giver, taker = (town.sql("select id from account where login = '%s'" % town.login(role, CONSTRUCTION, 6))[0][0]
                    for role in ("data_officer", "officer"))
    body = {"giver": giver, "taker": taker, "roles": ["data_officer"], "until": in_days(3), "reason": "Nghỉ phép năm"}
    assert admin(town).post("/v1/delegations", body, status=409).problem == "delegation_refused"


def test_the_operator_needs_nobody(town):
    town.cluster.run(town.database, "user", "add", "mot.minh", "--name=Một Mình", "--department=" + HUB, "--role=admin,data_officer")
    assert town.sign_in("mot.minh").get("/v1/me").json["roles"] == ["data_officer", "admin"]


def test_a_town_may_do_without(town):
    town.sql("update setting set value = 0 where name = 'guarded_roles'")
    assert made(town, "khong.can", ["legal_officer"])["roles"] == ["legal_officer"]
    town.sql("update setting set value = 1 where name = 'guarded_roles'")


GUARDS = ("admins_apart", "guarded_roles", "proof_minutes")


@pytest.mark.parametrize("name, value", (("guarded_roles", 0), ("proof_minutes", 1440), ("admins_apart", 1)))
def test_no_administrator_takes_the_guard_away(town, name, value):
    who, base = town.person("admin", HUB), "/v1/configuration/settings"
    shown = who.get(base).json
    assert shown["operator"] == sorted(GUARDS)
    tag = {"If-Match": '"%d"' % shown["version"]}
    for body in ({"rows": [{"name": name, "value": value}]}, {"rows": [{"name": name, "value": value}], "dry_run": True}):
        assert who("PUT", base + "/rows", body, tag, 403).problem == "operator_only"
    text = "name,value\n%s,%d\n" % (name, value)
    assert who("PUT", base, {"text": text}, tag, 403).problem == "operator_only"
    assert who.post("/v1/configuration/compare", {"files": [{"kind": "settings", "text": text}]}, status=403).problem == "operator_only"
    whole = who.get(base, {"Accept": "text/csv"}).body.decode()
    who("PUT", base, {"text": whole}, tag, 200)    # as it stands, it is no change
    assert who.get(base).json["version"] == shown["version"]


@pytest.fixture()
def apart(town, tmp_path):
    rows = tmp_path / "settings.csv"
    for value in (1, 0):
        rows.write_text("name,value\nadmins_apart,%d\n" % value)
        town.cluster.run(town.database, "import", "settings", str(rows))
        if value:
            yield


def said_of_admins(town):
    return next(line for line in town.cluster.run(town.database, "doctor", ok=False).stdout.splitlines() if line[7:].startswith("administrators"))


BOTH = {"name": "Kiêm Nhiệm", "department": HUB, "roles": ["officer", "admin"]}


def test_an_administrator_may_decide_where_the_operator_says_nothing(town):
    account = admin(town).post("/v1/accounts", {"login": "kiem.nhiem", **BOTH}).json
    town.settle("kiem.nhiem", PASSWORD)
    done = admin(town, 1).post(path(account, "/grants/%s/confirm" % grants(account)["admin"]), {}, status=200).json
    assert done["roles"] == ["officer", "admin"] and said_of_admins(town).startswith("ok ")


def test_an_administrator_decides_about_nothing(town, apart):
    """Refused when it is asked for, when it is confirmed, given for a time, or made on the command line; who has both from before is told."""
    first, second = admin(town), admin(town, 1)
    assert said_of_admins(town).startswith("WRONG  administrators: these also decide about tickets: kiem.nhiem")
    was = {"id": town.sql("select id from account where login = 'kiem.nhiem'")[0][0]}
    assert change(first, was, {"name": "Vẫn Kiêm Nhiệm"}).json["roles"] == ["officer", "admin"]
    town.settle("kiem.nhiem", PASSWORD, first.post(path(was, "/invitation"), {"reset": True}).json["code"])
    assert first.get(path(was)).json["roles"] == ["officer"]
    assert second.post(path(was, "/grants/%s/confirm" % grants(first.get(path(was)).json)["admin"]), {}, status=409).problem == "admins_apart"
    for asked in (BOTH, {**BOTH, "roles": ["data_officer", "admin"]}):
        assert first.post("/v1/accounts", {"login": "ca.hai", **asked}, status=409).problem == "admins_apart"
    for roles, more in ((["officer"], ["officer", "admin"]), (["auditor", "admin"], ["auditor", "admin", "head"])):
        account = first.post("/v1/accounts", {**BOTH, "login": "chi.mot." + roles[0], "roles": roles}).json
        assert change(first, account, {"roles": more}, 409).problem == "admins_apart"
        assert change(first, account, {"roles": roles + ["auditor"] if "auditor" not in roles else roles}).status == 200
    swapped = first.post("/v1/accounts", {**BOTH, "login": "doi.vai", "roles": ["officer"]}).json
    assert change(first, swapped, {"roles": ["admin"]}).json["roles"] == []      # officer is gone, admin waits to be confirmed
    giver, taker = town.login("head", HUB, 6), town.login("admin", HUB, 6)
    body = {"taker": town.sql("select id from account where login = '%s'" % taker)[0][0], "roles": ["head"], "until": in_days(3), "reason": "Nghỉ phép năm"}
    assert town.sign_in(giver).post("/v1/delegations", body, status=409).problem == "delegation_refused"
    refused = town.cluster.run(town.database, "user", "add", "ca.hai", "--name=Cả Hai", "--department=" + HUB, "--role=admin,officer", ok=False)
    assert refused.returncode == 1
    change(first, was, {"roles": ["officer"]})
    assert "kiem.nhiem" not in said_of_admins(town)


def test_the_operator_does(town, tmp_path):
    rows = tmp_path / "settings.csv"
    for value in (16, 15):
        rows.write_text("name,value\nproof_minutes,%d\n" % value)
        town.cluster.run(town.database, "import", "settings", str(rows))
        assert town.sql("select value from setting where name = 'proof_minutes'") == [[str(value)]]
