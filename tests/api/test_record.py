"""The record: what is filed comes under a signed root within a second or so, whatever is changed behind it is found and named, and a
receipt proves what was filed and when to somebody who has nothing but it and the public keys."""
import base64
import hashlib
import hmac
import json
import re
import subprocess

import pytest
from support.record import follows, head, open_transaction, sealed, verify
from support.town import new_town, wait_until


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        ids = [town.filed()[0] for _ in range(5)]
        town.move(town.person("officer"), ids[0], "accept")
        yield town


def test_what_is_filed_is_sealed(city):
    sealed(city)
    said = verify(city)
    events = city.sql("select count(*) from event")[0][0]
    assert said.returncode == 0 and re.search(r"^%s events, 0 of them not sealed yet, under \d+ roots: 0 faults" % events, said.stdout, re.M), said
    assert verify(city, "--head", head(city)).returncode == 0


def test_few_events_wait_for_more(city):
    city.filed()
    sealed(city)
    assert city.sql("select number from record_root where events < 409 and at - first_at between interval '0' and interval '498 ms'") == []


# At once: the sealer, which takes the cursor first, finds either the one or the other.
BACK = ("begin; lock table record_cursor; delete from event; insert into event select * from kept_event; delete from record_root;"
        " insert into record_root select * from kept_root; drop table kept_event, kept_root; commit")
# Of what is done behind the record, and put back: what is said of it.
TAMPERED = [
    ("update event set data = data || '{{\"a\": 1}}' where id = '{id}'", "event {id} of .* is not what was sealed under root"),
    ("update event set actor_kind = 'job' where id = '{id}'", "event {id} of .* is not what was sealed under root"),
    ("update event set hash = sha256('x') where id = '{id}'", "event {id} of .* has another hash than its content"),
    ("update event set data = '{{}}', hash = event_hash(id, at, ticket, type, actor_kind, actor, department, from_state, to_state, public_vi,"
     " public_en, '{{}}') where id = '{id}'", "event {id} of .* is not what was sealed under root"),
    ("delete from event where id = '{id}'", "event {id} of .* is gone"),
    ("update event set at = at - interval '1 d' where id = '{id}'", "event {id} of .* is gone"),
    ("insert into event select (jsonb_populate_record(e, '{{\"id\": \"00000000-0000-0000-0000-000000000001\"}}')).* from event e where id = '{id}'",
     "event 00000000-0000-0000-0000-000000000001 of .* was added behind the record"),
    ("update event e set ticket = (select min(t.id::text)::uuid from ticket t where t.id not in (e.ticket)) where id = '{id}'",
     "event {id} of .* is not what was sealed under root"),
    ("update record_root set root = sha256('x') where number = 1", "root 1: it is not the root over its entries"),
    ("update record_root set entries = set_byte(entries, 30, (get_byte(entries, 30) + 1) % 256) where number = 1",
     "root 1: it is not the root over its entries"),
    ("delete from event where id = '{id}'; update record_root set entries = set_byte(entries, 2, 1) where number = 1",
     "root 1: it is not the root over its entries"),
    ("update record_root set entries = set_byte(entries, 10, (get_byte(entries, 10) + 1) % 256) where number = 1",
     "root 1: it is not the root over its entries"),
    ("delete from event where id = '{id}'; update record_root set first_at = '1970-01-01', last_at = '1970-01-01' where number = 1",
     "root 1: its events are of another time than it says"),
    ("insert into event select (jsonb_populate_record(e, '{{\"id\": \"00000000-0000-0000-0000-000000000001\", \"xid\": \"9000000000000000000\"}}')).*"
     " from event e where id = '{id}'", "event 00000000-0000-0000-0000-000000000001 of .* was added behind the record"),
    ("update record_root set at = at - interval '1 ms' where number = 1", "root 1: its hash is not that of what it says"),
    ("update record_root set kid = 'x' where number = 1", "root 1: there is no key x"),
    ("update record_root set signature = set_byte(signature, 5, (get_byte(signature, 5) + 1) % 256) where number = 1",
     "root 1: what it says was not signed with the key"),
    ("delete from record_root where number = 1", "root 2: root 1 before it is gone"),
]


@pytest.mark.parametrize("change,said", TAMPERED)
def test_what_is_changed_is_named(city, change, said):
    city.filed()
    sealed(city)
    event = city.sql("select e.id from event e where type = 'ticket.filed' order by at limit 1 offset 2")[0][0]
    known = head(city)
    city.tamper("create table kept_event as table event; create table kept_root as table record_root")
    try:
        city.tamper(change.format(id=event))
        found = verify(city)
        assert found.returncode == 1 and re.search(said.format(id=event), found.stdout), found.stdout
    finally:
        city.tamper(BACK)
    assert verify(city, "--head", known).returncode == 0


def test_a_cursor_that_is_put_back_hides_nothing(city):
    """Whoever adds an event of yesterday and makes it look as if nothing was sealed yet, while the sealer rests."""
    sealed(city)
    city.tamper("alter function record_leaves rename to record_rests; create table kept_cursor as table record_cursor;"
                " insert into event select (jsonb_populate_record(e, jsonb_build_object('id', '00000000-0000-0000-0000-000000000001',"
                " 'at', e.at - interval '1 d'))).* from event e order by at limit 1; update record_cursor set xid = '0'")
    found = verify(city)
    city.tamper("delete from event where id = '00000000-0000-0000-0000-000000000001'; update record_cursor c set (xid, id) = (select k.xid, k.id"
                " from kept_cursor k); drop table kept_cursor; alter function record_rests rename to record_leaves")
    assert found.returncode == 1 and "event 00000000-0000-0000-0000-000000000001 of" in found.stdout and "was added behind the record" in found.stdout
    assert verify(city).returncode == 0


OF_A_TRANSACTION = ("insert into event select (jsonb_populate_record(e, jsonb_build_object('id', 'ffffffff-0000-4000-8000-000000000001', 'xid', '%s',"
                    " 'at', e.at - interval '%s'))).* from event e order by at desc limit 1")
FORGED = "event ffffffff-0000-4000-8000-000000000001 of"


def forged(city, xid, back):
    """What is said of an event that has been given the place of a transaction."""
    city.tamper(OF_A_TRANSACTION % (xid, back))
    found = verify(city)
    city.tamper("delete from event where id = 'ffffffff-0000-4000-8000-000000000001'")
    return found


def test_a_transaction_that_has_not_ended_hides_nothing(city):
    """The sealer passes it and will come back to it; meanwhile nothing of it is to be seen."""
    with open_transaction(city) as xid:
        city.filed()
        wait_until(lambda: city.sql("select count(*) from record_passed where xid = '%s'" % xid) == [["1"]], 20, "it is passed")
        sealed(city)
        assert verify(city).returncode == 0
        found = forged(city, xid, "1 s")
    assert found.returncode == 1 and FORGED in found.stdout and "was added behind the record" in found.stdout, found.stdout


def test_a_transaction_that_is_passed_for_ever_hides_nothing(city):
    """Somebody says of a transaction that has ended that the sealer comes back to it, and sees to it that it does not."""
    city.filed()
    sealed(city)
    xid = city.sql("select xid from event order by xid limit 1")[0][0]
    city.tamper("alter function record_leaves rename to record_rests; insert into record_passed values ('%s')" % xid)
    found = forged(city, xid, "3 d")
    city.tamper("update record_passed set id = 'ffffffff-0000-4000-8000-000000000002' where xid = '%s'" % xid)
    before = forged(city, xid, "1 s")
    city.tamper("delete from record_passed where xid = '%s'; alter function record_rests rename to record_leaves" % xid)
    for said in (found, before):
        assert said.returncode == 1 and FORGED in said.stdout and "was added behind the record" in said.stdout, said.stdout
    assert verify(city).returncode == 0


def test_an_end_that_is_cut_off_is_found_by_who_has_the_head(city):
    city.filed()
    sealed(city)
    follows(city)
    known = head(city)
    city.tamper("create table kept_event as table event; create table kept_root as table record_root")
    city.tamper("delete from event where at >= (select first_at from record_root order by number desc limit 1);"
                " delete from record_root where number = (select max(number) from record_root)")
    found = verify(city)
    assert found.returncode == 1 and "stands in record.place and is gone: the record has been cut off" in found.stdout
    found = verify(city, "--head", known)
    assert found.returncode == 1 and "was published and is gone: the record has been cut off" in found.stdout
    city.tamper(BACK)
    assert verify(city, "--head", known).returncode == 0
    other = known.split(":")[0] + ":" + "0" * 64
    assert "it is another one than was published" in verify(city, "--head", other).stdout
    assert verify(city, "--head", "x").returncode == 1 and "needs NUMBER:HASH" in verify(city, "--head", "x").stderr


# --- receipts: a checker that knows nothing of the server's code -------------------------------------------------------------------

def sha(data):
    return hashlib.sha256(data).digest()


def b64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def der(n):
    n = n.lstrip(b"\0") or b"\0"
    n = b"\0" + n if n[0] & 0x80 else n
    return b"\2" + bytes([len(n)]) + n


def signed(statement, signature, jwk, folder):
    """By the openssl of the machine: the public key as SubjectPublicKeyInfo (RFC 5480), the signature as a DER sequence."""
    key = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\4" + b64(jwk["x"]) + b64(jwk["y"])
    pair = der(signature[:32]) + der(signature[32:])
    (folder / "key.der").write_bytes(key)
    (folder / "signature").write_bytes(b"\x30" + bytes([len(pair)]) + pair)
    (folder / "statement").write_bytes(statement)
    return subprocess.run(["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", str(folder / "key.der"), "-signature",
                           str(folder / "signature"), str(folder / "statement")], capture_output=True).returncode == 0


def statement_of(root):
    return ("tiepdan record 1\nnumber %d\nat %s\nevents %d\nroot %s\nprevious %s\n" % (
        root["number"], root["at"], root["events"], root["root"], root["previous"])).encode()


def fault_of(receipt, keys, folder):
    """What is wrong with a receipt; None: it proves what it says."""
    event, words, root = receipt["event"], receipt["words"], receipt["root"]
    if sha(event["content"].encode()).hex() != event["hash"]:
        return "content"
    content = json.loads(event["content"])
    if content[0] != event["id"]:
        return "id"
    parts = b"".join(len(w).to_bytes(8, "big") + w for w in ((words[n] or "").encode() for n in ("title", "text", "location_text")))
    if hmac.new(bytes.fromhex(words["salt"]), parts, "sha256").hexdigest() != content[11]["content"]:
        return "words"
    entry = content[1].to_bytes(8, "big") + bytes.fromhex(content[0].replace("-", "")) + bytes.fromhex(event["hash"])
    node, place, last, path = sha(b"\0" + entry), receipt["place"], root["events"] - 1, list(map(bytes.fromhex, receipt["path"]))
    if place > last:
        return "path"
    while last > 0:
        if not (place == last and place % 2 == 0):
            if not path:
                return "path"
            other = path.pop(0)
            node = sha(b"\1" + (other + node if place % 2 else node + other))
        place, last = place // 2, last // 2
    if path or node.hex() != root["root"]:
        return "path"
    statement = statement_of(root)
    if sha(statement).hex() != root["chain"]:
        return "chain"
    key = next(k for k in keys if k["kid"] == root["kid"])
    return None if signed(statement, b64(root["signature"]), key, folder) else "signature"


def changed(receipt, *where, to):
    copy = json.loads(json.dumps(receipt))
    at = copy
    for name in where[:-1]:
        at = at[name]
    at[where[-1]] = to(at[where[-1]])
    return copy


def receipt_for(client, target):
    wait_until(lambda: client.get(target, status=None).status == 200, 20, "sealed")
    return client.get(target, status=200).json


def flip(text):
    return ("1" if text[0] == "0" else "0") + text[1:]


# Of a receipt: what the checker finds, and what `tiepdan verify receipt` says.
CHANGES = [
    (("words", "text"), lambda t: t + ".", "words", "title, text and place are not those that were filed"),
    (("words", "title"), lambda t: "", "words", "title, text and place are not those that were filed"),
    (("event", "content"), lambda t: t.replace("submitted", "closed"), "content", "what the event says is not what its hash is of"),
    (("place",), lambda n: n + 1, "path", "the path does not lead from the event to the root"),
    (("root", "root"), flip, "path", "root %s: its hash is not that of what it says"),
    (("root", "at"), lambda t: "2020" + t[4:], "chain", "root %s: its hash is not that of what it says"),
    (("root", "previous"), flip, "chain", "root %s: its hash is not that of what it says"),
    (("root", "signature"), lambda t: "A" * 86, "signature", "root %s: what it says was not signed with a key that is known"),
]


def test_a_receipt_proves_what_was_filed(city, tmp_path):
    ticket_id, filed = city.filed(title="Ổ gà sâu", text="Trước số nhà 126 có ổ gà sâu.", location_text="Phố Định Công")
    citizen = city.citizen(filed)
    receipt = receipt_for(citizen, "/v1/tracking/receipt")
    keys = city.anyone.get("/v1/record/keys", status=200).json["keys"]
    assert fault_of(receipt, keys, tmp_path) is None
    assert receipt["words"]["text"] == "Trước số nhà 126 có ổ gà sâu." and receipt["event"]["at"] == citizen.get("/v1/tracking").json["filed_at"]
    assert city.person("officer").get("/v1/tickets/%s/receipt" % ticket_id, status=200).json == receipt

    for where, to, fault, _ in CHANGES:
        assert fault_of(changed(receipt, *where, to=to), keys, tmp_path) == fault, where
    if receipt["path"]:
        assert fault_of(changed(receipt, "path", 0, to=flip), keys, tmp_path) == "path"


def checked(city, folder, receipt, *args):
    """By the program, with nothing but the receipt and the published keys."""
    (folder / "receipt.json").write_text(json.dumps(receipt), "utf-8")
    (folder / "keys.json").write_bytes(city.anyone.get("/v1/record/keys", status=200).body)
    return city.cluster.run(city.database, "verify", "receipt", str(folder / "receipt.json"), "--keys", str(folder / "keys.json"), *args, ok=False)


def test_the_program_checks_a_receipt(city, tmp_path):
    _, filed = city.filed(title="Ổ gà sâu", text="Trước số nhà 128 có ổ gà sâu.")
    receipt = receipt_for(city.citizen(filed), "/v1/tracking/receipt")
    said = checked(city, tmp_path, receipt)
    assert said.returncode == 0, said
    assert said.stdout.startswith("%s: filed at %s with this title, text and place, and sealed at %s under root %d\n" % (
        filed["code"], receipt["event"]["at"], receipt["root"]["at"], receipt["root"]["number"])), said.stdout
    for where, to, _, words in CHANGES + [
            (("event", "at"), lambda t: "2020" + t[4:], None, "the event is of another time than it says"),
            (("event", "id"), flip, None, "the event is another one than it says"),
            (("event", "content"), lambda t: None, None, "the event is of before version 77, and what it says is told to staff alone"),
            (("words",), lambda w: {}, None, "the words have no salt"), (("path",), lambda p: ["x"] * 40, None, "the path does not lead from the event"),
            (("root",), lambda r: {}, None, "a root is not whole"), (("root", "kid"), lambda k: "x", None, "root %s: what it says was not signed")]:
        said = checked(city, tmp_path, changed(receipt, *where, to=to))
        assert said.returncode == 1 and said.stdout.startswith(words % receipt["root"]["number"] if "%s" in words else words), (where, said)
    (tmp_path / "receipt.json").write_text("{", "utf-8")
    said = city.cluster.run(city.database, "verify", "receipt", str(tmp_path / "receipt.json"), "--keys", str(tmp_path / "keys.json"), ok=False)
    assert said.returncode == 1 and "receipt.json" in said.stderr and not said.stdout


def test_roots_lead_from_a_receipt_to_one_that_was_published(city, tmp_path):
    _, filed = city.filed()
    receipt = receipt_for(city.citizen(filed), "/v1/tracking/receipt")
    for _ in range(2):
        city.filed()
        sealed(city)
    published = head(city)
    page = city.anyone.get("/v1/record/roots?from=%d" % receipt["root"]["number"], status=200).json
    roots = tmp_path / "roots.json"

    def with_roots(items, known=published):
        roots.write_text(json.dumps(dict(page, items=items)), "utf-8")
        return checked(city, tmp_path, receipt, "--roots", str(roots), "--head", known)

    said = with_roots(page["items"])
    assert said.returncode == 0 and "root %s is " % published.split(":")[0] in said.stdout, said
    short = re.search(r"is (\d+:\S+)", said.stdout).group(1)
    assert with_roots(page["items"], short.lower()).returncode == 0, "as it is typed from paper"
    assert checked(city, tmp_path, receipt, "--head", published).stdout.endswith("and the one that was published is none of them\n")
    assert with_roots(page["items"][:1]).returncode == 1
    assert with_roots(page["items"], published.split(":")[0] + ":" + "0" * 64).returncode == 1
    later = page["items"][-1]
    said = with_roots(page["items"][:-1] + [dict(later, previous=flip(later["previous"]))])
    assert said.returncode == 1 and "root %d: its hash is not that of what it says" % later["number"] in said.stdout
    said = with_roots([page["items"][0], later])
    assert said.returncode == 1 and "root %d does not name root %d of before" % (later["number"], receipt["root"]["number"]) in said.stdout


def test_a_citizen_does_not_read_what_rules_said(city):
    ticket_id, filed = city.filed(category="trees_lighting.trees", title="Cây đổ chắn ngang phố", text="Cây xà cừ bật gốc đổ chắn ngang phố.")
    rules = json.loads(city.sql("select route from ticket where id = '%s'" % ticket_id)[0][0])["rules"]
    assert rules["tags"] and rules["taken"]
    receipt = receipt_for(city.citizen(filed), "/v1/tracking/receipt")
    route = json.loads(receipt["event"]["content"])[11]["route"]
    assert route["department"] and "rules" not in route
    old = "e.data || jsonb_build_object('route', (select route from ticket t where t.id = e.ticket))"
    city.tamper("create table kept_event as table event; update event e set data = %s where ticket = '%s' and type = 'ticket.filed'" % (old, ticket_id))
    assert city.citizen(filed).get("/v1/tracking/receipt").json["event"]["content"] is None, "an event of before"
    assert "rules" in json.loads(city.person("officer").get("/v1/tickets/%s/receipt" % ticket_id).json["event"]["content"])[11]["route"]
    city.tamper("delete from event; insert into event select * from kept_event; drop table kept_event")


def test_nothing_is_put_behind_a_root_that_was_not_signed(city):
    sealed(city)
    city.tamper("create table kept_root as table record_root; update record_root set signature = set_byte(signature, 5, (get_byte(signature, 5) + 1) % 256)")
    count = city.count("record_root")
    city.filed()
    wait_until(lambda: '"record.broken"' in city.log(), 20, "the sealer says so")
    assert city.count("record_root") == count
    city.tamper("begin; lock table record_cursor; delete from record_root; insert into record_root select * from kept_root;"
                " drop table kept_root; commit")
    sealed(city)
    assert city.count("record_root") > count and verify(city).returncode == 0
    assert '"record.sealed"' in city.log() and head(city).split(":")[1] in city.log(), "the log keeps each head outside the database"


def test_roots_name_each_other_up_to_the_one_that_is_published(city):
    city.filed()
    sealed(city)
    roots = city.anyone.get("/v1/record/roots?limit=200", status=200).json["items"]
    assert [r["number"] for r in roots] == list(range(1, len(roots) + 1))
    assert [r["previous"] for r in roots] == ["0" * 64] + [r["chain"] for r in roots[:-1]]
    assert all(sha(statement_of(r)).hex() == r["chain"] for r in roots)
    head = city.anyone.get("/v1/record", status=200).json["head"]
    assert head == roots[-1] and sum(r["events"] for r in roots) == int(city.sql("select count(*) from event")[0][0])
    assert city.anyone.get("/v1/record?day=2100-01-01").json["head"] == head and city.anyone.get("/v1/record?day=2020-01-01").json["head"] is None
    assert verify(city, "--head", "%d:%s" % (head["number"], head["chain"])).returncode == 0
    assert city.anyone.get("/v1/record/roots?from=%d" % len(roots)).json["items"] == roots[-1:]
    assert city.anyone.get("/v1/record/roots?from=%d" % (len(roots) + 1)).json["items"] == []
    behind = city.anyone.get("/v1/record/roots?from=2&limit=1").json
    assert behind["items"] == roots[1:2] and city.anyone.get("/v1/record/roots?from=2&limit=1&cursor=" + behind["next_cursor"]).json["items"] == roots[2:3]
    city.anyone.get("/v1/record/roots?from=0", status=422)
    top = city.anyone.get("/v1/record")
    assert city.anyone.get("/v1/record", {"If-None-Match": top.header("ETag")}, status=304)
    city.filed()
    sealed(city)
    assert city.anyone.get("/v1/record", {"If-None-Match": top.header("ETag")}, status=200).header("ETag") != top.header("ETag")
    first = city.anyone.get("/v1/record/roots?limit=1", status=200).json
    assert first["items"] == roots[:1] and city.anyone.get("/v1/record/roots?limit=1&cursor=" + first["next_cursor"]).json["items"] == roots[1:2]


def test_receipts_are_for_who_sees_the_ticket(city):
    ticket_id, filed = city.filed()
    other = city.filed()[1]
    city.anyone.get("/v1/tracking/receipt", status=401)
    city.person("officer", "HN-TRANSERCO").get("/v1/tickets/%s/receipt" % ticket_id, status=404)
    city.person("officer").get("/v1/tickets/00000000-0000-0000-0000-000000000001/receipt", status=404)
    assert receipt_for(city.citizen(filed), "/v1/tracking/receipt")["event"]["id"] != receipt_for(city.citizen(other), "/v1/tracking/receipt")["event"]["id"]

