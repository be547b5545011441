"""A reorganisation beside people who go on: a move of a ticket goes before it, or finds the new holder; nothing is left behind, and a
job worker that dies in the middle has done nothing."""

import time

from interleave import MOVE, Board

MANY = 1000
# Filed behind the back of the guard, as a past that the rules would not let happen so fast.
FILE = """set search_path = test, tiepdan, public; set session_replication_role = replica;
    select count(*) from (select file('{code}') from generate_series(1, {many})) x"""
DRAFT = """begin; select enter('admin.HN-EIC'); select etag from reorganisation_save('{id}', null, 'Sắp xếp', 'Nghị quyết', 'Resolution',
    city_day(now()), '{steps}', now()); commit"""
STEPS = """[{{"what": "department", "from": ["{old}"], "to": [{{"code": "{new}", "name_vi": "Đơn vị mới", "name_en": "New one"}}], "choices": []}}]"""
ID = "01940000-0000-7000-8000-00000000000{n}"


class Town(Board):
    def ask(self, sql):
        return self.cluster.run(self.database, "set search_path = test, tiepdan, public; " + sql)

    def draft(self, n, old, new):
        self.ask(DRAFT.format(id=ID.format(n=n), steps=STEPS.format(old=old, new=new)))
        return (f"select test.enter('admin.HN-EIC'); select body::jsonb->>'state' from tiepdan.reorganisation_apply('{ID.format(n=n)}', 1, now(), "
                "gen_random_uuid())")

    def holders(self, ticket):
        return self.ask(f"""select d.code || ' ' || (select count(*) from holding where ticket = t.id and until is null) || ' '
            || (select count(*) from clock_running c where c.ticket = t.id and c.holder <> t.holder)
            from ticket t join department d on d.id = t.holder where t.id = '{ticket}'""")


def moves_beside(town):
    """The officer accepts, or the hub routes to the department that ends, at the same time."""
    ticket = town.ask("select id from file('HN-SXD')")
    accept = MOVE.format(who="officer.HN-SXD", ticket=ticket, action="accept", version=1)
    apply = town.draft(1, "HN-SXD", "HN-S1")
    one, two, waited = town.race(accept, apply, "commit")
    town.check("the move goes before", (one, two.split()[-1], waited), [("2", "applied", True)])
    town.check("and the ticket moves with it", town.holders(ticket), ["HN-S1 1 0"])
    ticket = town.ask("select id from file('HN-S1')")
    apply = town.draft(2, "HN-S1", "HN-S2")
    town.ask("set tiepdan.reorganising = 'on'; update department set valid_from = null where code = 'HN-S1'")
    accept = MOVE.format(who="officer.HN-SXD", ticket=ticket, action="accept", version=1)
    one, two, waited = town.race(apply, accept, "commit")
    town.check("afterwards it finds another version", (one.split()[-1], two, waited), [("applied", "TD412", True), ("applied", "TD404", True)])
    town.check("with the new holder", town.holders(ticket), ["HN-S2 1 0"])


def routed_beside(town):
    """What is sent to a department while it ends comes to the successor a little later."""
    ticket = town.ask("select id from file('HN-EIC')")
    route = f"select etag from test.move('coordinator.HN-EIC', '{ticket}', 'route', p_version := 1, p_department := 'HN-TTRA')"
    apply = town.draft(3, "HN-TTRA", "HN-T1")
    one, two, waited = town.race(route, apply, "commit")
    town.check("nobody waits", (one, two.split()[-1], waited), [("2", "applied", False), ("2", "applied", True)])
    town.ask("select reorganisations_run(now(), 100)")
    town.check("with the successor", town.holders(ticket), ["HN-T1 1 0"])
    town.check("nothing is left to do", town.ask("select reorganisations_run(now(), 100)"), ["0"])


def many(town):
    """The job worker: once it dies before the end, then it does all; two workers do not do it twice."""
    town.ask(FILE.format(code="UB-00316", many=MANY))
    town.ask("analyze")
    apply = town.draft(4, "UB-00316", "UB-NEW")
    town.ask(f"update reorganisation set day = day + 1 where id = '{ID.format(n=4)}'")
    town.check("scheduled", town.ask(f"begin; {apply}; commit").split()[-1], ["scheduled"])
    run = "select tiepdan.reorganisations_run(now() + interval '1 day', 500)"
    began = time.monotonic()
    town.check("a worker that dies", town.ask(f"begin; {run}; rollback"), ["500"])
    print(f"{town.database}: {MANY} open tickets moved in {time.monotonic() - began:.1f} s", flush=True)
    town.check("has done nothing", town.ask("select count(*) from ticket where holder = department_id('UB-00316')"), [str(MANY)])
    town.a.do("begin")
    town.a.send(run)
    town.check("the next one", town.a.answer(120), ["500"])
    town.b.send(run)
    town.check("another one waits for nothing", town.b.answer(10), ["0"])
    town.a.do("commit")
    town.check("all", town.ask("""select count(*) || ' ' || (select count(*) from event where type = 'ticket.succeeded'
        and department = department_id('UB-NEW')) from ticket where holder = department_id('UB-NEW')"""), [f"{MANY} {MANY}"])


def run(cluster):
    town = Town(cluster, "interleave_reorganisation")
    for scenario in (moves_beside, routed_beside, many):
        scenario(town)
    town.close()
    print(f"interleave_reorganisation: {town.passed} passed, {town.failed} failed", flush=True)
    return town.passed, town.failed
