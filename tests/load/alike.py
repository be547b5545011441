"""The look-up of likely duplicates among a million tickets of two weeks, over HTTP, against pg_trgm over the same window."""
import csv
import re
import statistics
import time

from support.town import ROOT, wait_until

FOLDER = ROOT / "tests/load/alike"
# Half of the rows are like one of the tickets that were filed (names, signature, keys), so that the keys of these are as busy as those
# of a campaign; the others have keys of their own. All belong to an event already: the job worker leaves them alone.
MADE = """
create temp table real as select row_number() over () - 1 as n, a.* from ticket_alike a;
create temp table made as
    select gen_random_uuid() as ticket, now() - random() * interval '14 days' as filed_at, x.n % 2 = 0 as like_one, x.n,
        (array(select code from area where parent is not null order by code))[1 + (random() * 125)::int] as area,
        105.7 + random() * 0.2 as lon, 20.95 + random() * 0.15 as lat, (random() * (select count(*) - 1 from real))::int as pick
    from generate_series(1, {rows}) x (n);
insert into ticket_alike (ticket, filed_at, area, category, family, urgent, lon, lat, cell, matters, marks, signature, keys, event)
    select m.ticket, m.filed_at, m.area, r.category, r.family, r.urgent, m.lon, m.lat, floor(m.lon * 200) * 1000000 + floor(m.lat * 200), r.matters,
        case when m.like_one then r.marks else format('n pho %s;h %s', m.n % 5000, m.n % 300) end,
        case when m.like_one then r.signature else decode(repeat(md5(m.n::text), 8), 'hex') end,
        case when m.like_one then r.keys else array(select abs(hashtextextended(m.n || '.' || g, 0)) from generate_series(1, 10) g) end, m.ticket
    from made m join real r on r.n = m.pick;
insert into ticket_alike_key (key, filed_at, ticket) select unnest(keys), filed_at, ticket from ticket_alike on conflict do nothing;
create table trigram as select m.ticket, m.area, m.filed_at, t.folded || ' ' || m.n as folded from made m join real r on r.n = m.pick join ticket t on t.id = r.ticket;
create index trigram_in_area on trigram (area, filed_at);
"""
BASELINE = """
select ticket from trigram where area = '{area}' and filed_at > now() - interval '14 days'
    order by public.similarity(folded, '{folded}') desc limit 5"""


def filings():
    with open(FOLDER / "tickets.tsv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            body = {"kind": "feedback", "category": row["category"], "area": row["area"], "title": row["title"], "text": row["text"]}
            if row["place"] != "-":
                body["location_text"] = row["place"]
            if row["point"] != "-":
                body["point"] = dict(zip(("lon", "lat"), map(float, row["point"].split(","))))
            yield body


def spread(milliseconds):
    ordered = sorted(milliseconds)
    return {"p50_ms": round(statistics.median(ordered), 2), "p95_ms": round(ordered[len(ordered) * 95 // 100], 2), "max_ms": round(ordered[-1], 2),
            "requests": len(ordered)}


def timed(calls):
    took = []
    for call in calls:
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    return took


def baseline(town):
    took = []
    for area, folded in town.sql("select area, folded from ticket where area is not null order by id limit 40"):
        plan = town.sql("explain (analyze, timing off) " + BASELINE.format(area=area, folded=folded))
        took.append(float(re.search(r"Execution Time: ([\d.]+)", str(plan))[1]))
    return spread(took)


def alike(load):
    town, rows = load.town, load.options.rows
    filed = [body for body in filings() if town.file(**body)]
    wait_until(lambda: town.sql("select count(*) from ticket_alike where event is not null") == [[str(len(filed))]], 120, "all are followed")
    print("making %d rows" % rows, flush=True)
    town.sql(MADE.format(rows=rows))
    town.sql("vacuum analyze ticket_alike")
    town.sql("vacuum analyze ticket_alike_key")
    town.sql("analyze trigram")
    ids = [row[0] for row in town.sql("select id from ticket order by id")]
    who = town.coordinator
    who.headers["Connection"] = "keep-alive"

    def look(ticket):
        return lambda: who.get("/v1/tickets/%s/duplicates" % ticket, status=200)

    def ask(body):
        asked = {m: body[m] for m in ("category", "area", "title", "text", "location_text", "point") if m in body}
        return lambda: town.anyone.post("/v1/public/duplicates", asked, status=200)
    timed(look(i) for i in ids)
    sides = {"ours": spread(timed(look(i) for _ in range(5) for i in ids)), "before_filing": spread(timed(ask(b) for b in filed)),
             "trigram": baseline(town), "rows": rows, "keys": int(town.sql("select count(*) from ticket_alike_key")[0][0])}
    return sides
