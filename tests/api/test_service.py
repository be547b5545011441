"""About the server: contract, security.txt, keys, problems, health and metrics."""
import datetime
import json
import re

import yaml

from support.contract import ROOT


def test_the_contract_is_served_as_it_stands(town):
    text = (ROOT / "api/openapi.yaml").read_text("utf-8")
    served = town.anyone.get("/openapi.yaml")
    assert served.body.decode() == text and served.header("content-type").startswith("application/yaml")
    assert town.anyone.get("/openapi.json").json == json.loads(json.dumps(yaml.safe_load(text), default=str))
    for path in ("/openapi.yaml", "/openapi.json"):
        tag = town.anyone.get(path).header("etag")
        town.anyone.get(path, {"If-None-Match": tag}, status=304)


def test_the_root_leads_on(town):
    root = town.anyone.get("/").json
    town.anyone.get(root["openapi"][root["openapi"].index("/openapi"):])


def test_security_txt(town):
    answer = town.anyone.get("/.well-known/security.txt")
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    fields = re.findall(r"^([\w-]+): (.+?)\r?$", answer.body.decode(), re.M)
    expires = [v for n, v in fields if n == "Expires"]
    assert len(expires) == 1 and [v for n, v in fields if n == "Contact"]
    when = datetime.datetime.fromisoformat(expires[0].replace("Z", "+00:00"))
    ahead = when - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=1) < ahead <= datetime.timedelta(days=366)


def test_published_keys_hold_nothing_private(town):
    for key in town.anyone.get("/.well-known/jwks.json").json["keys"]:
        assert set(key) == {"kty", "use", "alg", "kid", "crv", "x", "y"}


def test_every_problem_has_its_page(town):
    names = re.findall(r"^PROBLEM\((\w+), (\d+)", (ROOT / "src/http/problems.def").read_text(), re.M)
    listed = {}
    for name, status in names:
        page = town.anyone.get("/problems/" + name.replace("_", "-")).json
        assert page["status"] == int(status) and page["title_vi"] and page["title_en"]
        assert page["advice_vi"] != page["advice_en"] and page["advice_en"] not in ("", page["title_en"])
        listed[page["name"]] = page
    assert len(listed) == len(names)
    assert {p["name"]: p for p in town.anyone.get("/problems").json["items"]} == listed
    assert "/v1/categories" in listed["unknown-category"]["advice_en"], "of its own"
    assert listed["answer-due"]["advice_en"] != listed["wrong-state"]["advice_en"] == listed["same-level"]["advice_en"], "of all with a status"


def test_the_type_of_a_problem_leads_to_its_page(town):
    kind = town.anyone.get("/nowhere", status=404).json["type"]
    assert kind.startswith("http://127.0.0.1:%d/problems/" % town.port)
    town.anyone.get(kind[kind.index("/problems/"):])


def test_health(town):
    for path in ("/livez", "/readyz"):
        status, headers, _ = town.ops(path)
        assert status == 200 and "no-store" in headers["Cache-Control"]
    assert town.ops("/v1/kinds")[0] == 404 and town.ops("/")[0] == 404
    assert town.anyone.get("/livez", status=404)


def test_metrics_are_well_formed_and_count(town):
    def value(name):
        found = re.findall(r"^%s(?:\{[^}]*\})? ([0-9.e+-]+)$" % name, town.ops("/metrics")[2], re.M)
        return sum(float(v) for v in found)
    before = value("tiepdan_tickets_filed_total")
    town.file()
    status, headers, text = town.ops("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert value("tiepdan_tickets_filed_total") == before + 1
    families = re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M)
    assert len(families) == len(dict(families)) > 15
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) \w+ .*|\w+(\{(\w+=\"(\\.|[^\"\\])*\",?)+\})? [0-9.eE+-]+|\w+(\{.*\})? \+Inf", line), line
    assert "/v1/tickets/{id" in text or "018f" not in text, "metrics carry route templates, never raw paths"
