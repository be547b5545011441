"""psql that stays: to start one, with a connection of its own, takes ten times as long as most questions of a test."""
import os
import re
import select
import subprocess
import tempfile
import threading

COMMAND = ("psql", "-X", "-q", "-At", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-d")
BEGUN, ENDED = "\x1c", "\x1d"
# What may leave something behind that `discard all` does not end.
ALONE = re.compile(r"\bbegin\b|\bstart transaction\b|\bprepare\b|set_config", re.IGNORECASE)
SECONDS = 600


def alone(url, text):
    got = subprocess.run([*COMMAND, url], input=text, text=True, capture_output=True)
    assert got.returncode == 0, got.stderr
    return got.stdout


class Session:
    """Each text finds it as if it were new."""

    def __init__(self, url):
        self.errors = tempfile.TemporaryFile()
        self.text = tempfile.NamedTemporaryFile(suffix=".sql")
        self.process = subprocess.Popen([*COMMAND, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.used = False

    def ask(self, text):
        """What psql prints; None where it was lost before it came to the text. What it refuses is an AssertionError, and it has ended then."""
        fresh, self.used = not self.used, True
        self.text.seek(0)
        self.text.truncate()
        self.text.write(text.encode())
        self.text.flush()
        try:    # as a file of its own: where a quotation mark is missing its end is the end
            self.process.stdin.write(("discard all;\n\\echo %s\n\\i %s\ndiscard all;\n\\echo %s\n" % (BEGUN, self.text.name, ENDED)).encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        got = b""
        while not got.endswith(("%s\n" % ENDED).encode()):
            assert select.select([self.process.stdout], [], [], SECONDS)[0], "psql does not answer: " + text
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                self.process.wait()
                self.errors.seek(0)
                assert not fresh and BEGUN.encode() not in got, self.errors.read().decode()
                return None
            got += part
        return got.decode().partition(BEGUN + "\n")[2].removesuffix(ENDED + "\n")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        self.text.close()


class Sessions:
    """Those that nobody uses just now; a thread has one for itself while it waits for an answer."""

    def __init__(self):
        self.idle = {}
        self.lock = threading.Lock()

    def ask(self, url, text):
        """What psql prints of this text."""
        if not url.endswith("user=postgres") or ALONE.search(text):
            return alone(url, text)
        while True:
            with self.lock:
                idle = self.idle.setdefault(url, [])
                session = idle.pop() if idle else None
            session = session or Session(url)
            got = session.ask(text)
            if got is not None:
                with self.lock:
                    self.idle.setdefault(url, []).append(session)
                return got

    def close(self, database=None):
        """Those of one database, or all."""
        with self.lock:
            ended = [url for url in self.idle if database is None or " dbname=%s " % database in url]
            sessions = [session for url in ended for session in self.idle.pop(url)]
        for session in sessions:
            session.close()
