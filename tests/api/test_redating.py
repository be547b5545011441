"""A day off that is announced late: imported, previewed, applied to the clocks that run, and taken back."""
import contextlib
import csv
import email
import email.policy
import json
import os
import re
import signal
import subprocess
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from support.town import HUB, free_port, new_town, wait_until

REASON = {"reason": "Ngày nghỉ bù được thông báo muộn."}
NAMES = ("calendar", "day", "works", "weekday", "hours", "name_vi", "name_en", "source", "note")


@pytest.fixture
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        yield town


def day_off(town, tmp_path, work_days=3):
    """Imports one more day off: the n-th working day from now."""
    day = town.sql("""select d::date from generate_series(now() + interval '1 day', now() + interval '40 days', '1 day') d
        where calendar_works('office', d::date) order by 1 offset %d limit 1""" % (work_days - 1))[0][0]
    rows = [json.loads(cells) for (cells,) in town.sql("select cells from import_row where kind = 'days' and cells->>'calendar' = 'office'")]
    rows = [r for r in rows if r["day"] != day] + [{"calendar": "office", "day": day, "works": False, "name_vi": "Nghỉ bù",
                                                   "name_en": "Day off in lieu", "source": "Thông báo"}]
    path = tmp_path / "days.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, NAMES)
        out.writeheader()
        out.writerows({k: str(v).lower() if isinstance(v, bool) else v for k, v in r.items()} for r in rows)
    town.cluster.run(town.database, "import", "days", str(path))
    return day


def asked(town, **more):
    return town.person("admin", HUB).post("/v1/redatings", {**REASON, **more}).json


def shown(town, redating):
    return town.person("admin", HUB).get("/v1/redatings/" + redating["id"]).json


def change(town, redating, what, status=200):
    return town.person("admin", HUB).post("/v1/redatings/%s/%s" % (redating["id"], what), status=status)


def ready(town, redating):
    wait_until(lambda: shown(town, redating)["state"] != "preparing", 60, "prepared")
    return shown(town, redating)


def told(town, redating):
    wait_until(lambda: not shown(town, redating)["telling"], 60, "told")
    return shown(town, redating)


def dues(town, ticket_id):
    return {c["kind"]: c["due_at"] for c in town.person("officer").get("/v1/tickets/" + ticket_id).json["clocks"] if not c["stopped_at"]}


def test_what_is_merged_meanwhile_is_dated_anew_with_all_others(city, tmp_path):
    """R18: a re-dating reaches the clocks that a merge has put aside, and its undoing takes them back."""
    one, _ = city.filed()
    root, _ = city.filed()
    head = city.person("head")
    before = dues(city, one)
    city.move(head, one, "merge", {"into": root})
    day_off(city, tmp_path)
    made = asked(city)
    assert ready(city, made)["counts"]["moved"] == 1, "a merged ticket is not told as moved"
    change(city, made, "apply")
    told(city, made)
    city.move(head, one, "unmerge", {"reason": "Hai vị trí khác nhau, cần giải quyết riêng."})
    after = dues(city, one)
    assert after.keys() == before.keys() and after["answer"] > before["answer"]
    assert redated(city, one) == []
    change(city, made, "undo")
    assert dues(city, one) == before


def letter_dates(letter):
    """The dates of the sentence about what has moved, in their order."""
    (sentence,) = [line for line in letter.get_body("plain").get_content().splitlines() if line.startswith("Thời hạn được ")]
    return re.findall(r"\d\d:\d\d ngày \d\d/\d\d/\d{4}", sentence)


def as_written(due):
    """An instant of the API as letters write it."""
    return datetime.fromisoformat(due).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%H:%M ngày %d/%m/%Y")


def letters_about_dates(folder):
    read = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in folder.glob("*.eml")]
    return sorted((m for m in read if "Thời hạn giải quyết" in m["Subject"]), key=lambda m: "trở lại" in m.get_body("plain").get_content())


def test_citizens_are_told_both_dates_and_when_they_hold_again(cluster, contract, tmp_path):
    """Also the citizen of a merged ticket, for whom the dates of the root count."""
    post = tmp_path / "mail"
    with new_town(cluster, contract, mail_url="file:%s" % post, mail_from="a@example.org", mail_from_hour=0, mail_to_hour=0) as city:
        wait_until(city.ready, 30, "ready")
        city.sql("update setting set value = 10 where name = 'notices_hour_citizen'")
        one, filed = city.filed(contact={"email": "theo.doi@example.org"})
        root, _ = city.filed()
        city.move(city.person("head"), one, "merge", {"into": root})
        before = as_written(dues(city, root)["answer"])
        day_off(city, tmp_path)
        made = asked(city)
        ready(city, made)
        change(city, made, "apply")
        after = as_written(dues(city, root)["answer"])
        told(city, made)
        wait_until(lambda: letters_about_dates(post), 30, "the letter")
        wait_until(lambda: city.sql("select state from notice where type = 'ticket.redated'") == [["sent"]], 30, "known to be sent")
        change(city, made, "undo")
        told(city, made)
        wait_until(lambda: len(letters_about_dates(post)) == 2, 30, "another one")
        moved, back = letters_about_dates(post)
        assert before != after and letter_dates(moved) == [before, after] and letter_dates(back) == [before, after]
        said, said_back = (m.get_body("plain").get_content() for m in (moved, back))
        assert "trước đây là " + before in said and "trở lại là " + before in said_back
        assert "Hạn giải quyết: chậm nhất " + after in said.splitlines(), "as long as it is not accepted"
        for letter in (moved, back):
            assert letter["To"] == "theo.doi@example.org" and letter["Subject"].startswith("[%s]" % filed["code"])
        assert redated(city, one) == [] and len(redated(city, root)) == 2


def test_what_was_taken_back_before_anybody_was_told_is_told_to_nobody(cluster, contract, tmp_path):
    """The mail server is not there while a re-dating is applied and taken back."""
    post = tmp_path / "mail"
    with new_town(cluster, contract, mail_url="smtp://127.0.0.1:%d" % free_port(), mail_from="a@example.org", mail_from_hour=0, mail_to_hour=0,
                  mail_tls="none") as city:
        wait_until(city.ready, 30, "ready")
        ticket_id, _ = city.filed(contact={"email": "theo.doi@example.org"})
        day_off(city, tmp_path)
        made = asked(city)
        ready(city, made)
        change(city, made, "apply")
        told(city, made)

        def made_of():
            return city.sql("select state, error from notice where type = 'ticket.redated' order by event_at")
        wait_until(made_of, 30, "a letter that cannot go")
        change(city, made, "undo")
        told(city, made)
        wait_until(lambda: city.sql("select count(*) from event e, notice_cursor c where (e.xid, e.id) > (c.xid, c.id)") == [["0"]], 30,
                   "all events read for letters")
        city.stop()
        city.settings["mail_url"] = "file:%s" % post
        city.start()
        # A second letter is made only while the first waits still: what the sender has put away by then needs no taking back.
        wait_until(lambda: {tuple(row) for row in made_of()} == {("cancelled", "late")}, 90, "put away")
        wait_until(lambda: list(post.glob("*.eml")), 90, "the filing")
        assert letters_about_dates(post) == [] and len(redated(city, ticket_id)) == 2


def redated(town, ticket_id):
    return [e for e in town.person("officer").get("/v1/tickets/%s/events" % ticket_id).json["items"] if e["type"] == "ticket.redated"]


def test_a_late_holiday_is_previewed_applied_and_taken_back(city, tmp_path):
    ticket_id, filed = city.filed()
    city.filed()
    before = dues(city, ticket_id)
    day_off(city, tmp_path)
    assert dues(city, ticket_id) == before, "an import alone moves nothing"

    made = asked(city)
    assert made["state"] == "preparing" and made["counts"] is None and made["asked_by"]["name"]
    preview = ready(city, made)
    counts = preview["counts"]
    assert preview["state"] == "ready" and not preview["stale"] and preview["done"] == preview["total"]
    assert (counts["tickets"], counts["moved"], counts["later"], counts["earlier"]) == (2, 2, 2, 0)
    assert preview["summary_en"].startswith("2 open tickets move: 2 later, 0 earlier")
    assert preview["summary_vi"].startswith("2 phiếu đang mở thay đổi thời hạn: 2 muộn hơn")
    assert [d["department"]["code"] for d in counts["departments"]] == ["HN-SXD"]
    leader = city.person("leader", HUB)
    page = leader.get("/v1/redatings/%s/tickets?limit=1" % made["id"]).json
    rest = leader.get("/v1/redatings/%s/tickets?cursor=%s" % (made["id"], page["next_cursor"])).json
    listed = page["items"] + rest["items"]
    assert len(listed) == counts["moved_clocks"]
    mine = {i["clock"]: i for i in listed if i["code"] == filed["code"]}
    assert all(i["due_before"] == before[k] and i["due_after"] > i["due_before"] for k, i in mine.items())
    assert dues(city, ticket_id) == before, "a preview moves nothing"

    page_before = city.citizen(filed).get("/v1/tracking")
    assert change(city, made, "apply").json["state"] == "applied"
    after = dues(city, ticket_id)
    assert {k: d for k, d in after.items() if d != before[k]} == {k: i["due_after"] for k, i in mine.items()}
    tracked = city.citizen(filed).get("/v1/tracking", {"If-None-Match": page_before.header("etag")})
    assert {d["kind"]: d["due_at"] for d in tracked.json["deadlines"]}["answer"] == after["answer"]
    assert told(city, made)["told"] == 2
    (event,) = redated(city, ticket_id)
    assert event["data"]["earlier"] is False
    assert event["data"]["clocks"]["answer"] == {"due_before": before["answer"], "due_after": after["answer"]}
    steps = city.citizen(filed).get("/v1/tracking").json["steps"]
    assert [s["what_vi"] for s in steps if s["type"] == "ticket.redated"] == ["Thời hạn được tính lại theo lịch làm việc và quy định hiện hành"]

    assert change(city, made, "undo").json["state"] == "undone"
    assert dues(city, ticket_id) == before
    assert told(city, made)["told"] == 4
    assert sorted(e["data"]["earlier"] for e in redated(city, ticket_id)) == [False, True]
    wait_until(lambda: shown(city, made)["settled_at"], 30, "settled")
    change(city, made, "undo", 409)


def test_what_happens_between_preparation_and_switch_is_in_the_new_dates(city, tmp_path):
    moved, _ = city.filed()
    asked_ticket, asked_filed = city.filed()
    day_off(city, tmp_path)
    made = asked(city)
    ready(city, made)
    officer = city.person("officer")
    late, _ = city.filed()
    city.move(officer, moved, "accept")
    city.move(officer, asked_ticket, "accept")
    city.move(officer, asked_ticket, "ask", {"text": "Xin cho biết số nhà gần nhất."})
    before = {t: dues(city, t) for t in (late, moved, asked_ticket)}
    change(city, made, "apply")
    after = {t: dues(city, t) for t in (late, moved, asked_ticket)}
    assert after[late] == before[late], "filed by the new calendar"
    assert all(after[t].keys() == before[t].keys() for t in after)
    # What the acceptance began is counted by the newest calendar, what was paused by that of its slot.
    city.citizen(asked_filed).post("/v1/tracking/answer", {"text": "Số nhà 126, ngõ 99."})
    city.move(officer, late, "accept")
    told(city, made)
    slots = city.sql("""select count(*) from (select * from clock_running where slot = 0) a full join (select * from clock_running where slot = 1) b
        on a.ticket = b.ticket and a.kind = b.kind where a.ticket is null or b.ticket is null or a.holder <> b.holder or a.round <> b.round""")
    assert slots == [["0"]], "both slots have the same clocks"


def test_who_may_and_when(city, tmp_path):
    admin, head = city.person("admin", HUB), city.person("head")
    assert head.post("/v1/redatings", REASON, status=403).problem == "forbidden"
    assert head.get("/v1/redatings", status=403).problem == "forbidden"
    assert admin.post("/v1/redatings", {"reason": "kurz"}, status=422).pointers == {"/reason": "too_short"}
    first = asked(city)
    ready(city, first)
    answer = admin.post("/v1/redatings", REASON, {"Accept-Language": "en"}, 409)
    assert answer.problem == "redating_running" and "applied or dropped" in answer.json["title"], "it is ready, and waits"
    assert change(city, first, "undo", 409).problem == "redating_state"
    day_off(city, tmp_path)
    assert shown(city, first)["stale"]
    assert change(city, first, "apply", 409).problem == "redating_stale"
    assert change(city, first, "drop").json["state"] == "dropped"
    assert change(city, first, "drop", 409).problem == "redating_state"
    second = asked(city, policies=True)
    ready(city, second)
    change(city, second, "apply")
    told(city, second)
    assert change(city, second, "settle").json["settled_at"]
    assert [r["id"] for r in city.person("auditor", HUB).get("/v1/redatings").json["items"]] == [second["id"], first["id"]]
    assert admin.get("/v1/redatings/01940000-0000-7000-8000-000000000001", status=404).problem == "not_found"


def test_policies_as_they_are_now(city, tmp_path):
    ticket_id, _ = city.filed()
    before = dues(city, ticket_id)
    city.sql("update policy set answer_amount = answer_amount + 5 where answer_unit = 'wd'")
    city.sql("update reference_version set version = version + 1; notify reference_changed")
    made = asked(city)
    assert ready(city, made)["counts"]["moved"] == 0, "amounts stay unless asked for"
    change(city, made, "drop")
    made = asked(city, policies=True)
    assert ready(city, made)["counts"]["later"] == 1
    change(city, made, "apply")
    assert dues(city, ticket_id)["answer"] > before["answer"]


def test_a_preparation_that_cannot_begin_says_since_when(city, tmp_path):
    city.filed()
    day_off(city, tmp_path)
    reader = subprocess.Popen(["psql", "-X", "-q", "-At", "-d", city.cluster.url(city.database, "postgres")],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    reader.stdin.write("begin; select count(*) >= 0 from tiepdan.clock_running;\n")
    reader.stdin.flush()
    assert reader.stdout.readline() == "t\n"
    made = asked(city)
    assert made["waiting_since"] is None
    wait_until(lambda: shown(city, made)["waiting_since"], 30, "waiting")
    since = shown(city, made)["waiting_since"]
    city.filed()
    time.sleep(2)
    waiting = shown(city, made)
    assert (waiting["state"], waiting["waiting_since"]) == ("preparing", since)
    reader.communicate("commit;\n", timeout=30)
    preview = ready(city, made)
    assert (preview["state"], preview["waiting_since"], preview["counts"]["tickets"]) == ("ready", None, 2)
    assert city.log().count("redating.waits") == 1, "not at each attempt"
    change(city, made, "drop")


def many_more(town):
    """20,000 clocks more, so that there is something to interrupt."""
    town.tamper("""
        create temp table made as select n, gen_random_uuid() as id from generate_series(1, 20000) n;
        insert into clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, due_at, latest_due, first)
        select c.slot, m.id, 'answer', 1, c.holder, c.policy, c.unit, c.amount, c.calendar, c.version, c.start_at, c.due_at, c.due_at, true
        from made m, (select * from clock_running where kind = 'answer' limit 1) c""")


LOCKED = """
do $$ begin
    while not exists (select from tiepdan.redating where state = 'preparing' and slot is not null) loop perform pg_sleep(0.002); end loop;
end $$;
begin;
lock table tiepdan.clock_running_1 in share mode;
select done < total from tiepdan.redating;
"""


def test_a_locked_slot_is_waited_for_quietly(city, tmp_path):
    """Somebody builds an index on the slot that is being filled: the job worker tries now and then, and goes on afterwards."""
    city.filed()
    many_more(city)
    day_off(city, tmp_path)
    other = subprocess.Popen(["psql", "-X", "-q", "-At", "-d", city.cluster.url(city.database, "postgres")],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    other.stdin.write(LOCKED)
    other.stdin.flush()
    made = asked(city)
    assert other.stdout.readline() == "t\n", "it is locked while the slot is filled"
    time.sleep(4)
    assert shown(city, made)["state"] == "preparing"
    other.communicate("commit;\n", timeout=30)
    assert ready(city, made)["counts"]["moved"] == 20001
    assert city.log().count("redating.failed") < 20, "not at each attempt"
    change(city, made, "drop")


def kill_all(town):
    """kill -9 for every worker at some instant of its work; the supervisor starts others."""
    time.sleep(0.4)
    for pid in subprocess.run(["pgrep", "-P", str(town.process.pid)], text=True, capture_output=True).stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    wait_until(town.ready, 30, "ready again")


def test_a_killed_job_worker_loses_and_doubles_nothing(city, tmp_path):
    ids = [city.filed()[0] for _ in range(12)]
    many_more(city)
    day_off(city, tmp_path)
    made = asked(city)
    for _ in range(3):
        kill_all(city)
    preview = ready(city, made)
    assert preview["state"] == "ready" and preview["counts"]["moved"] == 20012
    change(city, made, "apply")
    for _ in range(3):
        kill_all(city)
    assert told(city, made)["told"] == 20012
    assert city.sql("select count(*), count(distinct ticket) from event where type = 'ticket.redated'") == [["20012", "20012"]]
    assert len(redated(city, ids[0])) == 1
