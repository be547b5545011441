"""The record: what is filed comes under a signed root within a second or so, and whatever is changed behind it is found and named."""
import re

import pytest
from support.town import new_town, wait_until


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        ids = [town.filed()[0] for _ in range(5)]
        town.move(town.person("officer"), ids[0], "accept")
        yield town


def sealed(town):
    wait_until(lambda: town.sql("select count(*) from event e, record_cursor c where (e.xid, e.id) > (c.xid, c.id)") == [["0"]], 20, "sealed")


def verify(town, *args):
    return town.cluster.run(town.database, "verify", "record", *args, ok=False)


def head(town):
    return re.search(r"the last root is (\d+:[0-9a-f]{64})", verify(town).stdout).group(1)


def test_what_is_filed_is_sealed(city):
    sealed(city)
    said = verify(city)
    events = city.sql("select count(*) from event")[0][0]
    assert said.returncode == 0 and re.search(r"^%s events, 0 of them not sealed yet, under \d+ roots: 0 faults" % events, said.stdout, re.M), said
    assert verify(city, "--head", head(city)).returncode == 0


# Of what is done behind the record, and put back: what is said of it.
TAMPERED = [
    ("update event set data = data || '{{\"a\": 1}}' where id = '{id}'", "event {id} of .* is not what was sealed under root"),
    ("update event set actor_kind = 'job' where id = '{id}'", "event {id} of .* is not what was sealed under root"),
    ("update event set hash = sha256('x') where id = '{id}'", "event {id} of .* has another hash than its content"),
    ("update event set data = '{{}}', hash = event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi,"
     " public_en, '{{}}') where id = '{id}'", "event {id} of .* is not what was sealed under root"),
    ("delete from event where id = '{id}'", "event {id} of .* is gone"),
    ("update event set at = at - interval '1 d' where id = '{id}'", "event {id} of .* is gone"),
    ("insert into event select (jsonb_populate_record(e, '{{\"id\": \"00000000-0000-0000-0000-000000000001\"}}')).* from event e where id = '{id}'",
     "event 00000000-0000-0000-0000-000000000001 of .* was added behind the record"),
    ("update event e set ticket = (select min(t.id::text)::uuid from ticket t where t.id not in (e.ticket)) where id = '{id}'",
     "event {id} of .* is not what was sealed under root"),
    ("update record_root set root = sha256('x') where number = 1", "root 1: it is not the root over its entries"),
    ("update record_root set entries = set_byte(entries, 30, (get_byte(entries, 30) + 1) % 256) where number = 1",
     "root 1: it is not the root over its entries"),
    ("update record_root set at = at - interval '1 ms' where number = 1", "root 1: its hash is not that of what it says"),
    ("update record_root set kid = 'x' where number = 1", "root 1: there is no key x"),
    ("update record_root set signature = set_byte(signature, 5, (get_byte(signature, 5) + 1) % 256) where number = 1",
     "root 1: what it says was not signed with the key"),
    ("delete from record_root where number = 1", "root 2: root 1 before it is gone"),
]


@pytest.mark.parametrize("change,said", TAMPERED)
def test_what_is_changed_is_named(city, change, said):
    city.filed()
    sealed(city)
    event = city.sql("select e.id from event e where type = 'ticket.filed' order by at limit 1 offset 2")[0][0]
    known = head(city)
    city.tamper("create table kept_event as table event; create table kept_root as table record_root")
    try:
        city.tamper(change.format(id=event))
        found = verify(city)
        assert found.returncode == 1 and re.search(said.format(id=event), found.stdout), found.stdout
    finally:
        city.tamper("delete from event; insert into event select * from kept_event; delete from record_root; insert into record_root"
                    " select * from kept_root; drop table kept_event, kept_root")
    assert verify(city, "--head", known).returncode == 0


def test_an_end_that_is_cut_off_is_found_by_who_has_the_head(city):
    city.filed()
    sealed(city)
    known = head(city)
    city.tamper("create table kept_event as table event; create table kept_root as table record_root")
    city.tamper("delete from event where at >= (select first_at from record_root order by number desc limit 1);"
                " delete from record_root where number = (select max(number) from record_root)")
    assert verify(city).returncode in (0, 1)
    found = verify(city, "--head", known)
    assert found.returncode == 1 and "was published and is gone: the record has been cut off" in found.stdout
    city.tamper("delete from event; insert into event select * from kept_event; delete from record_root; insert into record_root"
                " select * from kept_root; drop table kept_event, kept_root")
    assert verify(city, "--head", known).returncode == 0
    other = known.split(":")[0] + ":" + "0" * 64
    assert "it is another one than was published" in verify(city, "--head", other).stdout
    assert verify(city, "--head", "x").returncode == 1 and "needs NUMBER:HASH" in verify(city, "--head", "x").stderr
