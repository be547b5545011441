"""The processes themselves: how fast they start, what they hold in memory, what the HTTP layer costs, and one client alone."""
import http.client
import re
import resource
import socket
import statistics
import subprocess
import time
from pathlib import Path

import baselines
from alike import ran

STARTS = 11
IDLE = 10000


def start(load):
    """From exec to the first answer that needed the database."""
    town = load.town
    filed = town.file()
    headers = {"Authorization": "Ticket %s:%s" % (filed["code"], filed["secret"])}
    took = []
    for _ in range(STARTS):
        town.stop()
        began = time.perf_counter()
        town.spawn()
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=10)
                connection.request("GET", "/v1/tracking", headers=headers)
                status = connection.getresponse().status
            except ConnectionError:
                status = 0
            if status == 200:
                break
            time.sleep(0.0005)
        took.append((time.perf_counter() - began) * 1000)
    return {"ours": {"p50_ms": round(statistics.median(took), 1), "least_ms": round(min(took), 1), "most_ms": round(max(took), 1)}}


def http_workers(town):
    return [Path("/proc") / pid for pid in town.workers() if (Path("/proc") / pid / "comm").read_text().strip() == "tiepdan-http"]


def kib(worker, name):
    return int(re.search(r"^%s:\s+(\d+) kB" % name, (worker / "status").read_text(), re.M)[1])


def memory(load):
    load.restart()
    workers = http_workers(load.town)
    load.wrk(load.town.port, "filing.lua", load.options.seconds)
    filing = {"resident_mib": round(max(kib(w, "VmHWM") for w in workers) / 1024, 1), "of_its_own_mib": round(max(kib(w, "RssAnon") for w in workers) / 1024, 1)}
    load.restart()
    workers = http_workers(load.town)
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 1000, max(IDLE + 1000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    before = sum(kib(w, "RssAnon") for w in workers)
    crowd = [socket.create_connection(("127.0.0.1", load.town.port)) for _ in range(IDLE)]
    for one in crowd:                  # each has been of use: its buffers have come and gone
        one.sendall(b"GET /.well-known/security.txt HTTP/1.1\r\nHost: test\r\n\r\n")
    for one in crowd:
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
    idle = sum(kib(w, "RssAnon") for w in workers) - before
    for one in crowd:
        one.close()
    return {"filing": filing, "idle": {"connections": IDLE, "bytes_each": round(idle * 1024 / IDLE)}}


def cost(load, port, targets, processes):
    """Microseconds of a processor for one request."""
    before = sum(map(ran, processes))
    got = load.wrk(port, "targets.lua", load.options.seconds, targets)
    return {"rate": round(got["requests"] / got["us"] * 1e6, 1), "cpu_us": round((sum(map(ran, processes)) - before) / got["requests"] * 1e3, 2)}


def http_layer(load):
    """What needs no database, without a line in the log, as the baseline."""
    load.restart(access_log="no")
    nginx = baselines.Nginx(len(load.town.anyone.get("/.well-known/security.txt").body))
    children = subprocess.run(["pgrep", "-P", str(nginx.process.pid)], capture_output=True, text=True, check=True).stdout.split()
    try:
        sides = {"ours": cost(load, load.town.port, [("/.well-known/security.txt", "")], http_workers(load.town)),
                 "nginx": cost(load, nginx.port, [("/", "")], [Path("/proc") / pid for pid in children])}
    finally:
        nginx.stop()
    load.restart(access_log="yes")
    sides["with_log"] = cost(load, load.town.port, [("/.well-known/security.txt", "")], http_workers(load.town))
    return {**sides, "cpu_times": round(sides["ours"]["cpu_us"] / sides["nginx"]["cpu_us"], 2)}


def alone(load, policy, department):
    """One client files at a time, against pgbench with one client that writes the same rows."""
    load.options.clients = 1
    load.restart()
    return load.measure({"ours": load.wrk_side(load.town.port, "filing.lua"),
                         "pgbench": load.pgbench_side(baselines.rows_script(policy, department), clients=1, role="postgres")})
