"""A lost answer to whoever comes back from an identity provider: the code is used up there and the flow here, so the same request gets its session
again, and no other request does."""
import pytest

from support.idp import CITIZENS, STAFF, Idp, begin
from support.town import new_town
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
