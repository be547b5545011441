"""SIGTERM drains and SIGHUP rolls the workers, both under load and without one failed request (R9, R10 in short)."""
import signal
import threading
import time

import pytest

from support.town import new_town, ticket, wait_until


@pytest.fixture()
def own(cluster, contract):
    with new_town(cluster, contract) as town:
        yield town


class Load:
    """Clients that file and read on kept connections; every answer counts, and so does every failure."""

    def __init__(self, town, clients=6):
        self.town, self.stop, self.good, self.bad, self.refused, self.codes = town, False, 0, [], 0, []
        self.draining = False
        self.threads = [threading.Thread(target=self.run) for _ in range(clients)]
        for t in self.threads:
            t.start()

    def run(self):
        client = self.town.client()
        while not self.stop:
            try:
                self.codes.append(client.post("/v1/tickets", ticket()).json["code"])
                client.get("/v1/kinds")
                self.good += 2
            except (ConnectionRefusedError, ConnectionResetError) as e:
                if self.draining:      # a connection that nobody accepted any more
                    self.refused += 1
                    return
                self.bad.append(repr(e))
            except Exception as e:      # noqa: whatever it is, the client did not get its answer
                self.bad.append(repr(e)[:300])
                client = self.town.client()

    def end(self):
        self.stop = True
        for t in self.threads:
            t.join()


def test_sighup_replaces_the_workers_and_refuses_nobody(own):
    load = Load(own)
    time.sleep(0.5)
    for _ in range(3):
        before = own.log().count('"worker.ready"') + own.log().count('"server.ready"')
        own.process.send_signal(signal.SIGHUP)
        time.sleep(2.5)
        assert own.process.poll() is None
        assert own.log().count('"worker.ready"') + own.log().count('"server.ready"') >= before
    load.end()
    assert not load.bad, load.bad[:3]
    assert load.good > 50
    assert own.count("ticket") == len(load.codes)


def test_sigterm_answers_what_it_took(own):
    load = Load(own)
    time.sleep(1)
    load.draining = True
    began = time.monotonic()
    own.process.send_signal(signal.SIGTERM)
    own.process.wait(30)
    assert time.monotonic() - began < 30
    load.end()
    assert not load.bad, load.bad[:3]
    assert own.count("ticket") == len(load.codes), "a filing was done and not answered, or answered and not done"


def test_a_killed_worker_is_replaced(own):
    import subprocess
    children = subprocess.run(["pgrep", "-P", str(own.process.pid)], capture_output=True, text=True).stdout.split()
    assert len(children) == 3, "two HTTP workers and the job worker"
    import os
    os.kill(int(children[0]), signal.SIGKILL)
    wait_until(lambda: len(subprocess.run(["pgrep", "-P", str(own.process.pid)], capture_output=True, text=True).stdout.split()) == 3
               and children[0] not in subprocess.run(["pgrep", "-P", str(own.process.pid)], capture_output=True, text=True).stdout,
               10, "a new worker")
    wait_until(own.ready, 10, "ready")
    for _ in range(20):
        own.file()
