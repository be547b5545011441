"""The look-up of likely duplicates among a million tickets of two weeks, over HTTP, against pg_trgm over the same window; lists among
them; and a storm."""
import csv
import http.client
import itertools
import json
import os
import re
import statistics
import threading
import time
import urllib.parse

import redate
from support.town import ROOT, wait_until

FOLDER = ROOT / "tests/load/alike"
# What a peer does: the trigrams of the texts of the ward in those weeks, by an index of ward and time.
BASELINE_TABLE = """
create table trigram as select id, area, filed_at, folded from ticket;
create index trigram_in_area on trigram (area, filed_at);
analyze trigram;
"""
BASELINE = """
explain (analyze, timing off) select id from trigram where area = '{area}' and filed_at > now() - interval '14 days'
    order by public.similarity(folded, '{folded}') desc limit 5"""


STORM = 2000  # reports of one event, filed as fast as they can be
STORM_IDS = ("d02a", "d02b", "d02c", "d02d")  # with diacritics, without, in other words, in English


def filings(ids=None):
    with open(FOLDER / "tickets.tsv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if ids and row["id"] not in ids:
                continue
            body = {"kind": "feedback", "category": row["category"], "area": row["area"], "title": row["title"], "text": row["text"]}
            if row["place"] != "-":
                body["location_text"] = row["place"]
            if row["point"] != "-":
                body["point"] = dict(zip(("lon", "lat"), map(float, row["point"].split(","))))
            yield body


def spread(milliseconds):
    ordered = sorted(milliseconds)
    return {"p50_ms": round(statistics.median(ordered), 2), "p95_ms": round(ordered[len(ordered) * 95 // 100], 2), "p99_ms": round(ordered[len(ordered) * 99 // 100], 2),
            "max_ms": round(ordered[-1], 2), "requests": len(ordered)}


class Asker:
    """One connection, without what the client of the tests looks at: that would be measured, too."""

    def __init__(self, town, **headers):
        self.connection, self.headers = http.client.HTTPConnection("127.0.0.1", town.port), headers

    def fresh(self):
        """Connects anew at the next request: the server closes what rests for long."""
        self.connection.close()

    def ask(self, method, path, body=None):
        self.connection.request(method, path, body, self.headers)
        got = self.connection.getresponse()
        text = got.read()
        assert got.status == 200, text
        return json.loads(text)


def ran(process):
    """Milliseconds that a process has run so far."""
    return sum(int(task.read_text().split()[0]) for task in process.glob("task/*/schedstat")) / 1e6


def measured(town, asker, calls):
    """Their times, and how long the two processes run that answer, the worker of this connection and its backend: on a busy machine the
    better measure. After each of them the least that a request can ask of the database, on another connection: how late the machine
    makes that is what it adds to the others, too."""
    asker.fresh()
    least = signed_in(town, town.coordinator)
    before = {process: ran(process) for process, _, first in redate.processes(town) if not first}
    for call in calls[:50]:
        call()
    answering = sorted(before, key=lambda process: before[process] - ran(process))[:2]
    took, cpu, small = [], [], []
    for call in calls:
        used, began = sum(map(ran, answering)), time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
        cpu.append(sum(map(ran, answering)) - used)
        began = time.perf_counter()
        least.ask("GET", "/v1/me")
        small.append((time.perf_counter() - began) * 1000)
    return {**spread(took), "least_p50_ms": round(statistics.median(small), 2), "least_p99_ms": round(sorted(small)[len(small) * 99 // 100], 2), "cpu_p50_ms": round(statistics.median(cpu), 2), "cpu_p99_ms": round(sorted(cpu)[len(cpu) * 99 // 100], 2),
            "cpu_max_ms": round(max(cpu), 2), "load": round(os.getloadavg()[0], 1)}


def baseline(town):
    town.sql(BASELINE_TABLE)
    took = []
    for area, folded in town.sql("select area, folded from ticket order by filed_at desc limit 12"):
        plan = town.sql(BASELINE.format(area=area, folded=folded.replace("'", "''")))
        took.append(float(re.search(r"Execution Time: ([\d.]+)", str(plan))[1]))
    return spread(took)


def grouped(town, n):
    """Waits until so many tickets belong to an event."""
    wait_until(lambda: town.sql("select count(*) from ticket_alike where event is not null") == [[str(n)]], 300, "all are followed")


def prepare(load):
    """Files the tickets of the pairs and makes the others."""
    town, rows = load.town, load.options.rows
    filed = [body for body in filings() if town.file(**body)]
    grouped(town, len(filed))
    columns, values = redate.copied(town, "ticket", "t", {
        "id": "f.ticket", "number": "1000000000 + f.n", "code": "'HN-26-' || overlay(upper(lpad(to_hex(f.n), 8, '0')) placing '-' from 5 for 0)", "folded": "t.folded || ' ' || f.n", "updated_at": "f.filed_at",
        **{c: "f." + c for c in ("filed_at", "category", "area", "lon", "lat")}})
    print("making %d rows, load of the machine %.1f" % (rows, os.getloadavg()[0]), flush=True)
    town.sql("\\set rows %d\n\\set columns '%s'\n\\set values '%s'\n" % (rows, columns, values.replace("'", "''")) + (FOLDER / "made.sql").read_text("utf-8"))
    for table in ("ticket", "ticket_alike", "ticket_alike_key", "ticket_tag", "alike_cluster", "publication"):
        town.sql("vacuum analyze " + table)
    return filed


def storm(load):
    """Many report one event at once: how fast they are followed, whether they are one burst, and how often rows are changed for it."""
    town, who = load.town, load.town.coordinator
    bodies = list(filings(STORM_IDS))
    began, before = time.monotonic(), updates(town)
    known = int(town.sql("select count(*) from ticket_alike where event is not null")[0][0])
    numbers, filed = itertools.count(), []

    def work():
        client = town.client()
        while (n := next(numbers)) < STORM:
            filed.append(client.post("/v1/tickets", {**bodies[n % len(bodies)], "anonymous": True}).json["code"])
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(filed) == STORM, "not all tickets could be filed"
    filing = time.monotonic() - began
    grouped(town, known + STORM)
    followed = time.monotonic() - began
    town.sql("select pg_sleep(2)")    # the statistics are told a little later
    began = time.monotonic()
    largest = who.get("/v1/clusters?hours=24&limit=1").json["items"][0]["tickets"]
    return {"filed": STORM, "filed_an_hour": round(STORM / filing * 3600), "followed_an_hour": round(STORM / followed * 3600),
            "in_one_burst": round(largest / STORM, 3), "bursts_ms": round((time.monotonic() - began) * 1000),
            "updates": {table: n - before[table] for table, n in updates(town).items()}}


def updates(town):
    rows = town.sql("select relname, n_tup_upd from pg_stat_user_tables where relname in ('ticket_alike', 'ticket_alike_key', 'alike_cursor')")
    return {table: int(n) for table, n in rows}


def signed_in(town, who):
    return Asker(town, Authorization=who.headers["Authorization"])


def pages(asker, path, most):
    """The addresses of the first pages of a list."""
    found, cursor = [], ""
    while len(found) < most and cursor is not None:
        found.append(path + "&cursor=" + cursor if cursor else path)
        cursor = asker.ask("GET", found[-1])["next_cursor"]
    return found


def lists(town, hub, anyone, filed):
    """Bursts, the queue by a tag that every ticket has, and what is suggested before filing: each list by page."""
    department = town.sql("select code from department where id in (select holder from ticket group by holder having count(*) = 4)")[0][0]
    officer = signed_in(town, town.person("officer", department))
    assert len(officer.ask("GET", "/v1/tickets?tag=chien_dich")["items"]) == 4
    wanted = {
        "clusters": (hub, [page for hours in (1, 24, 48, 720) for page in pages(hub, "/v1/clusters?hours=%d" % hours, 10)]),
        "tag": (hub, pages(hub, "/v1/tickets?tag=chien_dich&limit=50", 40)),
        "tag_of_few": (officer, ["/v1/tickets?tag=chien_dich"] * 40),
        "tag_and_more": (hub, pages(hub, "/v1/tickets?tag=chien_dich&category=press", 40)),
        "suggestions": (anyone, ["/v1/public/suggestions?" + urllib.parse.urlencode(
            {"text": b["title"], "category": b["category"], "area": b["area"], **b.get("point", {})}) for b in filed])}
    result = {}
    for name, (asker, paths) in wanted.items():
        asker.fresh()
        for path in paths:
            asker.ask("GET", path)
        result[name] = measured(town, asker, [lambda p=p, a=asker: a.ask("GET", p) for p in paths] * 3)
    return result


def measure(load, filed):
    town = load.town
    ids, made = ([row[0] for row in town.sql("select id from ticket where %s order by %s" % which)] for which in (
        ("number < 1000000000", "id"), ("number >= 1000000000 and filed_at > now() - interval '2 days'", "md5(id::text) limit 500")))
    bodies = [json.dumps({m: b[m] for m in ("category", "area", "title", "text", "location_text", "point") if m in b}).encode() for b in filed]
    staff = signed_in(town, town.coordinator)
    anyone = Asker(town, **{"Content-Type": "application/json"})

    def looks(tickets):
        return [lambda t=t: staff.ask("GET", "/v1/tickets/%s/duplicates" % t) for t in tickets]

    asks = [lambda b=b: anyone.ask("POST", "/v1/public/duplicates", b) for b in bodies]
    for call in looks(ids):
        call()
    anyone.fresh()
    for call in asks:
        call()
    return {"ours": measured(town, staff, looks(ids) * 3), "of_any_day": measured(town, staff, looks(made)),
            "before_filing": measured(town, anyone, asks * 3), **lists(town, staff, anyone, filed),
            "trigram": baseline(town), "rows": load.options.rows, "keys": town.count("ticket_alike_key")}


def alike(load):
    filed = prepare(load)
    load.restart()
    return {**measure(load, filed), "storm": storm(load)}
