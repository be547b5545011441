"""Calendars: read in three forms, changed by a text that is taken whole or not at all, tried out first, with a version and
an event for each change."""
import csv
import io
import json

import pytest

from support.town import HUB, wait_until

TABLES = ("calendar", "calendar_hours", "calendar_day", "calendar_version", "reference_version")
ZONE = "Asia/Ho_Chi_Minh"


@pytest.fixture(scope="module")
def admin(town):
    return town.person("admin", HUB)


def show(town, code="office", **headers):
    return town.anyone.get("/v1/calendars/" + code, headers)


def form(town, media, code="office", query=""):
    answer = town.anyone.get("/v1/calendars/%s%s" % (code, query), {"Accept": media})
    assert answer.header("content-type").startswith(media)
    return answer.body.decode("utf-8")


def put(who, text, form="ical", code="office", version=None, status=200, dry_run=False, **headers):
    if version is None:
        version = who.get("/v1/calendars/" + code).json["version"]
    body = {"format": form, "text": text, "dry_run": dry_run}
    return who("PUT", "/v1/calendars/" + code, body, {"If-Match": '"%s"' % version, **headers}, status)


def events(*bodies):
    return "".join(["BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"] + ["BEGIN:VEVENT\r\n%s\r\nEND:VEVENT\r\n" % b.replace("\n", "\r\n") for b in bodies]
                   + ["END:VCALENDAR\r\n"])


def contents(town):
    return [sorted(town.sql("select t::text from %s t" % table)) for table in TABLES]


def test_the_list_and_one_calendar(town):
    items = town.anyone.get("/v1/calendars").json["items"]
    assert [i["code"] for i in items] == ["always", "counter", "office"]
    assert all(i["zone"] == ZONE and i["version"] >= 1 for i in items)
    answer = show(town)
    office = answer.json
    assert answer.header("etag") == '"%d"' % office["version"]
    assert {"weekday": "mon", "opens": "13:00", "closes": "17:00"} in office["hours"] and len(office["hours"]) == 10
    made_up = [d for d in office["days"] if d["day"] == "2026-08-22"]
    assert made_up[0]["works"] and made_up[0]["weekday"] == "mon" and "hours" not in made_up[0]
    assert town.anyone.get("/v1/calendars/office", {"If-None-Match": answer.header("etag")}, 304).body == b""
    for code in ("nowhere", "offic%65x", "%ff", "'"):
        town.anyone.get("/v1/calendars/" + code, status=404)
    town.anyone.get("/v1/calendars/office", {"Accept": "application/xml"}, 406)


def test_a_counter_opens_on_saturday_morning(town):
    hours = show(town, "counter").json["hours"]
    assert {"weekday": "sat", "opens": "08:00", "closes": "12:00"} in hours


def test_ical_is_well_formed(town):
    text = form(town, "text/calendar")
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert max(len(line.encode()) for line in lines) <= 75 and "\n" not in text.replace("\r\n", "")
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) == text.count("BEGIN:VEVENT") == text.count("DTSTAMP:") and text.count("BEGIN:VTIMEZONE") == 1
    again = form(town, "text/calendar")
    assert again == text


@pytest.mark.parametrize("code", ["office", "always", "counter"])
def test_what_is_exported_can_be_imported_and_changes_nothing(town, admin, code):
    before = contents(town)
    for media, name in (("text/calendar", "ical"), ("text/csv", "csv")):
        got = put(admin, form(town, media, code), name, code).json
        assert got["changes"] == [] and got["counts"] == {"added": 0, "changed": 0, "removed": 0}
    assert contents(town) == before


@pytest.mark.parametrize("media, name", [("text/calendar", "ical"), ("text/csv", "csv")])
def test_a_file_is_put_back_with_its_own_tag(town, admin, media, name):
    got = town.anyone.get("/v1/calendars/office", {"Accept": media})
    body = {"format": name, "text": got.body.decode("utf-8"), "dry_run": True}
    assert admin("PUT", "/v1/calendars/office", body, {"If-Match": got.header("etag")}).json["changes"] == []
    assert admin("PUT", "/v1/calendars/office", body, {"If-Match": got.header("etag").replace("-", "x-")}, 412).problem == "precondition_failed"


def test_a_trial_tells_the_difference_and_changes_nothing(town, admin):
    before = contents(town)
    rows = list(csv.reader(io.StringIO(form(town, "text/csv"))))
    kept = [r for r in rows if r[1] != "2027-11-24"]
    kept[-1][5] = "Một tên khác"
    kept.append(["office", "2026-12-31", "true", "", "08:00-11:30", "Nghỉ buổi chiều", "Half day", "Thông báo 1", ""])
    text = "\n".join(",".join('"%s"' % c for c in r) for r in kept)
    got = put(admin, text, "csv", dry_run=True).json
    assert got["dry_run"] and got["counts"] == {"added": 1, "changed": 1, "removed": 1}
    by = {c["change"]: c for c in got["changes"]}
    assert by["added"]["before"] is None and by["added"]["after"]["hours"] == "08:00-11:30"
    assert by["changed"]["after"]["name_vi"] == "Một tên khác" and by["changed"]["before"]["day"] == kept[-2][1]
    assert by["removed"]["after"] is None and by["removed"]["before"]["day"] == "2027-11-24"
    assert contents(town) == before
    put(admin, text, "csv")
    assert put(admin, text, "csv", dry_run=True).json["changes"] == []


def test_a_change_counts_at_once_and_is_recorded(town, admin):
    """A ticket of today is due later by the day that is declared a day off."""
    others = town.sql("select * from calendar_day where calendar <> 'office' order by 1, 2")
    version = show(town).json["version"]
    due = [d for d in town.file()["deadlines"] if d["kind"] == "answer"][0]["due_at"]
    # Working days that no holiday is near enough to make up for.
    days = town.sql("""select to_char(d, 'YYYYMMDD') from generate_series(now() + interval '1 day', now() + interval '60 days', '1 day') d
        where calendar_works('office', d::date) and not exists (select from calendar_day c where c.calendar = 'office' and c.day = d::date)
        order by d limit 8""")
    off = ["SUMMARY;LANGUAGE=vi:Nghỉ\nDTSTART;VALUE=DATE:%s" % day for (day,) in days]
    got = put(admin, events(*off), version=version)
    assert got.header("etag") == '"%d"' % (version + 1) and got.json["version"] == version + 1
    wait_until(lambda: [d for d in town.file()["deadlines"] if d["kind"] == "answer"][0]["due_at"] > due, 20, "due later")
    kind, actor, data = town.sql("select actor_kind, actor, data from event where type = 'calendar.changed' order by at desc limit 1")[0]
    data = json.loads(data)
    assert kind == "staff" and actor == town.sql("select id from account where login = '%s'" % town.login("admin", HUB))[0][0]
    assert (data["code"], data["version"], data["added"]) == ("office", version + 1, 8)
    assert town.sql("select * from calendar_day where calendar <> 'office' order by 1, 2") == others
    assert len(show(town).json["hours"]) == 10, "a text without weekly hours leaves them"
    by = town.sql("select made_by from calendar_version where calendar = 'office' order by version desc limit 1")
    assert by == [[town.login("admin", HUB)]]


def test_old_versions_stay(town, admin):
    version = show(town).json["version"]
    old = {media: form(town, media, query="?version=1") for media in ("application/json", "text/calendar", "text/csv")}
    put(admin, events("SUMMARY:Nghỉ\nDTSTART;VALUE=DATE:20280101"))
    assert {media: form(town, media, query="?version=1") for media in old} == old
    assert show(town).json["version"] == version + 1
    back = put(admin, form(town, "text/calendar", query="?version=%d" % version)).json
    assert back["version"] == version + 2
    assert {**show(town).json, "version": 0, "made_at": 0} == {
        **json.loads(form(town, "application/json", query="?version=%d" % version)), "version": 0, "made_at": 0}
    town.anyone.get("/v1/calendars/office?version=999", status=404)
    town.anyone.get("/v1/calendars/office?version=0", status=422)


def test_hours_with_validity(town, admin):
    text = form(town, "text/calendar", "counter")
    summer = events("X-TIEPDAN-RULE:WEEKLY\nDTSTART;TZID=%s:20270601T070000\nDTEND;TZID=%s:20270601T113000\n"
                    "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270831T165959Z" % (ZONE, ZONE))
    got = put(admin, summer, code="counter").json
    assert [c["after"] for c in got["changes"] if c["change"] == "added" and c["part"] == "hours"][0] == {
        "weekday": "fri", "opens": "07:00", "closes": "11:30", "valid_from": "2027-06-01", "valid_to": "2027-09-01"}
    assert put(admin, text, code="counter").json["version"] == got["version"] + 1


def test_versions_guard_against_lost_changes(town, admin):
    text, before = events("SUMMARY:Nghỉ\nDTSTART;VALUE=DATE:20280101"), contents(town)
    put(admin, text, version=999, status=412)
    put(admin, text, version=999, status=412, dry_run=True)
    assert admin("PUT", "/v1/calendars/office", {"format": "ical", "text": text}).status == 428
    put(admin, text, code="nowhere", version=1, status=404)
    put(admin, "day,works\n", "csv", code="nowhere", version=1, status=404)
    put(town.person("leader", "HN-UBND"), text, status=403)
    put(town.anyone, text, status=401)
    assert contents(town) == before


DAY = "SUMMARY:S\nDTSTART;VALUE=DATE:20260901"
WEEKLY = "X-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T%s\nDTEND:20260907T%s\nRRULE:FREQ=WEEKLY;COUNT=9"


@pytest.mark.parametrize("text,line,says_en,says_vi", [
    (events(DAY, DAY + "\nX-TIEPDAN-RULE:MAKE-UP"), 7, "exception already, in line 3", "ngoại lệ ở dòng 3"),
    (events(WEEKLY % ("080000", "120000"), WEEKLY % ("110000", "130000")), 9, "hours overlap", "chồng lên nhau"),
    (events(DAY + "\nX-TIEPDAN-RULE:HOURS\nX-TIEPDAN-HOURS:08:00-12:00 11:00-13:00"), 7, "hours overlap", "chồng lên nhau"),
    (events("SUMMARY:S\nDTSTART;TZID=Asia/Atlantis:20260901T080000"), 5, "Asia/Atlantis: is not the zone", "không phải múi giờ"),
    (events(DAY + "\nRRULE:FREQ=YEARLY"), 6, "needs COUNT or UNTIL", "cần COUNT hoặc UNTIL"),
    (events(DAY + "\nRRULE:FREQ=YEARLY;UNTIL=20990101"), 6, "more than 10 years", "quá 10 năm"),
    (events("SUMMARY:S\nDTSTART;VALUE=DATE:19691231"), 5, "is not from 1970-01-01", "nằm ngoài khoảng"),
    (events("SUMMARY:S\nDTSTART;VALUE=DATE:22010101"), 5, "is not from 1970-01-01", "nằm ngoài khoảng"),
    (events("SUMMARY:S"), 3, "no DTSTART", "thiếu DTSTART"),
    ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", 2, "not closed", "chưa được đóng"),
    ("calendar,day\n", 1, "not a content line", "không phải dòng nội dung"),
    (events(DAY + "\nX-A:" + "x" * 9000), 6, "too long", "quá dài"),
])
def test_a_bad_ical_is_refused_with_line_and_reason(town, admin, text, line, says_en, says_vi):
    before = contents(town)
    for language, says in (("en", says_en), ("vi", says_vi)):
        for dry_run in (False, True):
            refused = put(admin, text, status=422, dry_run=dry_run, **{"Accept-Language": language})
            fault = refused.json["errors"][0]
            assert fault["pointer"] == "#/text" and fault["line"] == line and says in fault["detail"], refused
    assert contents(town) == before


HEAD = "day,works,weekday,hours,name_vi,name_en,source\n"


@pytest.mark.parametrize("text,line,says", [
    (HEAD + "2026-12-31,true,,08:00-11:30,A,A,s\n2026-12-31,false,,,A,A,s\n", 3, "stands in line 2 already"),
    (HEAD + "2026-12-31,true,,08:00-12:00 11:00-13:00,A,A,s\n", 2, "08:00-12:00 and 11:00-13:00 overlap"),
    (HEAD + "2026-12-31,true,,12:00-08:00,A,A,s\n", 2, "closes before it opens"),
    (HEAD + "2026-12-31,false,,08:00-12:00,A,A,s\n", 2, "hours: a day off has none"),
    (HEAD + "2026-12-31,false,mon,,A,A,s\n", 2, "weekday: a day off has none"),
    (HEAD + "2026-12-31,true,mon,08:00-12:00,A,A,s\n", 2, "hours of its own"),
    (HEAD + "2026-12-31,true,monday,,A,A,s\n", 2, "is not one of mon"),
    (HEAD + "2026-12-31,true,,8-12,A,A,s\n", 2, "is not opening hours like"),
    (HEAD + "1969-12-31,false,,,A,A,s\n", 2, "is not from 1970-01-01 to 2200-12-31"),
    (HEAD + "2201-01-01,false,,,A,A,s\n", 2, "is not from 1970-01-01 to 2200-12-31"),
    (HEAD + "2026-02-30,false,,,A,A,s\n", 2, "is not a date"),
    (HEAD + "2026-12-31,false,,,A,A\n", 2, "6 fields, but the first line has 7"),
    (HEAD + "2026-12-31,false,,,\"A,A,s\n", 2, "quot"),
    ("calendar," + HEAD + "counter,2026-12-31,false,,,A,A,s\n", 2, "is not the calendar that is changed"),
    ("colour," + HEAD + "red,2026-12-31,false,,,A,A,s\n", 2, "colour: unknown column"),
    ("nonsense", 1, "must name the columns"),
    ("line," + HEAD + "x,2026-12-31,false,,,A,A,s\n", 1, "line: unknown column"),
    ("day," + HEAD + "2026-12-31,2026-12-31,false,,,A,A,s\n", 1, "day: the column stands twice"),
])
def test_a_bad_csv_is_refused_with_line_and_reason(town, admin, text, line, says):
    before = contents(town)
    for dry_run in (False, True):
        refused = put(admin, text, "csv", status=422, dry_run=dry_run, **{"Accept-Language": "en"})
        assert [f for f in refused.json["errors"] if f["line"] == line and says in f["detail"]], refused
    assert contents(town) == before


def test_faults_of_rows_are_told_in_vietnamese(town, admin):
    text = HEAD + "2026-02-30,yes,mo,8-12,,A,s\n2026-12-31,false,mon,08:00-12:00,A,A,s\n1969-01-01,true,,12:00-08:00,A,A,s\n"
    told = {f["detail"] for f in put(admin, text, "csv", status=422).json["errors"]}
    assert told == {
        'day: "2026-02-30" không phải là ngày dạng 2026-11-24', 'works: "yes" không phải là true hoặc false',
        'weekday: "mo" không phải là một trong: mon, tue, wed, thu, fri, sat, sun',
        'hours: "8-12" không phải là giờ mở cửa dạng 08:00-12:00 13:00-15:00', "name_vi: bị thiếu", "weekday: ngày nghỉ không có mục này",
        "hours: ngày nghỉ không có mục này", "day: 1969-01-01 nằm ngoài khoảng 1970-01-01 đến 2200-12-31",
        "hours: 12:00-08:00 đóng trước khi mở"}


@pytest.mark.parametrize("text, line, says", [
    (HEAD + "2026-12-31,false,,,A,A\n", 2, "6 ô, nhưng dòng đầu có 7"), ("nonsense", 1, "dòng đầu phải là tên các cột, cách nhau bằng dấu phẩy"),
    ("line," + HEAD + "x,2026-12-31,false,,,A,A,s\n", 1, "line: cột không tồn tại"),
    ("day," + HEAD + "2026-12-31,2026-12-31,false,,,A,A,s\n", 1, "day: cột bị lặp lại"),
    (HEAD + "2026-12-31,false,,,\"A,A,s\n", 2, "dấu ngoặc kép không được đóng")])
def test_faults_of_the_file_are_told_in_vietnamese(admin, text, line, says):
    assert [(f["line"], f["detail"]) for f in put(admin, text, "csv", status=422).json["errors"]] == [(line, says)]


def test_a_calendar_that_is_never_open_is_refused(town, admin):
    before = contents(town)
    old = events("X-TIEPDAN-RULE:WEEKLY\nDTSTART:19900101T080000\nDTEND:19900101T120000\nRRULE:FREQ=WEEKLY;COUNT=9")
    refused = put(admin, old, status=422, **{"Accept-Language": "en"})
    assert "not have a single working day" in refused.json["errors"][0]["detail"]
    assert contents(town) == before
    assert town.file()["code"]


@pytest.mark.parametrize("body", [{}, {"format": "xml", "text": "x"}, {"format": "csv"}, {"format": "csv", "text": ""}, {"format": "csv", "text": 1},
                                  {"format": "csv", "text": "x", "dry_run": "yes"}, {"format": "csv", "text": "x", "more": 1}])
def test_a_body_that_does_not_fit(admin, body):
    assert admin("PUT", "/v1/calendars/office", body, {"If-Match": '"1"'}, 422).json["errors"]


def test_large_texts(town, admin):
    """A thousand days come within the time of a request; more than 1 MiB does not come at all."""
    days = [HEAD] + ["%d-%02d-%02d,false,,,Nghỉ,Off,s\n" % (2100 + y, m, d) for y in range(4) for m in range(1, 13) for d in range(1, 29)]
    before = contents(town)
    assert put(admin, "".join(days), "csv", dry_run=True).json["counts"]["added"] == len(days) - 1
    assert put(admin, HEAD + "x" * 1048576, "csv", status=413).json["detail"] == "Tối đa 1048576 byte."
    assert contents(town) == before


def test_two_at_once_make_one_version(town, admin):
    """Of two changes made for the same version one wins, and the other is told."""
    import threading
    version = show(town, "always").json["version"]
    statuses = []

    def change(n):
        who = town.client(Authorization=admin.headers["Authorization"])
        text = events("SUMMARY:Nghỉ %d\nDTSTART;VALUE=DATE:2028010%d" % (n, n))
        statuses.append(put(who, text, code="always", version=version, status=None).status)

    threads = [threading.Thread(target=change, args=(n,)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 5
    assert show(town, "always").json["version"] == version + 1
    assert len(show(town, "always").json["days"]) == 1
