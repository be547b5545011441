"""A running installation for one test file: its own database from a template, its own server, its own people."""
import atexit
import contextlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from support.client import Client
from support.contract import ROOT
from support.psql import Sessions

BINARY = os.environ.get("TIEPDAN_BIN", str(ROOT / "build/asan/tiepdan"))
# psql itself, and not the wrapper that chooses a version of it: that is called some thousand times.
os.environ["PATH"] = "%s:%s" % (max(Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"])
LIMITS_OFF = {name: "1000000" for name in (
    "rate_address", "rate_filing", "burst_filings", "rate_search", "rate_login", "rate_code", "rate_staff", "rate_report")}
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99", "UBSAN_OPTIONS": "print_stacktrace=1"}
CONSTRUCTION = "HN-SXD"      # the department of most tests
HUB = "HN-EIC"
PATIENCE = 5         # a machine that does much else at once takes so many times as long


def ports():
    """Those of blocks that this process has alone as long as it lives, so that no other test takes one between its choice and its use.
    They are below those that the system gives to outgoing connections: one of them could be on it before the server is."""
    held = []
    while True:
        first, mark = random.randrange(10240, 32768, 128), socket.socket(socket.AF_UNIX)
        try:
            mark.bind("\0tiepdan-test-ports-%d" % first)      # the name of a block, gone with the process
        except OSError:
            mark.close()
            continue
        held.append(mark)
        yield from range(first, first + 128)


PORTS = ports()


def free_port():
    """One that nobody listens on, and that is given once."""
    for port in PORTS:
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                s.bind(("127.0.0.1", port))
                return port


def wait_until(true, seconds, what):
    """Returns as soon as it is so. `seconds` is what a machine with nothing else to do never needs: the bound catches a hang."""
    end = time.monotonic() + PATIENCE * seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("after %s s still not: %s" % (PATIENCE * seconds, what))


class Cluster:
    """A throw-away PostgreSQL with one migrated and seeded template database."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tiepdan-test-"))
        self.keys = self.folder.with_name(self.folder.name + "-keys")
        self.keys.mkdir(mode=0o700)
        self.sessions = Sessions()
        atexit.register(self.remove)
        self.tool("start")
        self.sql("create role tiepdan login createrole; create role tiepdan_app login; create role tiepdan_door login;"
                 " create role tiepdan_job login", "postgres")
        self.sql("create database city owner tiepdan", "postgres")
        self.run("city", "keys", "create")
        self.run("city", "migrate")
        self.run("city", "roles", "apart")
        self.run("city", "seed")
        self.names = ("t%d" % n for n in itertools.count(1))

    def remove(self):
        """Within the run: at the exit of a process of pytest-xdist there are ten seconds left."""
        atexit.unregister(self.remove)
        self.sessions.close()
        self.tool("stop")
        for folder in self.folder.parent.glob(self.folder.name + "*"):      # its keys, records and files, too
            shutil.rmtree(folder, ignore_errors=True)

    def tool(self, verb):
        subprocess.run([str(ROOT / "tests/lib/cluster"), verb, str(self.folder)], check=True)

    def url(self, database, user):
        return "host=%s/socket dbname=%s user=%s" % (self.folder, database, user)

    def logins(self, database):
        """The settings by which a server signs in."""
        return {"database_url": self.url(database, "tiepdan_app"), "door_url": self.url(database, "tiepdan_door"),
                "job_url": self.url(database, "tiepdan_job")}

    def sql(self, text, database, user="postgres"):
        """Runs SQL; returns the rows, each a list of texts."""
        got = self.sessions.ask(self.url(database, user), text)
        return [row.split("\x1f") for row in got.rstrip("\n").split("\x1e") if row]

    def run(self, database, *args, ok=True, seconds=120):
        """A sub-command of tiepdan on a database; returns what it prints."""
        env = dict(os.environ, **ENVIRONMENT, TIEPDAN_RECORD_DIR=str(self.place(database).parent), TIEPDAN_OWNER_URL=self.url(database, "tiepdan"),
                   TIEPDAN_KEY_DIR=str(self.keys), **{"TIEPDAN_" + name.upper(): url for name, url in self.logins(database).items()})
        got = subprocess.run([BINARY] + list(args), env=env, text=True, capture_output=True, timeout=seconds)
        assert not ok or got.returncode == 0, "tiepdan %s: %s" % (" ".join(args), got.stdout + got.stderr)
        return got.stdout if ok else got

    def place(self, database):
        """The file with the last root of its record: each database has one."""
        folder = self.keys.with_name("%s-record-%s" % (self.folder.name, database))
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / "record.place"

    def new_database(self):
        name = next(self.names)
        self.sql("create database %s template city owner tiepdan" % name, "postgres")
        return name


class Town:
    def __init__(self, cluster, contract, database=None, **settings):
        """`database`: that of another town, of which this is a second server."""
        self.cluster = cluster
        self.contract = contract
        both = {**LIMITS_OFF, "workers": 2, **settings}
        self.settings = {k: str(v) for k, v in both.items() if v is not None}
        self.database = database or cluster.new_database()
        self.port, self.ops_port = free_port(), free_port()
        self.log_path = cluster.folder.with_name("%s-%s-%d.log" % (cluster.folder.name, self.database, self.port))
        self.people = {}
        self.attachments = cluster.keys.with_name("%s-files-%s" % (cluster.folder.name, self.database))
        self.settings.setdefault("attachments", str(self.attachments))
        self.settings.setdefault("record_dir", str(cluster.place(self.database).parent))
        self.process = None
        self.start()
        self.anyone = self.client()

    # --- the server -------------------------------------------------------------------------------------------

    def start(self):
        before = self.log_path.stat().st_size if self.log_path.exists() else 0
        self.spawn()
        wait_until(lambda: b"\"server.ready\"" in self.log_path.read_bytes()[before:] or self.process.poll() is not None, 30, "ready")
        assert self.process.poll() is None, self.log()[-3000:]

    def spawn(self):
        settings = dict(self.settings, listen="127.0.0.1:%d" % self.port, listen_ops="127.0.0.1:%d" % self.ops_port,
                        key_dir=self.cluster.keys, public_url="http://127.0.0.1:%d" % self.port,
                        **self.cluster.logins(self.database))
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve"] + ["--%s=%s" % pair for pair in settings.items()],
                env=dict(os.environ, **ENVIRONMENT), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ready(self):
        return self.ops("/readyz")[0] == 200

    def ops(self, path):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.ops_port, path), timeout=5) as got:
                return got.status, got.headers, got.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read().decode()
        except OSError:
            return 0, {}, ""

    def workers(self):
        return set(subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split())

    def kill(self):
        """kill -9 of the supervisor; its workers leave by themselves, and the ports are free then."""
        workers = self.workers()
        self.process.kill()
        self.process.wait()
        wait_until(lambda: not any(os.path.exists("/proc/" + pid) for pid in workers), 30, "the workers have left")

    def stop(self, seconds=40):
        """SIGTERM, and the proof that no sanitizer and no filter of system calls had anything to say."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("SIGTERM did not end the server: " + self.log()[-3000:])
        log = self.log()
        found = re.search(r"ERROR: \w+Sanitizer|runtime error:|\"server\.worker_died\"[^\n]*\"signal\":(4|6|7|8|11|31)\b|\"worker\.call_refused\"", log)
        assert not found, log[found.start():found.start() + 6000]
        assert status == 0, "the server ended with %d: %s" % (status, log[-3000:])

    def close(self):
        try:
            self.stop()
        finally:
            self.cluster.sessions.close(self.database)
            self.log_path.unlink()
            shutil.rmtree(self.attachments, ignore_errors=True)

    def log(self):
        return self.log_path.read_text("utf-8", "replace")

    def entries(self, event):
        """What the log says of an event; not of a line that is still being written."""
        return [json.loads(line) for line in self.log().rpartition("\n")[0].splitlines() if '"event":"%s"' % event in line]

    @property
    def place(self):
        """The file with the last root of the record that this installation knows."""
        return self.cluster.place(self.database)

    # --- the database -----------------------------------------------------------------------------------------

    def sql(self, text):
        return self.cluster.sql("set search_path = tiepdan, public;\n" + text, self.database)

    def tamper(self, text):
        """SQL past every trigger: makes a past that the rules of the database would not let happen. No event tells of it, so the sums of
        reports are counted anew."""
        return self.sql("set session_replication_role = replica;\n" + text
                        + ";\nupdate report_cursor set filled_to = '00000000-0000-0000-0000-000000000000'")

    def count(self, table):
        return int(self.sql("select count(*) from " + table)[0][0])

    # --- callers ----------------------------------------------------------------------------------------------

    def client(self, **headers):
        return Client(self.port, self.contract, {k.replace("_", "-"): v for k, v in headers.items()})

    def citizen(self, filed):
        return self.client(Authorization="Ticket %s:%s" % (filed["code"], filed["secret"]))

    def login(self, role, department=CONSTRUCTION, number=1):
        """Makes a person once and returns the login."""
        roles = role if isinstance(role, str) else ",".join(role)
        login = "%s.%s.%d" % (roles.replace(",", "-").replace("_", "-"), department.lower(), number)
        if login not in self.people:
            self.cluster.run(self.database, "user", "add", login, "--name=Người %s %d" % (roles, number),
                             "--department=" + department, "--role=" + roles)
            self.people[login] = None
        return login

    def code(self, login):
        return self.cluster.run(self.database, "user", "code", login).strip().splitlines()[-1].split()[-1]

    def sign_in(self, login):
        opened = self.anyone.post("/v1/sessions", {"login": login, "code": self.code(login)}).json
        return self.client(Authorization="Bearer " + opened["token"])

    def settle(self, login, password, code=None):
        """Somebody signs in with a code and sets a password: something of their own, without which nobody gets a guarded role."""
        opened = self.anyone.post("/v1/sessions", {"login": login, "code": code or self.code(login)}).json
        who = self.client(Authorization="Bearer " + opened["token"])
        who("PUT", "/v1/me/password", {"password": password}, status=204)
        return who

    def with_password(self, login, password):
        opened = self.anyone.post("/v1/sessions", {"login": login, "password": password}).json
        return self.client(Authorization="Bearer " + opened["token"])

    def person(self, role, department=CONSTRUCTION, number=1):
        """A signed-in client of somebody with this role."""
        login = self.login(role, department, number)
        if self.people[login] is None:
            self.people[login] = self.sign_in(login)
        return self.people[login]

    @property
    def coordinator(self):
        return self.person("coordinator", HUB)

    def without_rules(self):
        """From here on tickets go by their category, and no rule asks for parts of them."""
        self.sql("update rule_set set state = 'retired' where state = 'active'")
        self.everywhere()

    def everywhere(self):
        """Every process of the server has the reference data and rules of now in memory, and not only the one that was asked last."""
        version = self.sql("update reference_version set version = version + 1 returning version; notify reference_changed")[0][0]

        def latest():
            return self.workers() <= {str(e["pid"]) for e in self.entries("reference.loaded") if e["version"] == version}
        wait_until(latest, 30, "version %s in every process" % version)

    def never_closed(self):
        """Nobody's office is closed: letters to staff go at once, whatever the hour and the day."""
        if self.sql("update department set calendar = 'always' where calendar <> 'always' returning code"):
            self.everywhere()

    def no_parts(self, ticket_id):
        """As if no rule had asked for a part of this ticket."""
        self.tamper("delete from part where ticket = '%s'" % ticket_id)

    def come_in(self, email):
        """A client of a citizen who signs in with this address for the first time; of a town whose `mail_url` is a folder."""
        folder = Path(self.settings["mail_url"].removeprefix("file:"))
        request = self.anyone.post("/v1/citizen/codes", {"email": email}, status=202).json["request"]
        found = []

        def arrived():
            letters = [p.read_text("utf-8") for p in folder.glob("*.eml")]
            found.extend(re.findall(r"^\d{4} \d{4}$", text, re.M) for text in letters if "To: " + email in text)
            return found
        wait_until(arrived, 20, "a letter with a code")
        opened = self.anyone.post("/v1/citizen/sessions", {"request": request, "code": found[0][0]}).json
        return self.client(Authorization="Bearer " + opened["token"])

    # --- tickets ----------------------------------------------------------------------------------------------

    def file(self, headers=None, **changes):
        return self.anyone.post("/v1/tickets", ticket(**changes), headers).json

    def id_of(self, filed):
        rows = self.sql("select id from ticket where code = '%s'" % filed["code"])
        assert rows, "no ticket " + filed["code"]
        return rows[0][0]

    def filed(self, **changes):
        """Files a ticket; returns its id, and what its citizen got."""
        answer = self.file(**changes)
        return self.id_of(answer), answer

    def version(self, ticket_id):
        return int(self.sql("select version from ticket where id = '%s'" % ticket_id)[0][0])

    def move(self, who, ticket_id, action, body=None, status=200, version=None):
        version = self.version(ticket_id) if version is None else version
        return who.post("/v1/tickets/%s/%s" % (ticket_id, action), body, {"If-Match": '"%s"' % version}, status)

    def answered(self, **changes):
        """A ticket brought to `answered`; returns its id and what its citizen got."""
        ticket_id, filed = self.filed(**changes)
        officer, head = self.person("officer"), self.person("head")
        self.move(officer, ticket_id, "accept")
        self.move(officer, ticket_id, "claim")
        self.move(officer, ticket_id, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."})
        self.move(head, ticket_id, "approve")
        return ticket_id, filed


def ticket(**changes):
    """The body of a filing; a change to None leaves the member out."""
    body = {
        "kind": "feedback", "category": "roads.surface", "area": "00316",
        "title": "Ổ gà sâu trên phố Ví Dụ gây ngã xe",
        "text": "Trước số nhà 999 phố Ví Dụ có một ổ gà rộng khoảng 60 cm, trời mưa không nhìn thấy.",
    }
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def samples():
    data = json.loads((ROOT / "tests/data/sample_tickets.json").read_text("utf-8"))
    return data["tickets"]


@contextlib.contextmanager
def new_town(cluster, contract, **settings):
    town = Town(cluster, contract, **settings)
    try:
        yield town
    finally:
        town.close()
