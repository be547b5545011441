"""Five times as much is filed as can be stored: how much gets through, and how long officers wait meanwhile."""
import statistics
import threading
import time

from alike import Asker, spread

CONNECTIONS = 6000
TIMES = 5
PEAK_ROUNDS = 3
BETWEEN_S = 0.05        # an officer looks at twenty things a second


class Officer(threading.Thread):
    """Reads the queue, a ticket of it and who they are, in turn, until told to stop."""

    def __init__(self, load):
        super().__init__()
        self.asker = Asker(load.town, Authorization=load.officer.headers["Authorization"])
        self.paths = ["/v1/tickets?limit=20", "/v1/tickets/%s" % load.town.sql("select id from ticket order by number limit 1")[0][0], "/v1/me"]
        self.took, self.over = [], False

    def run(self):
        while not self.over:
            for path in self.paths:
                began = time.perf_counter()
                self.asker.ask("GET", path)
                self.took.append((time.perf_counter() - began) * 1000)
                time.sleep(BETWEEN_S)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.over = True
        self.join()


def watched(load, turn):
    with Officer(load) as officer:
        got = turn()
    return got, spread(officer.took)


def overload(load):
    load.file_tickets(load.options.tickets)
    load.restart()
    seconds = load.options.seconds
    alone = [load.wrk(load.town.port, "filing.lua", max(2, seconds // PEAK_ROUNDS // 2)) for _ in range(PEAK_ROUNDS)]
    peak = statistics.median(r["requests"] / r["us"] * 1e6 for r in alone)
    pace_ms = round(CONNECTIONS / (TIMES * peak) * 1000)
    before = int(load.town.sql("select count(*) from ticket")[0][0])
    got, officers = watched(load, lambda: load.wrk(load.town.port, "filing.lua", seconds, clients=CONNECTIONS, pace_ms=pace_ms))
    took_s = got["us"] / 1e6
    stored = int(load.town.sql("select count(*) from ticket")[0][0]) - before
    assert stored >= got["requests"] - got["refused"], "a filing that was answered is not stored"
    return {"peak": {"rate": round(peak, 1)},
            "offered": {"rate": round(got["requests"] / took_s, 1), "times": round(got["requests"] / took_s / peak, 2), "pace_ms": pace_ms},
            "stored": {"rate": round(stored / took_s, 1), "of_peak": round(stored / took_s / peak, 3)},
            "officers": officers}
