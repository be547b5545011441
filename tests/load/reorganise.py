"""A department with many open tickets becomes another one: how long what changes it takes, until all tickets are there, and who has to wait."""
import time
from datetime import date

import redate
from support.town import CONSTRUCTION, HUB, wait_until

AFTER = "HN-SXD2"


def prepare(town, tickets):
    """So many open tickets of one department, with their clocks and holders."""
    town.filed(category="roads.surface")
    redate.multiply(town, tickets)
    town.sql("""
        set session_replication_role = replica;
        update ticket set holder = (select id from department where code = '%s') where number > 1000000000;
        update clock_running c set holder = t.holder from ticket t where t.id = c.ticket and number > 1000000000;
        insert into holding (%s) select %s from ticket t, (select * from holding limit 1) h where t.number > 1000000000;
        """ % (CONSTRUCTION, *redate.copied(town, "holding", "h", {"ticket": "t.id", "department": "t.holder", "since": "t.filed_at"})))
    for table in ("ticket", "clock_running", "holding"):
        town.sql("vacuum analyze " + table)


def reorganise(load):
    town, tickets = load.town, load.options.tickets
    prepare(town, tickets)
    load.restart()
    admin = town.person("admin", HUB)
    made = admin.post("/v1/reorganisations", {
        "title": "Sắp xếp", "basis_vi": "Nghị quyết", "basis_en": "Resolution", "day": str(date.fromisoformat(town.sql("select city_day(now())")[0][0])),
        "steps": [{"what": "department", "from": [CONSTRUCTION], "choices": [],
                   "to": [{"code": AFTER, "name_vi": "Sở Xây dựng mới", "name_en": "New Department of Construction"}]}]}).json
    path = "/v1/reorganisations/" + made["id"]
    began = time.monotonic()
    seen = {d["department"]["code"]: d["tickets"] for d in admin.get(path + "/preview").json["departments"]}
    previewed = time.monotonic() - began
    filer = redate.Filer(town)
    filer.start()
    began = time.monotonic()
    admin.post(path + "/apply", None, {"If-Match": '"%d"' % made["version"]}, 200)
    applied = time.monotonic() - began
    wait_until(lambda: admin.get(path).json["remaining"] == 0, 900, "all tickets are with the successor")
    done = time.monotonic() - began
    filer.stopped = True
    filer.join()
    left, moved = (int(n) for n in town.sql("select count(*) filter (where d.code = '%s'), count(*) filter (where d.code = '%s') from ticket t "
                                            "join department d on d.id = t.holder where t.number > 1000000000" % (CONSTRUCTION, AFTER))[0])
    assert (left, moved) == (0, tickets), (left, moved)
    return {"ours": {"tickets": seen[CONSTRUCTION], "preview_seconds": round(previewed, 2), "apply_seconds": round(applied, 2), "all_seconds": round(done, 2),
                     "rate": round(tickets / done), "filed_meanwhile": filer.filed, "refused_meanwhile": filer.refused,
                     "longest_filing_ms": round(filer.longest * 1000)}}
