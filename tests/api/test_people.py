"""Accounts of people and programs, administered through the API."""
import datetime
import re

import pytest

from support.town import CONSTRUCTION, HUB, new_town, ticket

PASSWORD = "Mùa thu Hà Nội 1946"


def made(town, login, roles=("officer",), **more):
    body = {"login": login, "name": "Trần Thị Ví Dụ", "department": CONSTRUCTION, "roles": list(roles), **more}
    return town.person("admin", HUB).post("/v1/accounts", body).json


def path(account, rest=""):
    return "/v1/accounts/%s%s" % (account["id"], rest)


def change(who, account, body, status=200):
    """Of the version that is read just before."""
    return who("PATCH", path(account), body, {"If-Match": who.get(path(account)).header("etag")}, status)


def in_days(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).isoformat()


def key_of(town, account, roles, days=30):
    answer = town.person("admin", HUB).post(path(account, "/keys"), {"name": "Thử nghiệm", "roles": roles, "expires_at": in_days(days)})
    return answer.json, town.client(Authorization="Bearer " + answer.json["key"])


# --- people ----------------------------------------------------------------------------------------------------------------------------

def test_from_invitation_to_password(town):
    admin = town.person("admin", HUB)
    account = made(town, "moi.vao", email="moi.vao@example.org", language="en")
    assert (account["active"], account["machine"], account["email"], account["password"]) == (True, False, "moi.vao@example.org", False)
    invited = admin.post(path(account, "/invitation"), {}).json
    assert invited["link"] is None
    opened = town.anyone.post("/v1/sessions", {"login": "moi.vao", "code": invited["code"]}).json
    who = town.client(Authorization="Bearer " + opened["token"])
    who("PUT", "/v1/me/password", {"password": PASSWORD}, status=204)
    assert admin.get(path(account)).json["password"] is True and admin.get(path(account)).json["sessions"] == 1
    types = [e["type"] for e in admin.get(path(account, "/events")).json["items"]]
    assert types == ["password.set", "session.opened", "invitation.made", "account.made"]


def test_a_link_where_there_is_a_page(cluster, contract):
    with new_town(cluster, contract, welcome_url="https://example.org/vao#{login}/{code}") as town:
        account = made(town, "co.trang")
        invited = town.person("admin", HUB).post(path(account, "/invitation"), {}).json
        assert invited["link"] == "https://example.org/vao#co.trang/" + invited["code"]


def test_somebody_who_has_lost_everything(town):
    admin = town.person("admin", HUB)
    account = made(town, "mat.het")
    who = town.sign_in("mat.het")
    who("PUT", "/v1/me/password", {"password": PASSWORD}, status=204)
    invited = admin.post(path(account, "/invitation"), {"reset": True}).json
    who.get("/v1/me", status=401)
    town.anyone.post("/v1/sessions", {"login": "mat.het", "password": PASSWORD}, status=401)
    town.anyone.post("/v1/sessions", {"login": "mat.het", "code": invited["code"]})


def test_who_resets_themselves_is_out_too(town):
    login = town.login("admin", HUB, 7)
    who = town.sign_in(login)
    code = who.post("/v1/accounts/%s/invitation" % who.get("/v1/me").json["account"]["id"], {"reset": True}).json["code"]
    who.get("/v1/me", status=401)
    town.anyone.post("/v1/sessions", {"login": login, "code": code})


def test_changes(town):
    admin = town.person("admin", HUB)
    account = made(town, "doi.vai")
    who = town.sign_in("doi.vai")
    changed = change(admin, account, {"roles": ["head", "officer"], "name": "Trần Thị Đổi"}).json
    assert changed["roles"] == ["officer", "head"] and changed["name"] == "Trần Thị Đổi" and changed["department"]["code"] == CONSTRUCTION
    assert who.get("/v1/me").json["roles"] == ["officer", "head"]
    change(admin, account, {"state": "disabled"})
    who.get("/v1/me", status=401)
    assert admin.post(path(account, "/invitation"), {}, status=409).problem == "not_a_person"
    assert change(admin, account, {"state": "active"}).json["active"] is True
    events = admin.get(path(account, "/events")).json["items"]
    assert events[0]["data"] == {"active": True} and events[0]["actor"]["id"] == admin.get("/v1/me").json["account"]["id"]


def test_two_administrators_at_one_account(town):
    """Nobody undoes what they have not seen: neither a change of the account nor a role that was given, taken or asked for meanwhile."""
    one, two = town.person("admin", HUB), town.sign_in(town.login("admin", HUB, 1))
    account = made(town, "cua.hai", ["officer"])
    tag = one.get(path(account)).header("etag")
    assert tag.startswith('"%d-' % account["version"])
    one.get(path(account), {"If-None-Match": tag}, 304)
    assert one("PATCH", path(account), {"name": "Không đọc"}, status=428).problem == "precondition_required"
    for done in ({"name": "Trần Thị Sửa"}, {"roles": ["officer", "head"]}, {"roles": ["officer", "head", "data_officer"]}, {"roles": ["officer"]}):
        before = two.get(path(account))
        answer = change(two, account, done)
        assert answer.json["version"] > before.json["version"] and answer.header("etag") == two.get(path(account)).header("etag")
        for old in (tag, '"%d"' % before.json["version"]):
            assert one("PATCH", path(account), {"roles": ["officer"]}, {"If-Match": old}, 412).problem == "precondition_failed"
    last = one.get(path(account))
    town.sign_in("cua.hai")                               # a session is no change of the account, but the answer is another one
    assert one.get(path(account), {"If-None-Match": last.header("etag")}).json["sessions"] == 1
    one("PATCH", path(account), {"name": "Trần Thị Cuối"}, {"If-Match": '"%d"' % last.json["version"]}, 200)


@pytest.mark.parametrize("change, problem, status", [
    ({"login": "Có dấu"}, "bad_login", 422), ({"roles": ["king"]}, "unknown_role", 422), ({"roles": ["job"]}, "unknown_role", 422), ({"department": "NOWHERE"}, "unknown_department", 422),
    ({"email": "no address"}, "invalid", 422), ({"roles": []}, "invalid", 422)])
def test_bad_input(town, change, problem, status):
    body = {"login": "khong.duoc", "name": "Không Được", "department": CONSTRUCTION, "roles": ["officer"], **change}
    assert town.person("admin", HUB).post("/v1/accounts", body, status=status).problem == problem


def test_a_login_belongs_to_one(town):
    made(town, "mot.nguoi")
    body = {"login": "MOT.nguoi", "name": "Người khác", "department": CONSTRUCTION, "roles": ["officer"]}
    assert town.person("admin", HUB).post("/v1/accounts", body, status=409).problem == "login_taken"


def test_somebody_is_left_to_administer(cluster, contract):
    with new_town(cluster, contract) as town:
        admin = town.person("admin", HUB)
        me = admin.get("/v1/me").json["account"]
        for body in ({"roles": ["officer"]}, {"state": "disabled"}):
            assert change(admin, me, body, 409).problem == "last_admin"
        admin.get("/v1/accounts")


def test_ending_the_sessions_of_somebody(town):
    account = made(town, "het.phien")
    who = town.sign_in("het.phien")
    admin = town.person("admin", HUB)
    mine = who.get("/v1/sessions").json["items"]
    events = admin.get(path(account, "/events")).json
    assert admin.get(path(account, "/sessions")).json["items"] == [dict(item, current=False) for item in mine] and len(mine) == 1
    assert admin.get(path(account, "/events")).json == events, "to look is no event"
    for role in ("officer", "head", "auditor"):
        town.person(role, HUB if role == "auditor" else CONSTRUCTION).get(path(account, "/sessions"), status=403)
    admin("DELETE", path(account, "/sessions"), status=204)
    who.get("/v1/me", status=401)
    assert admin.get(path(account, "/sessions")).json == {"items": []}


def test_the_auditor_reads_events_and_changes_nothing(town):
    account = made(town, "bi.xem")
    auditor = town.person("auditor", HUB)
    assert [e["type"] for e in auditor.get(path(account, "/events")).json["items"]] == ["account.made"]
    auditor("PATCH", path(account), {"name": "Tên khác"}, {"If-Match": '"1"'}, 403)
    town.person("head", HUB).get(path(account, "/events"), status=403)


# --- programs ---------------------------------------------------------------------------------------------------------------------------

def test_a_key_may_what_its_roles_may(town):
    program = made(town, "may.bang-dieu-khien", ["auditor", "officer"], machine=True)
    made_key, client = key_of(town, program, ["auditor"])
    assert made_key["roles"] == ["auditor"] and made_key["key"].startswith("tdk_")
    me = client.get("/v1/me").json
    assert (me["means"], me["roles"], me["account"]["roles"]) == ("key", ["auditor"], ["officer", "auditor"])
    client.get("/v1/configuration")
    client.post("/v1/tickets/01940000-0000-7000-8000-000000000001/accept", {}, {"If-Match": '"1"'}, 403)
    client.post("/v1/tickets", ticket(channel="zalo"), status=201)      # a gateway, which nobody takes for the author


def test_a_key_opens_nothing_that_needs_two_factors(cluster, contract):
    with new_town(cluster, contract, second_factor_roles="auditor") as town:
        program = made(town, "may.mot-khoa", ["auditor", "officer"], machine=True)
        key = {"name": "Thử nghiệm", "roles": ["officer", "auditor"], "expires_at": in_days(9)}
        refused = town.person("admin", HUB).post(path(program, "/keys"), key, status=422)
        assert refused.problem == "invalid" and refused.pointers.keys() == {"/roles"}
        key_of(town, program, ["officer"])


def test_a_key_changes_nothing_of_the_account(town):
    program = made(town, "may.khong-doi", ["admin"], machine=True)
    town.sql("insert into account_role values ('%s', 'admin')" % program["id"])     # as the operator would
    town.sql("update setting set value = 0 where name = 'guarded_roles'")
    _, client = key_of(town, program, ["admin"])
    town.sql("update setting set value = 1 where name = 'guarded_roles'")
    client("PUT", "/v1/me/password", {"password": PASSWORD}, status=403)
    client.post("/v1/me/second-factor", None, status=403)
    client.get("/v1/sessions", status=403)
    client("DELETE", "/v1/sessions/current", status=403)
    client.post("/v1/accounts", {"login": "tu.lam", "name": "Tự Làm", "department": HUB, "roles": ["admin"]}, status=403)
    client.post(path(program, "/keys"), {"name": "Thêm", "roles": ["admin"], "expires_at": in_days(9)}, status=403)


def test_a_program_does_not_sign_in(town):
    program = made(town, "may.dang-nhap", machine=True)
    assert town.person("admin", HUB).post(path(program, "/invitation"), {}, status=409).problem == "not_a_person"
    town.anyone.post("/v1/sessions", {"login": "may.dang-nhap", "code": town.code("may.dang-nhap")}, status=401)


def test_revoking(town):
    admin = town.person("admin", HUB)
    program = made(town, "may.thu-hoi", machine=True)
    (first, one), (_, two) = key_of(town, program, ["officer"]), key_of(town, program, ["officer"])
    other = made(town, "may.khac", machine=True)
    admin("DELETE", path(other, "/keys/" + first["id"]), status=404)
    admin("DELETE", path(program, "/keys/" + first["id"]), status=204)
    one.get("/v1/me", status=401)
    two.get("/v1/me")
    assert [k["revoked_at"] is None for k in admin.get(path(program, "/keys")).json["items"]] == [True, False]
    change(admin, program, {"state": "disabled"})
    two.get("/v1/me", status=401)


def test_a_key_ends(town):
    admin = town.person("admin", HUB)
    program = made(town, "may.het-han", machine=True)
    made_key, client = key_of(town, program, ["officer"], 1)
    client.get("/v1/me")
    town.tamper("update session set opened_at = now() - interval '2 days', expires_at = now() - interval '1 s' where id = '%s'" % made_key["id"])
    client.get("/v1/me", status=401)
    for days, limit in ((-1, "tối thiểu"), (400, "tối đa")):
        answer = admin.post(path(program, "/keys"), {"name": "x", "roles": ["officer"], "expires_at": in_days(days)}, status=422)
        assert answer.pointers.keys() == {"/expires_at"} and re.search(limit + r" \d{4}-\d\d-\d\dT", answer.json["errors"][0]["detail"])


def test_no_key_for_people_nor_for_roles_that_are_not_there(town):
    admin = town.person("admin", HUB)
    for account, roles in ((made(town, "nguoi.that"), ["officer"]), (made(town, "may.vai-khac", machine=True), ["admin"])):
        answer = admin.post(path(account, "/keys"), {"name": "x", "roles": roles, "expires_at": in_days(1)}, status=409)
        assert answer.problem == "key_refused"


def test_no_key_for_what_takes_two_administrators(town):
    program = made(town, "may.bao-ve", ["officer"], machine=True)
    town.sql("insert into account_role values ('%s', 'legal_officer')" % program["id"])
    key = {"name": "x", "roles": ["officer", "legal_officer"], "expires_at": in_days(1)}
    assert town.person("admin", HUB).post(path(program, "/keys"), key, status=422).problem == "guarded_key"
    key_of(town, program, ["officer"])


def test_a_changed_key_is_none(town):
    program = made(town, "may.sua-khoa", ["auditor", "officer"], machine=True)
    key = key_of(town, program, ["auditor"])[0]["key"]
    for at in range(4, len(key), 5):
        forged = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1:]
        town.client(Authorization="Bearer " + forged).get("/v1/me", status=401)


# --- the operator -------------------------------------------------------------------------------------------------------------------------

def test_a_link_for_the_first_administrator(town):
    login = town.login("admin", HUB, 9)
    link = town.cluster.run(town.database, "user", "link", login.upper(), "--welcome-url=https://example.org/vao#{login}/{code}").strip()
    page, _, code = link.rpartition("/")
    assert page == "https://example.org/vao#" + login
    town.anyone.post("/v1/sessions", {"login": login, "code": code})
    refused = town.cluster.run(town.database, "user", "link", login, ok=False)
    assert refused.returncode == 1 and "welcome_url is not set" in refused.stderr


def test_a_slip_in_the_setting_is_no_door(cluster, contract):
    with pytest.raises(AssertionError, match="that is no role"):
        new = new_town(cluster, contract, second_factor_roles="amdin", workers=1)
        new.__enter__()


def ids(who, state):
    found, cursor = [], ""
    while cursor is not None:
        page = who.get("/v1/accounts?limit=200&state=%s%s" % (state, cursor and "&cursor=" + cursor)).json
        found, cursor = found + [i["id"] for i in page["items"]], page["next_cursor"]
    return found


def test_who_is_switched_off_is_found(town):
    admin = town.person("admin", HUB)
    account = made(town, "da.nghi", ["officer"])
    for state, found, not_found in (("active", "active", "disabled"), ("disabled", "disabled", "active")):
        change(admin, account, {"state": state})
        for asked, there in ((found, True), (not_found, False)):
            assert (account["id"] in ids(admin, asked)) == there
    head = town.person("head", CONSTRUCTION)
    assert head.get("/v1/accounts?state=disabled").json["items"] == []
    admin.get("/v1/accounts?state=x", status=422)
