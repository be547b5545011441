"""Roles for a colleague who is away, and the glass that is broken in an emergency."""
import datetime
from urllib.parse import quote

import pytest

from support.town import HUB, new_town, wait_until


def at(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).isoformat()


def account(who):
    return who.get("/v1/me").json["account"]["id"]


def give(giver, taker, roles=("head",), status=201, **more):
    body = {"taker": account(taker), "roles": list(roles), "until": at(7), "reason": "Nghỉ phép năm", **more}
    return giver.post("/v1/delegations", body, status=status)


def renewed(town, login):
    """A client with a token of now, and what it was renewed with."""
    opened = town.anyone.post("/v1/sessions", {"login": login, "code": town.code(login)}).json
    return town.client(Authorization="Bearer " + opened["token"]), opened["refresh_token"]


def pair(town, number):
    head, login = town.person("head", number=number), town.login("officer", number=number)
    return head, login, town.sign_in(login)


# --- delegation -----------------------------------------------------------------------------------------------------------------------

def test_the_deputy_signs_while_the_head_is_away(town):
    head, login, deputy = pair(town, 60)
    author = town.person("officer", number=61)
    ticket_id, _ = town.filed()
    for action, body in (("accept", None), ("claim", None), ("propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})):
        town.move(author, ticket_id, action, body)
    town.move(deputy, ticket_id, "approve", status=403)
    given = give(head, deputy).json
    assert given["roles"] == ["head"] and given["ended_at"] is None
    deputy, refresh = renewed(town, login)
    assert deputy.get("/v1/me").json["roles"] == ["officer", "head"]
    town.move(deputy, ticket_id, "approve")
    head("DELETE", "/v1/delegations/" + given["id"], status=204)
    assert deputy.get("/v1/me").json["roles"] == ["officer"]        # at once, whatever the token says
    town.move(deputy, town.filed()[0], "approve", status=409)
    assert town.anyone.post("/v1/sessions/renewal", {"refresh_token": refresh}, status=200).json["account"]["roles"] == ["officer"]


def test_it_counts_from_when_to_when(town):
    head, login, deputy = pair(town, 62)
    later = give(head, deputy, **{"from": at(1), "until": at(2)}).json
    assert renewed(town, login)[0].get("/v1/me").json["roles"] == ["officer"]
    town.sql("update delegation set from_at = now() - interval '1 day' where id = '%s'" % later["id"])
    who = renewed(town, login)[0]
    assert who.get("/v1/me").json["roles"] == ["officer", "head"]
    town.sql("update delegation set until_at = now() - interval '1 s' where id = '%s'" % later["id"])
    assert who.get("/v1/me").json["roles"] == ["officer"]


def test_it_counts_while_the_giver_has_it(town):
    head, login, deputy = pair(town, 63)
    give(head, deputy)
    who = renewed(town, login)[0]
    assert "head" in who.get("/v1/me").json["roles"]
    town.sql("update account set active = false where id = '%s'" % account(head))
    assert who.get("/v1/me").json["roles"] == ["officer"]


def test_nobody_signs_their_own_answer_as_deputy(town):
    head, login, deputy = pair(town, 64)
    give(head, deputy)
    deputy = renewed(town, login)[0]
    ticket_id, _ = town.filed()
    for action, body in (("accept", None), ("claim", None), ("propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})):
        town.move(deputy, ticket_id, action, body)
    assert town.move(deputy, ticket_id, "approve", status=409).problem == "own_request"
    town.move(head, ticket_id, "approve")


def test_one_factor_is_enough_where_the_role_needs_no_two(cluster, contract):
    with new_town(cluster, contract, second_factor_roles="admin,data_officer", workers=1) as town:
        head, taker = town.person(["head", "data_officer"]), town.login("officer")
        deputy = town.sign_in(taker)
        assert head.get("/v1/me").json["roles"] == ["head"]
        assert give(head, deputy, ["head", "data_officer"], 409).problem == "delegation_refused"     # nor gives what it holds not
        give(head, deputy)
        assert deputy.get("/v1/me").json["roles"] == ["officer", "head"]
        assert renewed(town, taker)[0].get("/v1/me").json["roles"] == ["officer", "head"]


@pytest.mark.parametrize("roles", [["admin"], ["officer"], ["head", "hub_head"], ["king"]])
def test_what_cannot_be_given(town, roles):
    head, _, deputy = pair(town, 65)
    assert give(head, deputy, roles, 409).problem == "delegation_refused"


def test_to_whom_it_cannot_be_given(town):
    head = town.person("head", number=66)
    assert give(head, head, status=409).problem == "delegation_refused"
    assert give(head, town.person("officer", HUB), status=409).problem == "delegation_refused"
    assert give(head, town.person("officer"), status=422, until=at(100)).problem == "delegation_too_long"
    officer = town.person("officer", number=67)
    body = {"giver": account(head), "taker": account(officer), "roles": ["head"], "until": at(1), "reason": "Tự trao cho mình"}
    officer.post("/v1/delegations", body, status=403)
    assert town.person("admin", HUB).post("/v1/delegations", body).json["made_by"]["id"] == account(town.person("admin", HUB))


def test_who_reads_them(town):
    head, _, deputy = pair(town, 68)
    given = give(head, deputy).json["id"]
    for who, sees in ((head, True), (deputy, True), (town.person("auditor", HUB), True), (town.person("head", number=69), False)):
        assert (given in [d["id"] for d in who.get("/v1/delegations").json["items"]]) is sees
    town.person("head", number=69)("DELETE", "/v1/delegations/" + given, status=404)
    deputy("DELETE", "/v1/delegations/" + given, status=204)
    assert "delegation.ended" in [e["type"] for e in head.get("/v1/me/events").json["items"]]


# --- the glass ---------------------------------------------------------------------------------------------------------------------------

REASON = {"reason": "Có nguy cơ đến tính mạng người tố cáo"}


def denunciation(town):
    return town.filed(kind="denunciation", category="officials_conduct", contact={"name": "Nguyễn Thị Ví Dụ", "phone": "0912345678"})[0]


def test_reading_for_a_while(town):
    ticket_id = denunciation(town)
    leader = town.person("leader", HUB)
    leader.get("/v1/tickets/" + ticket_id, status=404)
    broken = leader.post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=200).json
    assert broken["ticket"] == ticket_id
    seen = leader.get("/v1/tickets/" + ticket_id).json
    assert seen["text"] and seen["moves"] == []
    events = leader.get("/v1/tickets/%s/events" % ticket_id).json["items"]
    assert [e["data"]["reason"] for e in events if e["type"] == "access.broken"] == [REASON["reason"]]
    assert "glass.broken" in [e["type"] for e in leader.get("/v1/me/events").json["items"]]
    leader.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Tò mò thôi")), status=403)
    leader.get("/v1/tickets/" + denunciation(town), status=404)               # this one and no other
    assert leader.post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=409).problem == "sees_already"
    town.sql("update glass set until_at = now() where ticket = '%s'" % ticket_id)
    leader.get("/v1/tickets/" + ticket_id, status=404)


def test_by_the_code_that_one_was_told(town):
    """Whoever sees the ticket in no list."""
    code = town.filed(kind="denunciation", category="officials_conduct")[1]["code"]
    for role in ("hub_head", "data_officer"):
        who = town.sign_in(town.login(role, HUB, 5))
        assert who.get("/v1/tickets?code=" + code).json["items"] == []
        broken = who.post("/v1/tickets/break-glass", {**REASON, "code": code.lower().replace("-", " ")}, status=200).json
        assert broken["code"] == code and who.get("/v1/tickets/" + broken["ticket"]).json["text"]
        assert [i["code"] for i in who.get("/v1/tickets?code=" + code).json["items"]] == [code]
        assert who.post("/v1/tickets/break-glass", {**REASON, "code": code}, status=409).problem == "sees_already"


def test_a_code_tells_nothing_more_than_an_id(town):
    leader, filed = town.sign_in(town.login("leader", HUB, 6)), town.filed(kind="denunciation", category="officials_conduct")
    body, unknown = {**REASON, "code": filed[1]["code"]}, "018f0000-0000-7000-8000-000000000000"
    for role in ("officer", "coordinator", "auditor"):
        town.person(role, HUB).post("/v1/tickets/break-glass", body, status=403)
    assert leader.post("/v1/tickets/break-glass", {**REASON, "code": "HN-26-0000-0001"}, status=422).pointers == {"/code": "bad_format"}
    town.tamper("insert into ticket_excluded (ticket, account, reason) values ('%s', '%s', 'named')" % (filed[0], account(leader)))
    leader.post("/v1/tickets/break-glass", body, status=404)
    town.sql("insert into glass select gen_random_uuid(), gen_random_uuid(), '%s', 'Lý do thử nghiệm', now(), now() from generate_series(1, 20)" % account(leader))
    for ticket_id in (filed[0], unknown):
        assert leader.post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=429).problem == "glass_too_often"
    assert leader.post("/v1/tickets/break-glass", body, status=429).problem == "glass_too_often"


def test_another_session_of_the_same_person_sees_nothing(town):
    ticket_id, login = denunciation(town), town.login("leader", HUB, 2)
    one, two = town.sign_in(login), town.sign_in(login)
    one.post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=200)
    one.get("/v1/tickets/" + ticket_id)
    two.get("/v1/tickets/" + ticket_id, status=404)


def test_who_answers_for_it_is_told(cluster, contract, tmp_path):
    with new_town(cluster, contract, mail_url="file:%s" % tmp_path, mail_from="Thử nghiệm <thu@example.org>", workers=1) as town:
        ticket_id = denunciation(town)
        holder = town.sql("select d.code from ticket t join department d on d.id = t.holder where t.id = '%s'" % ticket_id)[0][0]
        login = town.login("legal_officer", holder)
        town.sql("update account set email = 'phap.che@example.org' where login = '%s'" % login)
        town.person("leader", HUB).post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=200)
        told = "select a.login from notice n join account a on a.id = n.account where n.ticket = '%s' and n.type = 'access.broken'" % ticket_id
        wait_until(lambda: town.sql(told), 30, "a letter")
        assert town.sql(told) == [[login]]


def test_who_may_not(town):
    ticket_id = denunciation(town)
    for role in ("officer", "head", "coordinator", "auditor", "admin"):
        town.person(role, HUB).post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=403)
    leader = town.person("leader", HUB)
    leader.post("/v1/tickets/018f0000-0000-7000-8000-000000000000/break-glass", REASON, status=404)
    leader.post("/v1/tickets/%s/break-glass" % ticket_id, {"reason": "ngắn"}, status=422)


def test_not_too_often(town):
    leader = town.sign_in(town.login("leader", HUB, 3))
    town.sql("insert into glass select gen_random_uuid(), gen_random_uuid(), id, 'Lý do thử nghiệm', now() - n * interval '1 hour', now() from account,"
             " generate_series(1, 20) n where login = '%s'" % town.login("leader", HUB, 3))
    refused = leader.post("/v1/tickets/%s/break-glass" % denunciation(town), REASON, status=429)
    assert refused.problem == "glass_too_often" and 4 * 3600 - 300 <= int(refused.header("retry-after")) <= 4 * 3600


def test_whom_it_concerns_never(town):
    leader = town.person("leader", HUB)
    ticket_id = denunciation(town)
    town.tamper("insert into ticket_excluded (ticket, account, reason) values ('%s', '%s', 'named')" % (ticket_id, account(leader)))
    leader.post("/v1/tickets/%s/break-glass" % ticket_id, REASON, status=404)
    leader.get("/v1/tickets/" + ticket_id, status=404)
