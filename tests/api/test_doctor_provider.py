"""`tiepdan doctor` asks identity providers for what servers will ask them for, and says what is wrong with it."""
import socket

import pytest

from support.idp import Idp, send
from support.town import free_port


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    with Idp(tmp_path_factory.mktemp("idp")) as made:
        yield made


@pytest.fixture(autouse=True)
def well(idp):
    yield
    idp.recover()
    idp.changes, idp.keys = {}, [idp.first]


def said(town, settings):
    """{check: what is said of it} about both providers, with these settings of a sub-command."""
    flags = ["--%s=%s" % (name.replace("_", "-"), value) for name, value in settings.items() if "oidc_" in name]
    done = town.cluster.run(town.database, "doctor", *flags, ok=False)
    found = {}
    for line in done.stdout.splitlines():
        name, _, fault = line[7:].partition(": ")
        if name.startswith("identity provider"):
            assert line.startswith("WRONG" if fault else "ok"), line
            found[name] = fault
    assert len(found) == 2, done
    return found


STAFF, CITIZENS = "identity provider", "identity provider of citizens"


def test_without_any_and_with_both(town, idp):
    assert said(town, {}) == {STAFF: "", CITIZENS: ""}
    asked = idp.count("/jwks")
    assert said(town, {**idp.settings, **idp.citizen_settings}) == {STAFF: "", CITIZENS: ""}
    assert idp.count("/jwks") == asked + 2


def no_json(handler):
    send(handler, 200, b"<html>", "text/html")


@pytest.mark.parametrize("changes, trouble, what", [
    ({"issuer": "https://else.example"}, {}, "discovery of {issuer}: issuer is somebody else (status 200)"),
    ({"jwks_uri": None}, {}, "discovery of {issuer}: an endpoint is missing, or has no TLS (status 200)"),
    ({}, {"/.well-known/openid-configuration": lambda h: send(h, 404, b"{}")}, "discovery of {issuer}: status (status 404)"),
    ({}, {"/jwks": lambda h: send(h, 500, b"{}")}, "keys of {issuer}: status (status 500)"),
    ({}, {"/jwks": lambda h: send(h, 200, b'{"keys": []}')}, "keys of {issuer}: no key that can be used (status 200)")])
def test_what_is_wrong_is_said(town, idp, changes, trouble, what):
    idp.changes, idp.trouble = changes, trouble
    assert said(town, idp.settings)[STAFF] == what.format(issuer=idp.issuer)
    assert said(town, idp.citizen_settings)[CITIZENS] == what.format(issuer=idp.issuer)


def test_nobody_there_and_nobody_who_answers(town, idp):
    gone = "http://127.0.0.1:%d" % free_port()
    assert said(town, {**idp.settings, "oidc_issuer": gone})[STAFF].startswith("discovery of %s: " % gone)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = "http://127.0.0.1:%d" % silent.getsockname()[1]
        assert said(town, {**idp.settings, "oidc_issuer": slow, "oidc_timeout_ms": 300})[STAFF].startswith("discovery of %s: " % slow)


def test_settings_that_do_not_fit(town, idp):
    assert "oidc_client_id is needed" in said(town, {**idp.settings, "oidc_client_id": ""})[STAFF]
