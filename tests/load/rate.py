"""Filing at a rate that is asked for, and filing among many tickets."""
import threading
import time

import generate
from support.contract import Contract
from support.town import LIMITS_OFF, new_town, wait_until

THREADS = 2


def checkpoint_at(town, seconds):
    def at():
        time.sleep(seconds)
        town.sql("checkpoint")
    thread = threading.Thread(target=at)
    thread.start()
    return thread


def at_rate(load, rate, seconds):
    """What wrk tells of so many filings a second, with a checkpoint in the middle; how late the latest was sent."""
    checkpoint = checkpoint_at(load.town, seconds / 2)
    got = load.wrk(load.town.port, "filing.lua", seconds, rate=rate / THREADS, threads=THREADS)
    checkpoint.join()
    return {"asked": rate, "rate": round(got["requests"] / got["us"] * 1e6, 1), "p50_ms": got["p50_us"] / 1000, "p99_ms": got["p99_us"] / 1000,
            "p999_ms": got["p999_us"] / 1000, "late_ms": round(got["late_us"] / 1000, 1)}


def filing_rate(load):
    """The asked rate, and while it is not held half of it."""
    load.restart()
    load.wrk(load.town.port, "filing.lua", 5)
    tried, rate = [], load.options.rate
    while True:
        tried.append(at_rate(load, rate, load.options.seconds))
        if tried[-1]["rate"] >= 0.98 * rate:
            return {"ours": tried[-1], "not_held": tried[:-1]}
        if rate <= 100:
            return {"not_held": tried}
        rate //= 2


def filing_grown(load):
    """Rates among few tickets and among --rows of them, of two servers on one cluster that take turns."""
    settings = {name: "1000000000" for name in LIMITS_OFF}
    few = load.town
    with new_town(load.cluster, Contract.load(), **settings) as many:
        many.stop()
        generate.fill(many, load.options.rows)
        generate.seal(many)
        wait_until(lambda: not many.count("report_cursor where filled_to is not null or paths_to is not null"), 24 * 3600, "the sums of reports")
        load.restart()
        for town in (few, many):
            town.sql("analyze; checkpoint")
        sides = load.measure({name: load.wrk_side(town.port, "filing.lua") for name, town in (("few", few), ("many", many))})
    return dict(sides, tickets=load.options.rows, grown=round(sides["many"]["rate"] / sides["few"]["rate"], 3))
