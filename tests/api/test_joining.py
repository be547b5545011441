"""Joining a public ticket instead of filing the same again."""
from concurrent.futures import ThreadPoolExecutor

import pytest

NOTE = "Nhà tôi ở ngay cạnh đó và cũng bị ảnh hưởng."
CONTACT = {"name": "Trần Thị Thử", "email": "thu@example.org"}


def join(town, code, status=201, headers=None, **more):
    return town.anyone.post("/v1/joins", {"ticket": code, **more}, headers, status)


def test_staff_join_like_everybody(town):
    """Else they could work on what they joined, and nobody would know."""
    _, first = town.filed()
    refused = town.person("officer").post("/v1/joins", {"ticket": first["code"]}, status=403)
    assert refused.problem == "forbidden" and "phiên đăng nhập" in refused.json["detail"]


def test_joined_and_followed(town):
    officer, head = town.person("officer"), town.person("head")
    root, first = town.filed()
    joined = join(town, first["code"].lower().replace("-", " "), note=NOTE, contact=CONTACT).json
    assert joined["joined"] == first["code"] and joined["code"] != first["code"]
    citizen, other = town.citizen(joined), town.citizen(first)
    seen = citizen.get("/v1/tracking").json
    assert seen["state"] == "merged" and seen["merged_into"]["code"] == first["code"] and NOTE in seen["text"]
    assert seen["deadlines"] == [] and seen["merged_into"]["deadlines"]
    theirs = other.get("/v1/tracking")
    assert theirs.json["supporters"] == 1 and NOTE not in theirs.body.decode()
    assert [i["id"] for i in officer.get("/v1/tickets").json["items"]].count(town.id_of(joined)) == 0
    tied = officer.get("/v1/tickets/%s/relations" % root).json["items"]
    assert [(r["kind"], r["person"]) for r in tied] == [("joined", None)] and NOTE in tied[0]["ticket"]["text"]
    assert CONTACT["email"] not in str(tied)

    citizen.post("/v1/tracking/messages", {"text": "Hôm nay lại có thêm người ngã."}, status=201)
    assert officer.get("/v1/tickets/%s/messages" % root).json["items"][0]["ticket"] == {"code": joined["code"], "own": False}
    assert other.post("/v1/tracking/withdraw", {}, status=409).problem == "others_joined", "it is not their matter alone"
    assert "withdraw" not in [m["action"] for m in theirs.json["moves"]]
    for action in ("accept", "claim"):
        town.move(officer, root, action)
    town.move(officer, root, "propose", {"text": "Đã vá mặt đường trong ngày."})
    town.move(head, root, "approve")
    told = citizen.get("/v1/tracking").json["merged_into"]
    assert told["state"] == "answered" and told["replies"] == [], "strangers to the other citizen read what is published"
    assert join(town, first["code"], 409).problem == "not_joinable"
    citizen.post("/v1/tracking/withdraw", {}, status=201)
    assert other.get("/v1/tracking").json["supporters"] == 0


def test_the_same_key_joins_once(town):
    root, first = town.filed()
    key = {"Idempotency-Key": "join-0123456789-abcdefghij"}
    once = join(town, first["code"], headers=key, note=NOTE)
    town.move(town.person("head"), root, "refuse", {"reason_code": "out_of_scope"})
    again = join(town, first["code"], headers=key, note=NOTE)
    assert again.json == once.json and again.header("idempotent-replayed") == "true"
    assert join(town, first["code"], 422, key, note="Một lời khác.").problem == "idempotency_key_reused"
    assert town.sql("select count(*) from ticket_merge where into_ticket = '%s'" % root) == [["1"]]
    assert once.json["secret"] not in str(town.sql("select * from once"))


def test_what_is_not_joined(town):
    root, first = town.filed()
    assert join(town, "HN-26-0000-0000", 404).problem == "not_found"
    town.tamper("update ticket set visibility = 'private', sight = 'private' where id = '%s'" % root)
    assert join(town, first["code"], 404).problem == "not_found"
    town.tamper("update ticket set visibility = 'public', sight = 'public' where id = '%s'" % root)
    assert join(town, first["code"], 422, contact={}).pointers == {"/contact": "required"}
    join(town, first["code"], language="en", contact=None)


@pytest.mark.parametrize("body", [{}, {"ticket": 5}, {"ticket": "HN-26-0000-0000", "note": ""}, {"ticket": "HN-26-0000-0000", "name": "x"}])
def test_bad_joins(town, body):
    town.anyone.post("/v1/joins", body, status=422)


def test_many_join_at_once(town):
    """They travel together: each gets its own ticket, who repeats gets it once, and no more join than may."""
    roots = [town.filed() for _ in range(3)]
    clients = [town.client() for _ in range(30)]

    def work(n):
        key = {"Idempotency-Key": "join-many-%019d" % (n // 2)}
        return clients[n].post("/v1/joins", {"ticket": roots[n // 2 % 3][1]["code"], "contact": {"phone": "+84900000%03d" % (n // 2)}}, key)
    with ThreadPoolExecutor(30) as pool:
        got = list(pool.map(work, range(30)))
    assert [g.status for g in got] == [201] * 30
    for n in range(0, 30, 2):
        assert got[n].json == got[n + 1].json and got[n].json["joined"] == roots[n // 2 % 3][1]["code"]
        assert sorted(g.header("idempotent-replayed") or "" for g in got[n:n + 2]) == ["", "true"]
    assert len({g.json["code"] for g in got}) == 15
    assert [town.citizen(first).get("/v1/tracking").json["supporters"] for _, first in roots] == [5, 5, 5]
    assert town.citizen(got[4].json).get("/v1/tracking").json["merged_into"]["code"] == roots[2][1]["code"]


def test_the_last_place(town):
    """Those for whom there is none are refused; whom they came with gets it all the same."""
    (_, full), (_, other) = town.filed(), town.filed()
    clients = [town.client() for _ in range(24)]
    town.tamper("update setting set value = 5 where name = 'joins_hour_most'")
    before = town.count("ticket")
    try:
        with ThreadPoolExecutor(24) as pool:
            got = list(pool.map(lambda n: clients[n].post("/v1/joins", {"ticket": (full if n % 2 else other)["code"]}, status=None).status, range(24)))
    finally:
        town.tamper("update setting set value = 100 where name = 'joins_hour_most'")
    assert sorted(got) == [201] * 10 + [429] * 14
    assert town.count("ticket") == before + 10, "a refused one leaves nothing"
