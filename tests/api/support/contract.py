"""Holds every answer against api/openapi.yaml and against the rules that all answers share."""
import datetime
import json
import re
import uuid
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[3]
METHODS = ("get", "put", "post", "delete", "patch", "options", "head")
LEAKS = re.compile(r"PostgreSQL|libpq|libevent|jansson|SQLSTATE|\bERROR:|relation \"|pg_catalog|/src/|\.c:\d+|0x[0-9a-f]{8}")
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _date_time(value):
    if not isinstance(value, str):
        return True
    if not RFC3339.match(value):
        raise ValueError("not RFC 3339 in UTC with milliseconds: " + value)
    datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    return True


@formats.checks("date", raises=ValueError)
def _date(value):
    return not isinstance(value, str) or bool(datetime.date.fromisoformat(value))


@formats.checks("uuid", raises=ValueError)
def _uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


class Contract:
    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver("", document)
        self.validators = {}
        self.operations = {}
        self.templates = []
        for path, item in document["paths"].items():
            pattern = re.escape(path)
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", pattern)
            self.templates.append((path.count("{"), re.compile("^" + pattern + "$"), path))
            for method in METHODS:
                if method in item:
                    self.operations[(method, path)] = item[method]
        self.templates.sort(key=lambda t: t[0])

    @classmethod
    def load(cls):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return cls(yaml.load((ROOT / "api/openapi.yaml").read_text("utf-8"), loader))

    def path_of(self, target):
        path = target.split("?", 1)[0]
        for _, pattern, template in self.templates:
            if pattern.match(path):
                return template
        return None

    def resolve(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def operation(self, method, target):
        """The operation that a request meets; HEAD is answered as GET. None when there is none."""
        path = self.path_of(target)
        method = "get" if method == "HEAD" else method.lower()
        return self.operations.get((method, path))

    def validate(self, schema, value, what):
        key = id(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(
                schema, resolver=self.resolver, format_checker=formats)
        errors = sorted(self.validators[key].iter_errors(value), key=lambda e: list(map(str, e.path)))
        assert not errors, "%s does not fit the contract: %s" % (
            what, "; ".join("/%s: %s" % ("/".join(map(str, e.path)), e.message[:300]) for e in errors[:5]))

    def check(self, method, target, answer):
        what = "%s %s -> %d" % (method, target, answer.status)
        check_shared_rules(method, answer, what)
        operation = self.operation(method, target)
        if operation is None or method == "OPTIONS":
            assert answer.status in (204, 400, 404, 405, 414, 429, 501, 503), what + ": not in the contract"
            return
        responses = operation["responses"]
        described = responses.get(str(answer.status), responses.get("default"))
        assert described is not None, what + ": this status is not in the contract"
        described = self.resolve(described)
        self.check_headers(described, answer, what)
        self.check_body(method, described, answer, what)

    def check_headers(self, described, answer, what):
        for name, header in described.get("headers", {}).items():
            header = self.resolve(header)
            value = answer.header(name)
            if value is None:
                assert not header.get("required"), what + ": lacks header " + name
                continue
            schema = header.get("schema", {})
            if self.resolve(schema).get("type") in ("integer", "number"):
                value = int(value)
            self.validate(schema, value, what + ", header " + name)

    def check_body(self, method, described, answer, what):
        content = described.get("content")
        if not content or answer.status in (204, 304):
            assert not answer.body, what + ": has a body that the contract does not know"
            return
        media = (answer.header("content-type") or "").split(";")[0].strip()
        assert media in content, what + ": content type %r is not in the contract" % media
        if method == "HEAD":
            assert not answer.body, what + ": HEAD with a body"
            return
        schema = content[media].get("schema")
        if schema is not None and media.endswith("json"):
            self.validate(schema, json.loads(answer.body), what)


def check_shared_rules(method, answer, what):
    """What holds for every answer: S17."""
    assert answer.header("x-content-type-options") == "nosniff", what + ": no nosniff"
    assert answer.header("date"), what + ": no Date"
    assert answer.header("access-control-allow-origin") is None, what + ": CORS is open"
    request_id = answer.header("x-request-id")
    assert request_id and str(uuid.UUID(request_id)) == request_id, what + ": no X-Request-Id"
    for name, value in answer.headers:
        assert not re.search(r"tiepdan/|\d+\.\d+\.\d+(?!\.\d)", value) or name.lower() in ("date", "etag"), (
            "%s: %s tells a version: %s" % (what, name, value))
    if answer.status < 400 or answer.status in (405,) and method == "OPTIONS":
        return
    assert answer.header("content-type") == "application/problem+json", what + ": not a problem"
    if method == "HEAD":
        return
    text = answer.body.decode("utf-8")
    assert not LEAKS.search(text), what + ": says too much: " + text[:400]
    problem = json.loads(text)
    assert problem["status"] == answer.status, what
    assert problem["type"].startswith("http") and "/problems/" in problem["type"], what
    assert problem["title"], what
    assert problem["instance"] == "urn:uuid:" + request_id, what
