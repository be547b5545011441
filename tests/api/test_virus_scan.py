"""The virus scanner, played by the test: what it finds is refused, and while it is away files wait."""
import socket
import struct
import tempfile
import threading
from pathlib import Path

import pytest

from support import images
from support.files import checked, send, stands
from support.town import new_town, wait_until

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Speaks INSTREAM on a Unix socket; `mode` says how well."""

    def __init__(self, path):
        self.path, self.mode, self.seen = str(path), "good", []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    @staticmethod
    def exactly(client, n):
        data = b""
        while len(data) < n:
            piece = client.recv(n - len(data))
            if not piece:
                return None
            data += piece
        return data

    def answer(self, client):
        with client:
            if self.mode == "closes" or self.exactly(client, 10) != b"zINSTREAM\0":
                return
            content = b""
            while True:
                head = self.exactly(client, 4)
                if head is None:
                    return
                length, = struct.unpack(">I", head)
                if length == 0:
                    break
                content += self.exactly(client, length)
            self.seen.append(content)
            if self.mode == "silent":
                client.recv(1)
                return
            verdict = b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK"
            client.sendall({"good": verdict, "limit": b"INSTREAM size limit exceeded. ERROR", "noise": b"\xff" * 3000}[self.mode] + b"\0")


@pytest.fixture(scope="module")
def scanner():
    with tempfile.TemporaryDirectory(prefix="tiepdan-clamd-") as folder:
        clamd = Clamd(Path(folder) / "clamd.sock")
        yield clamd
        clamd.listener.close()


@pytest.fixture(scope="module")
def scanned(cluster, contract, scanner):
    with new_town(cluster, contract, clamd=scanner.path, file_check_ms=12000) as made:
        yield made


def at_once(town):
    """What was put off is tried again."""
    town.sql("update attachment set lease_until = '-infinity' where state = 'checking'")


def test_found_and_clean(scanned, scanner):
    infected = send(scanned.anyone, b"xin chao " + EICAR, name="a.txt").json
    seen = checked(scanned, infected)
    assert (seen["state"], seen["reason"]) == ("refused", "virus")
    long = b"0123456789abcdef" * 30000
    assert checked(scanned, send(scanned.anyone, long, name="a.txt").json)["state"] == "ready"
    assert scanner.seen[-1] == long
    photo = images.jpeg(extra=images.segment(0xFE, EICAR))
    assert checked(scanned, send(scanned.anyone, photo).json)["reason"] == "virus"


@pytest.mark.parametrize("mode", ["closes", "limit", "noise", "silent"])
def test_a_scanner_that_does_not_answer_delays(scanned, scanner, mode):
    scanner.mode = mode
    opened = send(scanned.anyone, images.jpeg()).json
    wait_until(lambda: scanned.log().count('"check.later"') > 0 and scanned.sql(
        "select lease_until > now() + interval '20 s' and attempts = 0 from attachment where id = '%s'" % opened["id"]) == [["t"]],
        30, "the check is put off")
    assert stands(scanned, opened)["state"] == "checking"
    scanner.mode = "good"
    at_once(scanned)
    assert checked(scanned, opened)["state"] == "ready"


def test_a_scanner_that_is_away(scanned, scanner):
    Path(scanner.path).rename(scanner.path + ".away")
    before = scanned.log().count('"check.later"')
    opened = send(scanned.anyone, images.jpeg()).json
    wait_until(lambda: scanned.log().count('"check.later"') > before, 30, "the check is put off")
    assert stands(scanned, opened)["state"] == "checking"
    Path(scanner.path + ".away").rename(scanner.path)
    at_once(scanned)
    assert checked(scanned, opened)["state"] == "ready"
