"""A lost answer to whoever comes back from an identity provider: the code is used up there and the flow here, so the same request gets its session
again, and no other request does."""
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import send_and_reset
from support.idp import CITIZENS, STAFF, Idp, begin, send as answer
from support.town import new_town, wait_until
from test_lost_sign_in import ANOTHER, KEY, session_of
from test_signing_in import bearer, renew

WAYS = pytest.mark.parametrize("path", [STAFF, CITIZENS])


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    with Idp(tmp_path_factory.mktemp("idp")) as made:
        yield made


@pytest.fixture(scope="module")
def town(cluster, contract, idp):
    with new_town(cluster, contract, **{**idp.settings, **idp.citizen_settings}) as made:
        made.comers = iter(range(50, 100))
        yield made


def come_back(town, idp, path):
    """What somebody brings back from the provider."""
    flow, query = begin(town, path)
    person = town.login("officer", number=next(town.comers)) if path == STAFF else "0010950%05d" % next(town.comers)
    granted = {"preferred_username": person} if path == STAFF else {"sub": person}
    return {"flow": flow, "state": query["state"], "code": idp.grant(query, **granted)}


def send(town, path, body, status=201, key=KEY):
    return town.client().post(path + "/completion", body, {"Idempotency-Key": key} if key else None, status)


@WAYS
def test_the_same_request_gets_its_session(town, idp, path):
    body = come_back(town, idp, path)
    first = send(town, path, body)
    asked = len(idp.asked)
    again = send(town, path, body)
    assert (first.header("Idempotent-Replayed"), again.header("Idempotent-Replayed")) == (None, "true")
    assert session_of(town, first) == session_of(town, again) and first.header("Location") == again.header("Location")
    assert len(idp.asked) == asked, "the provider is asked once"
    # Neither without a key, nor with another one, nor another request with this one.
    for refused, key in ((body, None), (body, ANOTHER), ({**body, "client": "Trình duyệt khác"}, KEY)):
        assert send(town, path, refused, 401, key).problem in ("provider_refused", "flow_over")
    # Whoever renews it has had the answer.
    renew(town, again.json["refresh_token"])
    send(town, path, body, 401)


@WAYS
def test_it_ends_with_the_minute_and_with_the_session(town, idp, path):
    body = come_back(town, idp, path)
    opened = send(town, path, body)
    move = "update session set opened_at = opened_at %s interval '61 s' where id = '%s'"
    town.sql(move % ("-", session_of(town, opened)))
    send(town, path, body, 401)
    town.sql(move % ("+", session_of(town, opened)))
    send(town, path, body)
    bearer(town, opened)("DELETE", "/v1/sessions/current", status=204)
    send(town, path, body, 401)


def test_whoever_may_not_come_in_any_more_does_not(town, idp):
    body = come_back(town, idp, STAFF)
    session = session_of(town, send(town, STAFF, body))
    town.sql("update account set active = false where id = (select account from session where id = '%s')" % session)
    send(town, STAFF, body, 401)


@WAYS
def test_without_a_key_nothing_is_remembered(town, idp, path):
    body = come_back(town, idp, path)
    opened = send(town, path, body, key=None)
    assert town.sql("select replay is null from session where id = '%s'" % session_of(town, opened)) == [["t"]]
    send(town, path, body, 401)


@pytest.fixture
def held(idp):
    """The provider takes codes at once, and does not say so before this is set."""
    let_go = threading.Event()

    def taking(handler):
        status, value = idp.redeem(handler.headers.get("Authorization"), handler.body)
        if status == 200:
            let_go.wait(60)
        answer(handler, status, json.dumps(value).encode())

    idp.trouble["/token"] = taking
    yield let_go
    let_go.set()
    idp.recover()


def left_by(town):
    """How many clients were seen leaving."""
    return int(re.search(r"^tiepdan_client_left_total (\d+)$", town.ops("/metrics")[2], re.M)[1])


def redeemed(idp, body):
    wait_until(lambda: body["code"] not in idp.codes, 30, "the code is used up")


@WAYS
def test_whoever_left_meanwhile_gets_its_session(town, idp, path, held):
    body = come_back(town, idp, path)
    left = left_by(town)
    with send_and_reset(town.port, path + "/completion", body, {"Idempotency-Key": KEY}):
        redeemed(idp, body)
    wait_until(lambda: left_by(town) > left, 30, "the client was seen leaving")
    held.set()
    wait_until(lambda: send(town, path, body, None).status == 201, 5, "the session")


@WAYS
def test_a_server_that_leaves_waits_for_the_provider(town, idp, path, held):
    """Nobody is connected any more, and the code is used up: what the provider says is not lost."""
    body = come_back(town, idp, path)
    left, drained = left_by(town), town.log().count("server.draining")
    with send_and_reset(town.port, path + "/completion", body, {"Idempotency-Key": KEY}):
        redeemed(idp, body)
    wait_until(lambda: left_by(town) > left, 30, "the client was seen leaving")
    with ThreadPoolExecutor(1) as pool:
        leaving = pool.submit(town.stop)
        wait_until(lambda: town.log().count("server.draining") > drained, 30, "it drains")
        time.sleep(1)       # longer than it accepts clients that were let in
        assert not leaving.done()
        held.set()
        leaving.result()
    town.start()
    assert send(town, path, body).header("Idempotent-Replayed") == "true"


@WAYS
def test_without_a_key_nobody_is_signed_in_who_left(town, idp, path, held):
    body = come_back(town, idp, path)
    left, sessions = left_by(town), town.count("session")
    with send_and_reset(town.port, path + "/completion", body, {}):
        redeemed(idp, body)
    wait_until(lambda: left_by(town) > left, 30, "the client was seen leaving")
    held.set()
    send(town, path, come_back(town, idp, path))
    assert town.count("session") == sessions + 1


@WAYS
def test_two_at_once_are_one_session(town, idp, path, held):
    """The provider refuses the second one, before the first has its answer."""
    body = come_back(town, idp, path)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, town, path, body)
        redeemed(idp, body)
        asked = idp.count("/token")
        second = pool.submit(send, town, path, body)
        wait_until(lambda: idp.count("/token") > asked, 30, "the second one asks")
        held.set()
        assert session_of(town, first.result()) == session_of(town, second.result())


@WAYS
def test_two_of_a_provider_that_takes_codes_twice_are_one_session(town, idp, path, held):
    """Where the provider says yes to both the flow is what counts once."""
    body = come_back(town, idp, path)
    kept = idp.codes[body["code"]]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, town, path, body)
        redeemed(idp, body)
        idp.codes[body["code"]] = kept
        second = pool.submit(send, town, path, body)
        redeemed(idp, body)
        held.set()
        assert session_of(town, first.result()) == session_of(town, second.result())
