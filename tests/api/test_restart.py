"""SIGTERM drains and SIGHUP rolls the workers, both under load and without one failed request (R9, R10 in short)."""
import signal
import time

import pytest

from support.load import Load
from support.town import new_town, wait_until


@pytest.fixture()
def own(cluster, contract):
    with new_town(cluster, contract) as town:
        yield town


def test_sighup_replaces_the_workers_and_refuses_nobody(own):
    load = Load(own)
    load.goes_on(0)
    for _ in range(3):
        before = own.log().count('"worker.ready"') + own.log().count('"server.ready"')
        own.process.send_signal(signal.SIGHUP)
        time.sleep(2.5)
        assert own.process.poll() is None
        assert own.log().count('"worker.ready"') + own.log().count('"server.ready"') >= before
    load.goes_on()
    load.end()
    assert not load.bad, load.bad[:3]
    assert own.count("ticket") == len(load.codes)


def test_sigterm_answers_what_it_took(own):
    load = Load(own)
    load.goes_on(10)
    load.draining = True
    own.process.send_signal(signal.SIGTERM)
    own.process.wait(60)
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
