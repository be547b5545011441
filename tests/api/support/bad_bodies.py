"""Bodies of POST /v1/tickets that must be refused: (name, bytes, status). 400: no JSON; 422: JSON that does not fit."""
import json

from support.town import ticket


def dump(value):
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


GOOD = dump(ticket())
TEXT = dump(ticket()["text"])


def put(raw_member):
    """The good body with one more raw member in front."""
    return b"{" + raw_member + b"," + GOOD[1:]


def put_text(raw):
    """The good body with raw bytes inside the string of `text`."""
    return GOOD.replace(TEXT, b'"' + "Một câu đủ dài để là nội dung ".encode() + raw + b'"')


def not_json():
    for name, raw in {
        "blank": b"   ", "nothing but brace": b"{", "cut": GOOD[:-1], "cut in a string": GOOD[:-20],
        "trailing comma": GOOD[:-1] + b",}", "leading comma": b"{," + GOOD[1:], "two values": GOOD + GOOD, "junk behind": GOOD + b"x",
        "NUL behind": GOOD + b"\0", "NUL in front": b"\0" + GOOD, "BOM": b"\xef\xbb\xbf" + GOOD, "UTF-16": GOOD.decode().encode("utf-16"),
        "UTF-32": GOOD.decode().encode("utf-32"), "UTF-7": "+AHs-".encode(), "comment": b"/* x */" + GOOD, "line comment": b"// x\n" + GOOD,
        "single quotes": GOOD.replace(b'"', b"'"), "no quotes": GOOD.replace(b'"kind"', b"kind"), "missing colon": GOOD.replace(b":", b"", 1),
        "semicolons": GOOD.replace(b",", b";"), "equals": GOOD.replace(b": ", b"= ", 1), "form": b"kind=feedback&title=x",
        "XML": b"<ticket/>", "html": b"<!DOCTYPE html>", "yaml": b"kind: feedback", "closing first": b"}" + GOOD,
        "vertical tab": b"\x0b" + GOOD, "form feed": b"\x0c" + GOOD, "NBSP": b"\xc2\xa0" + GOOD, "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\3",
        "JSON lines": GOOD + b"\n" + GOOD, "only a name": b'{"kind"}', "only a colon": b"{:}", "name without value": b'{"kind":}',
        "number as name": b'{1:2}', "null as name": b"{null:1}",
    }.items():
        yield name, raw
    for number in (b"01", b"+1", b".5", b"1.", b"1e", b"1e+", b"0x10", b"1_000", b"NaN", b"Infinity", b"-Infinity", b"-", b"--1", b"1.2.3",
                   b"1e999", b"\xd9\xa1"):
        yield "number %r" % number, put(b'"point":{"lon":' + number + b',"lat":21}')
    for literal in (b"True", b"FALSE", b"yes", b"undefined", b"nul", b"nil", b"None", b"tru", b"trueish"):
        yield "literal %r" % literal, put(b'"anonymous":' + literal)
    for name in ("kind", "title", "text", "category", "area"):
        yield "twice " + name, put(b'"%s":"x"' % name.encode())
        yield "twice escaped " + name, put(b'"\\u%04x%s":"x"' % (ord(name[0]), name[1:].encode()))
    yield "twice in contact", put(b'"contact":{"name":"An Binh","name":"Binh An"}')
    yield "twice in point", put(b'"point":{"lon":1,"lon":2,"lat":3}')
    yield "twice unknown", put(b'"x":1,"x":1')
    for depth in (17, 40, 1000, 30000):
        yield "arrays %d deep" % depth, put(b'"x":' + b"[" * depth + b"]" * depth)
        yield "objects %d deep" % depth, put(b'"x":' + (b'{"a":' * min(depth, 9000) + b"1" + b"}" * min(depth, 9000)))
        yield "unclosed %d deep" % depth, b"[" * depth
    for name, raw in {
        "overlong slash": b"\xc0\xaf", "overlong NUL": b"\xc0\x80", "overlong three": b"\xe0\x80\xaf", "overlong four": b"\xf0\x80\x80\xaf",
        "lone continuation": b"\x80", "lone start": b"\xc3", "cut three": b"\xe1\xbb", "cut four": b"\xf0\x9f\x98", "surrogate": b"\xed\xa0\x80",
        "surrogate pair": b"\xed\xa0\xbd\xed\xb8\x80", "beyond Unicode": b"\xf4\x90\x80\x80", "five bytes": b"\xf8\x88\x80\x80\x80",
        "FE": b"\xfe", "FF": b"\xff", "Latin-1": "đường".encode("utf-16-le")[:1] + b"\xe0", "TCVN": b"\xb5\xb6\xb7", "windows-1258": b"\xd0\xfd",
        "raw newline": b"\n", "raw tab": b"\t", "raw NUL": b"\0", "raw CR": b"\r", "raw escape": b"\x1b[31m", "raw backspace": b"\x08",
        "bad escape": b"\\x41", "bad escape a": b"\\a", "octal escape": b"\\101", "cut escape": b"\\", "cut unicode": b"\\u12", "not hex": b"\\u12g4",
        "u+": b"\\u+041", "lone high": b"\\ud83d", "lone low": b"\\ude00", "swapped pair": b"\\ude00\\ud83d", "high high": b"\\ud83d\\ud83d",
        "escaped NUL": b"\\u0000",
    }.items():
        yield "string with " + name, put_text(raw)
    yield "bad bytes in a name", put(b'"\xff":1')
    yield "NUL in a name", put(b'"a\\u0000b":1')


def not_fitting():
    for value in (None, True, 42, -1.5, "text", [], [ticket()]):
        yield "all of it is " + json.dumps(value)[:20], value
    for member in ("kind", "category", "title", "text"):
        body = ticket()
        del body[member]
        yield "without " + member, body
        for value in (None, 1, True, [], {}, [ticket()[member]], {"a": ticket()[member]}, ""):
            yield "%s is %s" % (member, json.dumps(value)), ticket_with(member, value)
    for member, values in {
        "area": (1, [], {}, True, "00316 ", "a b", "x" * 65, "00316'", "../1", "<b>"),
        "language": ("", "fr", "VI", 1, None, [], "vi\n"), "channel": ("", "fax", None, 7),
        "kind": ("Feedback", "feedback ", " feedback", "feed back", "file", "phản ánh", "feedback\\u0000"),
        "category": ("roads surface", "x" * 65, "roads.surface;--", "'", "nowhere.at_all"),
        "anonymous": ("true", 0, 1, None, [], {}, "no"),
        "title": ("abcd", "    a    ", "x" * 201, "\u200b" * 50, "\ud7ff\ue000\uf8ff\uf8ffab", "\u0007" * 9),
        "text": ("x" * 19, " " * 100, "x" * 10001, "\u202e\u202d" * 30, "\n" * 100),
        "location_text": (1, [], "x" * 301, {}, False),
        "point": ([], [105, 21], "105,21", 1, {}, {"lon": 1}, {"lat": 1}, {"lon": "1", "lat": "2"}, {"lon": None, "lat": 1}, {"lon": 181, "lat": 0},
                  {"lon": -180.0001, "lat": 0}, {"lon": 0, "lat": 90.5}, {"lon": 0, "lat": -91}, {"lon": 1, "lat": 2, "alt": 3},
                  {"lon": 1e300, "lat": 1}, {"lon": True, "lat": False}),
        "contact": ([], "Nguyễn", 1, {"name": 1}, {"name": "A"}, {"name": "x" * 101}, {"phone": "12"}, {"phone": "abc"}, {"phone": 84900000001},
                    {"phone": "+84"}, {"phone": "0" * 41}, {"phone": "0900000001; drop"}, {"email": "a"}, {"email": "a@"}, {"email": "@b.vn"},
                    {"email": "a b@c.vn"}, {"email": "a@b@c.vn"}, {"email": "a@b..vn"}, {"email": "a\r\nBcc: x@y.vn"}, {"email": "x" * 250 + "@y.vn"},
                    {"address": "x" * 301}, {"age": 3}, {"name": ["A", "B"]}, {"Name": "Nguyễn"}, {}),
    }.items():
        for value in values:
            yield "%s is %s" % (member, json.dumps(value)[:60]), ticket_with(member, value)
    for name in ("id", "code", "secret", "state", "version", "department", "holder", "level", "visibility", "sight", "policy", "route", "filed_at",
                 "number", "generation", "person", "deadlines", "__proto__", "constructor", "Kind", "KIND", "kind ", "", "\u00e9", "x" * 1000,
                 "$ref", "kind.x", "$where", "'; drop table ticket; --"):
        yield "member %r" % name[:40], ticket_with(name, "x")
    yield "anonymous with contact", dict(ticket(), anonymous=True, contact={"name": "Nguyễn Văn Mẫu"})
    yield "an empty object", {}
    yield "two hundred unknown members", dict(ticket(), **{"m%d" % i: i for i in range(200)})


def no_object():
    """JSON, or no body, which is an object without members: so that it is the shape that refuses it."""
    return {"nothing": b"", "null": b"null", "true": b"true", "number": b"42", "string": b'"text"', "array": b"[]", "array of one": b"[" + GOOD + b"]"}


def ticket_with(member, value):
    body = ticket()
    body[member] = value
    return body


def corpus():
    found = [(name, raw, 400) for name, raw in not_json()]
    found += [(name, dump(body) if "\ud83d" not in str(body) else json.dumps(body).encode(), 422) for name, body in not_fitting()]
    found += [(name, raw, 422) for name, raw in no_object().items()]
    found.append(("64 KiB and one byte", GOOD[:-1] + b" " * (65537 - len(GOOD)) + b"}", 413))
    assert len(found) >= 200 and len({name for name, _, _ in found}) == len(found)
    return found
