"""What a taken-over process would have got: privileges, memory of others, system calls, files of its own (S20)."""
import re
import signal
from pathlib import Path

from support.town import new_town, wait_until


def status(pid):
    return dict(re.findall(r"^(\w+):\s*(.*)$", Path("/proc/%s/status" % pid).read_text(), re.M))


def core_limit(pid):
    return re.search(r"Max core file size\s+(\S+)\s+(\S+)", Path("/proc/%s/limits" % pid).read_text()).groups()


def check(town):
    workers = town.workers()
    assert len(workers) == 3
    for pid in workers | {str(town.process.pid)}:
        is_ = status(pid)
        assert is_["NoNewPrivs"] == "1" and is_["Umask"] == "0077" and core_limit(pid) == ("0", "0"), is_
        assert is_["Seccomp"] == ("2" if pid in workers else "0"), is_
        assert Path("/proc/%s/mem" % pid).stat().st_uid == 0, "a process of the same user could read it"


def test_all_processes_are_shut_in(cluster, contract):
    with new_town(cluster, contract) as own:
        check(own)
        assert '"event":"server.confined"' in own.log() and '"filter":"on"' in own.log()
        own.process.send_signal(signal.SIGUSR2)      # a new image begins with what a program may again
        wait_until(lambda: own.log().count('"event":"server.ready"') == 2 and len(own.workers()) == 3, 30, "the new image")
        check(own)


def test_it_can_be_switched_off(cluster, contract):
    with new_town(cluster, contract, confine="false") as own:
        for pid in own.workers():
            assert status(pid)["Seccomp"] == "0" and status(pid)["Umask"] == "0077"
        assert '"filter":"off"' in own.log()
    said = cluster.run(own.database, "doctor", "--no-confine", ok=False).stdout
    assert "warn   confinement: what the server may ask of the system is not limited" in said
    assert "ok     confinement" in cluster.run(own.database, "doctor", ok=False).stdout
