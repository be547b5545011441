"""An upgrade (SIGUSR2) and a restart under socket activation refuse nobody."""
import os
import signal
import socket
import subprocess

import pytest

from support.town import BINARY, ENVIRONMENT, LIMITS_OFF, new_town, wait_until
from support.load import Load


@pytest.fixture()
def own(cluster, contract):
    with new_town(cluster, contract) as town:
        yield town


def test_sigusr2_runs_the_new_program_with_the_old_sockets(own):
    load = Load(own)
    load.goes_on(0)
    for n in range(2):
        before = own.workers()
        own.process.send_signal(signal.SIGUSR2)
        wait_until(lambda: own.log().count('"event":"server.ready"') == n + 2, 20, "the new image is ready")
        wait_until(lambda: not before & own.workers(), 30, "the old workers have left")
        assert own.process.poll() is None
        assert len(own.workers()) == 3
    load.goes_on()
    load.end()
    assert not load.bad, load.bad[:3]


def activated(own, sockets):
    """The server as systemd would start it: descriptors from 3 on, LISTEN_PID its own."""
    def inherit():
        for n, s in enumerate(sockets):
            os.dup2(s.fileno(), 3 + n)
    settings = dict(LIMITS_OFF, workers="2", key_dir=own.cluster.keys, public_url="http://127.0.0.1",
                    **own.cluster.logins(own.database))
    flags = ["--%s=%s" % pair for pair in settings.items()]
    env = dict(os.environ, **ENVIRONMENT, LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES="api:ops")
    with open(own.log_path, "ab") as log:
        return subprocess.Popen(["sh", "-c", 'LISTEN_PID=$$ exec "$0" serve "$@"', BINARY] + flags, env=env, stdin=subprocess.DEVNULL,
                                stdout=log, stderr=log, preexec_fn=inherit, close_fds=False)


def ask(port, path="/v1/kinds"):
    s = socket.create_connection(("127.0.0.1", port), timeout=30)
    s.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
    return s


def status_of(s):
    with s, s.makefile("rb") as f:
        return int(f.read().split(b" ", 2)[1])


def test_socket_activation_keeps_clients_waiting_over_a_restart(own):
    own.stop()
    sockets = []
    for _ in range(2):
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.listen(64)
        sockets.append(s)
    port, ops = (s.getsockname()[1] for s in sockets)
    first = activated(own, sockets)
    try:
        assert status_of(ask(port)) == 200
        assert status_of(ask(ops, "/readyz")) == 200
        first.send_signal(signal.SIGTERM)
        assert first.wait(40) == 0
        waiting = [ask(port) for _ in range(20)]      # nobody accepts now
        second = activated(own, sockets)
        try:
            assert [status_of(s) for s in waiting] == [200] * 20
        finally:
            second.send_signal(signal.SIGTERM)
            assert second.wait(40) == 0
    finally:
        if first.poll() is None:
            first.kill()
        for s in sockets:
            s.close()


def test_workers_leave_with_a_supervisor_that_was_killed(own):
    assert len(own.workers()) == 3
    own.kill()
    own.start()      # the port is free again
    assert own.anyone.get("/v1/kinds").status == 200
