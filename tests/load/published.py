"""What everybody reads: published tickets, against nginx with a fixed answer of as many bytes, and the lists that a form is made of."""
import baselines

FORM = [("/v1/kinds", ""), ("/v1/categories?limit=100", ""), ("/v1/areas?limit=100", ""), ("/v1/departments?limit=100", "")]

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
            "form": load.wrk_side(town.port, "targets.lua", FORM),
            "one_page": load.wrk_side(town.port, "targets.lua", pages[:1]),
            "nginx": load.wrk_side(nginx.port, "targets.lua", [("/", "")])})
        load.restart(public_lease_ms="0")
        sides.update(load.measure({
            "asked_each_time": load.wrk_side(town.port, "targets.lua", pages),
            "form_asked_each_time": load.wrk_side(town.port, "targets.lua", FORM)}))
    finally:
        nginx.stop()
    return dict(sides, pages=len(pages))
