"""A new password, a reset or an end of all sessions counts at once: no token and no refresh token of before opens anything, on any route and
in any process, although an access token would live for half an hour."""
import re

import pytest

from support.town import CONSTRUCTION, HUB, new_town, ticket
from test_people import path
from test_roles import ROLES, UNKNOWN, routes
from test_signing_in import OTHER, PASSWORD, bearer, sign_in

QUERY = {"/v1/public/tickets": "", "/v1/tickets/{id:uuid}/contact": "?purpose=kiem-tra", "/v1/reports/sla": "?from=2026-01-01&to=2026-02-01"}


@pytest.fixture(scope="module")
def town(cluster, contract, tmp_path_factory):
    settings = {"mail_url": "file:%s" % tmp_path_factory.mktemp("mail"), "mail_from": "Thành phố <no-reply@tiepdan.example>"}
    with new_town(cluster, contract, **settings) as made:
        yield made


def person(town, number, roles="officer"):
    """Somebody with a password who came in before and has renewed since; -> login, account, and what both answered."""
    login = town.login("officer", CONSTRUCTION, number)
    town.sql("insert into account_role select a.id, r.code from account a, role r where a.login = '%s' and r.code = any (string_to_array('%s', ' '))"
             " on conflict do nothing" % (login, roles))
    first = town.sign_in(login)
    first("PUT", "/v1/me/password", {"password": PASSWORD}, status=204)
    old = sign_in(town, login, password=PASSWORD)
    renewed = town.anyone.post("/v1/sessions/renewal", {"refresh_token": old.json["refresh_token"]}, status=200)
    return login, {"id": old.json["account"]["id"]}, (old, renewed)


def over(town, *opened):
    for answer in opened:
        bearer(town, answer).get("/v1/me", status=401)
        assert town.anyone.post("/v1/sessions/renewal", {"refresh_token": answer.json["refresh_token"]}, status=401).problem == "session_over"


def by_password(town, login, account):
    bearer(town, sign_in(town, login, password=PASSWORD))("PUT", "/v1/me/password", {"current": PASSWORD, "password": OTHER}, status=204)


def by_code(town, login, account):
    """Who has forgotten it comes in with a one-time code."""
    town.sign_in(login)("PUT", "/v1/me/password", {"password": OTHER}, status=204)


def by_reset(town, login, account):
    town.person("admin", HUB).post(path(account, "/invitation"), {"reset": True})


def by_administrator(town, login, account):
    town.person("admin", HUB)("DELETE", path(account, "/sessions"), status=204)


def by_themselves(town, login, account):
    """They see that there is a session which is not theirs, and end all others."""
    who = bearer(town, sign_in(town, login, password=PASSWORD))
    assert len([s for s in who.get("/v1/sessions").json["items"] if not s["current"]]) >= 2
    who("DELETE", "/v1/sessions", status=204)
    assert [s["current"] for s in who.get("/v1/sessions").json["items"]] == [True]


@pytest.mark.parametrize("number, end", enumerate((by_password, by_code, by_reset, by_administrator, by_themselves), 90))
def test_what_ends_sessions_ends_tokens_at_once(town, number, end):
    login, account, opened = person(town, number)
    for answer in opened:
        bearer(town, answer).get("/v1/me")
    end(town, login, account)
    over(town, *opened)


def every_read(allowed):
    """What somebody of these roles may read; with things that are not there."""
    for method, target, roles in routes():
        if method == "GET" and roles & allowed and "ROLE_PUBLIC" not in roles:
            target += QUERY.get(target, "")
            yield re.sub(r"\{\w+:uuid\}", UNKNOWN, target).replace("{kind}", "answer").replace("{version:int}", "1").replace("{code}", "x")


def test_on_every_route(town):
    """There is none that believes the token alone."""
    login, account, opened = person(town, 97, " ".join(ROLES))
    by_password(town, login, account)
    believed, refused = {}, 0
    for target in every_read({r.upper() for r in ROLES} | {"ROLE_SELF"}):
        for _ in range(2):                                       # whichever process answers
            status = bearer(town, opened[1]).get(target, status=None).status
            refused += status == 401
            if status not in (401, 422):                             # 422: something is missing in the query
                believed[target] = status
    assert believed == {} and refused >= 100, refused
    bearer(town, opened[1]).post("/v1/tickets", ticket(channel="counter"), status=401)


def test_a_citizen_sees_and_ends_them(town):
    who = town.come_in("hai.may@example.org")
    citizen = who.get("/v1/citizen").json["id"]
    other = town.sql("insert into session (id, citizen, expires_at, means, client) values (gen_random_uuid(), '%s', now() + interval '1 day', 'code', "
                     "'Máy khác') returning id" % citizen)[0][0]
    shown = {s["id"]: s["client"] for s in who.get("/v1/sessions").json["items"] if not s["current"]}
    assert shown == {other: "Máy khác"}
    who("DELETE", "/v1/sessions/" + other, status=204)
    assert town.sql("select end_reason, closed_at is not null from session where id = '%s'" % other) == [["ended", "t"]]
    who("DELETE", "/v1/sessions/current", status=204)
    believed = {t: s for t in every_read({"ROLE_CITIZEN"}) if (s := who.get(t, status=None).status) not in (401, 422)}
    assert believed == {}
