"""Reports read sums that the job worker keeps: they say what counting all tickets says, at each moment, and `verify reports` shows it."""
import pytest

from support.town import wait_until

TODAY = "from=2020-01-01&to=2099-12-31"


@pytest.fixture(scope="module")
def leader(town):
    return town.person("leader", "HN-UBND")


def followed(town):
    """Waits until the sums are used and nothing is left to follow."""
    wait_until(lambda: town.sql("select filled_to is null and not exists (select from event e where (e.xid, e.id) > (c.xid, c.id)) and not exists "
                                "(select from report_touched) from report_cursor c") == [["t"]], 60, "the follower of reports")


def test_the_sums_and_the_tail_are_all(town, leader):
    before = leader.get("/v1/reports/sla?" + TODAY).json["total"]
    for n in range(3):
        town.filed()
        assert leader.get("/v1/reports/sla?" + TODAY).json["total"]["total"] == before["total"] + n + 1, "at once"
    followed(town)
    assert leader.get("/v1/reports/sla?" + TODAY).json["total"]["total"] == before["total"] + 3, "as well when it was followed"


def test_what_is_answered_leaves_the_open_ones(town, leader):
    followed(town)
    before = leader.get("/v1/reports/sla?" + TODAY).json
    town.answered()
    after = leader.get("/v1/reports/sla?" + TODAY).json
    assert after["total"]["answered_on_time"] == before["total"]["answered_on_time"] + 1
    assert after["answer_time"]["answers"] == ((before["answer_time"] or {}).get("answers", 0)) + 1
    followed(town)
    again = leader.get("/v1/reports/sla?" + TODAY).json
    assert (again["rows"], again["total"], again["answer_time"]) == (after["rows"], after["total"], after["answer_time"])


def test_how_long_answers_took(town, leader):
    """Ten answers of 1 to 10 days: each percentile within a tenth of the answer that it is of."""
    made = [town.answered()[0] for _ in range(10)]
    for days, ticket in enumerate(made, 1):
        town.tamper("update ticket set filed_at = '2021-05-03T03:00:00Z' where id = '%s'; update clock set stop_at = timestamptz '2021-05-03T03:00:00Z' + %d * "
                    "interval '1 day', latest_due = 'infinity', due_at = 'infinity' where kind = 'answer' and ticket = '%s'" % (ticket, days, ticket))
    for _ in range(2):
        report = leader.get("/v1/reports/sla?from=2021-05-03&to=2021-05-03").json
        row, = report["rows"]
        assert row["answer_time"] == report["answer_time"] and row["answer_time"]["answers"] == 10
        for name, days in (("p50_s", 5), ("p90_s", 9), ("p95_s", 10)):
            assert days * 86400 / 1.1 <= row["answer_time"][name] <= days * 86400 * 1.1, name
        followed(town)


def test_no_answers_no_times(leader):
    report = leader.get("/v1/reports/sla?from=2019-01-01&to=2019-01-31").json
    assert report["answer_time"] is None and report["rows"] == []


def test_an_instant_that_is_not_now(town, leader):
    """Of the past the rule is asked about what has changed since; of the future about what is due until then."""
    before = leader.get("/v1/reports/sla?" + TODAY).json["as_of"].replace("+", "%2B")
    then = leader.get("/v1/reports/sla?%s&as_of=%s" % (TODAY, before)).json["total"]
    town.filed()
    town.answered()
    followed(town)
    assert leader.get("/v1/reports/sla?%s&as_of=%s" % (TODAY, before)).json["total"] == then
    later = leader.get("/v1/reports/sla?%s&as_of=2098-01-01T00:00:00%%2B07:00" % TODAY).json["total"]
    now = leader.get("/v1/reports/sla?" + TODAY).json["total"]
    assert later["open_in_time"] == 0 and later["open_overdue"] == now["open_in_time"] + now["open_overdue"]


def test_verify_reports(town):
    followed(town)
    said = town.cluster.run(town.database, "verify", "reports")
    assert said.endswith(": 0 faults\n"), said


def test_what_was_changed_behind_it_is_named(town):
    ticket, _ = town.filed()
    followed(town)
    town.sql("set session_replication_role = replica; update ticket set category = 'water.supply', filed_at = '2018-03-05T03:00:00Z' where id = '%s'" % ticket)
    got = town.cluster.run(town.database, "verify", "reports", ok=False)
    assert got.returncode == 1 and "category water.supply, day of 2018-03-05: open_in_time 0, counted 1\n" in got.stdout, got.stdout
    town.sql("update report_cursor set filled_to = '00000000-0000-0000-0000-000000000000'")
    followed(town)
    assert town.cluster.run(town.database, "verify", "reports").endswith(": 0 faults\n")


def test_what_verify_does_not_know(town):
    assert town.cluster.run(town.database, "verify", "reports", "now", ok=False).returncode == 1
