"""Published tickets as everybody reads them, against nginx with a fixed answer of as many bytes."""
import baselines

LIVES_SECONDS = 8    # so many that there are hundreds to read


def published(load):
    town = load.town
    load.file_tickets(load.options.tickets)
    people = load.people()
    load.restart()
    load.wrk(town.port, "lifecycle.lua", LIVES_SECONDS, people, threads=load.options.clients)
    pages = [("/v1/public/tickets/" + row[0], "") for row in town.sql("select code from publication where state = 'public'")]
    nginx = baselines.Nginx(len(town.anyone.get(pages[0][0]).body), log=True)
    try:
        sides = load.measure({
            "ours": load.wrk_side(town.port, "targets.lua", pages),
            "one_page": load.wrk_side(town.port, "targets.lua", pages[:1]),
            "nginx": load.wrk_side(nginx.port, "targets.lua", [("/", "")])})
        load.restart(published_lease_ms="0")
        sides.update(load.measure({"asked_each_time": load.wrk_side(town.port, "targets.lua", pages)}))
    finally:
        nginx.stop()
    return dict(sides, pages=len(pages))
