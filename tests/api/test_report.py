"""The 2x2: answered on time, answered late, open in time, open overdue; and its CSV."""
import csv
import io

import pytest

COUNTS = ("answered_on_time", "answered_late", "open_in_time", "open_overdue", "no_clock", "merged", "withdrawn", "total", "returned")
NOVEMBER = "from=2020-11-01&to=2020-11-30"


@pytest.fixture(scope="module")
def november(town):
    """Tickets of a month long past, one of each standing, all in one department, one of them twice; one was merged, one withdrawn."""
    made, filed = {}, {}
    for name, answered in (("on_time", True), ("late", True), ("late2", True), ("open", False), ("overdue", False), ("none", False),
                           ("merged", False), ("withdrawn", False)):
        kind = "praise" if name == "none" else "feedback"
        ticket_id, filed[name] = town.answered() if answered else town.filed(kind=kind)
        made[name] = ticket_id
        town.tamper("update ticket set filed_at = '2020-11-15T03:00:00Z' where id = '%s'" % ticket_id)
    town.move(town.person("head"), made["merged"], "merge", {"into": made["open"]})
    town.citizen(filed["withdrawn"]).post("/v1/tracking/withdraw", {}, status=201)
    town.tamper("update clock set outcome = 'late', due_at = stop_at - interval '1 hour', latest_due = greatest(latest_due, stop_at)"
             " where kind = 'answer' and ticket in ('%s', '%s')" % (made["late"], made["late2"]))
    town.tamper("update ticket set outcome = 'late' where id in ('%s', '%s')" % (made["late"], made["late2"]))
    town.tamper("update clock_running set due_at = now() - interval '1 hour' where ticket = '%s'" % made["overdue"])
    return made


def test_each_standing_in_its_column(town, november):
    report = town.person("admin", "HN-EIC").get("/v1/reports/sla?%s&by=department" % NOVEMBER).json
    row = [r for r in report["rows"] if r["key"] == "HN-SXD"][0]
    assert [row[c] for c in COUNTS] == [1, 2, 1, 1, 1, 1, 1, 8, 0]
    assert report["total"] == {c: row[c] for c in COUNTS}
    assert sum(row[c] for c in COUNTS[:-2]) == row["total"], "each ticket is in one column"
    assert row["name_vi"] == "Sở Xây dựng"


@pytest.mark.parametrize("by,key", [("category", "roads.surface"), ("area", "00316")])
def test_by_category_and_area(town, november, by, key):
    report = town.person("leader", "HN-UBND").get("/v1/reports/sla?%s&by=%s" % (NOVEMBER, by)).json
    assert [r["total"] for r in report["rows"] if r["key"] == key] == [8]


def test_as_of_an_earlier_day(town, november):
    before = "as_of=2020-11-15T00:00:00%2B07:00"
    report = town.person("leader", "HN-UBND").get("/v1/reports/sla?%s&%s" % (NOVEMBER, before)).json
    assert report["total"]["total"] == 0
    later = "as_of=2020-11-16T00:00:00%2B07:00"
    report = town.person("leader", "HN-UBND").get("/v1/reports/sla?%s&%s" % (NOVEMBER, later)).json
    assert report["total"]["answered_on_time"] == 0 and report["total"]["total"] == 8


def test_the_period_is_local_days(town, november):
    """2020-11-15T03:00Z is 10 o'clock of the 15th in Hanoi."""
    leader = town.person("leader", "HN-UBND")
    for query, total in (("from=2020-11-15&to=2020-11-15", 8), ("from=2020-11-16&to=2020-11-30", 0), ("from=2020-11-01&to=2020-11-14", 0)):
        assert leader.get("/v1/reports/sla?" + query).json["total"]["total"] == total
    town.tamper("update ticket set filed_at = '2020-11-14T17:30:00Z' where id = '%s'" % november["open"])
    assert leader.get("/v1/reports/sla?from=2020-11-15&to=2020-11-15").json["total"]["total"] == 8
    town.tamper("update ticket set filed_at = '2020-11-15T03:00:00Z' where id = '%s'" % november["open"])


@pytest.mark.parametrize("query", ["", "from=2020-11-01", "from=2020-11-30&to=2020-11-01", "from=2020-02-30&to=2020-03-01",
                                   NOVEMBER + "&by=mood", NOVEMBER + "&as_of=yesterday", NOVEMBER + "&as_of=2020-11-01"])
def test_bad_questions(town, query):
    assert town.person("leader", "HN-UBND").get("/v1/reports/sla?" + query, status=422).pointers


def test_csv_says_the_same(town, november):
    leader = town.person("leader", "HN-UBND")
    answer = leader.get("/v1/reports/sla?" + NOVEMBER, {"Accept": "text/csv"})
    assert answer.header("content-type").startswith("text/csv") and "\r\n" in answer.body.decode()
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8"), newline="")))
    assert [row for row in rows[1:] if row[0] == "HN-SXD"][0][-9:] == ["1", "2", "1", "1", "1", "1", "1", "8", "0"]
    assert len({len(row) for row in rows}) == 1
    assert leader.get("/v1/reports/sla?bom=true&" + NOVEMBER, {"Accept": "text/csv"}).body.startswith(b"\xef\xbb\xbf")
    assert not answer.body.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", ["=HYPERLINK(\"http://x\")", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", "a\"b,c", "d\ne"])
def test_csv_cells_are_no_formulas(town, november, name):
    """S10: what a spreadsheet would run is made plain text; everything else comes back as it was."""
    town.tamper("update department set name_vi = $x$%s$x$ where code = 'HN-SXD'" % name)
    try:
        leader = town.person("leader", "HN-UBND")
        text = leader.get("/v1/reports/sla?" + NOVEMBER, {"Accept": "text/csv"}).body.decode()
        cells = [c for row in csv.reader(io.StringIO(text, newline="")) for c in row]
        assert not [c for c in cells if c[:1] in "=+-@\t\r" and c]
        assert any(name in c for c in cells), cells
    finally:
        town.tamper("update department set name_vi = 'Sở Xây dựng' where code = 'HN-SXD'")
