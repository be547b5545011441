"""Signing in with an identity provider: who comes in, as whom, and that it counts once."""
import hashlib
import json
import subprocess

import pytest

from support.idp import CLIENT, PAGE, Idp, Key, b64, begin, complete, sign_in
from support.town import BINARY, HUB, new_town
from test_signing_in import renew, with_factor


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    with Idp(tmp_path_factory.mktemp("idp")) as made:
        yield made


@pytest.fixture(scope="module")
def town(cluster, contract, idp):
    with new_town(cluster, contract, **idp.settings, oidc_assurance="mfa, urn:hai-yeu-to", second_factor_roles="auditor") as made:
        yield made


def client(town, opened):
    return town.client(Authorization="Bearer " + opened.json["token"])


def me(town, opened):
    return client(town, opened).get("/v1/me").json


def events(town, login):
    return [(row[0], json.loads(row[1] or "null")) for row in town.sql(
        "select type, data from account_event where account = (select id from account where login = '%s') order by at" % login)]


# --- the way there and back -----------------------------------------------------------------------------------------------------------

def test_the_address_asks_for_what_is_needed(town, idp):
    flow, query = begin(town)
    assert query == {"tenant": "1", "response_type": "code", "client_id": CLIENT, "redirect_uri": PAGE, "scope": "openid profile",
                     "state": query["state"], "nonce": query["nonce"], "code_challenge": query["code_challenge"],
                     "code_challenge_method": "S256"}
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    assert all(len(query[name]) == 43 and query[name] not in flow for name in ("state", "nonce", "code_challenge"))
    assert begin(town)[1]["state"] != query["state"]


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_somebody_comes_in(town, idp, alg):
    login = town.login("officer", number=40)
    idp.keys = [Key("k1-" + alg, alg)]
    town.stop()
    town.start()
    opened = sign_in(town, idp, preferred_username=login.upper(), name="Ai Đó", at_hash=None)
    shown = me(town, opened)
    assert (shown["means"], shown["assurance"], shown["roles"], shown["account"]["login"]) == ("oidc", 1, ["officer"], login)
    assert opened.header("location") == "/v1/me" and "device" not in opened.json
    who = town.client(Authorization="Bearer " + opened.json["token"])
    assert [s["means"] for s in who.get("/v1/sessions").json["items"] if s["current"]] == ["oidc"]
    assert events(town, login)[-1] == ("session.opened", {"means": "oidc", "assurance": 1})


def test_the_first_sign_in_links_the_identity(town, idp):
    login = town.login("officer", number=41)
    sign_in(town, idp, preferred_username=login, sub="s41")
    assert ("account.changed", {"identity": idp.issuer, "by": "oidc"}) in events(town, login)
    renamed = sign_in(town, idp, preferred_username="khac", sub="s41")         # the provider calls them something else now
    assert me(town, renamed)["account"]["login"] == login


def test_a_login_given_to_somebody_else_opens_nothing(town, idp):
    login = town.login("officer", number=42)
    sign_in(town, idp, preferred_username=login, sub="s42")
    assert sign_in(town, idp, 403, preferred_username=login, sub="s42-new").problem == "no_account"
    account = town.sql("select id from account where login = '%s'" % login)[0][0]
    town.person("admin", HUB).post("/v1/accounts/%s/invitation" % account, {"reset": True}, status=201)
    assert ("account.changed", {"identity": None}) in events(town, login)
    sign_in(town, idp, preferred_username=login, sub="s42-new")
    assert sign_in(town, idp, 403, preferred_username=login, sub="s42").problem == "no_account"


def test_who_has_no_account_stays_outside(town, idp):
    off = town.login("officer", number=43)
    town.cluster.run(town.database, "user", "disable", off)
    machine = town.login("officer", number=44)
    town.sql("update account set machine = true where login = '%s'" % machine)
    answers = [sign_in(town, idp, 403, preferred_username=name, sub="x" + name) for name in ("khong.co", off, machine)]
    answers.append(sign_in(town, idp, 403, sub="nobody"))                     # without the claim
    assert {a.problem for a in answers} == {"no_account"} and len({a.json["detail"] if "detail" in a.json else "" for a in answers}) == 1
    assert town.sql("select count(*) from account_identity where subject like 'x%' or subject = 'nobody'") == [["0"]]


def test_somebody_who_is_switched_off_later(town, idp):
    login = town.login("officer", number=45)
    sign_in(town, idp, preferred_username=login)
    town.cluster.run(town.database, "user", "disable", login)
    assert sign_in(town, idp, 403, preferred_username=login).problem == "no_account"


# --- once ------------------------------------------------------------------------------------------------------------------------------

def test_a_flow_counts_once(town, idp):
    login = town.login("officer", number=46)
    flow, query = begin(town)
    complete(town, flow, query, idp.grant(query, preferred_username=login))
    assert complete(town, flow, query, idp.grant(query, preferred_username=login), 401).problem == "flow_over"


def test_a_code_counts_once(town, idp):
    login = town.login("officer", number=47)
    flow, query = begin(town)
    code = idp.grant(query, preferred_username=login)
    complete(town, flow, query, code)
    flow, query = begin(town)
    assert complete(town, flow, query, code, 401).problem == "provider_refused"


def test_used_flows_do_not_pile_up(town, idp):
    town.sql("insert into sign_in_flow select gen_random_uuid(), now() - interval '1 s' from generate_series(1, 25)")
    fresh = town.count("sign_in_flow where expires_at > now()")
    for _ in range(3):
        sign_in(town, idp, preferred_username=town.login("officer", number=46))
    assert town.count("sign_in_flow") == fresh + 3
    left = town.sql("select max(expires_at) <= now() + interval '10 min' from sign_in_flow")
    assert left == [["t"]]


def test_flow_and_state_belong_together(town, idp):
    """A link with somebody else's code and state signs nobody in as them."""
    login = town.login("officer", number=48)
    mine, theirs = begin(town), begin(town)
    code = idp.grant(theirs[1], preferred_username=login)
    asked = idp.count("/token")
    assert complete(town, mine[0], theirs[1], code, 401).problem == "flow_over"
    for flow in ("tdf_", "tdf_AAAA", mine[0][:-1], mine[0] + "A", "tdr_" + mine[0][4:], mine[0][:-2] + ("AA" if mine[0][-2:] != "AA" else "BA")):
        assert complete(town, flow, mine[1], code, 401).problem == "flow_over"
    assert idp.count("/token") == asked                                   # nobody was asked for that
    complete(town, theirs[0], theirs[1], code)


def test_the_code_of_another_flow_is_refused(town, idp):
    """Its token has the nonce of the other one."""
    login = town.login("officer", number=48)
    mine, theirs = begin(town), begin(town)
    code = idp.grant(theirs[1], preferred_username=login)
    idp.codes[code] = (mine[1], idp.codes[code][1])                       # even past PKCE
    assert complete(town, mine[0], mine[1], code, 401).problem == "provider_refused"


# --- what it says ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("claims, assurance", [({"amr": ["pwd", "mfa"]}, 2), ({"acr": "urn:hai-yeu-to"}, 2), ({"amr": "mfa"}, 2),
                                               ({"amr": ["pwd"], "acr": "0"}, 1), ({"amr": {"mfa": 1}}, 1), ({"acr": ["mf"]}, 1)])
def test_two_factors_are_what_the_settings_say(town, idp, claims, assurance):
    login = town.login(("officer", "auditor"), number=49)
    shown = me(town, sign_in(town, idp, preferred_username=login, **claims))
    assert shown["assurance"] == assurance
    assert shown["roles"] == (["officer", "auditor"] if assurance == 2 else ["officer"])


def test_the_second_factor_of_this_server_behind_the_provider(town, idp):
    """Off, as shipped, it proves and lifts nothing; on, it is the second one of this session alone."""
    login, _, _, codes = with_factor(town, 52, ["officer", "auditor"])
    prove, events = "/v1/sessions/current/proof", "/v1/configuration/changes"
    off = sign_in(town, idp, preferred_username=login)
    client(town, off).post(prove, {"second_factor": codes[0]}, status=204)
    assert (me(town, off)["assurance"], me(town, off)["roles"]) == (1, ["officer"])
    with new_town(town.cluster, town.contract, database=town.database, **idp.settings, second_factor_roles="auditor", oidc_second_factor="on") as on:
        opened, other = (sign_in(on, idp, preferred_username=login) for _ in range(2))
        who = client(on, opened)
        assert who.post(prove, {}, status=401).problem == "second_factor_required"
        assert who.post(prove, {"second_factor": codes[0]}, status=401).problem == "bad_credentials"       # used
        assert me(on, opened)["assurance"] == 1
        who.post(prove, {"second_factor": codes[1]}, status=204)
        assert (me(on, opened)["assurance"], me(on, opened)["roles"]) == (2, ["officer", "auditor"])
        renewed = renew(on, opened.json["refresh_token"])
        client(on, renewed).get(events)
        client(on, renew(on, other.json["refresh_token"])).get(events, status=403)
        alone = sign_in(on, idp, preferred_username=on.login(["officer", "auditor"], number=53))
        client(on, alone).post(prove, {}, status=422)
        assert me(on, alone)["roles"] == ["officer"]


def test_at_hash(town, idp):
    login = town.login("officer", number=49)
    half = b64(hashlib.sha256(b"at").digest()[:16])
    sign_in(town, idp, preferred_username=login, at_hash=half)
    for wrong in (half[:-1], "", b64(hashlib.sha256(b"at").digest()), 7, ["x"]):
        assert sign_in(town, idp, 401, preferred_username=login, at_hash=wrong).problem == "provider_refused"


def test_a_refused_sign_in_says_why_only_in_the_log(town, idp):
    answer = sign_in(town, idp, 401, preferred_username=town.login("officer", number=49), aud="somebody else")
    assert answer.problem == "provider_refused" and "aud" not in answer.body.decode()
    assert "aud is somebody else" in town.log()


def test_sessions_are_renewed_and_end_as_others(town, idp):
    opened = sign_in(town, idp, preferred_username=town.login("officer", number=50))
    renewed = town.anyone.post("/v1/sessions/renewal", {"refresh_token": opened.json["refresh_token"]}, status=200)
    who = town.client(Authorization="Bearer " + renewed.json["token"])
    who("DELETE", "/v1/sessions/current", status=204)
    who.get("/v1/me", status=401)


# --- roles and accounts by the provider ----------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def open_town(cluster, contract, idp):
    with new_town(cluster, contract, **idp.settings, oidc_roles_claim="realm_access.roles", oidc_new_accounts="HN-SXD",
                  oidc_roles="can-bo=officer; cn=lanh-dao,ou=sxd=head; quan-tri=admin", oidc_login_claim="email") as made:
        yield made


def roles(*names):
    return {"realm_access": {"roles": list(names)}}


def test_somebody_unknown_gets_an_account(open_town, idp):
    opened = sign_in(open_town, idp, email="an.nv@sxd.example", email_verified=True, name="Nguyễn Văn An", **roles("can-bo", "khác"))
    shown = me(open_town, opened)["account"]
    assert (shown["login"], shown["name"], shown["roles"], shown["department"]["code"]) == (
        "an.nv@sxd.example", "Nguyễn Văn An", ["officer"], "HN-SXD")
    assert [e[0] for e in events(open_town, "an.nv@sxd.example")] == ["account.made", "account.changed", "session.opened"]


def test_the_provider_gives_and_takes_roles(open_town, idp):
    who = {"email": "binh@sxd.example", "email_verified": True, "sub": "binh"}
    first = sign_in(open_town, idp, **who, **roles("can-bo"))
    both = sign_in(open_town, idp, **who, **roles("can-bo", "cn=lanh-dao,ou=sxd"))
    assert me(open_town, both)["roles"] == ["officer", "head"]
    sign_in(open_town, idp, **who, **roles("cn=lanh-dao,ou=sxd"))
    assert me(open_town, first)["roles"] == ["head"]           # in every session, at once
    for nothing in ({}, roles(), roles("khác"), {"realm_access": "can-bo"}, {"realm_access": None}):
        assert sign_in(open_town, idp, 403, **who, **nothing).problem == "no_role_given"
    assert sum(e[0] == "account.changed" and "roles" in e[1] for e in events(open_town, "binh@sxd.example")) == 2


def test_the_last_administrator_stays(open_town, idp):
    who = {"email": "chi@sxd.example", "email_verified": True, "sub": "chi"}
    sign_in(open_town, idp, **who, **roles("quan-tri"))
    open_town.sql("update account set active = false where login <> 'chi@sxd.example'")
    assert sign_in(open_town, idp, 409, **who, **roles("can-bo")).problem == "last_admin"
    open_town.sql("update account set active = true")


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "true"}, {}])
def test_an_address_that_nobody_has_verified_is_no_login(open_town, idp, claims):
    assert sign_in(open_town, idp, 403, email="dung@sxd.example", sub="dung", **claims, **roles("can-bo")).problem == "no_account"


@pytest.mark.parametrize("email", ["a", "có dấu@sxd.example", "x" * 65, "a b@c.d", "'; drop table account; --"])
def test_what_cannot_be_a_login(open_town, idp, email):
    assert sign_in(open_town, idp, 403, email=email, email_verified=True, sub="e" + email[:9], **roles("can-bo")).problem == "no_account"


# --- settings ----------------------------------------------------------------------------------------------------------------------------

def test_without_a_provider(cluster, contract):
    with new_town(cluster, contract) as plain:
        assert plain.anyone.post("/v1/sessions/oidc", status=409).problem == "no_identity_provider"
        assert plain.anyone.post("/v1/sessions/oidc/completion", {"flow": "tdf_x", "state": "x", "code": "x"},
                                 status=409).problem == "no_identity_provider"


@pytest.mark.parametrize("change", [
    {"oidc_issuer": "http://id.example.org"}, {"oidc_issuer": "id.example.org"}, {"oidc_client_id": ""}, {"oidc_redirect_url": "x"},
    {"oidc_client_secret_file": "/nonexistent"}, {"oidc_roles_claim": "groups"}, {"oidc_roles_claim": "groups", "oidc_roles": "a=king"},
    {"oidc_roles": "a=officer"}, {"oidc_new_accounts": "HN-SXD"}, {"oidc_scope": "profile"}, {"oidc_login_claim": ""}])
def test_settings_that_make_no_sense_are_refused(town, change):
    settings = {**town.settings, "database_url": town.cluster.url(town.database, "tiepdan_app"), "key_dir": town.cluster.keys, **change}
    got = subprocess.run([BINARY, "serve"] + ["--%s=%s" % pair for pair in settings.items()], capture_output=True, text=True, timeout=30)
    assert got.returncode != 0 and "oidc_" in got.stderr
