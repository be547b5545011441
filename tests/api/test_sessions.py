"""Signing in with a one-time code, signing out, and tokens that are not ours."""
import base64
import json


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def test_a_code_works_once(town):
    login = town.login("officer")
    code = town.code(login)
    opened = town.anyone.post("/v1/sessions", {"login": login, "code": code}).json
    assert opened["account"]["login"] == login and opened["account"]["roles"] == ["officer"]
    me = town.client(Authorization="Bearer " + opened["token"]).get("/v1/me").json
    assert me["account"] == opened["account"]
    assert town.anyone.post("/v1/sessions", {"login": login, "code": code}, status=401).problem == "bad_credentials"


def test_unknown_login_and_wrong_code_answer_alike(town):
    login = town.login("officer")
    town.code(login)
    a = town.anyone.post("/v1/sessions", {"login": login, "code": "AAAA-AAAA-AAAA"}, status=401)
    b = town.anyone.post("/v1/sessions", {"login": "nobody.at.all", "code": "AAAA-AAAA-AAAA"}, status=401)
    assert {k: v for k, v in a.json.items() if k != "instance"} == {k: v for k, v in b.json.items() if k != "instance"}
    assert sorted(n for n, _ in a.headers) == sorted(n for n, _ in b.headers)


def test_another_persons_code_does_not_open(town):
    a, b = town.login("officer", number=1), town.login("officer", number=2)
    town.anyone.post("/v1/sessions", {"login": b, "code": town.code(a)}, status=401)


def test_signing_out_ends_the_token_everywhere(town):
    one = town.sign_in(town.login("officer", number=3))
    one.get("/v1/me")
    one("DELETE", "/v1/sessions/current", status=204)
    for _ in range(20):
        again = town.client(**{"Authorization": one.headers["Authorization"]})
        again.get("/v1/me", status=401)
        again.get("/v1/tickets", status=401)


def test_a_disabled_person_is_out_at_once(town):
    login = town.login("officer", number=4)
    who = town.sign_in(login)
    code = town.code(login)
    town.cluster.run(town.database, "user", "disable", login)
    who.get("/v1/tickets", status=401)
    town.anyone.post("/v1/sessions", {"login": login, "code": code}, status=401)
    town.cluster.run(town.database, "user", "enable", login)
    town.sign_in(login).get("/v1/tickets")


def test_forged_tokens_are_refused(town):
    token = town.person("officer").headers["Authorization"].split(" ")[1]
    head, body, signature = token.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = [
        "%s.%s." % (head, body), "%s.%s" % (head, body), token + ".", "." + token, token[:-1], token + "A", " " + token[1:],
        "%s.%s.%s" % (b64(dict(header, alg="none")), body, ""),
        "%s.%s.%s" % (b64(dict(header, alg="none")), body, signature),
        "%s.%s.%s" % (b64(dict(header, alg="HS256")), body, signature),
        "%s.%s.%s" % (b64(dict(header, alg="es256")), body, signature),
        "%s.%s.%s" % (b64(dict(header, kid="../../etc/passwd")), body, signature),
        "%s.%s.%s" % (b64({k: v for k, v in header.items() if k != "kid"}), body, signature),
        "%s.%s.%s" % (b64(dict(header, jku="http://127.0.0.1:1/")), body, signature),
        "%s.%s.%s" % (b64(dict(header, crit=["exp"])), body, signature),
        "%s.%s.%s" % (b64(dict(header, typ="JWT")), body, signature),
        "%s.%s.%s" % (head, b64(dict(claims, exp=claims["exp"] + 1)), signature),
        "%s.%s.%s" % (head, b64(dict(claims, sub="018f0000-0000-7000-8000-000000000000")), signature),
        "%s.%s.%s" % (head, body, b64(b"\0" * 64)), "%s.%s.%s" % (head, body, b64(b"\xff" * 64)),
        "%s.%s.%s=" % (head, body, signature), "%s.%s.%s" % (head + "=", body, signature),
        "%s.%s.%s" % (head, body, signature.swapcase()), "%s.%s.%s" % (body, head, signature),
        "A" * 8193, "a.b.c", "...", "",
    ]
    for value in forged:
        answer = town.client(Authorization="Bearer " + value).get("/v1/me", status=None)
        assert answer.status == 401 and answer.problem == "unauthorized", (value[:60], answer)
        assert answer.header("www-authenticate").startswith("Bearer")
    town.person("officer").get("/v1/me")


def test_accounts_are_listed_for_heads_and_administrators(town):
    town.login("officer", "UB-00004")
    mine = town.person("head").get("/v1/accounts?limit=200").json["items"]
    assert {a["department"]["code"] for a in mine} == {"HN-SXD"}
    every = town.person("admin", "HN-EIC").get("/v1/accounts?limit=200").json["items"]
    assert len(every) > len(mine) and "UB-00004" in {a["department"]["code"] for a in every}
