"""The contract and the code say the same, in both directions: routes.def, problems.def and faults.def against
api/openapi.yaml."""
import pathlib
import re

import jsonschema
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "patch")
STRING = r'"((?:[^"\\]|\\.)*)"'


def source(name):
    """A file of src without its comments."""
    return re.sub(r"/\*.*?\*/", "", (ROOT / "src" / name).read_text("utf-8"), flags=re.S)


def load_document():
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((ROOT / "api/openapi.yaml").read_text("utf-8"), loader)


DOCUMENT = load_document()


def resolve(node):
    while "$ref" in node:
        target = DOCUMENT
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
    return node


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item, item[method]


def role_sets():
    """{name in C: set of role names}, of the roles themselves and of the macros of role.h."""
    sets = {name: {text} for name, text in re.findall(r"^ROLE\((\w+), %s\)" % STRING, source("auth/role.def"), re.M)}
    sets["ROLE_PUBLIC"], sets["ROLE_TICKET"], sets["ROLE_ANSWER"] = {"public"}, {"ticket"}, {"answer"}
    sets["ROLE_UPLOAD"], sets["ROLE_SELF"], sets["ROLE_CITIZEN"] = {"upload"}, {"signed_in"}, {"citizen"}
    joined = source("auth/role.h").replace("\\\n", " ")
    for name, body in re.findall(r"^#define (\w+)\s+\(([\w\s|]+)\)$", joined, re.M):
        sets[name] = set().union(*(sets[part] for part in re.findall(r"\w+", body)))
    return sets


def routes():
    """{(method, path): (roles, input, flags, handler)} of routes.def, with the types of the segments."""
    pattern = r"^ROUTE\((\w+),\s*%s,\s*([\w|\s]+?),\s*(\w+),\s*(\w+),\s*([\w|\s]+?),\s*(\w+)\)" % STRING
    text = source("app/routes.def")
    rows = re.findall(pattern, text, re.M)
    assert len(rows) == len(re.findall(r"^ROUTE\(", text, re.M)), "a row of routes.def that this test cannot read"
    sets = role_sets()
    table = {}
    for method, path, roles, _, given, flags, handler in rows:
        types = dict(re.findall(r"\{(\w+):(\w+)\}", path))
        key = (method, re.sub(r":\w+\}", "}", path))
        assert key not in table, "%s %s stands twice in routes.def" % key
        names = set().union(*(sets[name] for name in re.findall(r"\w+", roles)))
        table[key] = (names, given, set(re.findall(r"\w+", flags)), handler, types)
    return table


ROUTES = routes()
OPERATIONS = {(method, path): (item, operation) for method, path, item, operation in operations()}
BOTH = sorted(set(ROUTES) & set(OPERATIONS))


def parameters(key, where):
    item, operation = OPERATIONS[key]
    listed = [resolve(p) for p in item.get("parameters", []) + operation.get("parameters", [])]
    return {p["name"]: p for p in listed if p["in"] == where}


def test_every_route_is_in_the_document_and_every_operation_in_the_code():
    assert sorted(set(ROUTES) - set(OPERATIONS)) == [], "routes without an operation"
    assert sorted(set(OPERATIONS) - set(ROUTES)) == [], "operations without a route"


@pytest.mark.parametrize("key", BOTH, ids=" ".join)
def test_operation_equals_route(key):
    roles, given, flags, handler, types = ROUTES[key]
    operation = OPERATIONS[key][1]
    assert operation["operationId"] == handler
    assert set(operation["x-roles"]) == roles
    shown = [name for name in ("ticket", "answer", "upload") if name in roles] or ["bearer"]
    assert operation["security"] == ([] if roles == {"public"} else [{name: []} for name in shown])

    assert ("ROUTE_STREAM" in flags) == ("requestBody" in operation and "application/json" not in operation["requestBody"]["content"])
    takes_input = "application/json" in operation.get("requestBody", {}).get("content", {}) or (key[0] == "GET" and parameters(key, "query"))
    assert given == (handler if takes_input else "none")
    assert ("If-Match" in parameters(key, "header")) == ("ROUTE_IF_MATCH" in flags)
    assert ("Idempotency-Key" in parameters(key, "header")) == ("ROUTE_ONCE" in flags)

    in_path = parameters(key, "path")
    assert set(in_path) == set(re.findall(r"\{(\w+)\}", key[1]))
    for name, parameter in in_path.items():
        kind = {"uuid": "uuid", "int": None}.get(types.get(name))
        assert resolve(parameter["schema"]).get("format") == kind


@pytest.mark.parametrize("key", BOTH, ids=" ".join)
def test_operation_lists_the_statuses_that_its_route_can_give(key):
    roles, given, flags, handler, types = ROUTES[key]
    method = key[0]
    expected = {"400", "404", "429", "500", "503", "default"}
    expected |= {"401"} | ({"403"} if roles != {"public"} else set())
    expected |= {"412", "428"} if "ROUTE_IF_MATCH" in flags else set()
    expected |= {"409"} if "ROUTE_ONCE" in flags and not handler.endswith("session_open") else set()     # there the hash of the body is the key
    expected |= {"408", "413", "415", "422"} if method in ("POST", "PUT", "PATCH") else set()
    expected |= {"422"} if method == "GET" else set()
    statuses = set(OPERATIONS[key][1]["responses"])
    assert expected <= statuses, "missing: %s" % sorted(expected - statuses)
    assert any(s.startswith("2") for s in statuses)


def table_of_problems():
    """{name with hyphens: status}."""
    text = source("http/problems.def")
    rows = re.findall(r"^PROBLEM\((\w+),\s*(\d+),\s*%s,\s*%s,\s*%s,\s*%s\)" % ((STRING,) * 4), text, re.M)
    assert len(rows) == len(re.findall(r"^PROBLEM\(", text, re.M)), "a row of problems.def that this test cannot read"
    return {name.replace("_", "-"): int(status) for name, status, *_ in rows}


def test_what_the_database_raises_is_one_problem():
    """Two rows for one SQLSTATE or constraint: the second is never answered."""
    raised = re.findall(r'^PROBLEM\(\w+,\s*\d+,\s*"([^"]+)"', source("http/problems.def"), re.M)
    assert len(raised) > 50 and sorted(set(raised)) == sorted(raised)


def problem_responses():
    """[(name of the response, names of its problems, statuses)]."""
    for name, response in DOCUMENT["components"]["responses"].items():
        content = response.get("content", {}).get("application/problem+json")
        if content is None:
            continue
        schema = content["schema"]
        assert schema["$ref"] == "#/components/schemas/Problem"
        names = re.fullmatch(r"/problems/\(([a-z|-]+)\)\$", schema["properties"]["type"]["pattern"]).group(1).split("|")
        status = schema["properties"]["status"]
        yield name, names, set(status.get("enum", [status.get("const")]))


def test_problems_equal_problems_def():
    schemas = DOCUMENT["components"]["schemas"]
    table = table_of_problems()
    assert schemas["ProblemName"]["enum"] == list(table)
    described = set()
    for response, names, statuses in problem_responses():
        assert set(names) <= set(table), response
        assert statuses == {table[name] for name in names}, response
        described |= set(names)
    assert described == set(table), "problems that no response has"


def test_responses_with_a_status_name_problems_of_that_status():
    by_name = {name: statuses for name, _, statuses in problem_responses()}
    for method, path, _, operation in operations():
        for status, response in operation["responses"].items():
            if status[0] in "45":
                name = response["$ref"].rsplit("/", 1)[1]
                assert by_name[name] == {int(status)}, "%s %s %s" % (method, path, status)


def test_faults_equal_faults_def():
    names = re.findall(r"^FAULT\((\w+),", source("http/faults.def"), re.M)
    assert DOCUMENT["components"]["schemas"]["FaultCode"]["enum"] == names


def test_operation_ids_are_unique():
    ids = [operation["operationId"] for _, _, _, operation in operations()]
    assert len(ids) == len(set(ids))


def schemas_of(node, at=()):
    """Every object schema below a node, with its place."""
    if isinstance(node, dict):
        if node.get("type") in ("object", ["object", "null"]) and ("properties" in node or "additionalProperties" in node):
            yield at, node
        for name, value in node.items():
            if name not in ("example", "examples", "value"):
                yield from schemas_of(value, at + (name,))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from schemas_of(value, at + (str(i),))


def test_objects_are_closed():
    """No answer may have a member that nobody decided on; free-form data says so itself."""
    for at, schema in schemas_of(DOCUMENT):
        assert "additionalProperties" in schema, "/".join(at)


def empty_members(node, at=()):
    if isinstance(node, dict):
        for name, value in node.items():
            yield from empty_members(value, at + (str(name),))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from empty_members(value, at + (str(i),))
    elif node is None:
        yield "/".join(at)


def test_no_member_is_empty():
    """A comma in an unquoted text inside { } silently begins a new member."""
    assert list(empty_members(DOCUMENT)) == []


def inline(node):
    """A schema with every reference put in its place, for a validator without a resolver."""
    if isinstance(node, list):
        return [inline(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {name: inline(value) for name, value in resolve(node).items()}


def test_examples_fit():
    seen = 0
    for method, path, _, operation in operations():
        media = [operation.get("requestBody", {}).get("content", {})]
        media += [resolve(r).get("content", {}) for r in operation["responses"].values()]
        for content in media:
            for kind, described in content.items():
                values = [e["value"] for e in described.get("examples", {}).values()]
                values += [described["example"]] if "example" in described else []
                for value in values:
                    jsonschema.Draft202012Validator(inline(described["schema"])).validate(value)
                    seen += 1
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            assert operation["requestBody"]["content"]["application/json"]["examples"], path
        for parameter in parameters((method, path), "path").values():
            jsonschema.Draft202012Validator(inline(parameter["schema"])).validate(parameter["example"])
    assert seen > 10
