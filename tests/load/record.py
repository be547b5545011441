"""Events under roots, as many as asked for, and how fast `tiepdan verify record` looks at them."""
import re
import subprocess
import time

# Tickets with ten events each, as they are written, one after the other as time goes: the first one files it, each says how the ticket stands then.
FILL = """
set search_path = tiepdan, public; set session_replication_role = replica; set synchronous_commit = off; set jit = off;
create temp table filled as select n, md5(n::text)::uuid as id, now() - interval '300 d' + n * interval '%(step)f s' as at
	from generate_series(%(first)d, %(last)d) n;
insert into ticket (id, number, code, version, anonymous, filed_at, updated_at, holder, person, policy, state, kind, category, area, level,
	visibility, sight, language, channel, title, text, folded, route)
select id, n, 'X' || n, 10, false, at, at, 1, md5((n %% 97)::text)::uuid, 1, 'accepted', 'feedback', 'roads.surface', '00316', 'normal', 'public', 'public',
	'vi', 'web', 'Ổ gà sâu trên phố', 'Trước số nhà 126 có một ổ gà rộng khoảng 60 cm.', '', '{}' from filled;
insert into event (id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi, public_en, data, hash)
select e.*, event_hash(e.id, e.at, e.ticket, e.type, e.actor_kind, e.actor, e.department, e.from_state, e.to_state, e.public_vi, e.public_en, e.data)
from (
	select gen_random_uuid() as id, at, id as ticket, 'ticket.filed' as type, 'anyone' as actor_kind, null::uuid as actor, 1::bigint as department,
		null as from_state, 'submitted' as to_state, 'Đã nhận phiếu' as public_vi, 'Received' as public_en, jsonb_build_object('kind', 'feedback',
		'category', 'roads.surface', 'area', '00316', 'level', 'normal', 'visibility', 'public', 'policy', 1, 'code', 'X' || n, 'number', n,
		'sight', 'public', 'language', 'vi', 'channel', 'web', 'anonymous', false, 'route', '{"department": "HN-SXD"}'::jsonb) as data
	from filled
	union all
	select gen_random_uuid(), at + v * interval '1 h', id, 'ticket.accepted', 'staff', md5((n %% 97)::text)::uuid, 1, 'submitted', 'accepted',
		'Đã tiếp nhận phản ánh', 'The report has been accepted', jsonb_build_object('from_department', 2, 'ticket', jsonb_build_object('version', v,
		'state', 'accepted', 'holder', 1, 'person', md5((n %% 97)::text)::uuid, 'policy', 1, 'returns', 0, 'kind', 'feedback', 'category', 'roads.surface',
		'area', '00316', 'level', 'normal', 'visibility', 'public', 'sight', 'public'))
	from filled cross join generate_series(2, 10) v) e
order by e.at;
drop table filled
"""
PORTION = 20000
ROUNDS = 2


def fill(town, rows):
    tickets = rows // 10
    for first in range(1, tickets + 1, PORTION):
        last = min(first + PORTION - 1, tickets)
        town.sql(FILL % {"first": first, "last": last, "step": 290 * 86400 / tickets})
        print("%d events written" % (last * 10), flush=True)
    town.sql("vacuum analyze event; vacuum analyze ticket")


def sealed(town):
    return int(town.sql("select coalesce(sum(events), 0) from record_root")[0][0])


def wait_sealed(town):
    began = time.monotonic()
    while town.sql("select exists (select from record_waiting(1))") == [["t"]]:
        time.sleep(1)
    return time.monotonic() - began


def timed(run):
    began = time.monotonic()
    run()
    return time.monotonic() - began


def verify(town):
    said = town.cluster.run(town.database, "verify", "record", seconds=3600)
    assert re.search(r": 0 faults$", said, re.M), said


def copied(town):
    """The rows of events as a stream of bytes: what sha256sum makes of them alone."""
    copy = "copy (select * from tiepdan.event) to stdout"
    psql = subprocess.Popen(["psql", "-X", "-q", "-d", town.cluster.url(town.database, "postgres"), "-c", copy], stdout=subprocess.PIPE)
    subprocess.run(["sha256sum"], stdin=psql.stdout, stdout=subprocess.DEVNULL, check=True)
    assert psql.wait() == 0


def plain(town):
    town.sql("set jit = off; select count(sha256(convert_to(e.*::text, 'UTF8'))) from event e")


def record(load):
    town, rows = load.town, load.options.rows
    fill(town, rows)
    seal = wait_sealed(town)
    town.stop()
    print("sealed in %.0f s: %.0f a second" % (seal, rows / max(seal, 1)), flush=True)
    count = sealed(town)
    verify(town)               # warm: what the cache holds, it holds for all
    times = {name: min(timed(lambda: way(town)) for _ in range(ROUNDS)) for name, way in (
        ("ours", verify), ("sha256_in_sql", plain), ("sha256sum_of_copy", copied))}
    return {"events": count, **{name: {"seconds": round(t, 2), "rate": round(count / t)} for name, t in times.items()}}
