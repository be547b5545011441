"""Citizens who sign in with an identity provider of their own: who they are, that it counts once, and that neither side opens the other."""
import subprocess

import pytest

from support.idp import CITIZENS, PAGE, STAFF, Idp, begin, complete, sign_in
from support.town import BINARY, new_town, ticket
from test_oidc_hostile import TROUBLES, forged


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    with Idp(tmp_path_factory.mktemp("idp")) as made:
        yield made


@pytest.fixture(scope="module")
def town(cluster, contract, idp):
    """Staff and citizens have the same provider here: what keeps them apart is ours."""
    settings = {**idp.settings, **idp.citizen_settings, "citizen_oidc_assurance": "muc-3"}
    with new_town(cluster, contract, **settings) as made:
        yield made


@pytest.fixture(autouse=True)
def well(idp):
    yield
    idp.recover()
    idp.asked.clear()


def client(town, opened):
    return town.client(Authorization="Bearer " + opened.json["token"])


def test_the_address(town):
    flow, query = begin(town, CITIZENS)
    assert (query["scope"], query["redirect_uri"], query["code_challenge_method"]) == ("openid", PAGE, "S256")
    assert query["state"] not in flow


def test_a_citizen_comes_in(town, idp):
    opened = sign_in(town, idp, path=CITIZENS, sub="001095012345", acr="muc-3", name="Nguyễn Văn An", email="an@example.org", email_verified=True)
    assert opened.header("location") == "/v1/citizen" and "account" not in opened.json
    who = client(town, opened)
    shown = who.get("/v1/citizen").json
    assert (shown["email"], shown["provider"], shown["means"], shown["assurance"]) == (None, idp.issuer, "oidc", 2)
    again = sign_in(town, idp, path=CITIZENS, sub="001095012345")
    assert again.json["citizen"] == opened.json["citizen"] and client(town, again).get("/v1/citizen").json["assurance"] == 1
    other = sign_in(town, idp, path=CITIZENS, sub="001095012346", acr="khac")
    assert other.json["citizen"]["id"] != shown["id"]
    who.post("/v1/tickets", ticket())
    assert len(who.get("/v1/citizen/tickets").json["items"]) == 1
    assert client(town, other).get("/v1/citizen/tickets").json["items"] == []


def test_nothing_of_them_is_kept(town, idp):
    sign_in(town, idp, path=CITIZENS, sub="079099000777", name="Trần Thị Bình", email="binh@example.org", email_verified=True)
    kept = str(town.sql("select * from citizen")) + str(town.sql("select * from citizen_event")) + town.log()
    assert not any(text in kept for text in ("079099000777", "Trần Thị Bình", "binh@example.org"))


def test_no_roles_come_of_claims(town, idp):
    login = town.login("admin", number=70)
    opened = sign_in(town, idp, path=CITIZENS, sub="sub-" + login, preferred_username=login, roles=["admin"], groups=["admin"])
    who = client(town, opened)
    assert who.get("/v1/accounts", status=403).problem == "forbidden"
    who.get("/v1/me", status=403)
    assert town.sql("select count(*) from account_identity") == [["0"]]
    assert "roles" not in opened.json["citizen"]


def test_neither_flow_opens_as_the_other(town, idp):
    login = town.login("officer", number=71)
    for begun, ended in ((STAFF, CITIZENS), (CITIZENS, STAFF)):
        flow, query = begin(town, begun)
        code = idp.grant(query, preferred_username=login)
        assert complete(town, flow, query, code, 401, ended).problem == "flow_over"
        assert idp.count("/token") == 0
        complete(town, flow, query, code, path=begun)
        idp.asked.clear()


def test_a_flow_counts_once(town, idp):
    flow, query = begin(town, CITIZENS)
    complete(town, flow, query, idp.grant(query, sub="mot-lan"), path=CITIZENS)
    assert complete(town, flow, query, idp.grant(query, sub="mot-lan"), 401, CITIZENS).problem == "flow_over"
    mine, theirs = begin(town, CITIZENS), begin(town, CITIZENS)
    assert complete(town, mine[0], theirs[1], idp.grant(theirs[1], sub="nguoi-khac"), 401, CITIZENS).problem == "flow_over"


def test_forged_tokens_open_nothing(town, idp):
    """Some of each kind: the rest is looked at by the same code (test_oidc_hostile)."""
    before = town.count("citizen")
    for what, granted in [case for case in forged(idp) if not case[0].startswith("token: ")][::6]:
        flow, query = begin(town, CITIZENS)
        answer = complete(town, flow, query, idp.grant(query, **{"sub": "gia-mao", **granted}), None, CITIZENS)
        assert answer.status == 401 and answer.problem == "provider_refused", (what, answer)
    assert town.count("citizen") == before


@pytest.mark.parametrize("trouble", ["slow", "huge", "redirect", "500", "html"])
def test_a_provider_that_does_not_answer(town, idp, trouble):
    town.stop()
    town.start()
    idp.trouble["/token"] = TROUBLES[trouble]
    flow, query = begin(town, CITIZENS)
    code = idp.grant(query, sub="cho-doi")
    assert complete(town, flow, query, code, 503, CITIZENS).problem == "provider_unavailable"
    idp.trouble.clear()
    complete(town, flow, query, code, path=CITIZENS)


def test_the_end_of_an_account(town, idp):
    opened = sign_in(town, idp, path=CITIZENS, sub="xoa-di")
    client(town, opened)("DELETE", "/v1/citizen", status=204)
    again = sign_in(town, idp, path=CITIZENS, sub="xoa-di")
    assert again.json["citizen"]["id"] != opened.json["citizen"]["id"]


def test_without_a_provider(cluster, contract, idp):
    with new_town(cluster, contract, **idp.settings) as plain:
        assert plain.anyone.post(CITIZENS, status=409).problem == "no_identity_provider"
        assert plain.anyone.post(CITIZENS + "/completion", {"flow": "tdf_x", "state": "x", "code": "x"}, status=409).problem == "no_identity_provider"


@pytest.mark.parametrize("change", [
    {"citizen_oidc_issuer": "http://id.example.org"}, {"citizen_oidc_client_id": ""}, {"citizen_oidc_redirect_url": "x"},
    {"citizen_oidc_client_secret_file": "/nonexistent"}, {"citizen_oidc_scope": "profile"}])
def test_settings_that_make_no_sense_are_refused(town, change):
    settings = {**town.settings, "database_url": town.cluster.url(town.database, "tiepdan_app"), "key_dir": town.cluster.keys, **change}
    got = subprocess.run([BINARY, "serve"] + ["--%s=%s" % pair for pair in settings.items()], capture_output=True, text=True, timeout=30)
    assert got.returncode != 0 and "citizen_oidc_" in got.stderr
