"""Prefer: return=minimal (RFC 7240): who needs no body of a move gets the new version alone."""
import pytest

MINIMAL = "return=minimal"


def moved(town, who, ticket, action, prefer, body=None, status=204):
    return who.post("/v1/tickets/%s/%s" % (ticket, action), body, {"If-Match": '"%d"' % town.version(ticket), "Prefer": prefer}, status)


def test_a_life_without_a_body(town):
    officer, head = town.person("officer"), town.person("head")
    ticket, _ = town.filed()
    way = ((officer, "accept", None), (officer, "claim", None), (officer, "propose", {"text": "Đã vá mặt đường, xin cảm ơn ông/bà."}), (head, "approve", None))
    for who, action, body in way:
        got = moved(town, who, ticket, action, MINIMAL, body)
        assert got.body == b"" and got.header("preference-applied") == MINIMAL and got.header("content-type") is None
        assert got.header("etag") == '"%d"' % town.version(ticket)
    assert officer.get("/v1/tickets/" + ticket).json["state"] == "answered"


def test_the_tag_is_good_for_the_next_move(town):
    officer = town.person("officer")
    ticket, _ = town.filed()
    tag = moved(town, officer, ticket, "accept", MINIMAL).header("etag")
    officer.post("/v1/tickets/%s/claim" % ticket, headers={"If-Match": tag, "Prefer": MINIMAL}, status=204)
    assert officer.post("/v1/tickets/%s/claim" % ticket, headers={"If-Match": tag, "Prefer": MINIMAL}, status=412).problem == "precondition_failed"


def test_a_refusal_has_a_body(town):
    ticket, _ = town.filed()
    got = moved(town, town.person("officer"), ticket, "close", MINIMAL, status=409)
    assert got.problem == "wrong_state" and got.json["moves"] and got.header("preference-applied") is None


def test_who_moves_it_away_is_told_the_version(town):
    """They do not see it any more."""
    officer = town.person("officer")
    ticket, _ = town.filed()
    got = moved(town, officer, ticket, "return", MINIMAL, {"reason": "Không thuộc thẩm quyền của đơn vị."})
    assert got.header("etag") == '"%d"' % town.version(ticket)


@pytest.mark.parametrize("prefer", ["return=representation", "respond-async", "return=none", "return=representation, return=minimal", "return", '"', ",;="])
def test_what_is_not_known_is_left_aside(town, prefer):
    ticket, _ = town.filed()
    got = moved(town, town.person("officer"), ticket, "accept", prefer, status=200)
    assert got.json["state"] == "accepted" and got.json["clocks"] and got.header("preference-applied") is None
