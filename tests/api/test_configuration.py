"""The configuration through the API: read by administrators and the hub, changed as a whole or by some rows, tried out first, with a
version for each change and a record of it, in force at once."""
import csv
import io
import json
import subprocess
import threading
import time

import pytest

from support.contract import ROOT
from support.town import HUB, wait_until

BASE = "/v1/configuration"
SEEDS = ROOT / "migrations/seed/hanoi"


@pytest.fixture(scope="module")
def admin(town):
    return town.person("admin", HUB)


def kinds(who):
    return {k["kind"]: k for k in who.get(BASE + "?limit=200").json["items"]}


def show(who, kind):
    return who.get("%s/%s" % (BASE, kind)).json


def row(who, kind, **key):
    found = [r for r in show(who, kind)["rows"] if all(r.get(k) == v for k, v in key.items())]
    assert len(found) == 1, (kind, key, found)
    return found[0]


def text(who, kind, query=""):
    answer = who.get("%s/%s%s" % (BASE, kind, query), {"Accept": "text/csv"})
    assert answer.header("content-type").startswith("text/csv")
    return answer.body.decode("utf-8")


def change(who, kind, body, status=200, version=None, rows=True, **headers):
    version = show(who, kind)["version"] if version is None else version
    return who("PUT", "%s/%s%s" % (BASE, kind, "/rows" if rows else ""), body, {"If-Match": '"%s"' % version, **headers}, status)


def put(who, kind, body, status=200, version=None, dry_run=False, **headers):
    return change(who, kind, {"text": body, "dry_run": dry_run}, status, version, False, **headers)


def faults(answer):
    return {(e["pointer"].lstrip("#"), e.get("line")): e["detail"] for e in answer.json["errors"]}


def contents(town):
    return town.sql("select kind, version, content from configuration_kept order by 1") + town.sql("select version from reference_version")


def test_the_kinds(town, admin):
    found = kinds(admin)
    assert list(found)[:5] == ["calendars", "hours", "days", "areas", "departments"] and {"settings", "templates", "triage_texts"} < set(found)
    assert found["departments"]["rows"] == 158 and found["kinds"]["rows"] == 12
    assert found["departments"]["changed_by"] == {"account": None, "command": "tiepdan"}
    page = admin.get(BASE + "?limit=2").json
    assert [k["kind"] for k in page["items"]] == ["calendars", "hours"]
    assert admin.get(BASE + "?limit=2&cursor=" + page["next_cursor"]).json["items"][0]["kind"] == "days"


def test_who_may(town, admin):
    for role in ("coordinator", "hub_head", "auditor", "admin"):
        who = town.person(role, HUB)
        version = show(who, "profiles")["version"]
        change(who, "profiles", {"rows": [{"code": "hoi_dap"}], "dry_run": True}, 200 if role == "admin" else 403, version)
    for role in ("officer", "head", "leader", "clerk"):
        for target in (BASE, BASE + "/kinds", BASE + "/changes", BASE + "/archive"):
            town.person(role).get(target, {"Accept": "*/*"}, 403)
    town.anyone.get(BASE, status=401)


def test_one_kind_as_json_and_as_a_file(town, admin):
    answer = admin.get(BASE + "/kinds")
    got = answer.json
    assert answer.header("etag") == '"%d"' % got["version"] and admin.get(BASE + "/kinds", {"If-None-Match": answer.header("etag")}, 304)
    assert got["columns"] == (SEEDS / "kinds.csv").read_text().splitlines()[0].split(",")
    table = list(csv.DictReader(io.StringIO(text(admin, "kinds"))))
    assert len(table) == len(got["rows"]) == 12
    assert [{k: v for k, v in r.items() if v} for r in table] == [{k: str(v) for k, v in r.items()} for r in got["rows"]]
    assert text(admin, "kinds", "?bom=true") == "\ufeff" + text(admin, "kinds")
    for kind in ("nothing", "Kinds", "kin%64", "%ff", "'"):
        for media in ("application/json", "text/csv"):
            admin.get("%s/%s" % (BASE, kind), {"Accept": media}, 404)
    admin.get(BASE + "/kinds", {"Accept": "image/png"}, 406)


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.csv")), ids=lambda p: p.stem)
def test_columns_stand_in_the_order_of_the_shipped_files(town, admin, path):
    columns, shipped = show(admin, path.stem)["columns"], path.read_text().splitlines()[0].split(",")
    assert columns[:len(shipped)] == shipped


def test_what_was_read_is_put_back_and_changes_nothing(town, admin):
    before = contents(town)
    for kind, k in kinds(admin).items():
        for query in ("", "?bom=true"):
            file = admin.get("%s/%s%s" % (BASE, kind, query), {"Accept": "text/csv"})
            answer = admin("PUT", "%s/%s" % (BASE, kind), {"text": file.body.decode("utf-8")}, {"If-Match": file.header("etag")}, 200)
            assert answer.json["changes"] == [] and answer.json["counts"] == {"added": 0, "changed": 0, "removed": 0, "left": 0}, kind
            assert answer.json["version"] == k["version"] and answer.header("etag") == '"%d"' % k["version"]
        rows = show(admin, kind)["rows"]
        if rows:
            assert change(admin, kind, {"rows": rows[:500]}).json["changes"] == [], kind
    assert contents(town) == before


def test_one_category_with_curl(town, admin):
    before = row(admin, "categories", code="roads.surface")
    versions = {k: v["version"] for k, v in kinds(admin).items()}
    got = change(admin, "categories", {"rows": [{"code": "roads.surface", "level": "urgent"}]})
    assert got.json["counts"] == {"added": 0, "changed": 1, "removed": 0, "left": 59}
    assert got.json["changes"] == [{"kind": "categories", "change": "changed", "key": "roads.surface", "before": before, "after": {**before, "level": "urgent"}}]
    assert got.header("etag") == '"%d"' % (versions["categories"] + 1)
    after = {k: v["version"] for k, v in kinds(admin).items()}
    assert after == {**versions, "categories": versions["categories"] + 1}, "exactly this kind has another version"
    mine = kinds(admin)["categories"]["changed_by"]
    assert mine["account"]["name"] == "Người admin 1" and mine["command"] is None
    wait_until(lambda: town.sql("select level from ticket where code = '%s'" % town.file()["code"]) == [["urgent"]], 20, "urgent at once")
    change(admin, "categories", {"rows": [{"code": "roads.surface", "level": "normal"}]})


def test_a_row_ends(town, admin):
    new = {"code": "thu.nghiem", "name_vi": "Thử nghiệm", "name_en": "Trial", "department": "HN-SXD", "level": "normal", "visibility": "public"}
    assert change(admin, "categories", {"rows": [new]}).json["counts"]["added"] == 1
    ended = change(admin, "categories", {"rows": [{"code": "thu.nghiem", "valid_to": "2026-01-01"}]}).json["changes"][0]
    assert ended["after"]["valid_to"] == "2026-01-01" and ended["after"]["name_vi"] == "Thử nghiệm"
    again = change(admin, "categories", {"rows": [{"code": "thu.nghiem", "valid_to": None}]}).json["changes"][0]
    assert "valid_to" not in again["after"]
    assert change(admin, "categories", {"rows": [{"code": "thu.nghiem", "valid_to": ""}]}).json["changes"] == []


def test_every_worker_takes_it_up(town, admin):
    """Two workers; each new connection may come to either."""
    change(admin, "kinds", {"rows": [{"code": "question", "name_en": "A question, renamed"}]})

    def renamed():
        clients = [town.client() for _ in range(12)]
        try:
            return all(any(k["name_en"] == "A question, renamed" for k in c.get("/v1/kinds").json["items"]) for c in clients)
        finally:
            for c in clients:
                c.close()

    wait_until(renamed, 20, "the new name everywhere")
    category = {"code": "tourism", "name_vi": "Du lịch", "name_en": "Tourism", "department": "HN-SNNMT", "level": "normal", "visibility": "public"}
    change(admin, "categories", {"rows": [category]})
    wait_until(lambda: all(town.file(category="tourism")["department"]["code"] == "HN-SNNMT" for _ in range(8)), 20, "routed by the new row")


def test_a_trial_tells_and_changes_nothing(town, admin):
    before = contents(town)
    lines = text(admin, "profiles").splitlines()
    got = put(admin, "profiles", "\n".join(lines[:3] + ["khac,Khác,Other"]), dry_run=True).json
    assert got["dry_run"] and got["counts"] == {"added": 1, "changed": 0, "removed": 0, "left": 9}
    assert change(admin, "settings", {"rows": [{"name": "close_after_days", "value": 30}], "dry_run": True}).json["changes"][0]["after"]["value"] == 30
    assert contents(town) == before


def test_hours_of_one_day(town, admin):
    """Files of hours take the place of all of a calendar; a row does not."""
    saturday = {"calendar": "office", "weekday": "sat", "opens": "08:00", "closes": "11:30"}
    assert change(admin, "hours", {"rows": [saturday]}).json["counts"] == {"added": 1, "changed": 0, "removed": 0, "left": 18}
    assert {"weekday": "sat", "opens": "08:00", "closes": "11:30"} in town.anyone.get("/v1/calendars/office").json["hours"]
    back = "\n".join(line for line in text(admin, "hours").splitlines() if "office,sat" not in line)
    assert put(admin, "hours", back).json["counts"] == {"added": 0, "changed": 0, "removed": 1, "left": 0}


def test_faults_of_rows_point_to_their_cells(town, admin):
    before = contents(town)
    rows = [{"code": "roads.surface", "level": "soon"}, {"code": "roads", "colour": "red"}, {"code": "x y", "name_vi": "Tên"}]
    answer = change(admin, "categories", {"rows": rows}, 422, **{"Accept-Language": "en"})
    found = faults(answer)
    assert "normal, urgent, complex" in found[("/rows/0/level", None)]
    assert "unknown column" in found[("/rows/1/colour", None)] and ("/rows/2/code", None) in found and ("/rows/2/department", None) in found
    told = faults(change(admin, "categories", {"rows": rows}, 422))
    assert "không phải là một trong" in told[("/rows/0/level", None)] and "bị thiếu" in told[("/rows/2/department", None)]
    for bad, where in (({"rows": [{"code": {}}]}, "/rows/0/code"), ({"rows": ["x"]}, "/rows/0"), ({"rows": {}}, "/rows"), ({"rows": []}, "/rows"),
                       ({"rows": [{"line": 1}]}, "/rows/0/line"), ({"rows": [{"a~b/c": []}]}, "/rows/0/a~0b~1c"), ({}, "/rows"),
                       ({"rows": [{}] * 501}, "/rows"), ({"rows": [{}], "more": 1}, "/more")):
        assert where in change(admin, "categories", bad, 422).pointers, bad
    assert contents(town) == before


def test_faults_of_a_file_have_their_lines(town, admin):
    before = contents(town)
    bad = "code,name_vi,name_en\nhoi_dap,Hỏi đáp,Questions\nx y,Tên,\n"
    found = faults(put(admin, "profiles", bad, 422))
    assert set(found) == {("/text", 3)}
    assert set(faults(put(admin, "profiles", "code,name_vi,name_en\nkhac,Khác\n", 422))) == {("/text", 2)}
    for broken, line, vi, en in (("profile", 1, "dòng đầu phải là tên các cột", "must name the columns"), ('a,b\n1,2\n"', 3, "không được đóng", "is not closed"),
                                 ("a,a\n", 1, "a: cột bị lặp lại", "a: the column stands twice"), ("a,b\n1,2\n1\n", 3, "1 ô, nhưng dòng đầu có 2", "1 fields")):
        assert vi in faults(put(admin, "profiles", broken, 422))[("/text", line)]
        assert en in faults(put(admin, "profiles", broken, 422, **{"Accept-Language": "en"}))[("/text", line)]
    hub = text(admin, "departments").replace(",false,true,office", ",false,false,office")
    assert "trung tâm điều phối" in faults(put(admin, "departments", hub, 422))[("/text", 1)]
    assert "hub" in faults(put(admin, "departments", hub, 422, **{"Accept-Language": "en"}))[("/text", 1)]
    put(admin, "profiles", "code,name_vi,name_en\n" + "x,%s,y\n" % ("ô" * 600000), 413)
    assert contents(town) == before and town.file()["code"]


@pytest.mark.parametrize("name, value", [("close_after_days", 0), ("close_after_days", 366), ("close_after_days", -1), ("close_after_days", 1.5),
                                         ("close_after_days", None), ("close_after_days", "soon"), ("publication_by_heads", 2), ("nothing", 1)])
def test_nobody_saves_nonsense(town, admin, name, value):
    before = town.sql("select * from setting order by 1")
    change(admin, "settings", {"rows": [{"name": name, "value": value}]}, 422)
    assert town.sql("select * from setting order by 1") == before


def test_a_number_counts_at_once(town, admin):
    change(admin, "settings", {"rows": [{"name": "parts_most", "value": 1}]})
    assert town.sql("select value from setting where name = 'parts_most'") == [["1"]]
    change(admin, "settings", {"rows": [{"name": "parts_most", "value": "10"}]})
    assert row(admin, "settings", name="parts_most")["value"] == 10


def test_a_change_names_its_version(town, admin):
    body = {"rows": [{"name": "parts_most", "value": 9}]}
    version = show(admin, "settings")["version"]
    assert admin("PUT", BASE + "/settings/rows", body, None, 428).problem == "precondition_required"
    for tag in ('"%d"' % (version + 1), '"0"', 'W/"%d"' % version, '"%d", "7"' % version):
        assert admin("PUT", BASE + "/settings/rows", body, {"If-Match": tag}, 412).problem == "precondition_failed"
    admin("PUT", BASE + "/nothing/rows", body, {"If-Match": '"1"'}, 404)
    assert show(admin, "settings")["version"] == version


def test_of_two_at_once_one_is_refused(town, admin):
    """As is whoever has read before somebody else changed it."""
    other = town.person("admin", HUB, 2)
    version = show(admin, "settings")["version"]
    answers = []

    def attempt(who, value):
        answers.append(who("PUT", BASE + "/settings/rows", {"rows": [{"name": "relations_most", "value": value}]},
                           {"If-Match": '"%d"' % version}).status)

    threads = [threading.Thread(target=attempt, args=(who, 60 + n)) for n, who in enumerate((admin, other))]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert sorted(answers) == [200, 412]
    assert show(admin, "settings")["version"] == version + 1
    change(admin, "settings", {"rows": [{"name": "relations_most", "value": 50}]})


def test_imports_do_not_mix(town, admin):
    """One that is under way in the database is waited for; then the version that was read is an old one."""
    held = subprocess.Popen(["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", town.cluster.url(town.database, "tiepdan")],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    version, profile = show(admin, "profiles")["version"], '[{"line": 2, "code": "cho", "name_vi": "Chờ", "name_en": "Wait"}]'
    held.stdin.write("begin;\nselect count(*) from tiepdan.import_rows('profiles', '%s');\n" % profile)
    held.stdin.flush()
    assert held.stdout.readline().strip() == "0"
    status = []
    waiting = threading.Thread(target=lambda: status.append(change(admin, "profiles", {"rows": [{"code": "hoi_dap", "name_en": "Another"}]}, None, version).status))
    waiting.start()
    time.sleep(0.3)
    assert not status, "it waits"
    held.stdin.write("commit;\n")
    held.stdin.close()
    assert held.wait(20) == 0
    waiting.join(30)
    assert status == [412] and row(admin, "profiles", code="cho") and row(admin, "profiles", code="hoi_dap")["name_en"] != "Another"


def test_the_record(town, admin, tmp_path):
    start = town.sql("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")[0][0]
    change(admin, "settings", {"rows": [{"name": "parts_most", "value": 11}]})
    (tmp_path / "profiles.csv").write_text("code,name_vi,name_en\nlenh,Bằng lệnh,By command\n")
    town.cluster.run(town.database, "import", "profiles", str(tmp_path / "profiles.csv"))
    town.sql("update setting set value = 10 where name = 'parts_most'")
    items = admin.get(BASE + "/changes?from=" + start).json["items"]
    assert [(i["kind"], i["counts"]) for i in items] == [("settings", {"added": 0, "changed": 1, "removed": 0}),
                                                          ("profiles", {"added": 1, "changed": 0, "removed": 0}),
                                                          ("settings", {"added": 0, "changed": 1, "removed": 0})]
    assert [i["by"]["command"] for i in items] == ["postgres", "tiepdan", None] and items[2]["by"]["account"]["name"] == "Người admin 1"
    assert items[0]["version"] == items[2]["version"] + 1 == show(admin, "settings")["version"]
    whole = town.person("auditor", HUB).get("%s/changes/%s" % (BASE, items[2]["id"])).json
    assert [(c["key"], c["before"]["value"], c["after"]["value"]) for c in whole["changes"]] == [("parts_most", 10, 11)]
    assert {k: v for k, v in whole.items() if k != "changes"} == items[2]
    assert admin.get("%s/changes?kind=profiles&from=%s" % (BASE, start)).json["items"] == [items[1]]
    assert admin.get("%s/changes?to=%s&limit=1" % (BASE, start)).json["items"][0]["at"] < start
    page = admin.get("%s/changes?from=%s&limit=2" % (BASE, start)).json
    assert page["items"] == items[:2] and admin.get("%s/changes?from=%s&limit=2&cursor=%s" % (BASE, start, page["next_cursor"])).json["items"] == items[2:]
    assert admin.get(BASE + "/changes?kind=x%20y", status=422).pointers and admin.get(BASE + "/changes?from=yesterday", status=422).pointers
    admin.get(BASE + "/changes/00000000-0000-0000-0000-000000000000", status=404)


def test_a_calendar_that_is_changed_on_its_own_is_recorded(town, admin):
    calendar = town.anyone.get("/v1/calendars/counter").json
    versions = kinds(admin)
    body = {"format": "csv", "text": "day,works,name_vi,name_en,source\n2031-05-01,false,Nghỉ,Off,Thông báo\n"}
    admin("PUT", "/v1/calendars/counter", body, {"If-Match": '"%d"' % calendar["version"]}, 200)
    now = kinds(admin)
    assert {k for k in now if now[k]["version"] != versions[k]["version"]} == {"days"}
    newest = admin.get(BASE + "/changes?kind=days&limit=1").json["items"][0]
    assert newest["by"]["account"]["name"] == "Người admin 1" and newest["counts"]["added"] == 1
    assert json.dumps(newest).count("2031") == 0


def test_the_words_of_letters(town, admin):
    letter = row(admin, "templates", type="ticket.filed", side="citizen", language="vi")
    assert change(admin, "templates", {"rows": [{**letter, "subject": "Đã nhận {{code}}"}], "dry_run": True}).json["counts"]["changed"] == 1
    change(admin, "templates", {"rows": [{**letter, "subject": "Đã nhận {{nothing}}"}]}, 422)
