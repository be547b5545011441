"""The backlog and the stays: what came and went each day, what was left, and how long tickets stay; at once, and as well when it was followed."""
import csv
import io

import pytest

from support.town import wait_until

COUNTS = ("filed", "came", "reopened", "answered", "refused", "withdrawn", "merged", "passed", "open", "overdue")
CAME, WENT = COUNTS[:3], COUNTS[3:8]
# A month long past, in which nothing happens but to the tickets below, all of them of one department and category until one is passed on.
NOVEMBER = "from=2020-11-01&to=2020-11-30"
DAY = "timestamptz '2020-11-15T10:00:00+07:00' + %s * interval '1 day'"


def followed(town):
    """Waits until the sums are used and nothing is left to follow."""
    wait_until(lambda: town.sql("select filled_to is null and not exists (select from event e where (e.xid, e.id) > (c.xid, c.id)) and not exists "
                                "(select from report_touched) from report_cursor c") == [["t"]], 60, "the follower of reports")


@pytest.fixture(scope="module")
def leader(town):
    return town.person("leader", "HN-UBND")


def put_back(town, ticket, *days):
    """The events of a ticket that change its state happened on these days, one after the other, and so did what they did to holders and clocks."""
    events = [e for e, in town.sql("select id from event where ticket = '%s' and to_state is not null and from_state is distinct from to_state "
                                   "order by at, id" % ticket)]
    assert len(events) == len(days), "as many as days"
    for event, day in zip(events, days):
        town.tamper("update holding set since = {d} where ticket = '{t}' and since = (select at from event where id = '{e}'); update holding set until = {d} "
                    "where ticket = '{t}' and until = (select at from event where id = '{e}'); update clock set stop_at = {d} where ticket = '{t}' and "
                    "stop_at = (select at from event where id = '{e}'); update event set at = {d} where id = '{e}'".format(d=DAY % day, t=ticket, e=event))
    town.tamper("update ticket set filed_at = %s where id = '%s'" % (DAY % days[0], ticket))
    for table in ("clock", "clock_running"):
        town.tamper("update %s set due_at = %s, latest_due = 'infinity' where ticket = '%s' and kind = 'answer'" % (table, DAY % (days[0] + 5), ticket))


@pytest.fixture(scope="module")
def november(town):
    """Five tickets: answered on the 20th, overdue since the 21st; passed on the 17th; withdrawn on the 16th; answered in its time; merged on the 18th."""
    officer, head, hub = town.person("officer"), town.person("head"), town.person("coordinator", "HN-EIC")
    late, _ = town.answered()
    put_back(town, late, 0, 1, 2, 7, 9)
    passed, _ = town.filed()
    town.move(officer, passed, "accept")
    town.move(hub, passed, "route", {"department": "HN-TTRA", "reason": "Việc của thanh tra"})
    put_back(town, passed, 0, 1, 2)
    withdrawn, filed = town.filed()
    town.citizen(filed).post("/v1/tracking/withdraw", {}, status=201)
    put_back(town, withdrawn, 0, 1)
    good, _ = town.answered()
    put_back(town, good, 1, 1.1, 1.2, 1.3, 4)
    merged, _ = town.filed()
    town.move(head, merged, "merge", {"into": town.filed()[0]})
    put_back(town, merged, 1, 3)
    return {"late": late, "passed": passed}


def backlog(leader, query):
    return leader.get("/v1/reports/backlog?" + query).json


def told(row, *names):
    return [row[name] for name in names]


@pytest.mark.parametrize("when", ["at once", "followed"])
def test_each_day_of_a_department(town, leader, november, when):
    if when == "followed":
        followed(town)
    report = backlog(leader, NOVEMBER + "&key=HN-SXD")
    days = {d["day"][-2:]: told(d, *COUNTS) for d in report["days"]}
    assert len(days) == 30 and days["14"] == [0] * 10
    assert days["15"] == [3, 0, 0, 0, 0, 0, 0, 0, 3, 0], "three are filed"
    assert days["16"] == [2, 0, 0, 0, 0, 1, 0, 0, 4, 0], "two more, and one is withdrawn"
    assert days["17"] == [0, 0, 0, 0, 0, 0, 0, 1, 3, 0], "one goes to another department"
    assert days["18"] == [0, 0, 0, 0, 0, 0, 1, 0, 2, 0], "one is merged"
    assert days["19"] == [0, 0, 0, 1, 0, 0, 0, 0, 1, 0], "one is answered"
    assert days["20"] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], "one is overdue"
    assert days["24"] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0], "and answered"
    assert days["30"] == [0] * 10
    row, = report["rows"]
    assert told(row, *COUNTS) == told(report["total"], *COUNTS) == [5, 0, 0, 2, 0, 1, 1, 1, 0, 0]
    assert (row["key"], row["name_vi"], row["name_en"]) == ("HN-SXD", "Sở Xây dựng", "Department of Construction")


def test_all_departments(town, leader, november):
    report = backlog(leader, NOVEMBER)
    rows = {r["key"]: told(r, *COUNTS) for r in report["rows"]}
    assert rows == {"HN-SXD": [5, 0, 0, 2, 0, 1, 1, 1, 0, 0], "HN-TTRA": [0, 1, 0, 0, 0, 0, 0, 0, 1, 1]}
    assert told(report["total"], *COUNTS) == [sum(x) for x in zip(*rows.values())], "the rows add up"
    assert report["days"][16]["came"] == report["days"][16]["passed"] == 1 and report["days"][16]["open"] == 4
    assert told(report["days"][29], "open", "overdue") == [1, 1]


@pytest.mark.parametrize("by,key", [("category", "roads.surface"), ("area", "00316")])
def test_going_to_another_department_is_no_news_of_a_category(town, leader, november, by, key):
    report = backlog(leader, "%s&by=%s" % (NOVEMBER, by))
    row, = report["rows"]
    assert row["key"] == key and told(row, *COUNTS) == told(report["total"], *COUNTS) == [5, 0, 0, 2, 0, 1, 1, 0, 1, 1]


def test_today_is_until_now(town, leader):
    today = town.sql("select city_day(now())")[0][0]
    ask = "from=%s&to=%s" % (today, today)
    before = backlog(leader, ask)["total"]
    for n in range(2):
        town.filed()
        after = backlog(leader, ask)
        assert [d["day"] for d in after["days"]] == [today]
        assert (after["total"]["filed"], after["total"]["open"]) == (before["filed"] + n + 1, before["open"] + n + 1), "at once"
    followed(town)
    assert backlog(leader, ask)["total"] == after["total"]
    later = town.sql("select city_day(now()) + 3")[0][0]
    assert [d["day"] for d in backlog(leader, "from=%s&to=%s" % (today, later))["days"]] == [today], "days to come are not told"
    assert backlog(leader, "from=%s&to=%s" % (later, later))["days"] == []


def test_days_add_up(town, leader):
    """What is open at the end of a day is what was open before, with what came and without what went; also over months and years."""
    today = town.sql("select city_day(now())")[0][0]
    for query in (NOVEMBER, "from=2020-11-17&to=2021-11-17", "from=%s&to=%s" % (today[:8] + "01", today)):
        days = backlog(leader, query)["days"]
        was = days[0]["open"] - sum(told(days[0], *CAME)) + sum(told(days[0], *WENT))
        for day in days:
            assert day["open"] == was + sum(told(day, *CAME)) - sum(told(day, *WENT)) >= day["overdue"], day
            was = day["open"]


def test_a_key_without_tickets(leader):
    report = backlog(leader, NOVEMBER + "&key=HN-EIC")
    assert told(report["rows"][0], *COUNTS) == [0] * 10 and report["rows"][0]["name_vi"] and report["key"] == "HN-EIC"


@pytest.mark.parametrize("query,where", [
    ("", "from"), ("from=2020-11-01", "to"), ("from=2020-11-30&to=2020-11-01", "to"), ("from=2020-11-01&to=2021-11-02", "to"),
    (NOVEMBER + "&by=mood", "by"), (NOVEMBER + "&by=state", "by"), (NOVEMBER + "&key=HN-NONE", "key"), (NOVEMBER + "&by=area&key=HN-SXD", "key")])
def test_bad_questions(leader, query, where):
    assert where in str(leader.get("/v1/reports/backlog?" + query, status=422).json["errors"])


@pytest.mark.parametrize("to,limit", [("2020-10-31", "tối thiểu 2020-11-01"), ("2021-11-02", "tối đa 2021-11-01")])
def test_the_limits_are_told(leader, to, limit):
    fault, = leader.get("/v1/reports/backlog?from=2020-11-01&to=" + to, status=422).json["errors"]
    assert limit in fault["detail"]


def test_the_longest_time(leader):
    assert len(backlog(leader, "from=2019-11-02&to=2020-11-01")["days"]) == 366


def rows_of(answer):
    assert answer.header("content-type").startswith("text/csv") and "\r\n" in answer.body.decode()
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8"), newline="")))
    assert rows and None not in rows[0]
    return rows


def test_the_backlog_as_csv(leader, november):
    answer = leader.get("/v1/reports/backlog?" + NOVEMBER, {"Accept": "text/csv"})
    rows = rows_of(answer)
    assert len(rows) == 33 and "backlog-2020-11-01-2020-11-30.csv" in answer.header("content-disposition")
    assert {r["key"] for r in rows[:30]} == {"total"} and rows[14]["first"] == rows[14]["last"] == "2020-11-15" and rows[14]["open"] == "3"
    assert [r["key"] for r in rows[30:]] == ["HN-SXD", "HN-TTRA", "total"]
    assert rows[32]["first"] == "2020-11-01" and rows[32]["last"] == "2020-11-30" and rows[32]["open"] == "1"
    one = rows_of(leader.get("/v1/reports/backlog?key=HN-SXD&" + NOVEMBER, {"Accept": "text/csv"}))
    assert {r["key"] for r in one[:31]} == {"HN-SXD"}
    assert leader.get("/v1/reports/backlog?bom=true&" + NOVEMBER, {"Accept": "text/csv"}).body.startswith(b"\xef\xbb\xbf")
    leader.get("/v1/reports/backlog?" + NOVEMBER, {"Accept": "image/png"}, 406)


def stays(leader, query):
    return {r["key"]: r for r in leader.get("/v1/reports/stays?" + query).json["rows"]}


@pytest.mark.parametrize("when", ["at once", "followed"])
def test_time_in_each_state(town, leader, november, when):
    if when == "followed":
        followed(town)
    rows = stays(leader, NOVEMBER)
    day = 86400
    took = {"submitted": [day, day, day, day / 10, 2 * day], "accepted": [day, day, day / 10], "in_progress": [5 * day, day / 10],
            "pending_approval": [2 * day, 2.7 * day]}
    for state, lengths in took.items():
        row = rows[state]
        assert row["ended"] == len(lengths) and abs(row["mean_s"] - sum(lengths) / len(lengths)) <= 1, state
        assert sorted(lengths)[(len(lengths) + 1) // 2 - 1] / 1.1 <= row["p50_s"] <= sorted(lengths)[(len(lengths) + 1) // 2 - 1] * 1.1, state
        assert max(lengths) / 1.1 <= row["p90_s"] <= max(lengths) * 1.1, state
    assert rows["submitted"]["name_vi"] == "Mới gửi" and list(rows)[0] == "submitted"
    assert "answered" not in rows, "none of these has ended"


@pytest.mark.parametrize("when", ["at once", "followed"])
def test_time_at_each_department(town, leader, november, when):
    if when == "followed":
        followed(town)
    rows = stays(leader, NOVEMBER + "&by=department")
    row, day = rows["HN-SXD"], 86400
    assert row["ended"] == 5 and abs(row["mean_s"] - (9 + 2 + 1 + 3 + 2) * day / 5) <= 1
    assert rows["HN-TTRA"]["ended"] == 0 and told(rows["HN-TTRA"], "mean_s", "p50_s", "p90_s") == [None] * 3
    assert rows["HN-TTRA"]["lasting"] == 1, "it is there still"
    since = int(town.sql("select floor(extract(epoch from now() - (%s)))" % (DAY % 2))[0][0])
    assert since - 60 <= rows["HN-TTRA"]["oldest_s"] <= since + 60


def test_what_lasts(town, leader):
    before = stays(leader, "from=2019-01-01&to=2019-01-01")
    ticket, _ = town.filed()
    after = stays(leader, "from=2019-01-01&to=2019-01-01")
    assert after["submitted"]["lasting"] == before.get("submitted", {"lasting": 0})["lasting"] + 1
    followed(town)
    assert stays(leader, "from=2019-01-01&to=2019-01-01")["submitted"]["lasting"] == after["submitted"]["lasting"]
    town.move(town.person("officer"), ticket, "accept")
    moved = stays(leader, "from=2019-01-01&to=2019-01-01")
    assert moved["submitted"]["lasting"] == after["submitted"]["lasting"] - 1 and moved["accepted"]["lasting"] >= 1
    assert moved["accepted"]["oldest_s"] >= 0
    assert not [r for r in moved.values() if (r["oldest_s"] is None) != (not r["lasting"])]
    today = town.sql("select city_day(now())")[0][0]
    assert stays(leader, "from=%s&to=%s" % (today, today))["submitted"]["ended"] >= 1
    assert not [r for r in moved.values() if (r["lasting"] is None) != (r["key"] in ("answered", "merged", "withdrawn", "closed"))]


def test_the_stays_as_csv(leader, november):
    rows = rows_of(leader.get("/v1/reports/stays?" + NOVEMBER, {"Accept": "text/csv"}))
    said = stays(leader, NOVEMBER)
    assert [r["key"] for r in rows] == list(said)
    for row in rows:
        assert {k: v for k, v in row.items() if k != "oldest_s"} == {k: "" if v is None else str(v) for k, v in said[row["key"]].items() if k != "oldest_s"}
    assert leader.get("/v1/reports/stays?bom=true&" + NOVEMBER, {"Accept": "text/csv"}).body.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("query,where", [("", "from"), ("from=2020-11-30&to=2020-11-01", "to"), (NOVEMBER + "&by=area", "by")])
def test_bad_questions_about_stays(leader, query, where):
    assert where in str(leader.get("/v1/reports/stays?" + query, status=422).json["errors"])


def test_verify_knows_them(town, november):
    followed(town)
    assert town.cluster.run(town.database, "verify", "reports").endswith(": 0 faults\n")
    town.sql("set session_replication_role = replica; update event set at = at + interval '40 days' where ticket = '%s' and to_state = 'accepted'" % november["late"])
    got = town.cluster.run(town.database, "verify", "reports", ok=False)
    assert got.returncode == 1 and "stays in state accepted, day of 2020-11-16: begun 3, counted 2\n" in got.stdout, got.stdout
    town.tamper("update event set at = at - interval '40 days' where ticket = '%s' and to_state = 'accepted'" % november["late"])
    followed(town)
    town.sql("set session_replication_role = replica; update ticket set state = 'closed', done = true where id = '%s'" % november["passed"])
    got = town.cluster.run(town.database, "verify", "reports", ok=False)
    assert "backlog of department HN-TTRA, now of" in got.stdout and "open 1, counted 0; overdue 1, counted 0\n" in got.stdout, got.stdout
    town.tamper("update ticket set state = 'submitted', done = false where id = '%s'" % november["passed"])
