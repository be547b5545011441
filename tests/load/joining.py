"""Joining tickets instead of filing the same again: one that many want, and two hundred."""
import baselines

WANTED, FIRST_SECONDS = 200, 2


def joining(load, department):
    town = load.town
    load.file_tickets(load.options.tickets)
    town.sql("update setting set value = 1000000000 where name in ('joins_most', 'joins_hour_most')")
    load.restart()
    roots = [(t["code"], "") for t in load.filed[:WANTED]]
    load.wrk(town.port, "join.lua", FIRST_SECONDS, roots)
    town.sql("analyze")
    ids = town.sql("select id, number from ticket where code in (%s)" % ", ".join("'%s'" % code for code, _ in roots))
    script = baselines.join_script(department, ids)
    return load.measure({
        "ours": load.wrk_side(town.port, "join.lua", roots),
        "of_one": load.wrk_side(town.port, "join.lua", roots[:1]),
        "pgbench": load.pgbench_side(script)})
