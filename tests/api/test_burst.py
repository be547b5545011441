"""While strangers file more than the city bears, each further ticket costs its sender some work, and nobody who does it or waits is turned away."""
import hashlib
import itertools
import re
import uuid

import pytest
from support.post import Post
from support.town import LIMITS_OFF, free_port, new_town, ticket
from test_citizen import come_in, mine

MANY = 6


@pytest.fixture(scope="module")
def stormy(cluster, contract):
    with Post(free_port()) as post, new_town(cluster, contract, burst_filings=MANY, burst_bits=10, mail_tls="none", mail_from="no-reply@x.example",
                                             mail_url="smtp://127.0.0.1:%d" % post.port) as town:
        town.post = post
        for _ in range(MANY + 1):
            town.client().post("/v1/tickets", ticket(), status=None)
        yield town


def asked(town, path="/v1/tickets", headers=dict, body=None):
    """A refusal that asks for work. While time goes by places come free: what takes one is sent again, with headers of its own."""
    for _ in range(MANY + 2):
        refused = town.client().post(path, body or ticket(), headers(), status=None)
        if refused.status == 429:
            return refused
        assert refused.status == 201, refused
    raise AssertionError("more pass than there are places")


def proof(challenge, key, bits):
    for nonce in itertools.count():
        digest = hashlib.sha256(("%s:%s:%d" % (challenge, key, nonce)).encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return "%s:%d" % (challenge, nonce)


def town_public(town, filed):
    town.sql("update ticket set visibility = 'public', sight = 'public' where code = '%s'" % filed["code"])


def test_each_further_one_is_asked_for_work(stormy):
    key = str(uuid.uuid4())
    refused = asked(stormy)
    assert refused.problem == "work_needed" and refused.json["bits"] == 10 and 1 <= int(refused.header("retry-after")) <= 60 / MANY + 1
    work = {"Idempotency-Key": key, "Filing-Proof": proof(refused.json["challenge"], key, 10)}
    before = stormy.count("ticket")
    filed, again = (stormy.client().post("/v1/tickets", ticket(), work, status=201).json for _ in range(2))
    assert filed == again and stormy.count("ticket") == before + 1, "one proof, one ticket"
    holder = "Ticket %s:%s" % (filed["code"], filed["secret"])
    assert asked(stormy, headers=lambda: {"Authorization": holder}).problem == "work_needed", "a ticket is nobody who has signed in"
    other = asked(stormy, headers=lambda: {**work, "Idempotency-Key": str(uuid.uuid4())}, body=ticket(title="Một phiếu khác hẳn"))
    assert other.problem == "work_needed", "it is good for this key alone"
    asked(stormy, headers=lambda: {"Filing-Proof": work["Filing-Proof"]})
    assert asked(stormy, path="/v1/joins", body={"ticket": filed["code"]}).problem == "work_needed"
    assert stormy.citizen(filed).post("/v1/tickets", ticket(), work, status=201).json == filed, "whatever ticket is shown with it"
    assert stormy.count("ticket") == before + 1
    reused = stormy.client().post("/v1/tickets", ticket(title="Một phiếu khác hẳn"), work, status=422)
    assert reused.problem == "idempotency_key_reused"
    town_public(stormy, filed)
    joined = stormy.client().post("/v1/joins", {"ticket": filed["code"]}, work, status=422)
    assert joined.problem == "idempotency_key_reused" and stormy.count("ticket") == before + 1, "nor is it good for a join besides"


def test_made_up_proofs(stormy):
    challenge = asked(stormy).json["challenge"]
    easy = challenge[:-3] + ("AAA" if challenge[-3:] != "AAA" else "BBB")

    def headers(text):
        key = str(uuid.uuid4())
        return {"Idempotency-Key": key, "Filing-Proof": proof(easy, key, 10) if text is None else text}
    for text in ("", ":", "x:1", challenge, challenge + ":", easy + ":1", "tdw_:1", None, "tdw_" + "A" * 150 + ":1"):
        asked(stormy, headers=lambda text=text: headers(text))


def test_who_is_known_is_not_asked(stormy):
    clerk = stormy.person("clerk")
    clerk.post("/v1/tickets", ticket(channel="counter", contact={"name": "Nguyễn Văn Mẫu", "phone": "0900000001"}), status=201)
    stormy.client().get("/v1/categories", status=200)
    counted = {name: int(n) for name, n in re.findall(r"^tiepdan_proofs_(asked|given)_total (\d+)$", stormy.ops("/metrics")[2], re.M)}
    assert counted["asked"] >= 3 and counted["given"] >= 2


def test_who_is_known_and_files_anonymously_is_asked(stormy):
    who, _ = come_in(stormy, "dan@example.org")
    assert len({who.post("/v1/tickets", ticket(), status=201).json["code"] for _ in range(MANY)}) == MANY
    before, key = stormy.count("ticket"), str(uuid.uuid4())
    refused = who.post("/v1/tickets", ticket(anonymous=True), {"Idempotency-Key": key}, status=429)
    assert refused.problem == "work_needed"
    who.post("/v1/tickets", ticket(anonymous=True), {"Idempotency-Key": "khoa-ngan"}, status=429)
    work = {"Idempotency-Key": key, "Filing-Proof": proof(refused.json["challenge"], key, 10)}
    filed = who.post("/v1/tickets", ticket(anonymous=True), work, status=201).json
    assert stormy.client().post("/v1/tickets", ticket(anonymous=True), work, status=201).json == filed, "one proof, one ticket"
    other, _ = come_in(stormy, "khac@example.org")
    assert other.post("/v1/tickets", ticket(anonymous=True), work, status=201).json == filed
    assert stormy.count("ticket") == before + 1 and len(mine(who)) == MANY and mine(other) == []
    who("DELETE", "/v1/sessions/current", status=204)
    who.post("/v1/tickets", ticket(anonymous=True), work, status=401)


def test_a_calm_day_asks_nobody(cluster, contract):
    with new_town(cluster, contract, burst_filings=1000, **{k: v for k, v in LIMITS_OFF.items() if k != "burst_filings"}) as town:
        for _ in range(MANY * 5):
            town.client().post("/v1/tickets", ticket(), status=201)
