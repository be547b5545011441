"""An identity provider that is slow, broken or hostile: nobody gets in, nobody waits long, and citizens notice nothing."""
import base64
import json
import socket
import subprocess
import threading
import time

import pytest

from support.idp import CLIENT, SECRET, Idp, Key, b64, begin, complete, hs256, send, sign_in
from support.town import new_town, ticket, wait_until

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    with Idp(tmp_path_factory.mktemp("idp")) as made:
        yield made


@pytest.fixture(scope="module")
def town(cluster, contract, idp):
    with new_town(cluster, contract, **idp.settings) as made:
        made.officer = made.login("officer", number=60)
        yield made


@pytest.fixture(autouse=True)
def well(idp):
    """Afterwards the provider is well, and has been asked by nobody."""
    yield
    idp.recover()
    idp.changes.clear()
    idp.keys = [idp.first]
    idp.asked.clear()


def fresh(town):
    """A server that has asked nothing yet."""
    town.stop()
    town.start()


# --- the answers ------------------------------------------------------------------------------------------------------------------------

FOR_EVER = 120      # longer than anybody waits for a provider


def slow(handler):
    handler.go_on.wait(FOR_EVER)


def dripping(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(FOR_EVER * 5):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        if handler.go_on.wait(0.2):
            break


def huge(handler):
    send(handler, 200, b'{"id_token": "' + b"x" * 3000000 + b'"}')


def huge_without_length(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" " * 65536)
    handler.close_connection = True


def redirect(handler):
    send(handler, 302, b"", Location="/elsewhere")


def early_close(handler):
    send(handler, 200, b'{"id_token":', length="500")
    handler.close_connection = True
    handler.connection.close()


def no_answer(handler):
    handler.close_connection = True
    handler.connection.close()


def not_http(handler):
    handler.wfile.write(b"220 smtp.example ESMTP\r\n")
    handler.close_connection = True


def gzipped(handler):
    send(handler, 200, base64.b64decode("H4sIAAAAAAAAA6uu5QIABrCh3QMAAAA="), Content_Encoding="gzip")


def answers(status, body, kind="application/json"):
    return lambda handler: send(handler, status, body if isinstance(body, bytes) else json.dumps(body).encode(), kind)


TROUBLES = {
    "slow": slow, "dripping": dripping, "huge": huge, "huge without length": huge_without_length, "redirect": redirect,
    "early close": early_close, "no answer": no_answer, "not HTTP": not_http, "gzip": gzipped, "500": answers(500, {}), "503": answers(503, {}),
    "429": answers(429, {}), "204": answers(204, b""), "html": answers(200, b"<html>", "text/html"), "JSON as html": answers(200, {}, "text/html"),
    "list": answers(200, []), "null": answers(200, None), "text": answers(200, "x"), "number": answers(200, 5), "cut": answers(200, b'{"a":'),
    "twice": answers(200, b'{"id_token":"a","id_token":"b"}'), "not UTF-8": answers(200, b'{"a":"\xff"}'), "deep": answers(200, b"[" * 5000),
    "nothing in it": answers(200, {}), "wrong types": answers(200, {"id_token": 5, "access_token": [], "issuer": {}, "keys": {}}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_codes_are_redeemed_by_nobody(town, idp, trouble):
    idp.trouble["/token"] = TROUBLES[trouble]
    flow, query = begin(town)
    code, before = idp.grant(query, preferred_username=town.officer), time.monotonic()
    answer = complete(town, flow, query, code, 503)
    assert answer.problem == "provider_unavailable" and int(answer.header("retry-after")) >= 1
    assert time.monotonic() - before < FOR_EVER / 2
    assert "/elsewhere" not in idp.asked
    idp.trouble.clear()
    wait_until(lambda: town.anyone.send("POST", "/v1/sessions/oidc/completion",
                                        {"flow": flow, "state": query["state"], "code": code}).status == 201, 10, "the same code opens now")


@pytest.mark.parametrize("trouble", ["slow", "huge", "redirect", "early close", "html", "wrong types", "500"])
@pytest.mark.parametrize("path", [DISCOVERY, "/jwks"])
def test_documents_that_cannot_be_had(town, idp, path, trouble):
    fresh(town)
    idp.trouble[path] = TROUBLES[trouble]
    if path == DISCOVERY:
        assert town.anyone.post("/v1/sessions/oidc", status=503).problem == "provider_unavailable"
    else:
        assert sign_in(town, idp, 503, preferred_username=town.officer).problem == "provider_unavailable"
    assert "/elsewhere" not in idp.asked
    idp.trouble.clear()
    sign_in(town, idp, preferred_username=town.officer)


@pytest.mark.parametrize("changes", [
    {"issuer": "http://127.0.0.1:1"}, {"issuer": None}, {"token_endpoint": "ftp://127.0.0.1/"}, {"token_endpoint": "file:///etc/passwd"},
    {"jwks_uri": 5}, {"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": "http://127.0.0.1/\r\nX: y"},
    {"jwks_uri": "http://127.0.0.1/" + "x" * 3000}])
def test_discovery_that_says_something_else(town, idp, changes):
    fresh(town)
    idp.changes.update(changes)
    assert town.anyone.post("/v1/sessions/oidc", status=503).problem == "provider_unavailable"


# --- being left alone ---------------------------------------------------------------------------------------------------------------------

def test_a_slow_provider_is_left_alone(cluster, contract, idp):
    with new_town(cluster, contract, **{**idp.settings, "oidc_timeout_ms": 400, "oidc_pause_ms": 6000}) as town:
        login = town.login("officer", number=61)
        idp.trouble["/token"] = slow
        flows = [begin(town) for _ in range(8)]
        took = []
        for flow, query in flows:
            before = time.monotonic()
            complete(town, flow, query, "x", 503)
            took.append(time.monotonic() - before)
        # It is asked no more, so that nobody waits for it; all eight are through before the pause is over.
        assert idp.count("/token") == 5 and min(took[:5]) > 0.3
        assert "tiepdan_provider_failures_total 5" in town.ops("/metrics")[2]
        idp.trouble.clear()
        sign_in_when_back(town, idp, login)


def test_only_one_request_tries_whether_it_is_back(cluster, contract, idp):
    with new_town(cluster, contract, **{**idp.settings, "oidc_timeout_ms": 4000, "oidc_pause_ms": 1500}) as town:
        idp.trouble["/token"] = answers(500, {})
        flows = [begin(town) for _ in range(11)]
        for flow, query in flows[:5]:
            complete(town, flow, query, "x", 503)
        time.sleep(1.6)
        idp.trouble["/token"] = slow
        idp.asked.clear()
        threads = [threading.Thread(target=lambda f=f, q=q: town.client().post(
            "/v1/sessions/oidc/completion", {"flow": f, "state": q["state"], "code": "x"}, status=503)) for f, q in flows[5:]]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert idp.count("/token") == 1


def test_citizens_notice_nothing(cluster, contract, idp):
    """One worker, a provider that does not answer, sixty who wait for it, and somebody who files."""
    with new_town(cluster, contract, **{**idp.settings, "oidc_timeout_ms": 60000}) as town:
        idp.trouble["/token"] = slow
        flows = [begin(town) for _ in range(60)]
        threads = [threading.Thread(target=lambda f=f, q=q: town.client().post(
            "/v1/sessions/oidc/completion", {"flow": f, "state": q["state"], "code": "x"}, status=None)) for f, q in flows]
        for t in threads:
            t.start()
        wait_until(lambda: idp.count("/token") > 0, 20, "the provider is asked")
        for _ in range(10):
            town.anyone.post("/v1/tickets", ticket())
            town.anyone.get("/v1/kinds")
        assert any(t.is_alive() for t in threads), "ten were served while they waited"
        idp.recover()
        for t in threads:
            t.join()


def test_whoever_leaves_meanwhile(town, idp):
    fresh(town)
    idp.trouble["/token"] = slow
    flow, query = begin(town)
    body = json.dumps({"flow": flow, "state": query["state"], "code": "x"}).encode()
    with socket.create_connection(("127.0.0.1", town.port)) as s:
        s.sendall(b"POST /v1/sessions/oidc/completion HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        wait_until(lambda: idp.count("/token") == 1, 5, "the provider is asked")
    time.sleep(0.1)
    fresh(town)             # SIGTERM while it is out; nothing leaks


# --- ID tokens ----------------------------------------------------------------------------------------------------------------------------

def forged(idp):
    """(what, arguments of grant())"""
    now, key, other = int(time.time()), idp.keys[-1], Key("k1")     # of what is still to come: far enough off for a slow machine
    ec = Key("k1", "ES256")
    for name, values in {
        "iss": (None, "", idp.issuer + "/", idp.issuer.upper(), "https://evil.example", [idp.issuer], 5, {"x": 1}),
        "aud": (None, "", "other", CLIENT + "x", CLIENT.upper(), [], ["other"], [CLIENT, "other"], [[CLIENT]], {"x": CLIENT}, 5, True),
        "azp": ("other", "", 5, [CLIENT], False),
        "exp": (None, 0, -1, now - 1, now - 3600, str(now + 300), now + 300.5, 10 ** 15, True, [now + 300], now - 300),
        "iat": (None, 0, now + 1200, str(now), now + 1300, now + 1400, True, 1.5, {}),
        "nbf": (now + 1200, str(now), True, [], 0, 1.5),
        "nonce": (None, "", "x", 5, [], True),
        "sub": (None, "", 5, [], "x" * 256, {}, True),
    }.items():
        for value in values:
            yield "%s %r" % (name, value), {name: value}
    yield "azp of several", {"aud": [CLIENT, "other"], "azp": "other"}
    for alg in ("none", "None", "NONE", "HS256", "HS384", "HS512", "PS256", "RS384", "RS512", "ES384", "ES512", "EdDSA", "rs256", "", None, 5, ["RS256"]):
        yield "alg %r" % (alg,), {"header": {"alg": alg}}
    yield "alg none without signature", {"header": {"alg": "none"}, "sign": lambda data: b""}
    for secret in (SECRET.encode(), CLIENT.encode(), b"", json.dumps(key.jwk).encode(), key.jwk["n"].encode()):
        yield "HS256 with what is public, or shared", {"header": {"alg": "HS256"}, "sign": hs256(secret)}
        yield "the same, saying RS256", {"sign": hs256(secret)}
    yield "another key", {"sign": other.sign}
    yield "a key of the other kind", {"sign": ec.sign}
    yield "a key of the other kind, saying so", {"header": {"alg": "ES256"}, "sign": ec.sign}
    for name, value in (("jwk", other.jwk), ("jku", "http://127.0.0.1:1/jwks"), ("x5u", "http://127.0.0.1:1/x"), ("x5c", ["AAAA"]), ("crit", ["exp"]),
                        ("b64", False), ("enc", "A256GCM"), ("zip", "DEF"), ("typ", "at+jwt"), ("typ", 5), ("cty", "JWT"), ("p2c", 1)):
        yield "header %s" % name, {"header": {name: value}, "sign": other.sign if name in ("jwk", "jku", "x5u", "x5c") else None}
    for kid in ("", "K1", "k1 ", "../k1", "x" * 900, 5, ["k1"], {"kid": "k1"}):
        yield "kid %r" % (kid,), {"header": {"kid": kid}}
    for what, sign in {"no signature": lambda d: b"", "zeros": lambda d: b"\0" * 256, "ones": lambda d: b"\xff" * 256, "short": lambda d: key.sign(d)[:-1],
                       "long": lambda d: key.sign(d) + b"\0", "of other data": lambda d: key.sign(d + b"x"), "64 bytes": lambda d: b"\1" * 64,
                       "2000 bytes": lambda d: b"\1" * 2000}.items():
        yield "signature: " + what, {"sign": sign}
    good = "e30"
    for what, text in {"empty": "", "one part": good, "two": good + "." + good, "four": ".".join([good] * 4), "five": ".".join([good] * 5),
                       "dots": "..", "padded": "e30=.e30=.e30=", "not base64": "!.!.!", "9 KiB": "e30." + "A" * 9000 + ".AA", "null": "bnVsbA.bnVsbA.AA",
                       "list": "W10.W10.AA", "blank": " . . ", "number": 5, "object": {}, "true": True}.items():
        yield "token: " + what, {"answer": {"id_token": text}}


def test_forged_tokens_open_nothing(town, idp):
    cases = list(forged(idp))
    assert len(cases) >= 120
    sign_in(town, idp, preferred_username=town.officer)
    opened, began = town.count("session"), time.monotonic()
    idp.asked.clear()
    for what, granted in cases:
        flow, query = begin(town)
        given = {"preferred_username": town.officer, "sub": "sub-" + town.officer, **granted}
        answer = town.anyone.send("POST", "/v1/sessions/oidc/completion", {"flow": flow, "state": query["state"], "code": idp.grant(query, **given)})
        assert answer.status == 401 or (answer.status == 503 and what.startswith("token: ")), (what, answer)
        if answer.status == 503:
            sign_in_when_back(town, idp, town.officer)
            opened += 1
    assert town.count("session") == opened
    assert idp.count("/jwks") <= 1 + (time.monotonic() - began) // 60        # whatever kids they name: once a minute
    assert set(idp.asked) <= {"/token", "/jwks"}


def sign_in_when_back(town, idp, login):
    def back():
        flow, query = begin(town)
        return town.anyone.send("POST", "/v1/sessions/oidc/completion", {
            "flow": flow, "state": query["state"], "code": idp.grant(query, preferred_username=login)}).status == 201
    wait_until(back, 10, "the provider counts again")


def test_what_is_allowed_passes(town, idp):
    now = int(time.time())
    for granted in ({"aud": [CLIENT]}, {"aud": [CLIENT, "other"], "azp": CLIENT}, {"azp": CLIENT}, {"nbf": now + 30}, {"iat": now + 30},
                    {"header": {"typ": None}}, {"header": {"typ": "jwt"}}, {"header": {"kid": None}}, {"header": {"x5t": "AA", "x5t#S256": "AA"}}):
        sign_in(town, idp, preferred_username=town.officer, **granted)


# --- keys -----------------------------------------------------------------------------------------------------------------------------------

def test_keys_that_have_been_changed(town, idp):
    fresh(town)
    for _ in range(3):
        sign_in(town, idp, preferred_username=town.officer)
    assert (idp.count("/jwks"), idp.count(DISCOVERY)) == (1, 1)
    idp.keys = idp.keys + [Key("k2")]
    sign_in(town, idp, preferred_username=town.officer)
    assert idp.count("/jwks") == 2                  # looked for at once
    idp.keys = [Key("k3", "ES256")]
    for _ in range(4):                              # and then for a minute not again
        assert sign_in(town, idp, 401, preferred_username=town.officer).problem == "provider_refused"
    assert idp.count("/jwks") == 2


def test_old_keys_go_on_while_there_are_no_new_ones(town, idp):
    fresh(town)
    sign_in(town, idp, preferred_username=town.officer)
    idp.trouble["/jwks"] = answers(500, {})
    assert sign_in(town, idp, 401, preferred_username=town.officer, header={"kid": "k9"}).problem == "provider_refused"
    sign_in(town, idp, preferred_username=town.officer)
    assert idp.count("/jwks") == 2


def test_many_at_once_ask_for_the_keys_once(town, idp):
    fresh(town)
    flows = [begin(town) for _ in range(12)]
    codes = [idp.grant(query, preferred_username=town.officer) for _, query in flows]
    assert len(set(codes)) == 12
    done = []
    threads = [threading.Thread(target=lambda f=f, q=q, c=c: done.append(town.client().post(
        "/v1/sessions/oidc/completion", {"flow": f, "state": q["state"], "code": c}).status)) for (f, q), c in zip(flows, codes)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert done == [201] * 12 and (idp.count("/jwks"), idp.count(DISCOVERY)) == (1, 1)


@pytest.mark.parametrize("jwk", ["small", "even", "other use", "other alg", "off the curve", "symmetric", "no n"])
def test_keys_that_are_none(town, idp, jwk):
    fresh(town)
    good = Key("k1", "ES256") if jwk == "off the curve" else Key("k1", bits=1024 if jwk == "small" else 2048)
    bad = dict(good.jwk, **{"even": {"e": "Ag"}, "other use": {"use": "enc"}, "other alg": {"alg": "PS256"}, "off the curve": {"x": b64(b"\1" * 32)},
                            "symmetric": {"kty": "oct", "k": b64(SECRET.encode())}, "no n": {"n": 5}}.get(jwk, {}))
    idp.trouble["/jwks"] = answers(200, {"keys": [bad, Key("other").jwk, None, 5, "x", []]})
    idp.keys = [good]
    assert sign_in(town, idp, 401, preferred_username=town.officer).problem == "provider_refused"


# --- TLS and how the client shows its secret ---------------------------------------------------------------------------------------------------

def test_only_a_provider_that_can_be_trusted(cluster, contract, tmp_path):
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=idp",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem], check=True, capture_output=True)
    with Idp(tmp_path, (pem, key)) as idp:
        with new_town(cluster, contract, **idp.settings) as town:
            assert town.anyone.post("/v1/sessions/oidc", status=503).problem == "provider_unavailable"
            assert '"tls"' in town.log() and not idp.asked
        with new_town(cluster, contract, **idp.settings, oidc_ca_file=pem) as town:
            sign_in(town, idp, preferred_username=town.login("officer", number=62))
            idp.changes["token_endpoint"] = idp.issuer.replace("https", "http") + "/token"
            fresh(town)
            assert town.anyone.post("/v1/sessions/oidc", status=503).problem == "provider_unavailable"


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post", "private_key_jwt"]])
def test_how_the_secret_is_shown(town, idp, methods):
    idp.methods = methods
    fresh(town)
    sign_in(town, idp, preferred_username=town.officer)
    assert SECRET not in town.log()


def test_a_name_that_nobody_knows(cluster, contract, idp):
    """Names are looked up in a thread of the worker, which is shut in."""
    with new_town(cluster, contract, **{**idp.settings, "oidc_issuer": "https://idp.invalid", "oidc_timeout_ms": 10000}) as town:
        assert town.anyone.post("/v1/sessions/oidc", status=503).problem == "provider_unavailable"
        assert '"unknown_host"' in town.log() and "worker.call_refused" not in town.log()
