"""A migrated and seeded database in a throw-away cluster, for the SQL suites."""
import csv
import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# psql itself, and not the wrapper that chooses a version of it: that is called some thousand times.
os.environ["PATH"] = f"{max(pathlib.Path('/usr/lib/postgresql').glob('*/bin'))}:{os.environ['PATH']}"
KINDS = ("calendars hours days areas departments categories kinds profiles policies alarm_levels refusal_reasons").split()
# Tables that grow with the tickets: no statement may scan one as a whole. A line for each migration that made some.
GROWING = """
ticket holding clock contact note message reply rating once event event_text session
clock_running question extension alarm notice notice_load
bounce
saved_filter absence assignment_wait
review ticket_excluded review_request
attachment
reply_review
part
ticket_merge ticket_relation
publication publication_finding triage_suggestion duty
ticket_search search_word
ticket_clerk petition
ticket_against ticket_danger
ticket_tag
configuration_change account_event
ticket_alike ticket_alike_key alike_cluster
suggestion_learned suggestion_gram
filed_as
rehearsal_ticket rehearsal_pair rehearsal_rule
word
citizen citizen_code citizen_event citizen_ticket
ticket_hold disposal_ticket
data_request ticket_restriction data_request_letter
report_fact report_cell report_touched
report_path report_flow
""".split()


class Cluster:
    """`with Cluster() as c`: user postgres is the superuser, user owner owns the schema, as in an installation."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="tiepdan-sql-")
        os.chmod(self.folder, 0o711)
        self.tool("start")
        self.host = f"{self.folder}/cluster/socket"
        self.run("postgres", "create role owner login createrole")
        return self

    def __exit__(self, *_):
        self.tool("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def tool(self, verb):
        subprocess.run([ROOT / "tests/lib/cluster", verb, f"{self.folder}/cluster"], check=True)

    def psql(self, database, *options, user="postgres", script=None):
        return subprocess.run(["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", self.host, "-U", user, "-d", database, *options],
                              input=script, capture_output=True, text=True)

    def run(self, database, script, user="postgres"):
        done = self.psql(database, user=user, script=script)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()

    def migrate(self, database, path):
        """Runs a migration as `tiepdan migrate` does; -> what went wrong, or nothing."""
        outside = path.read_text().startswith("-- outside a transaction\n")
        done = self.psql(database, *([] if outside else ["-1"]), "-f", str(path), user="owner")
        return done.stderr.strip() if done.returncode else ""

    def database(self, name):
        """A new database with all migrations and the reference data that is shipped."""
        self.run("postgres", f"create database {name} owner owner;")
        for path in sorted((ROOT / "migrations").glob("[0-9]*.sql")):
            fault = self.migrate(name, path)
            if fault:
                raise RuntimeError(fault)
        for kind in KINDS:
            faults = self.run(name, import_call(kind, csv_rows(ROOT / f"migrations/seed/hanoi/{kind}.csv")), user="owner")
            if faults:
                raise RuntimeError(f"{kind}: {faults}")
        return name


def csv_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return [dict({k: v for k, v in row.items() if v}, line=reader.line_num) for row in reader]


def import_call(kind, rows):
    return f"select line, message from tiepdan.import_rows('{kind}', $rows${json.dumps(rows, ensure_ascii=False)}$rows$);"


class Session:
    """A psql of its own whose statements may wait for another session."""

    def __init__(self, cluster, database):
        self.psql = subprocess.Popen(["psql", "-X", "-qAt", "-h", cluster.host, "-U", "postgres", "-d", database],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines, self.said = queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()
        self.do("\\set VERBOSITY sqlstate\nset search_path = test, tiepdan, public")
        self.pid = int(self.do("select pg_backend_pid()"))

    def read(self):
        for line in self.psql.stdout:
            self.lines.put(line.rstrip("\n"))

    def send(self, sql):
        self.psql.stdin.write(f"{sql};\n\\echo ---\n")
        self.psql.stdin.flush()

    def answer(self, seconds=60):
        """What the last statement said; None if it has not ended by then, which in general is a hang."""
        while True:
            try:
                line = self.lines.get(timeout=seconds)
            except queue.Empty:
                return None
            if line == "---":
                said, self.said = self.said, []
                return "\n".join(said)
            self.said.append(line.removeprefix("ERROR:  "))

    def settled(self, other, watch):
        """What the last statement said; None if it waits for a lock that `other` holds, as a third session sees, however slow the machine."""
        end = time.monotonic() + 300        # catches a hang
        while time.monotonic() < end:
            said = self.answer(0.02)
            if said is not None or watch.do(f"select {other.pid} = any (pg_blocking_pids({self.pid}))") == "t":
                return said
        return None

    def do(self, sql):
        self.send(sql)
        return self.answer()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(60)
