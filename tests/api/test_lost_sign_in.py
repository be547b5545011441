"""A lost answer to a sign-in: what counts once is used up, so the same request gets its session again, and no other request does."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.post import Post
from support.town import free_port, new_town
from test_citizen import ask, letter
from test_signing_in import OTHER, PASSWORD, bearer, next_code, renew, with_factor, with_password

KEY = "khoa-cua-mot-lan-dang-nhap-01"
ANOTHER = KEY[:-1] + "2"


@pytest.fixture(scope="module")
def town(cluster, contract):
    with Post(free_port()) as post:
        settings = {"mail_url": "smtp://127.0.0.1:%d" % post.port, "mail_from": "Thành phố <no-reply@tiepdan.example>", "mail_tls": "none"}
        with new_town(cluster, contract, **settings) as made:
            made.post = post
            yield made


def send(town, body, status=201, key=KEY, target="/v1/sessions"):
    answer = town.client().post(target, body, {"Idempotency-Key": key} if key else None, status)
    assert answer.header("Idempotent-Replayed") in (None, "true")
    return answer


def session_of(town, opened):
    return next(s["id"] for s in bearer(town, opened).get("/v1/sessions").json["items"] if s["current"])


def with_code(town, n):
    login = town.login("officer", number=n)
    return {"login": login, "code": town.code(login)}


def with_totp(town, n):
    login, _, secret, _ = with_factor(town, n)
    return {"login": login, "password": PASSWORD, "second_factor": next_code(secret)}


def with_recovery(town, n):
    login, _, _, codes = with_factor(town, n)
    return {"login": login, "password": PASSWORD, "second_factor": codes[0]}


def with_letter(town, n):
    address = "mat.%d@example.org" % n
    return {"request": ask(town, address), "code": letter(town, address)}


WAYS = pytest.mark.parametrize("shown, n", [(with_code, 60), (with_totp, 61), (with_recovery, 62), (with_letter, 63)])


def target_of(body):
    return "/v1/citizen/sessions" if "request" in body else "/v1/sessions"


@WAYS
def test_the_same_request_gets_its_session(town, shown, n):
    body = shown(town, n)
    to = target_of(body)
    first = send(town, body, target=to)
    again = send(town, body, target=to)
    assert (first.header("Idempotent-Replayed"), again.header("Idempotent-Replayed")) == (None, "true")
    assert session_of(town, first) == session_of(town, again) and first.header("Location") == again.header("Location")
    assert {k: first.json[k] for k in ("session_expires_at",)} == {k: again.json[k] for k in ("session_expires_at",)}
    # Neither without a key, nor with another one, nor another request with this one.
    for refused, key in ((body, None), (body, ANOTHER), ({**body, "client": "Trình duyệt khác"}, KEY)):
        send(town, refused, 401, key, to)
    # Whoever renews it has had the answer.
    renew(town, again.json["refresh_token"])
    send(town, body, 401, target=to)


@WAYS
def test_it_ends_with_the_minute_and_with_the_session(town, shown, n):
    body = shown(town, n + 10)
    to = target_of(body)
    opened = send(town, body, target=to)
    session = session_of(town, opened)
    town.sql("update session set opened_at = opened_at - interval '61 s' where id = '%s'" % session)
    send(town, body, 401, target=to)
    town.sql("update session set opened_at = opened_at + interval '61 s' where id = '%s'" % session)
    send(town, body, target=to)
    bearer(town, opened)("DELETE", "/v1/sessions/current", status=204)
    send(town, body, 401, target=to)


def test_a_new_password_ends_it(town):
    login, who, _, codes = with_factor(town, 80)
    body = {"login": login, "password": PASSWORD, "second_factor": codes[0]}
    send(town, body)
    who("PUT", "/v1/me/password", {"current": PASSWORD, "password": OTHER}, status=204)
    send(town, body, 401)


@WAYS
def test_two_at_once_are_one_session(town, shown, n):
    body = shown(town, n + 30)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(town, body, None, target=target_of(body)), range(4)))
    assert {a.status for a in answers} == {201}, [a.status for a in answers]
    assert len({session_of(town, a) for a in answers}) == 1


def test_a_password_alone_opens_one_too(town):
    login, _ = with_password(town, 64)
    body = {"login": login, "password": PASSWORD}
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: send(town, body), range(3)))
    assert len({session_of(town, a) for a in answers}) == 1
    assert session_of(town, send(town, body, key=ANOTHER)) != session_of(town, answers[0])
    send(town, {**body, "password": OTHER}, 401)


def test_a_key_that_can_be_guessed_is_none(town):
    body = with_code(town, 65)
    assert send(town, body, 400, "ngan-qua").problem == "bad_idempotency_key"
    send(town, body)


def test_nothing_of_it_is_stored(town):
    body = with_totp(town, 66)
    opened = send(town, body).json
    kept = str(town.sql("select s::text from session s"))
    for secret in (KEY, KEY.encode().hex(), PASSWORD, body["second_factor"] + '"', opened["token"], opened["refresh_token"]):
        assert secret not in kept
