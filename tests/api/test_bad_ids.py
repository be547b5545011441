"""Ids that are none: 404 from the router, never a 500 from SQL, and paths that only look like ours."""
import pytest

GOOD = "018f0000-0000-7000-8000-000000000000"
BAD = ["1", "0", "-1", "x", "%20", "%00", "%27", "1%27or%271", GOOD[:-1], GOOD + "0", GOOD.upper() + "G", GOOD.replace("-", ""), "{" + GOOD + "}",
       GOOD.replace("0", "g", 1), "%F0%9F%98%80", "..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "null", "undefined", "*", "urn:uuid:" + GOOD,
       "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "a" * 3000, "%ff%fe", "%C3%28", "%", "%4", "%zz",
       GOOD + "%20", "%20" + GOOD, GOOD + "%0a", GOOD + ";x", GOOD + ".json"]


@pytest.mark.parametrize("bad", BAD, ids=lambda b: b[:40])
def test_ticket_ids(town, bad):
    officer = town.person("officer")
    for tail in ("", "/events", "/notes", "/replies"):
        answer = officer.get("/v1/tickets/" + bad + tail, status=None)
        assert answer.status in (400, 404), (bad, answer)
    answer = officer.post("/v1/tickets/%s/accept" % bad, {}, {"If-Match": '"1"'}, status=None)
    assert answer.status in (400, 404), (bad, answer)


def test_upper_case_ids_are_the_same_ids(town):
    ticket_id, _ = town.filed()
    assert town.person("officer").get("/v1/tickets/" + ticket_id.upper(), status=None).status in (200, 404)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/ticket", "/v1/tickets/", "//v1/tickets", "/v1//tickets", "/V1/tickets", "/v1/tickets/x/y/z",
                                  "/v1/../v1/kinds", "/v1/./kinds", "/v1/kinds/", "/v1/kinds/..", "/openapi", "/openapi.json/", "/.well-known", "/.env",
                                  "/admin", "/metrics", "/livez", "/readyz", "/problems/nosuch", "/v1/kinds%2f", "/v1%2fkinds", "/v1/kinds%3flimit=1"])
def test_unknown_paths(town, path):
    assert town.anyone.get(path, status=404).problem == "not_found"
