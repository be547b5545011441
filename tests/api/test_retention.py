"""How long tickets are kept: the class, holds, what is due, four eyes, what is left of what is destroyed, and the certificate."""
import csv
import hashlib
import io
import re
import uuid

import pytest

from support.town import HUB, new_town, wait_until

WHY = "Hết thời hạn lưu trữ năm 2022"


def aged(town, day="2012-03-05", state="closed", **changes):
    """A ticket that ended on a day long ago; returns its id, and what its citizen got."""
    ticket_id, filed = town.filed(contact={"email": "xua@example.org"}, **changes)
    town.no_parts(ticket_id)
    town.tamper("update ticket set state = '%s', done = true, filed_at = '%s', updated_at = '%s 04:00+00' where id = '%s'" % (state, day, day, ticket_id))
    return ticket_id, filed


def officer(town, number=1):
    return town.person("data_officer", HUB, number)


def ended(town, who, disposal):
    wait_until(lambda: who.get("/v1/retention/disposals/%s" % disposal["id"]).json["state"] == "ended", 60, "the disposal has ended")
    return who.get("/v1/retention/disposals/%s" % disposal["id"]).json


def commitment(code, salt):
    return hashlib.sha256(uuid.UUID(salt).bytes + code.encode()).hexdigest()


def hash_of(certificate):
    lines = [commitment(c, s) for c, s in zip(certificate["codes"], certificate["salts"])] + certificate["withheld"]
    return hashlib.sha256("".join(line + "\n" for line in sorted(lines)).encode()).hexdigest()


def test_the_class_says_until_when(town):
    ticket_id, _ = aged(town)
    kept = officer(town).get("/v1/tickets/%s/retention" % ticket_id).json
    assert (kept["class"]["code"], kept["began"], kept["until"], kept["stands"]) == ("feedback", "2013-01-01", "2022-12-31", None)
    permanent, _ = aged(town, kind="denunciation", category="officials_conduct")
    assert officer(town).get("/v1/tickets/%s/retention" % permanent).json["stands"] == "permanent"
    new, _ = town.filed()
    assert town.person("officer").get("/v1/tickets/%s/retention" % new).json["stands"] == "open"
    town.person("officer", "HN-TTRA").get("/v1/tickets/%s/retention" % new, status=404)


def test_a_ticket_is_held_and_released(town):
    ticket_id, _ = aged(town)
    who = officer(town)
    who("PUT", "/v1/tickets/%s/hold" % ticket_id, {"reason": "Toà án yêu cầu"}, status=204)
    held = who.get("/v1/tickets/%s/retention" % ticket_id).json
    assert held["stands"] == "held" and held["hold"]["reason"] == "Toà án yêu cầu"
    assert [k for k in who.get("/v1/retention/due").json["kept"] if k["stands"] == "held"] == [{"stands": "held", "tickets": 1}]
    town.person("officer")("PUT", "/v1/tickets/%s/hold" % ticket_id, {"reason": "Không có quyền"}, status=403)
    who("DELETE", "/v1/tickets/%s/hold" % ticket_id, status=204)
    who("DELETE", "/v1/tickets/%s/hold" % ticket_id, status=404)
    assert [e["type"] for e in town.coordinator.get("/v1/tickets/%s/events" % ticket_id).json["items"]][-2:] == ["ticket.held", "ticket.released"]


def test_who_does_not_see_a_ticket_holds_nothing(town):
    ticket_id, _ = town.filed(kind="denunciation", category="officials_conduct")
    for who in (town.person("hub_head", HUB), town.person("legal_officer", "HN-SXD")):
        who.get("/v1/tickets/%s/retention" % ticket_id, status=404)
        who("PUT", "/v1/tickets/%s/hold" % ticket_id, {"reason": "Không được xem"}, status=404)
        who("DELETE", "/v1/tickets/%s/hold" % ticket_id, status=404)
    stranger = officer(town, 4)
    town.tamper("insert into ticket_excluded (ticket, account, reason) values ('%s', '%s', 'named')" % (ticket_id, stranger.get("/v1/me").json["account"]["id"]))
    stranger("PUT", "/v1/tickets/%s/hold" % ticket_id, {"reason": "Liên quan đến tôi"}, status=404)


def test_a_rehearsal_changes_nothing(town):
    ticket_id, filed = aged(town, "2009-01-02")
    before = town.count("event where actor_kind <> 'job'")
    due = officer(town).get("/v1/retention/due?day=2020-01-01").json
    assert [(d["class"]["code"], d["department"]["code"], d["tickets"], [e["code"] for e in d["examples"]]) for d in due["due"]] == [
        ("feedback", "HN-SXD", 1, [filed["code"]])]
    assert officer(town).get("/v1/retention/due?day=2019-12-31").json["due"] == []
    town.person("hub_head", HUB).get("/v1/retention/due", status=403)
    assert town.count("event where actor_kind <> 'job'") == before
    town.sql("update setting set value = 1 where name = 'retention_look_most'")
    first = officer(town).get("/v1/retention/due").json
    assert (first["looked"], first["next"]) == (1, ticket_id)
    officer(town).get("/v1/retention/due?after=%s" % ticket_id)
    officer(town).get("/v1/retention/due?after=00000000-0000-0000-0000-000000000001", status=404)
    for _ in range(10):
        aged(town, "2009-01-02", kind="denunciation", category="officials_conduct")
    refused = officer(town).post("/v1/retention/disposals", {"day": "2020-01-01", "class": "none", "reason": WHY}, status=409)
    assert refused.problem == "nothing_due" and re.fullmatch("[0-9a-f-]{36}", refused.json["next"])
    more = officer(town).post("/v1/retention/disposals", {"day": "2020-01-01", "class": "none", "after": refused.json["next"], "reason": WHY}, status=409)
    assert more.problem == "nothing_due" and "next" not in more.json
    town.sql("update setting set value = 50000 where name = 'retention_look_most'")
    town.tamper("update ticket set filed_at = now() where id = '%s'" % ticket_id)


def test_two_people_and_a_certificate(town):
    who, leader = officer(town), town.person("leader", HUB)
    tickets = [aged(town) for _ in range(3)]
    message = town.citizen(tickets[0][1]).post("/v1/tracking/messages", {"text": "Tôi vẫn chờ"}, status=None)
    assert message.status in (201, 409)
    who.post("/v1/retention/disposals", {"day": "2100-01-01", "reason": WHY}, status=422)
    assert who.post("/v1/retention/disposals", {"day": "2000-01-01", "reason": WHY}, status=409).problem == "nothing_due"
    leader.post("/v1/retention/disposals", {"day": "2026-01-01", "reason": WHY}, status=403)
    made = who.post("/v1/retention/disposals", {"day": "2026-01-01", "class": "feedback", "department": "HN-SXD", "reason": WHY})
    disposal = made.json
    assert made.header("Location") == "/v1/retention/disposals/" + disposal["id"] and disposal["state"] == "proposed"
    path = "/v1/retention/disposals/" + disposal["id"]
    assert who.post(path + "/approve", None, status=409).problem == "own_request"
    assert who.get(path + "/certificate", status=409).problem == "disposal_not_ended"
    last = town.id_of(tickets[2][1])
    who("PUT", "/v1/tickets/%s/hold" % last, {"reason": "Thanh tra yêu cầu"}, status=204)
    leader.post(path + "/approve", None, status=200)
    done = ended(town, who, disposal)
    assert leader.post(path + "/drop", None, status=409).problem == "disposal_decided"
    assert done["left"] == 1 and done["destroyed"] == done["tickets"] - 1
    listed = {i["code"]: i for i in who.get(path + "/tickets").json["items"]}
    assert listed[tickets[2][1]["code"]]["stands"] == "held" and listed[tickets[0][1]["code"]]["state"] == "destroyed"

    town.citizen(tickets[0][1]).get("/v1/tracking", status=404)
    town.person("officer").get("/v1/tickets/%s" % tickets[0][0], status=404)
    assert town.sql("select title, text, c.box is null from ticket t join contact c on c.ticket = t.id where t.id = '%s'" % tickets[0][0]) == [["", "", "t"]]
    certificate = who.get(path + "/certificate").json
    assert certificate["approved_by"]["name"] == "Người leader 1" and certificate["left"] == [{"stands": "held", "tickets": 1}]
    assert [(c["class"], c["tickets"]) for c in certificate["classes"]] == [("feedback", done["destroyed"])]
    codes = sorted(certificate["codes"])
    assert certificate["codes_sha256"] == hash_of(certificate) and certificate["scheme"] == 2 and certificate["withheld"] == []
    sheet = list(csv.DictReader(io.StringIO(who("GET", path + "/certificate", None, {"Accept": "text/csv"}).body.decode())))
    assert [r["salt"] for r in sheet] == certificate["salts"] and sheet[0]["commitment"] == commitment(sheet[0]["code"], sheet[0]["salt"])
    assert [r["code"] for r in sheet] == codes and sheet[0]["class"] == "feedback" and sheet[0]["department"] == "HN-SXD"
    wait_until(lambda: who.get(path + "/certificate").json["root"], 30, "the event of the certificate is under a root")
    who("DELETE", "/v1/tickets/%s/hold" % last, status=204)


def test_reports_count_what_is_gone(town):
    who, leader = officer(town), town.person("leader", HUB)
    aged(town, "2011-05-05")
    report = "/v1/reports/sla?from=2011-05-01&to=2011-05-31"
    before = leader.get(report).json["total"]
    disposal = who.post("/v1/retention/disposals", {"day": "2026-01-01", "reason": WHY}).json
    leader.post("/v1/retention/disposals/%s/approve" % disposal["id"], None, status=200)
    ended(town, who, disposal)
    assert leader.get(report).json["total"] == before and before["total"] == 1


def test_what_is_dropped_is_free_again(town):
    who = officer(town)
    aged(town)
    first = who.post("/v1/retention/disposals", {"day": "2026-01-01", "reason": WHY}).json
    assert who.post("/v1/retention/disposals", {"day": "2026-01-01", "reason": WHY}, status=409).problem == "nothing_due"
    who.post("/v1/retention/disposals/%s/drop" % first["id"], None, status=200)
    second = who.post("/v1/retention/disposals", {"day": "2026-01-01", "reason": WHY}).json
    assert second["tickets"] == first["tickets"]
    assert [d["id"] for d in who.get("/v1/retention/disposals").json["items"]][:2] == [second["id"], first["id"]]
    who.post("/v1/retention/disposals/%s/drop" % second["id"], None, status=200)


@pytest.mark.parametrize("role", ("officer", "head", "coordinator", "hub_head", "admin", "clerk"))
def test_nobody_else(town, role):
    who = town.person(role, HUB)
    who.get("/v1/retention/disposals", status=403)
    who.post("/v1/retention/disposals", {"day": "2026-01-01", "reason": WHY}, status=403)


def test_the_record_holds_and_a_kill_loses_nothing(cluster, contract):
    with new_town(cluster, contract, workers=1) as town:
        made = [town.answered(contact={"email": "xua%d@example.org" % i}) for i in range(12)]
        for _, filed in made[:6]:
            town.citizen(filed).post("/v1/tracking/rating", {"score": "satisfied", "comment": "Cảm ơn cán bộ"})
        for ticket_id, _ in made:
            town.move(town.person("head"), ticket_id, "publication", {"question": "Đề nghị vá ổ gà trên phố."}, status=None)
        town.sql("create table words as select id, title, text, location_text from ticket")
        # As if it had been proposed in another time: what is in the record says of today.
        who = officer(town)
        me = who.get("/v1/me").json["account"]["id"]
        town.sql("insert into disposal (id, due_on, reason, proposed_at, proposed_by) values ('00000000-0000-0000-0000-000000000077', '2100-01-01', '%s',"
                 " now(), '%s'); insert into disposal_ticket (disposal, ticket, code, kind, department, class, until)"
                 " select '00000000-0000-0000-0000-000000000077', id, code, kind, holder, 'feedback', '2036-12-31' from ticket" % (WHY, me))
        town.person("leader", HUB).post("/v1/retention/disposals/00000000-0000-0000-0000-000000000077/approve", None, status=200)
        wait_until(lambda: town.count("ticket where destroyed_at is not null") > 0, 30, "it has begun")
        town.kill()
        town.start()
        done = ended(town, who, {"id": "00000000-0000-0000-0000-000000000077"})
        assert (done["destroyed"], done["left"]) == (len(made), 0)
        assert town.sql("select count(*) from rating where comment is null and score = 'satisfied'") == [["6"]]
        assert town.count("reply") == town.count("message") == town.count("publication") == 0
        wait_until(lambda: int(town.sql("select count(*) from event e where not exists (select from record_root r"
                                        " where position(uuid_send(e.id) in r.entries) > 0)")[0][0]) == 0, 30, "all is sealed")
        told = town.cluster.run(town.database, "verify", "record", ok=False)
        assert told.returncode == 0, told.stdout + told.stderr
        assert re.search(r" texts as they were written, (?!0 )\d+ gone$", told.stdout, re.M), told.stdout
        code = made[0][1]["code"]
        for change, said in (
                ("destroyed_at = null, title = 'Phiếu giả', text = 'Không ai viết điều này cả.'", "ticket %s: title, text or place is not what was filed" % code),
                ("destroyed_at = destroyed_at + interval '1 s'", "ticket %s: title, text or place is not what was filed" % code),
                ("destroyed_at = null, (title, text, location_text) = (select title, text, location_text from words w where w.id = ticket.id)",
                 "ticket %s was destroyed, and has words again" % code)):
            town.tamper("create table kept as table ticket; update ticket set %s where code = '%s'" % (change, code))
            told = town.cluster.run(town.database, "verify", "record", ok=False)
            town.tamper("delete from ticket; insert into ticket select * from kept; drop table kept")
            assert told.returncode == 1 and "\n%s\n" % said in "\n" + told.stdout, told.stdout
        assert town.cluster.run(town.database, "verify", "record", ok=False).returncode == 0
