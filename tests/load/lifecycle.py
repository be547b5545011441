"""Whole lives of tickets: filed, accepted, answered, approved, published and rated, each step durable before the next one begins."""


def lifecycle(load):
    town = load.town
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")
    people = [(name, person.headers["Authorization"]) for name, person in
              (("officer", town.person("officer")), ("head", town.person("head")), ("coordinator", town.coordinator))]
    load.restart()
    got = load.wrk(town.port, "lifecycle.lua", load.options.seconds, people, threads=load.options.clients)
    return {"ours": {"lives": round(got["lives"] / got["us"] * 1e6, 1), "requests": round(got["requests"] / got["us"] * 1e6, 1)}}
