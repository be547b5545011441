"""An Idempotency-Key belongs to who brings it: the same key on another ticket is another request."""
import secrets


def test_a_key_of_one_ticket_is_free_for_another(town):
    headers, message = {"Idempotency-Key": secrets.token_hex(16)}, {"text": "Xin bổ sung một ảnh."}
    one, other = town.file(), town.file()
    first = town.citizen(one).post("/v1/tracking/messages", message, headers)
    second = town.citizen(other).post("/v1/tracking/messages", message, headers)
    assert second.header("idempotent-replayed") is None and second.json["id"] != first.json["id"]
    for filed in (one, other):
        assert len(town.citizen(filed).get("/v1/tracking").json["messages"]) == 1
