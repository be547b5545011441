"""Whole lives of tickets: filed, found by code, accepted, claimed, answered, approved, proposed for publication, published, rated."""

WARM_SECONDS = 8    # each connection plans some hundred statements when it first needs them


def lifecycle(load):
    town = load.town
    load.file_tickets(load.options.tickets)
    people = load.people()
    little = people + [("prefer", "return=minimal")]
    load.restart()
    load.wrk(town.port, "lifecycle.lua", WARM_SECONDS, people, threads=load.options.clients)
    town.sql("analyze")
    sides = {}
    for name, targets in (("ours", people), ("minimal", little)):
        got = load.wrk(town.port, "lifecycle.lua", load.options.seconds, targets, threads=load.options.clients)
        sides[name] = {"lives": round(got["lives"] / got["us"] * 1e6, 1), "requests": round(got["requests"] / got["us"] * 1e6, 1)}
    return sides
