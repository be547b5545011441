"""What the server is compared with: pgbench doing the same on the same cluster, a service of Fastify and pg (fastify/), and nginx answering
from memory."""
import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from support.town import ROOT, free_port, wait_until

# A UUID that begins with the time, as the ids of the server do: random ones would cost the baseline dearly in the indexes.
UUID_V7 = "(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || " \
          "substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid"


def statement(path, values):
    """The text of a statement file of the server with its parameters replaced; those not in `values` are NULL."""
    lines = (ROOT / "src" / path).read_text("utf-8").splitlines()
    header = " ".join(line.lstrip("- ") for line in lines if line.startswith("--"))
    text = "\n".join(line for line in lines if not line.startswith("--")).rstrip(";")
    given = re.findall(r"(\w+) ([\w\[\]]+)", re.search(r"\bin: (.*?) out: ", header).group(1))
    assert values.keys() <= {name for name, _ in given}, "%s takes only %s" % (path, given)
    for name, kind in given:
        kind = kind.replace("int", "bigint").replace("float", "float8")
        value = values.get(name, "array[null]" if kind.endswith("[]") else "null")
        text = re.sub(r"(?<!:):('?)%s\b\1" % name, lambda _: "(%s)::%s" % (value, kind), text)
    return text + ";\n"


TEXT = "Trước số nhà 17 phố Ví Dụ có một ổ gà rộng khoảng 60 cm, sâu gần gang tay. Trời mưa nước ngập kín nên người " \
       "đi xe máy không nhìn thấy, tuần này đã có hai người bị ngã."
FOLDED = "truoc so nha 17 pho vi du co mot o ga rong khoang 60 cm, sau gan gang tay. troi mua nuoc ngap kin nen nguoi " \
         "di xe may khong nhin thay, tuan nay da co hai nguoi bi nga."
ROUTE = '{"reason": "category", "area": "00316", "category": "roads.surface", "department": "HN-SXD"}'
# The same throughout a transaction.
IDENTITY = "(lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(:%s::bigint), 19, '8'))::uuid"
# Far from the numbers of the server: each run of pgbench has its own, and each of its clients counts.
NUMBER = "\\set n :n + 1\n\\set number :first + :client_id * 1000000 + :n\n"
FIRSTS = itertools.count(1000000000, 100000000)


def one(value):
    return "array[%s]" % value


def filing_values(policy, department):
    return dict(
        ids=one(UUID_V7), numbers=one(":number"), codes=one("'P' || :number"), kinds=one("'feedback'"),
        categories=one("'roads.surface'"), areas=one("'00316'"), titles=one("'Ổ gà sâu trên phố Ví Dụ số ' || :number"),
        texts=one("'%s'" % TEXT), folded=one("'%s'" % FOLDED), location_texts=one("'Số 17 phố Ví Dụ'"),
        languages=one("'vi'"), channels=one("'web'"), anonymous=one("false"), visibilities=one("'public'"),
        sights=one("'public'"), levels=one("'normal'"), departments=one(department), policies=one(policy),
        routes=one("'%s'" % ROUTE), filed_at=one("now()"), events=one(UUID_V7),
        clock_ords="array[1, 1]", clock_kinds="array['accept', 'answer']", clock_starts="array[now(), now() + interval '1 day']",
        clock_waits="array[false, true]", clock_dues="array[now() + interval '1 day', now() + interval '10 days']",
        clock_alarms="array[now() + interval '19 hours', now() + interval '8 days']", clock_units="array['wh', 'wd']",
        clock_amounts="array[8, 5]", clock_calendars="array['office', 'office']", clock_versions="array[1, 1]")


def filing_script(policy, department):
    """One ticket by one call: what src/app/ticket/file.c sends."""
    return NUMBER + statement("app/ticket/file.sql", filing_values(policy, department))


def join_script(department, roots):
    """One ticket that joins one of these (ids and numbers), in a transaction of its own: what src/app/ticket/join.c sends for one."""
    ticket = IDENTITY % "one"
    clocks = {"clock_" + name: "'{}'" for name in ("ords", "kinds", "starts", "waits", "dues", "alarms", "units", "amounts", "calendars", "versions")}
    values = dict(filing_values("null::bigint", department), ids=one(ticket), anonymous=one("true"), visibilities=one("'private'"),
                  sights=one("'private'"), routes=one("'{\"reason\": \"joined\"}'"), **clocks)
    joined = {"tickets": one(ticket), "once_keys": "array[null::bytea]", "once_fingerprints": "array[null::bytea]", "at": one("now()"),
              "intos": one("(%s)[:root]" % one(", ".join("'%s'::uuid" % id for id, _ in roots))), "events": one(UUID_V7)}
    target = {"numbers": one("(%s)[:root]" % one(", ".join(number for _, number in roots))), "once_keys": "array[null::bytea]", "now": "now()"}
    return NUMBER + "\\set one random(1, 1000000000000000000)\n\\set root random(1, %d)\n" % len(roots) + statement(
        "app/ticket/join_target.sql", target) + "begin;\n" + statement("app/ticket/file.sql", values) + statement(
        "app/ticket/join.sql", joined) + "commit;\n"


def rows_script(policy, department):
    """The same rows by a statement for each table in one transaction, without looking up anything; ids are made of the transaction's instant and
    a number, so that no statement is needed for them."""
    return NUMBER + """\\set one random(1, 1000000000000000000)
\\set two random(1, 1000000000000000000)
begin;
insert into tiepdan.ticket (id, number, code, anonymous, filed_at, updated_at, holder, policy, kind, category, area, level, visibility, sight,
    language, channel, title, text, folded, location_text, route)
values (%(ticket)s, :number, 'P' || :number, false, now(), now(), %(department)s, %(policy)s, 'feedback', 'roads.surface', '00316', 'normal',
    'public', 'public', 'vi', 'web', 'Ổ gà sâu trên phố Ví Dụ số ' || :number, '%(text)s', '%(folded)s', 'Số 17 phố Ví Dụ', '%(route)s');
insert into tiepdan.holding (ticket, department, since) values (%(ticket)s, %(department)s, now());
insert into tiepdan.clock_running (slot, ticket, kind, round, holder, policy, unit, amount, calendar, version, start_at, waits, due_at, latest_due,
    first, alarm_at)
values (0, %(ticket)s, 'accept', 1, %(department)s, %(policy)s, 'wh', 8, 'office', 1, now(), false, now() + interval '1 day',
    now() + interval '1 day', true, now() + interval '19 hours'),
    (0, %(ticket)s, 'answer', 1, %(department)s, %(policy)s, 'wd', 5, 'office', 1, now() + interval '1 day', true, now() + interval '10 days',
    now() + interval '10 days', false, now() + interval '8 days');
insert into tiepdan.event (id, at, ticket, type, actor_kind, department, to_state, public_vi, public_en, data, hash)
values (%(event)s, now(), %(ticket)s, 'ticket.filed', 'anyone', %(department)s, 'submitted', 'Đã nhận phiếu', 'Ticket received',
    '{"kind": "feedback", "area": "00316", "category": "roads.surface", "route": %(route)s}', sha256('%(route)s'));
commit;
""" % {"ticket": IDENTITY % "one", "event": IDENTITY % "two", "department": department, "policy": policy, "text": TEXT, "folded": FOLDED,
       "route": ROUTE}


PLANS_S = 12    # each connection of pgbench makes its plans first, as those of the server did when it was warmed up


def pgbench(cluster, database, script, clients, seconds, settings=(), role="tiepdan_app", rate=None):
    """Runs the script as this role, prepared once a connection, `rate` times a second if given; returns transactions and seconds of the last
    seconds, when all plans are made."""
    options = ["jit=off", "timezone=UTC"] + list(settings)
    quoted = " ".join("-c " + re.sub(r"([\\ ])", r"\\\1", option) for option in options)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        got = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(PLANS_S + seconds), "-P", "1", "-f", file.name,
             "-D", "first=%d" % next(FIRSTS), "-D", "n=0",
             *(["--rate", str(rate)] if rate else []), "-h", str(cluster.folder / "socket"), "-U", role, database],
            env=dict(os.environ, PGOPTIONS=quoted), text=True, capture_output=True)
    told = [(float(at), float(rate)) for at, rate in re.findall(r"^progress: ([\d.]+) s, ([\d.]+) tps", got.stderr, re.M)]
    failed = re.search(r"failed transactions: ([1-9]\d*)", got.stdout)
    if got.returncode != 0 or len(told) < 2 or failed:
        raise SystemExit("pgbench failed: %s%s" % (got.stdout, got.stderr[-3000:]))
    took = [(at - before, rate) for (before, _), (at, rate) in zip([(0, 0)] + told, told) if before >= PLANS_S - 0.5]
    return sum(length * rate for length, rate in took), sum(length for length, _ in took)


class Nginx:
    """Two workers that answer every request with the same bytes of JSON, as many as what is compared; with a line in a log for each, if what is
    compared writes one."""

    def __init__(self, size, log=False):
        self.folder = Path(tempfile.mkdtemp(prefix="tiepdan-nginx-"))
        self.port = free_port()
        self.size = size
        body = '{"filler":"%s"}' % ("x" * (size - len('{"filler":""}')))
        configuration = self.folder / "nginx.conf"
        configuration.write_text("""
daemon off; worker_processes 2; pid nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  access_log %s; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server { listen 127.0.0.1:%d reuseport; location / { return 200 '%s'; } }
}""" % ("access.log combined buffer=64k" if log else "off", self.port, body), "ascii")
        self.process = subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(configuration)], cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers, 10, "nginx")

    def answers(self):
        got = subprocess.run(["curl", "-sf", "http://127.0.0.1:%d/" % self.port], capture_output=True)
        return len(got.stdout) == self.size

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        shutil.rmtree(self.folder)
        time.sleep(0.1)


class Fastify:
    """Two processes of fastify/server.mjs; its packages come with npm."""

    def __init__(self, cluster, database, department, policy):
        self.folder = Path(tempfile.mkdtemp(prefix="tiepdan-fastify-"))
        shutil.copytree(Path(__file__).resolve().parent / "fastify", self.folder, dirs_exist_ok=True)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=self.folder, check=True, timeout=300)
        self.port = free_port()
        self.process = subprocess.Popen(
            ["node", "server.mjs", str(self.port), str(cluster.folder / "socket"), database, str(department), str(policy)],
            cwd=self.folder, stdin=subprocess.DEVNULL, env=dict(os.environ, NODE_ENV="production"))
        wait_until(self.answers, 30, "Fastify")

    def answers(self):
        got = subprocess.run(["curl", "-s", "http://127.0.0.1:%d/v1/tickets?limit=1" % self.port], capture_output=True)
        return got.stdout.startswith(b'{"items"')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        shutil.rmtree(self.folder)
