"""Citizens who sign in with a code that comes by e-mail, and their tickets: filed or added, followed, taken off; and the account's end."""
import re
import time

import pytest

from support.post import Post
from support.town import free_port, new_town, ticket, wait_until
from test_roles import UNKNOWN, routes


@pytest.fixture(scope="module")
def post():
    with Post(free_port()) as made:
        yield made


@pytest.fixture(scope="module")
def town(cluster, contract, post):
    settings = {"mail_url": "smtp://127.0.0.1:%d" % post.port, "mail_from": "Thành phố <no-reply@tiepdan.example>", "mail_tls": "none"}
    with new_town(cluster, contract, **settings) as made:
        made.post = post
        yield made


def ask(town, email, **more):
    return town.anyone.post("/v1/citizen/codes", {"email": email, **more}, status=202).json["request"]


def code_in(mail):
    return re.search(r"^(\d{4} \d{4})\s*$", mail.part("plain"), re.M)[1]


def letter(town, email, n=1):
    return code_in(town.post.wait(email, n)[n - 1])


def come_in(town, email, n=1):
    """Signs in with the n-th letter to this address; -> client, what was answered."""
    request = ask(town, email)
    opened = town.anyone.post("/v1/citizen/sessions", {"request": request, "code": letter(town, email, n)}).json
    return town.client(Authorization="Bearer " + opened["token"]), opened


def mine(who):
    return who.get("/v1/citizen/tickets").json["items"]


def wrong(code):
    return ("1" if code[0] != "1" else "2") + code[1:]


# --- coming in --------------------------------------------------------------------------------------------------------------------------

def test_from_the_letter_to_the_account(town):
    request = ask(town, "Lan.Nguyen@Example.org", language="en")
    mail = town.post.wait("Lan.Nguyen@example.org")[0]                       # at once, whatever the hour
    code = code_in(mail)
    assert mail.subject == "Your sign-in code: " + code and "http" not in mail.words
    opened = town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code.replace(" ", "-"), "client": "Điện thoại"})
    assert opened.header("location") == "/v1/citizen" and "account" not in opened.json
    who = town.client(Authorization="Bearer " + opened.json["token"])
    shown = who.get("/v1/citizen").json
    assert (shown["id"], shown["email"], shown["language"], shown["provider"], shown["tickets"], shown["means"], shown["assurance"]) == (
        opened.json["citizen"]["id"], "Lan.Nguyen@example.org", "en", None, 0, "code", 1)
    assert [s["client"] for s in who.get("/v1/sessions").json["items"]] == ["Điện thoại"]
    assert [e["type"] for e in who.get("/v1/citizen/events").json["items"]] == ["session.opened", "citizen.made"]
    again, opened = come_in(town, "lan.nguyen@example.org")                  # however it is typed
    assert opened["citizen"]["id"] == shown["id"] and again.get("/v1/citizen").json["sessions"] == 2


def test_what_does_not_open(town):
    request, other = ask(town, "mo@example.org"), ask(town, "khac@example.org")
    code, others = letter(town, "mo@example.org"), letter(town, "khac@example.org")
    tries = [(request, wrong(code)), (request, others), (other, code), (request, "1234"), (request, code + "0"),
             (request[:-2] + ("AA" if request[-2:] != "AA" else "BA"), code),
             ("tdc_AAAA", code), ("x", code), (request.replace("tdc_", "tdr_"), code)]
    answers = [town.anyone.post("/v1/citizen/sessions", {"request": r, "code": c}, status=401) for r, c in tries]
    assert {a.problem for a in answers} == {"bad_code"} and len({a.json["title"] for a in answers}) == 1
    town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code})
    assert town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code}, status=401).problem == "bad_code"   # once


def test_few_attempts(town):
    request = ask(town, "doan@example.org")
    code = letter(town, "doan@example.org")
    for _ in range(5):
        town.anyone.post("/v1/citizen/sessions", {"request": request, "code": wrong(code)}, status=401)
    assert town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code}, status=401).problem == "bad_code"


def test_a_code_ends(town):
    request = ask(town, "muon@example.org")
    code = letter(town, "muon@example.org")
    town.sql("update citizen_code set expires_at = now() - interval '1 s' where state = 'sent' and used_at is null")
    assert town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code}, status=401).problem == "bad_code"


def test_many_wrong_codes_from_one_place_wait(cluster, contract, post):
    with new_town(cluster, contract, mail_url="file:/nonexistent/x", mail_from="a@b.example", trusted_proxies="127.0.0.1/32") as town:
        here, there = town.client(X_Forwarded_For="192.0.2.7"), town.client(X_Forwarded_For="192.0.2.8")
        requests = [here.post("/v1/citizen/codes", {"email": "x%d@example.org" % n}, status=202).json["request"] for n in range(9)]
        answers = [here.post("/v1/citizen/sessions", {"request": requests[n // 3], "code": "00000000"}, status=None) for n in range(24)]
        assert [a.status for a in answers[:20]] == [401] * 20 and answers[-1].status == 429
        assert answers[-1].problem == "too_many_attempts" and int(answers[-1].header("retry-after")) >= 1
        there.post("/v1/citizen/sessions", {"request": requests[8], "code": "00000000"}, status=401)


def test_asking_tells_nothing(town):
    """Whether an address is known, or got letters lately: the same answer; and no more than three letters an hour."""
    come_in(town, "quen@example.org")
    known = [town.anyone.post("/v1/citizen/codes", {"email": "quen@example.org"}, status=202) for _ in range(5)]
    unknown = town.anyone.post("/v1/citizen/codes", {"email": "la@example.org"}, status=202)
    assert {tuple(sorted(a.json)) for a in known + [unknown]} == {("expires_at", "request")}
    assert len({len(a.body) for a in known + [unknown]}) == 1
    town.post.wait("la@example.org")
    town.post.wait("quen@example.org", 3)
    time.sleep(1.5)
    assert len(town.post.to("quen@example.org")) == 3
    last = known[-1].json["request"]                                         # without a letter no code is right
    for guess in ("00000000", code_in(town.post.to("quen@example.org")[-1])):
        town.anyone.post("/v1/citizen/sessions", {"request": last, "code": guess}, status=401)
    town.sql("update citizen_code set made_at = now() - interval '61 min'")
    ask(town, "QUEN@example.org")
    town.post.wait("QUEN@example.org")


def test_many_at_once_are_three_letters(town):
    import threading
    threads = [threading.Thread(target=lambda: town.client().post("/v1/citizen/codes", {"email": "cung@example.org"}, status=202)) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert town.sql("select state <> 'held', count(*) from citizen_code where email_index = (select email_index from citizen_code"
                    " order by made_at desc limit 1) group by 1 order by 1") == [["f", "9"], ["t", "3"]]


def test_without_mail(cluster, contract):
    with new_town(cluster, contract) as plain:
        assert plain.anyone.post("/v1/citizen/codes", {"email": "an@example.org"}, status=409).problem == "no_mail"


def test_letters_have_a_limit_for_each_place(cluster, contract):
    with new_town(cluster, contract, rate_code=3, workers=1, mail_url="file:/nonexistent/x", mail_from="a@b.example") as town:
        answers = [town.anyone.post("/v1/citizen/codes", {"email": "a%d@example.org" % n}, status=None) for n in range(6)]
        assert [a.status for a in answers[:3]] == [202] * 3 and answers[-1].status == 429
        assert answers[-1].json["violated-policies"] == ["code"]


def test_nor_does_one_party_have_many_places(cluster, contract):
    settings = {"rate_code": 3, "trusted_proxies": "127.0.0.1/32", "mail_url": "file:/nonexistent/x", "mail_from": "a@b.example"}

    def ask(town, place, n):
        return town.client(X_Forwarded_For=place).post("/v1/citizen/codes", {"email": "a%d@example.org" % n}, status=None)
    with new_town(cluster, contract, workers=1, **settings) as town:
        began = time.monotonic()
        answers = [ask(town, "2001:db8:1:%x::1" % (n // 2), n) for n in range(40)]
        passed = [a.status for a in answers].count(202)
        assert 12 <= passed <= 13 + (time.monotonic() - began) / 5
        assert answers[-1].status == 429 and answers[-1].json["violated-policies"] == ["code-site"]
        assert ask(town, "2001:db8:2::1", 99).status == 202
        assert [ask(town, "192.0.2.%d" % n, n).status for n in range(20)] == [202] * 20


def test_when_there_are_letters_again(cluster, contract, post):
    settings = {"mail_url": "smtp://127.0.0.1:%d" % post.port, "mail_from": "no-reply@tiepdan.example", "mail_tls": "none"}
    with new_town(cluster, contract, **settings) as town:
        town.post = post
        who, _ = come_in(town, "nhieu.thu@example.org")
        town.sql("update setting set value = 10 where name = 'citizen_letters_all'")
        town.sql("insert into citizen_code (id, citizen, purpose, template, language, epoch, email_index, made_at, expires_at, state)"
                 " select gen_random_uuid(), gen_random_uuid(), 'sign_in', 'citizen.code', 'vi', 1, sha256(n::text::bytea), now() - n * interval '1 min',"
                 " now(), 'sent' from generate_series(1, 10) n")
        refused = who.post("/v1/citizen/email", {"email": "moi.nua@example.org"}, status=429)
        # With the letter of who came in the ninth of those is the tenth.
        assert refused.problem == "too_many_letters" and 51 * 60 - 300 <= int(refused.header("retry-after")) <= 51 * 60


def test_many_accounts_file_no_more_than_a_stranger(cluster, contract, post):
    settings = {"mail_url": "smtp://127.0.0.1:%d" % post.port, "mail_from": "no-reply@tiepdan.example", "mail_tls": "none"}
    with new_town(cluster, contract, rate_filing=3, workers=1, **settings) as town:
        town.post = post
        people = [town.anyone] + [come_in(town, "nhieu%d@example.org" % n)[0] for n in range(3)]
        answers = [who.post("/v1/tickets", ticket(), status=None) for who in people * 2]
        assert [a.status for a in answers[:3]] == [201] * 3 and answers[-1].status == 429
        assert answers[-1].json["violated-policies"] == ["filing"]


@pytest.mark.parametrize("email", ["", "x", "a@b", "a@b.example\r\nBcc: x@y.example", "a b@c.example", "<a@b.example>", None, 5])
def test_addresses_that_are_none(town, email):
    assert town.anyone.post("/v1/citizen/codes", {"email": email}, status=None).status == 422


def test_nothing_tells_the_address(town):
    """Neither the log nor the database: it is sealed, and its code stands nowhere."""
    request = ask(town, "bi.mat.123@example.org")
    code = letter(town, "bi.mat.123@example.org")
    town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code})
    rows = str(town.sql("select * from citizen")) + str(town.sql("select * from citizen_code")) + str(town.sql("select * from citizen_event"))
    for text in (rows, town.log()):
        assert "bi.mat.123" not in text and "bi.mat.123".encode().hex() not in text
        assert code not in text and code.replace(" ", "") not in text


# --- sessions ---------------------------------------------------------------------------------------------------------------------------

def test_sessions_are_renewed_listed_and_ended(town):
    who, opened = come_in(town, "phien@example.org")
    other, _ = come_in(town, "phien@example.org", 2)
    renewed = town.anyone.post("/v1/sessions/renewal", {"refresh_token": opened["refresh_token"]}, status=200).json
    assert renewed["citizen"] == opened["citizen"]
    who = town.client(Authorization="Bearer " + renewed["token"])
    items = who.get("/v1/sessions").json["items"]
    assert len(items) == 2 and [s["current"] for s in items].count(True) == 1
    theirs = next(s["id"] for s in items if not s["current"])
    stranger, _ = come_in(town, "la.phien@example.org")
    stranger("DELETE", "/v1/sessions/" + theirs, status=404)
    who("DELETE", "/v1/sessions/" + theirs, status=204)
    other.get("/v1/citizen", status=401)
    third, _ = come_in(town, "phien@example.org", 3)
    third("DELETE", "/v1/sessions", status=204)
    who.get("/v1/citizen", status=401)
    third("DELETE", "/v1/sessions/current", status=204)
    third.get("/v1/citizen", status=401)
    stranger.get("/v1/citizen")


def test_a_refresh_token_that_comes_again_ends_the_session(town):
    who, opened = come_in(town, "trom@example.org")
    first = opened["refresh_token"]
    second = town.anyone.post("/v1/sessions/renewal", {"refresh_token": first}, status=200).json["refresh_token"]
    town.anyone.post("/v1/sessions/renewal", {"refresh_token": second}, status=200)
    assert town.anyone.post("/v1/sessions/renewal", {"refresh_token": first}, status=401).problem == "session_over"
    who.get("/v1/citizen", status=401)
    assert town.sql("select count(*) from citizen_event where type = 'session.reused'") == [["1"]]


def test_who_was_away_too_long(town):
    _, opened = come_in(town, "vang@example.org")
    town.tamper("update session set opened_at = now() - interval '8 days' where citizen = '%s'" % opened["citizen"]["id"])
    town.anyone.post("/v1/sessions/renewal", {"refresh_token": opened["refresh_token"]}, status=401)


# --- tickets ----------------------------------------------------------------------------------------------------------------------------

def test_what_is_filed_while_signed_in(town):
    who, _ = come_in(town, "gui@example.org")
    made = who.post("/v1/tickets", ticket(), {"Idempotency-Key": "khoa-ngan"}).json
    again = who.post("/v1/tickets", ticket(), {"Idempotency-Key": "khoa-ngan"})
    assert again.header("idempotent-replayed") == "true" and again.json["secret"] == made["secret"]
    item, = mine(who)
    assert (item["code"], item["state"], item["unread"], item["waiting"]) == (made["code"], "submitted", False, False)
    assert {d["kind"] for d in item["deadlines"]} >= {"accept"}
    opened = who.post("/v1/citizen/tickets/%s/secret" % item["id"], status=200).json
    assert opened == {"code": made["code"], "secret": made["secret"]}
    assert town.citizen(opened).get("/v1/tracking").json["title"] == ticket()["title"]
    assert "gui@" not in str(town.sql("select * from event where ticket = '%s'" % item["id"]))


def test_anonymous_and_denunciations(town):
    who, _ = come_in(town, "to.cao@example.org")
    who.post("/v1/tickets", ticket(anonymous=True))
    who.post("/v1/tickets", ticket(kind="denunciation", category="officials_conduct", anonymous=True))
    assert mine(who) == []
    made = who.post("/v1/tickets", ticket(kind="denunciation", category="officials_conduct")).json
    assert [i["code"] for i in mine(who)] == [made["code"]]
    who.post("/v1/citizen/tickets/%s/secret" % mine(who)[0]["id"], status=200)


def test_many_who_file_at_once(town):
    """Those who have signed in and others travel together; one whose session has ended is refused alone."""
    import threading
    people = [come_in(town, "lo%d@example.org" % n)[0] for n in range(4)]
    gone, _ = come_in(town, "het@example.org")
    gone("DELETE", "/v1/sessions/current", status=204)
    joined = gone.post("/v1/joins", {"ticket": town.file()["code"]}, status=401)
    assert joined.problem == "unauthorized", "as filings"
    statuses = []

    def file(who):
        one = town.client(**{k.replace("-", "_"): v for k, v in who.headers.items()})
        statuses.append(one.post("/v1/tickets", ticket(), status=None).status)
        one.close()
    before = town.count("ticket")
    threads = [threading.Thread(target=file, args=(who,)) for who in people * 5 + [gone, town.anyone] * 3]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(statuses) == [201] * 23 + [401] * 3 and town.count("ticket") == before + 23
    assert [len(mine(who)) for who in people] == [5] * 4


def test_who_joins_a_ticket(town):
    who, _ = come_in(town, "tham.gia@example.org")
    made = who.post("/v1/joins", {"ticket": town.file()["code"]}).json
    assert [(i["code"], i["state"]) for i in mine(who)] == [(made["code"], "merged")]


def test_a_ticket_that_was_filed_before(town):
    who, _ = come_in(town, "them@example.org")
    made = town.file(contact={"email": "them@example.org"})
    assert mine(who) == []                                                   # an address alone brings nothing
    body = {"code": made["code"].lower(), "secret": made["secret"]}
    for _ in range(2):
        assert who.post("/v1/citizen/tickets", body, status=200).json["code"] == made["code"]
    other = town.file()
    for bad in ({"code": other["code"], "secret": made["secret"]}, {"code": "HN-26-7K3M-9QXT", "secret": made["secret"]}, {"code": "x", "secret": "y"}):
        assert who.post("/v1/citizen/tickets", bad, status=404).problem == "not_found"
    item, = mine(who)
    who("DELETE", "/v1/citizen/tickets/" + item["id"], status=204)
    who("DELETE", "/v1/citizen/tickets/" + item["id"], status=404)
    who.post("/v1/citizen/tickets/%s/secret" % item["id"], status=404)
    assert mine(who) == []
    town.citizen(made).get("/v1/tracking")


def test_the_list_has_an_end(town):
    town.sql("update setting set value = 10 where name = 'citizen_tickets_most'")
    who, opened = come_in(town, "nhieu@example.org")
    for _ in range(10):
        who.post("/v1/tickets", ticket())
    made = town.file()
    refused = who.post("/v1/citizen/tickets", {"code": made["code"], "secret": made["secret"]}, status=409)
    assert refused.problem == "too_many_tickets"
    filed = who.post("/v1/tickets", ticket()).json                           # nobody is kept from filing
    pages, target = [], "/v1/citizen/tickets?limit=4"
    while target:
        page = who.get(target)
        pages += [i["code"] for i in page.json["items"]]
        target = page.json["next_cursor"] and "/v1/citizen/tickets?limit=4&cursor=" + page.json["next_cursor"]
    assert len(pages) == len(set(pages)) == 11 and pages[0] == filed["code"]
    town.sql("update setting set value = 1000 where name = 'citizen_tickets_most'")


def test_unread_and_waiting(town):
    who, _ = come_in(town, "cho@example.org")
    who.post("/v1/tickets", ticket())
    town_ticket = mine(who)[0]["id"]
    officer = town.person("officer")
    town.move(officer, town_ticket, "accept")
    assert mine(who)[0]["unread"] is True
    opened = who.post("/v1/citizen/tickets/%s/secret" % town_ticket, status=200).json
    assert mine(who)[0]["unread"] is False
    town.citizen(opened).post("/v1/tracking/messages", {"text": "Xin bổ sung một ảnh."})
    assert mine(who)[0]["unread"] is False                                   # one's own words are read
    town.move(officer, town_ticket, "ask", {"text": "Xin cho biết số nhà và tên ngõ."})
    assert (mine(who)[0]["unread"], mine(who)[0]["waiting"]) == (True, True)


def test_other_peoples_tickets(town):
    who, _ = come_in(town, "cua.toi@example.org")
    stranger, _ = come_in(town, "ke.la@example.org")
    who.post("/v1/tickets", ticket())
    item, = mine(who)
    assert mine(stranger) == []
    for method, path in (("POST", "/v1/citizen/tickets/%s/secret"), ("DELETE", "/v1/citizen/tickets/%s")):
        theirs, none = (stranger(method, path % i, {} if method == "POST" else None, status=404) for i in (item["id"], UNKNOWN))
        assert theirs.problem == none.problem and theirs.json["title"] == none.json["title"]
    page = who.get("/v1/citizen/tickets?limit=1")
    who.post("/v1/tickets", ticket())
    cursor = who.get("/v1/citizen/tickets?limit=1").json["next_cursor"]
    assert stranger.get("/v1/citizen/tickets?limit=1&cursor=" + cursor, status=400).problem == "bad_cursor"
    assert len(page.json["items"]) == 1


# --- the account ------------------------------------------------------------------------------------------------------------------------

def test_another_address(town):
    who, opened = come_in(town, "cu@example.org")
    beside, _ = come_in(town, "cu@example.org", 2)
    request = who.post("/v1/citizen/email", {"email": "moi@example.org"}, status=202).json["request"]
    code = letter(town, "moi@example.org")
    assert town.anyone.post("/v1/citizen/sessions", {"request": request, "code": code}, status=401).problem == "bad_code"   # not for coming in
    stranger, _ = come_in(town, "ngoai@example.org")
    stranger("PUT", "/v1/citizen/email", {"request": request, "code": code}, status=401)
    who("PUT", "/v1/citizen/email", {"request": request, "code": wrong(code)}, status=401)
    who("PUT", "/v1/citizen/email", {"request": request, "code": code}, status=204)
    who("PUT", "/v1/citizen/email", {"request": request, "code": code}, status=401)
    assert who.get("/v1/citizen").json["email"] == "moi@example.org"
    beside.get("/v1/citizen", status=401)
    assert come_in(town, "moi@example.org", 2)[1]["citizen"]["id"] == opened["citizen"]["id"]
    told = " ".join(town.post.wait("cu@example.org", 3)[2].part("plain").split())
    assert "chuyển sang một địa chỉ khác" in told and "moi@" not in told
    assert come_in(town, "cu@example.org", 4)[1]["citizen"]["id"] != opened["citizen"]["id"]
    assert "email.changed" in [e["type"] for e in who.get("/v1/citizen/events").json["items"]]


def test_the_address_of_somebody_else(town):
    who, _ = come_in(town, "mot@example.org")
    come_in(town, "hai@example.org")
    request = who.post("/v1/citizen/email", {"email": "hai@example.org"}, status=202).json["request"]
    code = letter(town, "hai@example.org", 2)
    assert who("PUT", "/v1/citizen/email", {"request": request, "code": code}, status=409).problem == "email_taken"


def test_a_stolen_token_changes_no_address(town):
    who, opened = come_in(town, "bi.trom@example.org")
    town.tamper("update session set opened_at = now() - interval '16 min' where citizen = '%s'" % opened["citizen"]["id"])
    assert who.post("/v1/citizen/email", {"email": "trom2@example.org"}, status=409).problem == "sign_in_anew"
    assert who("DELETE", "/v1/citizen", status=409).problem == "sign_in_anew"


def test_a_stolen_token_tells_no_secret(town):
    who, opened = come_in(town, "bi.mat@example.org")
    who.post("/v1/tickets", ticket())
    secret = "/v1/citizen/tickets/%s/secret" % mine(who)[0]["id"]
    who.post(secret, status=200)
    town.sql("update session set opened_at = now() - interval '16 min' where citizen = '%s'" % opened["citizen"]["id"])
    assert who.post(secret, status=409).problem == "sign_in_anew"
    assert who.post("/v1/citizen/tickets/%s/secret" % UNKNOWN, status=409).problem == "sign_in_anew"
    come_in(town, "bi.mat@example.org", 2)[0].post(secret, status=200)


def test_the_end_of_an_account(town):
    who, opened = come_in(town, "xoa@example.org")
    made = who.post("/v1/tickets", ticket()).json
    who("DELETE", "/v1/citizen", status=204)
    who.get("/v1/citizen", status=401)
    town.anyone.post("/v1/sessions/renewal", {"refresh_token": opened["refresh_token"]}, status=401)
    citizen = opened["citizen"]["id"]
    for table, column in (("citizen", "id"), ("citizen_ticket", "citizen"), ("session", "citizen")):
        assert town.sql("select count(*) from %s where %s = '%s'" % (table, column, citizen)) == [["0"]]
    assert town.sql("select count(*) from citizen_code where box is not null and citizen = '%s'" % citizen) == [["0"]]
    assert town.sql("select type, data from citizen_event where citizen = '%s' order by at desc" % citizen) == [["citizen.erased", ""], ["citizen.made", ""]]
    town.citizen(made).get("/v1/tracking")
    again, new = come_in(town, "xoa@example.org", 2)
    assert new["citizen"]["id"] != citizen and mine(again) == []


def test_who_looks_for_personal_data_finds_it(town):
    come_in(town, "tim@example.org")
    officer = town.person("data_officer")
    found = [officer.post("/v1/personal-data/search", {"email": e, "purpose": "Yêu cầu của công dân"}, status=200).json
             for e in ("TIM@example.org", "khong-co@example.org")]
    assert [(f["account"], f["items"]) for f in found] == [(True, []), (False, [])]


# --- who may what -----------------------------------------------------------------------------------------------------------------------

def test_a_citizen_opens_their_own_routes_and_no_other(town):
    who, _ = come_in(town, "ma.tran@example.org")
    for method, path, allowed in routes():
        if path in ("/v1/sessions/current", "/v1/citizen") and method == "DELETE":
            continue
        target = re.sub(r"\{\w+:uuid\}", UNKNOWN, path).replace("{name}", "not-found").replace("{code}", "office").replace("{kind}", "answer").replace("{version:int}", "1")
        answer = who(method, target, {} if method in ("POST", "PUT") else None, {"If-Match": '"1"'})
        if allowed & {"ROLE_PUBLIC", "ROLE_CITIZEN"}:
            assert answer.status not in (401, 403), (method, path, answer)
        else:
            assert answer.status == 403 and answer.problem == "forbidden", (method, path, answer)


def test_no_channel_of_clerks(town):
    who, _ = come_in(town, "quay@example.org")
    who.post("/v1/tickets", ticket(channel="counter"), status=403)


def test_what_is_not_needed_any_more_is_forgotten(town):
    town.sql("update citizen_code set expires_at = now() - interval '2 hours'")
    town.sql("select forget_sessions(now() - interval '30 days', 1000)")
    assert town.count("citizen_code") == 0


def test_addresses_follow_a_new_master_key(town):
    """What tests of personal data do with contacts: here the functions alone."""
    who, opened = come_in(town, "khoa.moi@example.org")
    rows = town.sql("begin; create or replace function servers_behind(p_epoch bigint) returns table (pid int, name text) language sql begin atomic;"
                    " select 1, '' where false; end; select owner from reseal_next(99, 100000) where factor and owner = '%s'; rollback"
                    % opened["citizen"]["id"])
    assert rows == [[opened["citizen"]["id"]]]
    assert who.get("/v1/citizen").json["email"] == "khoa.moi@example.org"
    wait_until(lambda: town.sql("select count(*) from citizen_code where state = 'sending'") == [["0"]], 10, "no letter hangs")
