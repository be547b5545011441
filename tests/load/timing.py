"""Whether the time of an answer tells if a login, or the code of a ticket, exists (promises of sign-in and look-up)."""
import http.client
import json
import math
import random
import statistics
import time

PASSWORD = "Mùa thu Hà Nội 1946"
LOGINS = 50
BATCH = 4 * LOGINS          # attempts before the brake is released: two of each login
BOUND = 2.576               # |t| of two means that are alike, in 99 of 100 runs


def people(town):
    """Logins that exist, each with a password."""
    made = []
    for number in range(LOGINS):
        login = town.login("officer", number=number)
        town.sign_in(login)("PUT", "/v1/me/password", {"password": PASSWORD}, status=204)
        made.append(login)
    return made


def clocked(connection, method, path, body, headers):
    began = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return (time.perf_counter() - began) * 1000, answer.status


def welch(a, b):
    """Welch's t, and the difference of the means, without the slowest hundredth of both: those are the machine's."""
    cut = sorted(a + b)[int((len(a) + len(b)) * 0.99)]
    a, b = [x for x in a if x < cut], [x for x in b if x < cut]
    difference = statistics.mean(a) - statistics.mean(b)
    return difference / math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b)), difference


def compare(ask, pairs, samples, between):
    """Asks about what exists and what does not, in random order; `between` runs now and then."""
    times = {True: [], False: []}
    while len(times[True]) < samples:
        turn = [(exists, name) for names in pairs for exists, name in zip((True, False), names)]
        random.shuffle(turn)
        between()
        for exists, name in turn:
            times[exists].append(ask(name))
    t, difference = welch(times[True], times[False])
    return {"samples": len(times[True]), "exists_ms": round(statistics.median(times[True]), 3),
            "does_not_ms": round(statistics.median(times[False]), 3), "difference_ms": round(difference, 4), "t": round(t, 2), "alike": abs(t) < BOUND}


def timing(load):
    town, samples = load.town, load.options.samples
    connection = http.client.HTTPConnection("127.0.0.1", town.port)

    def sign_in(login):
        took, status = clocked(connection, "POST", "/v1/sessions", json.dumps({"login": login, "password": "sai mật khẩu rồi"}),
                               {"Content-Type": "application/json"})
        assert status == 401, status
        return took

    def track(code):
        took, status = clocked(connection, "GET", "/v1/tracking", None, {"Authorization": "Ticket %s:%s" % (code, "0" * 27)})
        assert status == 404, status
        return took

    known = people(town)
    logins = compare(sign_in, [(login, login.replace("officer", "nobody1")) for login in known] * 2, samples,
                     lambda: town.sql("delete from sign_in_brake"))
    print("login %s" % logins, flush=True)
    filed = [town.file()["code"] for _ in range(LOGINS)]
    others = [town.file()["code"] for _ in range(LOGINS)]
    town.tamper("delete from ticket where code = any ('{%s}')" % ",".join(others))
    codes = compare(track, list(zip(filed, others)), samples, lambda: None)
    print("code %s" % codes, flush=True)
    return {"ours": {"login": logins, "code": codes}}
