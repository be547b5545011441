"""Rehearsals of rules: what a draft would change about the last tickets, with examples, before it counts; interrupted, overtaken, refused."""
import contextlib
import os
import signal
import subprocess
import time

import pytest
from support.town import HUB, new_town, wait_until

RULES = """rule roads
    when category = roads.surface and text has "ổ gà"
    then department HN-SNNMT; level urgent
rule shadowed when category = roads.surface and text has "trên phố" then department HN-SDL
rule never when category = tourism then department HN-SDL
rule conduct when kind = denunciation then department HN-STC
"""


@pytest.fixture
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        yield town


@pytest.fixture
def admin(city):
    return city.person("admin", HUB)


def active(admin):
    return next(s for s in admin.get("/v1/rule-sets").json["items"] if s["state"] == "active")


def draft(admin, text=None):
    """The rules of the city behind those that are tried."""
    shipped = admin.get("/v1/rule-sets/" + active(admin)["id"]).json["text"]
    return admin.post("/v1/rule-sets", {"title": "Diễn tập", "text": text or RULES + shipped}, status=201).json


def ask(admin, made, status=201, **body):
    return admin.post("/v1/rule-sets/%s/rehearsals" % made["id"], body, status=status)


def shown(admin, asked):
    return admin.get("/v1/rehearsals/" + asked["id"]).json


def ended(admin, asked, seconds=60):
    wait_until(lambda: shown(admin, asked)["state"] in ("done", "failed"), seconds, "the end of the rehearsal")
    return shown(admin, asked)


def examples(who, asked, query="", status=200):
    return who.get("/v1/rehearsals/%s/tickets%s" % (asked["id"], query), status=status).json["items"] if status == 200 else None


def many_more(town, n):
    """Copies of each ticket, filed before."""
    town.tamper("""
        create temp table made as select t.*, row_number() over () as n from ticket t, generate_series(1, %d);
        update made set id = gen_random_uuid(), number = 1000000 + n, code = 'X' || n, filed_at = filed_at - n * interval '1 min';
        alter table made drop column n; insert into ticket select * from made; analyze ticket""" % n)


@contextlib.contextmanager
def resting(town):
    """Nothing that a rehearsal finds is stored: however fast the job worker is, it does not get to the end."""
    psql = subprocess.Popen(["psql", "-X", "-q", "-At", "-d", town.cluster.url(town.database, "postgres")],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    psql.stdin.write("begin; lock table tiepdan.rehearsal_ticket in share mode; select 'held';\n")
    psql.stdin.flush()
    assert psql.stdout.readline() == "held\n"
    yield
    psql.communicate("commit;\n", timeout=60)


def test_what_a_draft_would_change(city, admin):
    moved = [city.filed()[0] for _ in range(3)]
    city.filed(category="environment.waste", title="Rác thải đổ bừa bãi ven hồ", text="Rác sinh hoạt đổ thành đống ven hồ, bốc mùi.")
    city.filed(kind="denunciation", category="officials_conduct")
    made, before = draft(admin), active(admin)
    answer = ask(admin, made)
    asked = answer.json
    assert answer.header("location") == "/v1/rehearsals/" + asked["id"]
    assert asked["state"] == "waiting" and asked["tickets"] == 10000 and asked["total"] is None and asked["compared_with"] is None
    done = ended(admin, asked)
    assert done["state"] == "done" and done["fault"] is None and done["done"] == done["total"] == 4
    assert done["rule_set"] == {"id": made["id"], "number": made["number"]} and done["compared_with"] == {"id": before["id"], "number": before["number"]}
    assert (done["changed"]["tickets"], done["changed"]["department"], done["changed"]["level"]) == (3, 3, 3)
    assert done["changed"]["undecided"] == done["changed"]["visibility"] == 0
    assert [(p["from"]["code"], p["to"]["code"], p["tickets"], p["listed"]) for p in done["pairs"]] == [("HN-SXD", "HN-SNNMT", 3, 3)]
    names = done["unused"]["names"]
    assert done["unused"]["rules"] == len(names) and {"shadowed", "never", "conduct"} <= set(names), "a denunciation is left out"
    assert "roads" not in names
    hub = city.coordinator
    assert shown(hub, asked) == done
    assert hub.get("/v1/rule-sets/%s/rehearsals" % made["id"]).json["items"] == [{k: v for k, v in done.items() if k not in ("pairs", "unused")}]
    items = examples(hub, asked)
    assert [i["id"] for i in items] == moved[::-1], "the newest first"
    assert all((i["from"]["code"], i["to"]["code"], i["rule"]) == ("HN-SXD", "HN-SNNMT", "roads") for i in items)
    assert all({"department", "level"} <= set(i["changes"]) for i in items)
    assert examples(hub, asked, "?from=HN-SXD&to=HN-SNNMT") == items and examples(hub, asked, "?to=HN-STC") == examples(hub, asked, "?from=HN-EIC") == []
    page = hub.get("/v1/rehearsals/%s/tickets?limit=2" % asked["id"]).json
    rest = hub.get("/v1/rehearsals/%s/tickets?limit=2&cursor=%s" % (asked["id"], page["next_cursor"])).json
    assert page["items"] + rest["items"] == items and rest["next_cursor"] is None
    assert examples(admin, asked) == [], "an administrator sees no ticket"
    assert city.file()["department"]["code"] == "HN-SXD", "nothing has changed by it"


def test_who_would_be_asked_beside_them(city, admin):
    asked_too, _ = city.filed()
    city.filed(category="environment.waste", title="Rác thải đổ bừa bãi ven hồ", text="Rác sinh hoạt đổ thành đống ven hồ, bốc mùi.")
    made = draft(admin, 'rule beside when category = roads.surface then with HN-SNNMT\n'
                 + admin.get("/v1/rule-sets/" + active(admin)["id"]).json["text"])
    done = ended(admin, ask(admin, made).json)
    assert {k: v for k, v in done["changed"].items() if v} == {"tickets": 1, "with": 1}
    assert [(p["from"]["code"], p["to"]["code"], p["tickets"]) for p in done["pairs"]] == [("HN-SXD", "HN-SXD", 1)]
    assert [(i["id"], i["changes"], i["rule"]) for i in examples(city.coordinator, done)] == [(asked_too, ["with"], "beside")]


def test_how_much_there_is_to_do_counts(city, admin):
    city.filed()
    now = admin.post("/v1/rule-sets", {"title": "Tải", "text": admin.get("/v1/rule-sets/" + active(admin)["id"]).json["text"]
                                       + "rule counted when load HN-SXD >= 100000 then flag never"}, status=201).json
    admin.post("/v1/rule-sets/%s/activate" % now["id"], None, {"If-Match": '"1"'}, 200)
    wait_until(lambda: city.sql("select open from department_load where open > 0") != [], 90, "counted")
    made = draft(admin, "rule full when load HN-SXD >= 1 then department HN-STC\n" + now["text"])
    wait_until(lambda: ended(admin, ask(admin, made).json)["changed"]["department"] == 1, 60, "the job worker knows")


def test_the_last_ones_and_the_active_set_itself(city, admin):
    for _ in range(3):
        city.filed()
    last = ended(admin, ask(admin, draft(admin), tickets=2).json)
    assert last["total"] == last["done"] == last["changed"]["tickets"] == 2
    same = ended(admin, ask(admin, active(admin)).json)
    assert same["state"] == "done" and same["done"] == 3 and same["changed"]["tickets"] == 0 and same["pairs"] == []


def test_who_may(city, admin):
    made = draft(admin)
    asked = ask(admin, made).json
    for who, status in ((city.anyone, 401), (city.person("officer"), 403), (city.person("head"), 403)):
        ask(who, made, status)
        who.get("/v1/rehearsals/" + asked["id"], status=status)
        examples(who, asked, status=status)
        who.get("/v1/rule-sets/%s/rehearsals" % made["id"], status=status)
    ask(city.coordinator, made, 403)
    unknown = {"id": "01940000-0000-7000-8000-000000000069"}
    ask(admin, unknown, 404)
    for path in ("/v1/rehearsals/%s", "/v1/rehearsals/%s/tickets", "/v1/rule-sets/%s/rehearsals"):
        admin.get(path % unknown["id"], status=404)
    for tickets in (0, 100001, "all"):
        ask(admin, made, 422, tickets=tickets)


def test_one_of_a_set_and_what_overtakes_it(city, admin):
    for _ in range(4):
        city.filed()
    many_more(city, 4000)
    made, other = draft(admin), draft(admin)
    with resting(city):
        asked = ask(admin, made, tickets=100000).json
        assert ask(admin, made, 409).problem == "rehearsal_running"
        waits = ask(admin, other).json
        wait_until(lambda: shown(admin, asked)["state"] == "running", 30, "it runs")
        admin("PUT", "/v1/rule-sets/" + made["id"], {"title": "Diễn tập", "text": RULES}, {"If-Match": '"1"'}, 200)
    failed = ended(admin, asked)
    assert failed["state"] == "failed" and failed["fault"] == "rules_changed" and failed["done"] < 16004
    assert ended(admin, waits)["state"] == "done", "the next one goes on"
    with resting(city):
        asked = ask(admin, other, tickets=100000).json
        wait_until(lambda: shown(admin, asked)["state"] == "running", 30, "it runs")
        admin.post("/v1/rule-sets/%s/activate" % other["id"], None, {"If-Match": '"1"'}, 200)
    failed = ended(admin, asked)
    assert failed["fault"] == "active_changed", failed
    asked = ask(admin, made).json
    admin("DELETE", "/v1/rule-sets/" + made["id"], None, {"If-Match": '"2"'}, 204)
    admin.get("/v1/rehearsals/" + asked["id"], status=404)
    last = ended(admin, ask(admin, other, tickets=4).json)
    assert last["state"] == "done" and last["changed"]["tickets"] == 0, "compared with itself"


def test_a_killed_job_worker_counts_each_ticket_once(city, admin):
    for _ in range(4):
        city.filed()
    many_more(city, 3000)
    asked = ask(admin, draft(admin), tickets=100000).json
    interrupted = 0
    for turn in range(3):
        with contextlib.nullcontext() if turn else resting(city):
            wait_until(lambda: shown(admin, asked)["state"] != "waiting", 30, "it runs")
            time.sleep(0.3)
            interrupted += shown(admin, asked)["state"] == "running"
            for pid in city.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        wait_until(city.ready, 30, "ready again")
    done = ended(admin, asked)
    assert interrupted > 0, "it was interrupted"
    assert done["state"] == "done" and done["done"] == done["total"] == done["changed"]["tickets"] == 12004
    assert [(p["tickets"], p["listed"]) for p in done["pairs"]] == [(12004, 1000)]
    assert "roads" not in done["unused"]["names"] and "never" in done["unused"]["names"]
    # In one transaction: the sweep of the job worker would forget it as well.
    assert city.tamper("begin; update rehearsal set asked_at = asked_at - interval '31 days';"
                       " set session_replication_role = origin; select rehearsal_forget(now() - interval '30 days', 10); commit") == [["1"]]
    assert city.count("rehearsal_ticket") == city.count("rehearsal_pair") == 0
