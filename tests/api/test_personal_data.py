"""Personal data and those whom it is about: seeing, erasing, finding, and a new master key."""
from urllib.parse import quote

from support.town import Cluster, HUB, new_town, wait_until

CONTACT = {"name": "Nguyễn Thị Ví Dụ", "phone": "0912 345 678", "email": "vi.du@example.org", "address": "12 phố Ví Dụ"}


def kept(town, ticket_id):
    return town.sql("select epoch, encode(wrapped, 'hex'), encode(box, 'hex'), encode(phone_index, 'hex'), encode(email_index, 'hex'),"
                    " erased_at is not null from contact where ticket = '%s'" % ticket_id)[0]


def data_officer(town):
    return town.person("data_officer", HUB)


def test_the_citizen_sees_what_is_held_and_who_read_it(town):
    ticket_id, filed = town.filed(contact=CONTACT)
    citizen = town.citizen(filed)
    assert citizen.get("/v1/tracking/personal-data").json == {
        "contact": {"name": CONTACT["name"], "phone": "+84912345678", "email": CONTACT["email"], "address": CONTACT["address"]},
        "erased_at": None, "reads": []}
    town.coordinator.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí")))
    reads = citizen.get("/v1/tracking/personal-data").json["reads"]
    assert [(r["type"], r["department"]["code"], r["purpose"]) for r in reads] == [("contact.read", HUB, "Hỏi rõ vị trí")]
    assert "Người coordinator" not in str(reads)


def test_nothing_is_held_of_whom_gave_nothing(town):
    _, filed = town.filed()
    assert town.citizen(filed).get("/v1/tracking/personal-data").json == {"contact": None, "erased_at": None, "reads": []}
    town.citizen(filed)("DELETE", "/v1/tracking/contact", status=404)


def test_the_citizen_takes_it_away(town):
    ticket_id, filed = town.filed(contact=CONTACT)
    citizen = town.citizen(filed)
    citizen("DELETE", "/v1/tracking/contact", status=204)
    assert kept(town, ticket_id)[1:] == ["", "", "", "", "t"]
    held = citizen.get("/v1/tracking/personal-data").json
    assert held["contact"] is None and held["erased_at"]
    gone = town.coordinator.get("/v1/tickets/%s/contact?purpose=%s" % (ticket_id, quote("Hỏi rõ vị trí")), status=404)
    assert (gone.problem, gone.json["erased_at"]) == ("contact_erased", held["erased_at"])
    citizen("DELETE", "/v1/tracking/contact", status=404)
    assert citizen.get("/v1/tracking").json["state"] == "submitted" or citizen.get("/v1/tracking").json["code"] == filed["code"]
    assert "contact.erased" in [e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]]


def test_another_secret_takes_nothing(town):
    ticket_id, filed = town.filed(contact=CONTACT)
    _, other = town.filed(contact=CONTACT)
    mixed = town.client(Authorization="Ticket %s:%s" % (filed["code"], other["secret"]))
    mixed("DELETE", "/v1/tracking/contact", status=404)
    mixed.get("/v1/tracking/personal-data", status=404)
    assert kept(town, ticket_id)[5] == "f"


def test_who_complains_is_known_while_it_is_open(town):
    ticket_id, filed = town.filed(kind="complaint", contact=CONTACT)
    citizen = town.citizen(filed)
    assert citizen("DELETE", "/v1/tracking/contact", status=409).problem == "contact_needed"
    town.tamper("update ticket set state = 'closed' where id = '%s'" % ticket_id)
    citizen("DELETE", "/v1/tracking/contact", status=204)


def test_the_data_officer_finds_and_erases(town):
    mine = {"phone": "0987 000 111", "email": "tim.kiem@example.org"}
    (first, filed), (second, _) = town.filed(contact=mine), town.filed(contact={"email": "tim.kiem@EXAMPLE.org"})
    town.filed(contact={"email": "nguoi.khac@example.org"})
    officer = data_officer(town)
    found = officer.post("/v1/personal-data/search", {"email": mine["email"], "purpose": "Yêu cầu số 1"}, status=200).json
    assert [i["ticket"] for i in found["items"]] == [second, first] and found["more"] is False
    by_phone = officer.post("/v1/personal-data/search", {"phone": "+84987000111", "purpose": "Yêu cầu số 2"}, status=200).json["items"]
    assert [i["ticket"] for i in by_phone] == [first]
    reads = town.citizen(filed).get("/v1/tracking/personal-data").json["reads"]
    assert [(r["type"], r["purpose"]) for r in reads] == [("contact.searched", "Yêu cầu số 2"), ("contact.searched", "Yêu cầu số 1")]
    officer.post("/v1/tickets/%s/contact/erasure" % first, {"reason": "Yêu cầu xóa số 1"}, status=204)
    officer.post("/v1/tickets/%s/contact/erasure" % first, {"reason": "Yêu cầu xóa số 1"}, status=404)
    left = officer.post("/v1/personal-data/search", {**mine, "purpose": "Yêu cầu số 3"}, status=200).json["items"]
    assert [i["ticket"] for i in left] == [second]
    officer.post("/v1/personal-data/search", {"email": "khong.ai@example.org", "purpose": "Yêu cầu số 9"}, status=200)
    event = officer.get("/v1/me/events").json["items"][0]
    assert (event["type"], event["data"].pop("event") is not None) == ("personal_data.searched", True)
    assert event["data"] == {"purpose": "Yêu cầu số 9", "found": 0, "requests": []}
    assert officer.post("/v1/personal-data/search", {"purpose": "Không nêu ai"}, status=422).pointers == {
        "/phone": "one_required", "/email": "one_required"}


def test_who_is_denounced_finds_nothing_and_destroys_nothing(town):
    mine = {"name": "Người Tố Cáo", "phone": "0987 000 222"}
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct", contact=mine)
    officer = town.sign_in(town.login("data_officer", HUB, 5))
    search = {"phone": mine["phone"], "purpose": "Yêu cầu số 4"}
    assert [i["ticket"] for i in officer.post("/v1/personal-data/search", search, status=200).json["items"]] == [ticket_id]
    assert officer.post("/v1/tickets/%s/contact/erasure" % ticket_id, {"reason": "Yêu cầu xóa số 4"}, status=409).problem == "contact_needed"
    town.tamper("insert into ticket_excluded (ticket, account, reason) values ('%s', '%s', 'named')"
                % (ticket_id, officer.get("/v1/me").json["account"]["id"]))
    assert officer.post("/v1/personal-data/search", search, status=200).json["items"] == []
    officer.post("/v1/tickets/%s/contact/erasure" % ticket_id, {"reason": "Yêu cầu xóa số 4"}, status=404)


def test_for_what_was_searched_is_forgotten(cluster, contract):
    with new_town(cluster, contract, workers=1) as town:
        officer = data_officer(town)
        officer.post("/v1/personal-data/search", {"email": "khong.ai@example.org", "purpose": "Tìm bà Trần Thị Ví Dụ"}, status=200)
        officer.post("/v1/personal-data/export", {"email": "khong.ai@example.org", "purpose": "Chép cho bà Trần Thị Ví Dụ"}, status=200)
        told = "select type, data->>'found' from event where type like 'personal_data.%' order by at, type"
        assert town.sql(told) == [["personal_data.searched", "0"], ["personal_data.exported", "0"]]
        assert [(e["type"], e["data"]["purpose"]) for e in officer.get("/v1/me/events").json["items"][:2]] == [
            ("personal_data.exported", "Chép cho bà Trần Thị Ví Dụ"), ("personal_data.searched", "Tìm bà Trần Thị Ví Dụ")]
        assert town.count("account_event where data::text like '%Ví Dụ%'") == town.count("event where data::text like '%Ví Dụ%'") == 0
        assert town.sql("select search_purposes_forget(now() + interval '1824 days', 10), search_purposes_forget(now() + interval '1826 days', 10)") == [["0", "2"]]
        assert "purpose" not in officer.get("/v1/me/events").json["items"][0]["data"]
        wait_until(lambda: int(town.sql("select count(*) from event e where not exists (select from record_root r"
                                        " where position(uuid_send(e.id) in r.entries) > 0)")[0][0]) == 0, 30, "all is sealed")
        got = town.cluster.run(town.database, "verify", "record", ok=False)
        assert got.returncode == 0, got.stdout + got.stderr


def test_nobody_else_searches_or_erases(town):
    ticket_id, _ = town.filed(contact=CONTACT)
    for role in ("coordinator", "hub_head", "admin", "auditor"):
        who = town.person(role, HUB)
        who.post("/v1/personal-data/search", {"email": CONTACT["email"], "purpose": "Tò mò thôi"}, status=403)
        who.post("/v1/tickets/%s/contact/erasure" % ticket_id, {"reason": "Không có lý do"}, status=403)


def test_the_record_holds_after_an_erasure(cluster, contract):
    with new_town(cluster, contract, workers=1) as town:
        _, filed = town.filed(contact=CONTACT)
        town.citizen(filed)("DELETE", "/v1/tracking/contact", status=204)
        wait_until(lambda: int(town.sql("select count(*) from event e where not exists (select from record_root r"
                                        " where position(uuid_send(e.id) in r.entries) > 0)")[0][0]) == 0, 30, "all is sealed")
        got = town.cluster.run(town.database, "verify", "record", ok=False)
        assert got.returncode == 0, got.stdout + got.stderr


def test_a_new_master_key(contract):
    cluster = Cluster()
    try:
        with new_town(cluster, contract, workers=1) as town:
            tickets = [town.filed(contact={**CONTACT, "phone": "09120000%02d" % i}) for i in range(20)]
            town.citizen(tickets[0][1])("DELETE", "/v1/tracking/contact", status=204)
            who = town.sign_in(town.login("officer"))
            who.post("/v1/me/second-factor", None)
            before = [kept(town, i) for i, _ in tickets]
            cluster.run(town.database, "keys", "rotate", "seal")
            town.process.send_signal(1)
            wait_until(lambda: town.sql("select epoch, ended_at is not null from reseal where epoch = 2") == [["2", "t"]], 60, "all is sealed anew")
            after = [kept(town, i) for i, _ in tickets]
            assert after[0] == before[0] and {a[0] for a in after[1:]} == {"2"} and not {a[2] for a in after[1:]} & {b[2] for b in before}
            assert town.sql("select distinct epoch from second_factor") == [["2"]]
            (cluster.keys / "seal-1.key").unlink()
            town.stop()
            town.start()
            for i, (ticket_id, filed) in list(enumerate(tickets))[1:]:
                held = town.citizen(filed).get("/v1/tracking/personal-data").json["contact"]
                assert held["phone"] == "+849120000%02d" % i and held["name"] == CONTACT["name"]
    finally:
        cluster.remove()


def names(town):
    return {row[0] for row in town.sql("select application_name from pg_stat_activity where datname = current_database() and usename like 'tiepdan\\_%'")}


def test_a_new_master_key_waits_for_every_server(contract):
    cluster = Cluster()
    try:
        with new_town(cluster, contract, workers=1) as town, new_town(cluster, contract, database=town.database, workers=1) as second:
            _, filed = town.filed(contact=CONTACT)
            cluster.run(town.database, "keys", "rotate", "seal")
            town.process.send_signal(1)
            wait_until(lambda: town.sql("select epoch from reseal where epoch = 2"), 120, "a server with the key has come to it")
            assert {"tiepdan key 1", "tiepdan key 2"} <= names(town)
            assert town.sql("select distinct epoch from contact") == [["1"]]
            assert "waits until every server has the newest key" in cluster.run(town.database, "doctor", ok=False).stdout
            second.process.send_signal(1)
            wait_until(lambda: town.sql("select distinct epoch from contact where wrapped is not null") == [["2"]], 120, "all is sealed anew")
            assert names(town) == {"tiepdan key 2"}
            for server in (town, second):
                assert server.citizen(filed).get("/v1/tracking/personal-data").json["contact"]["name"] == CONTACT["name"]
    finally:
        cluster.remove()


def test_the_doctor_counts_before_it_says_that_a_key_may_go(contract):
    cluster = Cluster()
    try:
        with new_town(cluster, contract, workers=1) as town:
            ticket_id, _ = town.filed(contact=CONTACT)
            town.sql("update contact set box = overlay(box placing '\\x00' from 30)")      # it opens with no key
            cluster.run(town.database, "keys", "rotate", "seal")
            town.process.send_signal(1)
            wait_until(lambda: town.sql("select ended_at is not null from reseal where epoch = 2") == [["t"]], 60, "all was looked at")
            assert '"reseal.unreadable"' in town.log()
            assert "still sealed under an older key" in cluster.run(town.database, "doctor", ok=False).stdout
            town.sql("delete from contact where ticket = '%s'" % ticket_id)
            # A letter to a citizen waits for a week, and a code becomes an address.
            letter = ("insert into citizen_code (id, citizen, purpose, template, language, epoch, wrapped, box, email_index, expires_at, used_at, state)"
                      " values (gen_random_uuid(), gen_random_uuid(), '%s', '%s', 'vi', 1, 'w', 'b', sha256('x'), now() + interval '7 days', %s, '%s')")
            for purpose, template, used, state in (("told", "citizen.inactive", "now()", "waiting"), ("sign_in", "citizen.code", "null", "sent")):
                town.sql(letter % (purpose, template, used, state))
                assert "still sealed under an older key" in cluster.run(town.database, "doctor", ok=False).stdout
                town.sql("update citizen_code set used_at = now(), state = 'sent'")
                assert "nothing in the database is sealed under older keys" in cluster.run(town.database, "doctor", ok=False).stdout
    finally:
        cluster.remove()
