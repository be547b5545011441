"""A reply before it is published: its versions and what changed between them."""
import pytest


@pytest.fixture
def drafting(town):
    """A ticket whose reply is being written; its id."""
    ticket_id, _ = town.filed()
    town.move(town.person("officer"), ticket_id, "accept")
    town.move(town.person("officer"), ticket_id, "claim")
    return ticket_id


def draft(town, ticket_id, text):
    town.person("officer")("PUT", "/v1/tickets/%s/reply" % ticket_id, {"text": text},
                           {"If-Match": '"%d"' % town.version(ticket_id)}, 200)


def versions(who, ticket_id):
    return who.get("/v1/tickets/%s/replies" % ticket_id).json["items"]


def changes(who, ticket_id, version, query="", status=200):
    return who.get("/v1/tickets/%s/replies/%s/changes%s" % (ticket_id, version, query), status=status)


def text_of(runs, *kinds):
    return "".join(r["text"] for r in runs if r["kind"] in kinds)


def test_what_changed_between_versions(town, drafting):
    texts = ["Đã vá mặt đường ngày 24.", "Đã vá xong mặt đường ngày 25.", "Đã vá xong toàn bộ mặt đường ngày 25."]
    for text in texts:
        draft(town, drafting, text)
    officer = town.person("officer")
    assert [(v["version"], v["text"]) for v in versions(officer, drafting)] == list(enumerate(texts, 1))

    first = changes(officer, drafting, 1).json
    assert first == {"version": 1, "from": 0, "changes": [{"kind": "insert", "text": texts[0]}]}
    second = changes(town.person("head"), drafting, 2).json
    assert second["from"] == 1 and second["changes"] == [
        {"kind": "equal", "text": "Đã vá "}, {"kind": "insert", "text": "xong "}, {"kind": "equal", "text": "mặt đường ngày "},
        {"kind": "delete", "text": "24"}, {"kind": "insert", "text": "25"}, {"kind": "equal", "text": "."}]
    for version, before in ((3, 1), (1, 3), (2, 2)):
        found = changes(officer, drafting, version, "?from=%d" % before).json
        assert found["version"] == version and found["from"] == before
        assert text_of(found["changes"], "equal", "delete") == texts[before - 1]
        assert text_of(found["changes"], "equal", "insert") == texts[version - 1]


def test_versions_that_are_not_there(town, drafting):
    draft(town, drafting, "Đã vá mặt đường ngày 24.")
    officer = town.person("officer")
    for version, query in ((2, ""), (0, ""), (-1, ""), (2**63 - 1, ""), (1, "?from=2"), (2, "?from=1")):
        assert changes(officer, drafting, version, query, 404).problem == "not_found"
    for query in ("?from=0", "?from=x", "?from=", "?to=1"):
        changes(officer, drafting, 1, query, 422 if query != "?from=" else 200)
    for version in ("x", "1.0", "%20", 2**64):
        changes(officer, drafting, version, "", 404)
    changes(town.person("officer", "UB-00004"), drafting, 1, "", 404)


def test_the_longest_texts(town, drafting):
    """Nothing in common, every character a word of its own."""
    signs = "!#%&*+,-./:;=?@"
    for shift in (0, 7):
        draft(town, drafting, "".join(signs[(i * i + shift * i) % 15] for i in range(20000)))
    found = changes(town.person("officer"), drafting, 2).json["changes"]
    assert text_of(found, "equal", "delete") == versions(town.person("officer"), drafting)[0]["text"]
