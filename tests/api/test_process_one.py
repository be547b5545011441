"""In a container the supervisor is process 1; its workers must not take that for an orphan's parent."""
import os
import subprocess

import pytest

from support.town import BINARY, ENVIRONMENT, Client, free_port, ticket, wait_until

NAMESPACE = ["unshare", "--pid", "--fork", "--kill-child"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])


def test_the_supervisor_may_be_process_one(town, tmp_path):
    if subprocess.run(NAMESPACE + ["true"], capture_output=True).returncode != 0:
        pytest.skip("this machine allows no process namespaces")
    port, log = free_port(), tmp_path / "log"
    args = ["--listen=127.0.0.1:%d" % port, "--listen_ops=", "--workers=2", "--key_dir=%s" % town.cluster.keys,
            *("--%s=%s" % login for login in town.cluster.logins(town.database).items())]
    with open(log, "wb") as out:
        server = subprocess.Popen(NAMESPACE + [BINARY, "serve"] + args, stdout=out, stderr=out,
                                  env={**os.environ, **ENVIRONMENT, "ASAN_OPTIONS": "detect_leaks=0"})
    try:
        wait_until(lambda: '"server.ready"' in log.read_text() or server.poll() is not None, 20, "ready")
        assert Client(port, town.contract).post("/v1/tickets", ticket()).json["code"]
        assert "worker_died" not in log.read_text()
    finally:
        server.kill()
        server.wait()
