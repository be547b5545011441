"""Limits: 429 with Retry-After and the violated policy, per address block and per person, across the workers. While time goes by a
limit fills up again, so that how many pass depends on how long it took."""
import time

import pytest

from support.town import new_town, ticket


@pytest.fixture(scope="module")
def limited(cluster, contract):
    with new_town(cluster, contract, rate_filing=5, rate_login=4, rate_staff=20, rate_address=100000,
                  trusted_proxies="127.0.0.1/32") as town:
        yield town


def most(limit, began):
    """How many may have passed since then: the limit at once, and the same number spread over each minute."""
    return limit + int((time.monotonic() - began) * limit / 60) + 1


def filings(town, address, n=40):
    """Answers to n filings on fresh connections, so that they spread over the workers."""
    found = []
    for _ in range(n):
        client = town.client(X_Forwarded_For=address)
        found.append(client.post("/v1/tickets", ticket(), status=None))
        client.close()
    return found


def test_filing_has_a_limit_for_each_address(limited):
    began = time.monotonic()
    answers = filings(limited, "192.0.2.1")
    statuses = [a.status for a in answers]
    assert 5 <= statuses.count(201) <= most(5, began) and statuses.count(201) + statuses.count(429) == 40
    refused = answers[statuses.index(429)]
    assert refused.problem == "quota_exceeded"
    assert refused.json["violated-policies"] == ["filing"]
    assert int(refused.header("retry-after")) >= 1
    assert 'q=5' in refused.header("ratelimit-policy")
    assert limited.count("ticket") >= statuses.count(201)


def test_another_address_is_not_touched(limited):
    filings(limited, "192.0.2.2", 20)
    assert limited.client(X_Forwarded_For="192.0.2.3").post("/v1/tickets", ticket()).status == 201


def test_one_ipv6_network_is_one_address(limited):
    began = time.monotonic()
    found = [a.status for n in range(20) for a in filings(limited, "2001:db8:1:2::%x" % (n + 1), 1)]
    assert found.count(429) >= 20 - most(5, began)
    assert 429 in found
    assert filings(limited, "2001:db8:1:3::1", 1)[0].status == 201


def test_sign_in_is_limited_and_says_nothing_more(limited):
    client = limited.client(X_Forwarded_For="192.0.2.9")
    began = time.monotonic()
    statuses = [client.post("/v1/sessions", {"login": "a", "code": "wrong-code"}, status=None).status for _ in range(20)]
    assert set(statuses) == {401, 429} and statuses.count(401) <= most(4, began)


def test_staff_have_a_limit_of_their_own(limited):
    login = limited.login("officer")
    who = limited.client(X_Forwarded_For="192.0.2.20").post("/v1/sessions", {"login": login, "code": limited.code(login)}).json["token"]
    statuses, began = [], time.monotonic()
    for n in range(60):
        statuses.append(limited.client(Authorization="Bearer " + who, X_Forwarded_For="192.0.2.%d" % (30 + n % 50)).get("/v1/me", status=None).status)
    assert statuses[0] == 200 and set(statuses) == {200, 429} and statuses.count(200) <= most(20, began)


def test_a_counter_is_limited_by_account(limited):
    """Whatever else comes from its address; and an account has the same limit wherever it is."""
    address = "192.0.2.90"
    assert 429 in [a.status for a in filings(limited, address)]
    for number in (1, 2):
        login = limited.login("clerk", number=number)
        opened = limited.client(X_Forwarded_For="192.0.2.9%d" % number).post("/v1/sessions", {"login": login, "code": limited.code(login)}).json
        clerk = limited.client(Authorization="Bearer " + opened["token"], X_Forwarded_For=address)
        began = time.monotonic()
        statuses = [clerk.post("/v1/tickets", ticket(channel="counter"), status=None).status for _ in range(20)]
        assert statuses[0] == 201 and set(statuses) == {201, 429}
        assert 5 <= statuses.count(201) <= most(5, began)


def test_a_forged_header_from_a_stranger_is_not_believed(cluster, contract):
    with new_town(cluster, contract, rate_filing=5) as town:
        found, began = [], time.monotonic()
        for n in range(30):
            found.append(town.client(X_Forwarded_For="198.51.100.%d" % n).post("/v1/tickets", ticket(), status=None).status)
        assert found.count(429) >= 30 - most(5, began)
        assert 429 in found


def test_unknown_paths_count_too(cluster, contract):
    with new_town(cluster, contract, rate_address=10) as town:
        began = time.monotonic()
        statuses = [town.anyone.get("/nothing-here", status=None).status for _ in range(30)]
        assert set(statuses) == {404, 429} and statuses.count(404) <= most(10, began)
