"""src/gen/api2c: what the shapes cannot check is a fault of the build, told with its place."""
import json
import pathlib
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = """
openapi: 3.1.0
info: { title: t, version: 0.1.0, nothing: ~, half: 0.5, many: [1, -2, "3", 1e3, yes, true] }
paths:
  /things/{id}:
    put:
      operationId: thing_put
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
components:
  schemas:
    Size: { type: string, enum: [small, large] }
    Thing:
      type: object
      additionalProperties: false
      required: [name]
      properties:
        name: { type: string, x-text: line, maxLength: 10 }
        size: { $ref: "#/components/schemas/Size", default: small }
        return: { type: [integer, "null"], minimum: 1 }
"""
NAME = "{ type: string, x-text: line, maxLength: 10 }"


@pytest.fixture(scope="module")
def api2c(tmp_path_factory):
    tool = tmp_path_factory.mktemp("api2c") / "api2c"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "yaml-0.1", "jansson"], capture_output=True, text=True, check=True)
    sources = [str(ROOT / "src/gen" / (name + ".c")) for name in ("api2c", "document", "emit")]
    subprocess.run([shutil.which("cc"), "-std=gnu11", "-I", str(ROOT / "src"), "-o", str(tool)] + sources + flags.stdout.split(), check=True)

    def run(text, folder):
        (folder / "openapi.yaml").write_text(text, "utf-8")
        return subprocess.run([str(tool), str(folder / "openapi.yaml"), str(folder)], capture_output=True, text=True)

    return run


def test_writes_struct_table_and_json(api2c, tmp_path):
    done = api2c(DOCUMENT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    header = (tmp_path / "shapes.h").read_text()
    assert "/* PUT /things/{id} */\nstruct thing_put {\n\tstruct str name;\n\tstruct str size;\n\tint64_t return_;\n};\n" in header
    table = (tmp_path / "shapes.c").read_text()
    assert 'thing_put_size_values[] = {"small", "large", NULL};' in table
    assert '.name = "return", .type = SHAPE_INT, .min = 1, .max = INT64_MAX' in table
    assert '.preset = "small"' in table


def test_lists_of_objects_become_structs_side_by_side(api2c, tmp_path):
    item = "{ type: object, additionalProperties: false, required: [n], properties: { n: { type: integer, minimum: 1 } } }"
    text = DOCUMENT.replace(NAME, "{ type: array, maxItems: 3, items: %s }" % item, 1)
    done = api2c(text, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    header = (tmp_path / "shapes.h").read_text()
    assert "struct thing_put_name {\n\tint64_t n;\n};\n" in header
    assert "struct thing_put {\n\tstruct shape_objects name;\n" in header
    table = (tmp_path / "shapes.c").read_text()
    assert '.type = SHAPE_OBJECTS, .max = 3' in table and ".sub = &shape_thing_put_name" in table


def test_a_body_may_be_optional_where_no_member_is_required(api2c, tmp_path):
    post = DOCUMENT.replace("put:", "post:").replace("required: true", "required: false")
    refused = api2c(post, tmp_path)
    assert refused.returncode == 1 and "cannot be optional" in refused.stderr
    done = api2c(post.replace("      required: [name]\n", ""), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "thing_put_fields, 3, true};" in (tmp_path / "shapes.c").read_text()
    assert api2c(DOCUMENT, tmp_path).returncode == 0
    assert "thing_put_fields, 3, false};" in (tmp_path / "shapes.c").read_text()
def test_an_object_may_need_members(api2c, tmp_path):
    done = api2c(DOCUMENT.replace("      required: [name]\n", "      minProperties: 2\n"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "thing_put_fields, 3, false, .least = 2};" in (tmp_path / "shapes.c").read_text()


def test_rows_of_any_columns_are_one_text(api2c, tmp_path):
    rows = '{ type: array, maxItems: 3, items: { type: object, additionalProperties: { type: [string, number, boolean, "null"] } } }'
    done = api2c(DOCUMENT.replace(NAME, rows, 1), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "struct thing_put {\n\tstruct str name;\n" in (tmp_path / "shapes.h").read_text()
    assert '.type = SHAPE_ROWS, .max = 3' in (tmp_path / "shapes.c").read_text()


def test_json_is_the_same_document(api2c, tmp_path):
    assert api2c(DOCUMENT, tmp_path).returncode == 0
    written = json.loads((tmp_path / "openapi.json").read_text("utf-8"))
    info = written["info"]
    assert (info["nothing"], info["half"], info["many"]) == (None, 0.5, [1, -2, "3", 1000.0, "yes", True])
    real = (ROOT / "api/openapi.yaml").read_text("utf-8")
    assert api2c(real, tmp_path).returncode == 0
    written = json.loads((tmp_path / "openapi.json").read_text("utf-8"))
    assert written == yaml.safe_load(real)
    assert list(written["paths"]) == list(yaml.safe_load(real)["paths"])


PLACE = "/paths/~1things~1{id}/put/"
WRONG = [
    ("a keyword that is not checked", NAME, "{ type: string, x-text: line, maxLength: 10, pattern: x }", PLACE + "name/pattern"),
    ("a text without an end", NAME, "{ type: string, x-text: line }", PLACE + "name"),
    ("a text of no kind", NAME, "{ type: string, maxLength: 9 }", PLACE + "name"),
    ("an unknown kind of text", NAME, "{ type: string, x-text: verse, maxLength: 9 }", PLACE + "name"),
    ("an unknown format", NAME, "{ type: string, format: ipv4 }", PLACE + "name"),
    ("an unknown type", NAME, "{ type: thing }", PLACE + "name"),
    ("two types", NAME, "{ type: [string, integer] }", PLACE + "name"),
    ("an open object", "additionalProperties: false", "additionalProperties: true", PLACE),
    ("required without property", "required: [name]", "required: [nome]", PLACE),
    ("a required member that may be null", NAME, '{ type: [string, "null"], x-text: line, maxLength: 10 }', PLACE + "name"),
    ("a default that is not listed", "default: small", "default: tiny", PLACE + "size"),
    ("limits the wrong way round", NAME, "{ type: integer, minimum: 2, maximum: 1 }", PLACE + "name"),
    ("a limit with a fraction", NAME, "{ type: number, maximum: 1.5 }", PLACE + "name/maximum"),
    ("rows of other cells", NAME, "{ type: array, maxItems: 3, items: { type: object, additionalProperties: { type: string } } }", PLACE + "name/items"),
    ("a list without an end", NAME, "{ type: array, items: { enum: [a], type: string } }", PLACE + "name"),
    ("a list of numbers", NAME, "{ type: array, maxItems: 2, items: { type: integer } }", PLACE + "name/items"),
    ("objects without an end", NAME, "{ type: array, items: { properties: { n: { type: boolean } } } }", PLACE + "name"),
    ("objects that must differ", NAME, "{ type: array, maxItems: 2, uniqueItems: true, items: { properties: {} } }", PLACE + "name"),
    ("a reference to nothing", "schemas/Thing", "schemas/Thin", "nothing at #/components/schemas/Thin"),
    ("a member twice", "{ title: t,", "{ title: t, title: u,", "/info/title"),
    ("an anchor", "{ title: t,", "{ title: &a t,", "/info/title"),
    ("a body of which nobody says whether it is required", "        required: true\n", "", PLACE + "requestBody"),
    ("a PUT that may come without a body", "required: true", "required: false", PLACE + "requestBody"),
]


@pytest.mark.parametrize("what, old, new, place", WRONG, ids=[w[0] for w in WRONG])
def test_refuses(api2c, tmp_path, what, old, new, place):
    assert old in DOCUMENT
    done = api2c(DOCUMENT.replace(old, new, 1), tmp_path)
    assert done.returncode == 1, what
    assert done.stderr.startswith("api2c: ") and place.rstrip("/") in done.stderr, done.stderr
