"""Passwords, second factors, recovery codes; sessions that are renewed, listed and ended."""
import base64
import hashlib
import hmac
import math
import struct
import time

import pytest

from support.town import new_town, wait_until

PASSWORD, OTHER = "Mùa thu Hà Nội 1946", "Năm cửa ô đón mừng"


def totp(secret, step=None):
    """An authenticator of its own (RFC 6238)."""
    step = int(time.time()) // 30 if step is None else step
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[19] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000)


def sign_in(town, login, status=201, **shown):
    return town.anyone.post("/v1/sessions", {"login": login, **shown}, status=status)


def bearer(town, opened):
    return town.client(Authorization="Bearer " + opened.json["token"])


def with_password(town, number, role="officer"):
    """Somebody who has set a password; returns the login and the client that did."""
    login = town.login(role, number=number)
    who = town.sign_in(login)
    who("PUT", "/v1/me/password", {"password": PASSWORD}, status=204)
    return login, who


def with_factor(town, number, role="officer"):
    login, who = with_password(town, number, role)
    secret = who.post("/v1/me/second-factor", None).json["secret"]
    codes = who.post("/v1/me/second-factor/confirmation", {"code": totp(secret)}, status=200).json["recovery_codes"]
    return login, who, secret, codes


def next_code(secret):
    """Each step counts once: the one to come, which is after the last that was used and counts for a minute more."""
    return totp(secret, int(time.time()) // 30 + 1)


# --- passwords ------------------------------------------------------------------------------------------------------------------------

def test_a_password_opens_a_session(town):
    login, _ = with_password(town, 20)
    opened = sign_in(town, login.upper(), password=PASSWORD, client="Trình duyệt thử nghiệm")
    me = bearer(town, opened).get("/v1/me").json
    assert (me["means"], me["assurance"], me["roles"], me["password"]) == ("password", 1, ["officer"], True)
    assert opened.json["account"] == me["account"]


def test_a_password_is_the_same_however_its_letters_were_typed(town):
    """An iPhone sends one form of "ễ", an old keyboard the other."""
    import unicodedata
    login, _ = with_password(town, 21)
    for form in ("NFC", "NFD"):
        sign_in(town, login, password=unicodedata.normalize(form, PASSWORD))


def test_wrong_and_unknown_answer_alike(town):
    login, _ = with_password(town, 22)
    without = town.login("officer", number=23)
    answers = [sign_in(town, name, 401, password=OTHER) for name in (login, without, "nobody.at.all")]
    bodies = [{k: v for k, v in a.json.items() if k != "instance"} for a in answers]
    assert bodies[0] == bodies[1] == bodies[2] and answers[0].problem == "bad_credentials"
    assert len({tuple(sorted(n for n, _ in a.headers)) for a in answers}) == 1


def test_nothing_readable_is_stored(town):
    login, who, secret, codes = with_factor(town, 24)
    kept = str(town.sql("select * from password; select * from second_factor; select * from recovery_code"))
    assert "$argon2id$" in kept and PASSWORD not in kept
    for text in [secret, base64.b32decode(secret).hex()] + codes:
        assert text not in kept and text.replace("-", "") not in kept
    log = town.log()
    assert PASSWORD not in log and secret not in log and not any(c in log for c in codes)


@pytest.mark.parametrize("password", ["ngắn quá", "aaaaaaaaaaaaaaaa", "abababababababab", "x officer.hn-sxd.25 y"])
def test_weak_passwords_are_refused(town, password):
    who = town.sign_in(town.login("officer", number=25))
    answer = who("PUT", "/v1/me/password", {"password": password}, status=422)
    assert answer.problem == "weak_password"


def test_changing_it_needs_the_present_one(town):
    login, _ = with_password(town, 26)
    who, other = (bearer(town, sign_in(town, login, password=PASSWORD)) for _ in range(2))
    assert who("PUT", "/v1/me/password", {"password": OTHER}, status=422).pointers == {"/current": "required"}
    wrong = who("PUT", "/v1/me/password", {"current": OTHER, "password": OTHER}, status=422)
    assert wrong.problem == "wrong_password" and wrong.pointers == {"/current": "wrong-password"}
    other.get("/v1/me")
    who("PUT", "/v1/me/password", {"current": PASSWORD, "password": OTHER}, status=204)
    other.get("/v1/me", status=401)          # whoever else had come in is out
    who.get("/v1/me")
    sign_in(town, login, 401, password=PASSWORD)
    sign_in(town, login, password=OTHER)


def test_the_old_code_is_worth_nothing_once_there_is_a_password(town):
    login, who = with_password(town, 27)
    code = town.code(login)
    who("PUT", "/v1/me/password", {"current": PASSWORD, "password": OTHER}, status=204)
    sign_in(town, login, 401, code=code)


def test_a_first_password_needs_a_fresh_code(town):
    login = town.login("officer", number=28)
    who = town.sign_in(login)
    town.sql("update session set opened_at = now() - interval '16 min' where account = (select id from account where login = '%s')" % login)
    assert who("PUT", "/v1/me/password", {"password": PASSWORD}, status=409).problem == "one_time_code_first"


@pytest.mark.parametrize("shown", [{}, {"password": PASSWORD, "code": "7K3M-9QXT-VVDD-A0B1"}])
def test_one_of_both_is_shown(town, shown):
    assert sign_in(town, "officer", 422, **shown).pointers.keys() == {"/password"}


def test_a_hash_of_weaker_times_is_made_anew(town):
    login, _ = with_password(town, 29)
    query = "select hash from password where account = (select id from account where login = '%s')" % login
    before = town.sql(query)[0][0]
    with new_town(town.cluster, town.contract, database=town.database, password_memory_mib=16) as second:
        sign_in(second, login, 401, password=OTHER)
        assert town.sql(query)[0][0] == before
        sign_in(second, login, password=PASSWORD)
    after = town.sql(query)[0][0]
    assert "m=65536," in before and "m=16384," in after
    sign_in(town, login, password=PASSWORD)


# --- the brake --------------------------------------------------------------------------------------------------------------------------

def attempts(town, login, n, **shown):
    return [sign_in(town, login, None, password="sai mật khẩu %d" % i, **shown) for i in range(n)]


def braked(town, login, **shown):
    """Attempts up to the first that has to wait. Each one that is long enough behind the one before passes, and doubles the wait."""
    answers = []
    while not answers or answers[-1].status == 401 and len(answers) < 16:
        answers += attempts(town, login, 1, **shown)
    assert answers[-1].status == 429, "the wait was outlived ten times"
    return answers


def test_attempts_wait_longer_and_longer(town):
    login, _ = with_password(town, 30)
    answers = braked(town, login)
    assert len(answers) > 6 and answers[-1].problem == "too_many_attempts"
    assert 1 <= int(answers[-1].header("Retry-After")) <= 2 ** (len(answers) - 7), "a second after the sixth, two after the seventh"
    town.sql("update sign_in_brake set failures = 100 where failures > 5")
    late = sign_in(town, login, 429, password=PASSWORD)
    assert 800 < int(late.header("Retry-After")) <= 900       # a quarter of an hour, and never for ever
    town.sql("update sign_in_brake set last_at = last_at - interval '16 min'")
    sign_in(town, login, password=PASSWORD)
    assert [a.status for a in attempts(town, login, 5)] == [401] * 5        # the right one has released it
    town.sql("delete from sign_in_brake")


def test_an_unknown_login_waits_alike(town):
    assert len(braked(town, "nobody.of.that.name")) > 6
    town.sql("delete from sign_in_brake")


def test_strangers_do_not_lock_out_a_known_device_nor_a_code(town):
    login, _ = with_password(town, 31)
    device = sign_in(town, login, password=PASSWORD).json["device"]
    attempts(town, login, 8)
    town.sql("update sign_in_brake set failures = 1000, last_at = clock_timestamp()")
    sign_in(town, login, 429, password=PASSWORD)
    sign_in(town, login, 429, password=PASSWORD, device="tdd_" + "A" * 64)
    other = with_password(town, 32)[0]
    attempts(town, other, 1)
    town.sql("update sign_in_brake set failures = 1000, last_at = clock_timestamp()")
    sign_in(town, other, 429, password=PASSWORD, device=device)             # that of somebody else
    sign_in(town, login, password=PASSWORD, device=device)
    sign_in(town, login, code=town.code(login))
    braked(town, login, device=device)                                      # a stolen device has its own brake
    town.sql("delete from sign_in_brake")


def test_many_at_once_count_as_many(town):
    from concurrent.futures import ThreadPoolExecutor
    login, _ = with_password(town, 33)
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda i: town.client().post("/v1/sessions", {"login": login, "password": "sai %d lần" % i}, status=None).status,
                                 range(32)))
    # Six at once, and one more after a second, two, four.
    most = 7 + int(math.log2(1 + time.monotonic() - began))
    assert statuses.count(401) <= most and statuses.count(401) + statuses.count(429) == 32, statuses
    town.sql("delete from sign_in_brake")


def test_too_many_that_wait_are_told_so(cluster, contract):
    from concurrent.futures import ThreadPoolExecutor
    with new_town(cluster, contract, workers=1, password_queue=1, password_memory_mib=256) as town:
        with ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(lambda i: town.client().post("/v1/sessions", {"login": "nobody.%d" % i, "password": PASSWORD}, status=None).status,
                                     range(12)))
        assert set(statuses) == {401, 503}, statuses
        sign_in(town, "nobody.at.all", 401, password=PASSWORD)


# --- the second factor ---------------------------------------------------------------------------------------------------------------------

def test_a_second_factor_is_asked_for(town):
    login, who, secret, _ = with_factor(town, 34)
    me = who.get("/v1/me").json
    assert (me["assurance"], me["second_factor"], me["recovery_codes"]) == (2, True, 10)
    assert sign_in(town, login, 401, password=PASSWORD).problem == "second_factor_required"
    assert sign_in(town, login, 401, code=town.code(login)).problem == "second_factor_required"
    assert sign_in(town, login, 401, code="7K3M-9QXT-VVDD-A0B1").problem == "bad_credentials"       # nothing is told before something is shown
    assert sign_in(town, login, 401, password=OTHER, second_factor=next_code(secret)).problem == "bad_credentials"
    assert sign_in(town, login, 401, password=PASSWORD, second_factor="000000" if next_code(secret) != "000000" else "000001").problem == "bad_second_factor"
    code = next_code(secret)
    opened = sign_in(town, login, password=PASSWORD, second_factor=code)
    assert bearer(town, opened).get("/v1/me").json["assurance"] == 2
    assert sign_in(town, login, 401, password=PASSWORD, second_factor=code).status == 401       # each code counts once


def test_of_two_with_the_same_code_one_comes_in(town):
    from concurrent.futures import ThreadPoolExecutor
    login, _, secret, codes = with_factor(town, 35)
    device = sign_in(town, login, password=PASSWORD, second_factor=codes[0]).json["device"]
    for shown in (next_code(secret), codes[1]):
        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(lambda _: town.client().post(
                "/v1/sessions", {"login": login, "password": PASSWORD, "second_factor": shown, "device": device}, status=None).status, range(4)))
        assert statuses == [201, 401, 401, 401], shown
        town.sql("delete from sign_in_brake")


def test_recovery_codes_count_once(town):
    login, _, _, codes = with_factor(town, 36)
    who = bearer(town, sign_in(town, login, password=PASSWORD, second_factor=codes[0].lower().replace("-", " ")))
    sign_in(town, login, 401, password=PASSWORD, second_factor=codes[0])
    assert who.get("/v1/me").json["recovery_codes"] == 9
    fresh = who.post("/v1/me/recovery-codes", {"code": codes[1]}).json["recovery_codes"]
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    sign_in(town, login, 401, password=PASSWORD, second_factor=codes[2])
    sign_in(town, login, password=PASSWORD, second_factor=fresh[3])


def test_a_factor_counts_only_once_it_is_confirmed(town):
    login, who = with_password(town, 37)
    assert who.post("/v1/me/second-factor/confirmation", {"code": "123456"}, status=409).problem == "no_second_factor_waits"
    first = who.post("/v1/me/second-factor", None).json
    assert first["uri"].startswith("otpauth://totp/") and "secret=" + first["secret"] in first["uri"]
    sign_in(town, login, password=PASSWORD)
    second = who.post("/v1/me/second-factor", None).json["secret"]
    wrong = totp(first["secret"])
    assert who.post("/v1/me/second-factor/confirmation", {"code": wrong}, status=401).problem == "bad_second_factor"
    who.post("/v1/me/second-factor/confirmation", {"code": next_code(second)}, status=200)
    assert who.post("/v1/me/second-factor", None, status=409).problem == "second_factor_on"


def test_a_stolen_token_makes_no_second_factor(town):
    login, _ = with_password(town, 41)
    who = bearer(town, sign_in(town, login, password=PASSWORD))
    assert who.post("/v1/me/second-factor", None, status=422).pointers == {"/password": "required"}
    wrong = who.post("/v1/me/second-factor", {"password": OTHER}, status=422)
    assert wrong.problem == "wrong_password" and wrong.pointers == {"/password": "wrong-password"}
    secret = who.post("/v1/me/second-factor", {"password": PASSWORD}).json["secret"]
    who.post("/v1/me/second-factor/confirmation", {"code": next_code(secret)}, status=200)


def test_strangers_do_not_hinder_own_changes(town):
    login, who = with_password(town, 42)
    for _ in range(8):
        sign_in(town, who.get("/v1/me").json["account"]["id"], None, password=OTHER)
    who("PUT", "/v1/me/password", {"current": PASSWORD, "password": OTHER}, status=204)
    town.sql("delete from sign_in_brake")


def test_removing_it_needs_it(town):
    login, who, secret, codes = with_factor(town, 38)
    assert who.post("/v1/me/second-factor/removal", {"code": "7K3M-9QXT-VVDD-A0B1"}, status=401).problem == "bad_credentials"
    who.post("/v1/me/second-factor/removal", {"code": codes[0]}, status=204)
    sign_in(town, login, password=PASSWORD)
    assert who.get("/v1/me").json["assurance"] == 1
    assert who.post("/v1/me/second-factor/removal", {"code": codes[1]}, status=409).problem == "no_second_factor"


def test_roles_that_need_two_factors(cluster, contract):
    with new_town(cluster, contract, second_factor_roles="admin, auditor") as town:
        login = town.login(["officer", "auditor"], number=40)
        who = town.sign_in(login)
        assert who.get("/v1/me").json["roles"] == ["officer"] and who.get("/v1/me").json["account"]["roles"] == ["officer", "auditor"]
        who.get("/v1/tickets")
        assert who.get("/v1/configuration", status=403).problem == "forbidden"
        town.cluster.run(town.database, "user", "add", login, "--name=Người Ví Dụ", "--department=HN-SXD", "--role=officer,auditor,admin")
        who = town.sign_in(login)
        assert who.get("/v1/me").json["roles"] == ["officer"]        # nor one that came later
        secret = who.post("/v1/me/second-factor", None).json["secret"]
        who.post("/v1/me/second-factor/confirmation", {"code": totp(secret)}, status=200)
        assert who.get("/v1/me").json["roles"] == ["officer", "auditor", "admin"]
        admin = town.login("admin", number=41)
        nothing = town.sign_in(admin)
        assert nothing.get("/v1/me").json["roles"] == []
        nothing.get("/v1/accounts", status=403)


# --- sessions -------------------------------------------------------------------------------------------------------------------------------

def renew(town, token, status=200):
    return town.anyone.post("/v1/sessions/renewal", {"refresh_token": token}, status=status)


def test_renewing(town):
    login = town.login("officer", number=50)
    opened = sign_in(town, login, code=town.code(login))
    first = renew(town, opened.json["refresh_token"])
    assert first.json["refresh_token"] != opened.json["refresh_token"]
    assert first.json["session_expires_at"] == opened.json["session_expires_at"]       # it does not live longer for that
    bearer(town, first).get("/v1/me")
    bearer(town, opened).get("/v1/me")                                                  # a token of before is one until it ends
    assert renew(town, opened.json["refresh_token"]).json["refresh_token"] == first.json["refresh_token"]      # the answer was lost
    renew(town, first.json["refresh_token"])


def test_a_stolen_refresh_token_ends_the_session(town):
    login = town.login("officer", number=51)
    opened = sign_in(town, login, code=town.code(login))
    second = renew(town, opened.json["refresh_token"]).json["refresh_token"]
    third = renew(town, second).json["refresh_token"]
    assert renew(town, opened.json["refresh_token"], 401).problem == "session_over"
    renew(town, third, 401)
    bearer(town, opened).get("/v1/me", status=401)
    assert '"session.reused"' in town.log()
    who = town.sign_in(login)
    assert "session.reused" in [e["type"] for e in who.get("/v1/me/events").json["items"]]


def test_half_a_minute_later_it_is_no_lost_answer(town):
    login = town.login("officer", number=52)
    opened = sign_in(town, login, code=town.code(login))
    renew(town, opened.json["refresh_token"])
    town.sql("update session set renewed_at = renewed_at - interval '31 s' where account = (select id from account where login = '%s')" % login)
    renew(town, opened.json["refresh_token"], 401)


@pytest.mark.parametrize("token", ["tdr_", "tdr_AAAA", "x", "tdr_" + "A" * 75, "tdr_" + "A" * 150])
def test_no_refresh_token_of_ours(town, token):
    assert renew(town, token, 401).problem == "session_over"


def test_one_purpose_does_not_open_another(town):
    login, _ = with_password(town, 53)
    opened = sign_in(town, login, password=PASSWORD).json
    for token in (opened["refresh_token"], opened["device"], "tdk_" + opened["refresh_token"][4:], "tdk_" + "A" * 102):
        town.client(Authorization="Bearer " + token).get("/v1/me", status=401)
    for token in (opened["token"], opened["device"], "tdr_" + opened["device"][4:]):
        town.anyone.post("/v1/sessions/renewal", {"refresh_token": token[:200]}, status=401)


def test_an_idle_session_has_ended(town):
    login = town.login("officer", number=54)
    opened = sign_in(town, login, code=town.code(login))
    town.sql("update session set opened_at = opened_at - interval '3 h' where account = (select id from account where login = '%s')" % login)
    renew(town, opened.json["refresh_token"], 401)


def test_my_sessions(town):
    login, _ = with_password(town, 55)
    one, two, three = (bearer(town, sign_in(town, login, password=PASSWORD, client="Máy %d" % i)) for i in range(3))
    listed = one.get("/v1/sessions").json["items"]
    assert [s["client"] for s in listed] == ["Máy 2", "Máy 1", "Máy 0", None]
    assert [s["current"] for s in listed] == [False, False, True, False]
    stranger = town.person("officer", number=56)
    stranger("DELETE", "/v1/sessions/" + listed[1]["id"], status=404)
    one("DELETE", "/v1/sessions/" + listed[1]["id"], status=204)
    two.get("/v1/me", status=401)
    one("DELETE", "/v1/sessions", status=204)
    three.get("/v1/me", status=401)
    assert len(one.get("/v1/sessions").json["items"]) == 1
    one("DELETE", "/v1/sessions/current", status=204)
    one.get("/v1/me", status=401)


def test_a_token_ends_before_its_session(cluster, contract):
    with new_town(cluster, contract, token_minutes=1, session_minutes=3) as town:
        login = town.login("officer")
        opened = sign_in(town, login, code=town.code(login)).json
        assert opened["expires_at"] < opened["session_expires_at"]


def test_events_of_my_account(town):
    login, who, _, codes = with_factor(town, 57)
    sign_in(town, login, password=PASSWORD, second_factor=codes[0])
    page = who.get("/v1/me/events?limit=4").json
    types = [e["type"] for e in page["items"]]
    rest = who.get("/v1/me/events?cursor=" + page["next_cursor"]).json["items"]
    assert types + [e["type"] for e in rest] == ["session.opened", "recovery_code.used", "second_factor.on", "recovery_codes.made",
                                                 "password.set", "session.opened"]
    wait_until(lambda: "sign_ins_total" in town.ops("/metrics")[2], 5, "metrics")
