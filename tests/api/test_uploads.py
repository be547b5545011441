"""A file in one form: what is taken, what is kept of it, who may fetch it, and by which ranges."""
import contextlib
import hashlib

from support import images
from support.files import checked, link, owner, send, stands, uploaded


def files(town):
    """{path: (mode, content)}; others that are being looked at come and go meanwhile."""
    found = {}
    for path in town.attachments.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            found[path] = path.stat().st_mode, path.read_bytes()
    return found


def test_a_photo_from_the_form_to_the_download(town):
    opened = send(town.anyone, images.jpeg(), name="Ổ gà phố Ví Dụ.jpg").json
    assert stands(town, opened)["state"] in ("checking", "ready")
    filed = town.file()
    citizen = town.citizen(filed)
    link(citizen, opened)
    seen = checked(town, opened)
    assert (seen["state"], seen["type"], seen["linked"]) == ("ready", "image/jpeg", True)
    item = citizen.get("/v1/tracking/attachments").json["items"][0]
    assert (item["name"], item["purpose"], item["width"], item["height"], item["thumbnail"]) == ("Ổ gà phố Ví Dụ.jpg", "citizen", 32, 16, True)
    got = citizen.get("/v1/tracking/attachments/" + opened["id"])
    assert len(got.body) == item["bytes"] and got.body[:2] == b"\xff\xd8"
    assert got.header("etag") == '"%s"' % hashlib.sha256(got.body).hexdigest()
    assert got.header("content-disposition") == (
        "attachment; filename=\"_ g_ ph_ V_ D_.jpg\"; filename*=UTF-8''%E1%BB%94%20g%C3%A0%20ph%E1%BB%91%20V%C3%AD%20D%E1%BB%A5.jpg")
    assert got.header("content-security-policy") == "default-src 'none'; sandbox"
    assert got.header("cache-control") == "private, no-cache"


def test_ranges_and_copies(town):
    opened, _ = uploaded(town, b"0123456789" * 20000, name="ghi.txt", kind="text/plain")
    citizen = town.citizen(town.file())
    link(citizen, opened)
    path = "/v1/tracking/attachments/" + opened["id"]
    whole = citizen.get(path)
    assert whole.body == b"0123456789" * 20000 and whole.header("content-type") == "text/plain; charset=utf-8"
    part = citizen.get(path, {"Range": "bytes=5-14"}, 206)
    assert part.body == b"5678901234" and part.header("content-range") == "bytes 5-14/200000"
    assert citizen.get(path, {"Range": "bytes=-3"}, 206).body == b"789"
    assert citizen.get(path, {"Range": "bytes=200000-"}, 416).problem == "range_not_satisfiable"
    assert citizen.get(path, {"Range": "bytes=1-2", "If-Range": '"other"'}).body == whole.body
    assert citizen.get(path, {"If-None-Match": whole.header("etag")}, 304).body == b""
    head = citizen("HEAD", path, status=200)
    assert head.body == b"" and head.header("content-length") == "200000"
    assert citizen.get(path + "/thumbnail", status=404).problem == "not_found"


def test_a_filing_with_photos_is_one_thing(town):
    one, two = (send(town.anyone, images.jpeg(shade=lambda x, y, n=n: n)).json for n in (10, 200))
    keys = ["%s:%s" % (o["id"], o["token"]) for o in (one, two)]
    filed = town.file(uploads=keys)
    items = town.citizen(filed).get("/v1/tracking/attachments").json["items"]
    assert sorted(i["id"] for i in items) == sorted([one["id"], two["id"]])
    # What one ticket has, another does not get: then that one is not filed either.
    before = town.count("ticket")
    from support.town import ticket
    third = send(town.anyone, images.jpeg()).json
    answer = town.anyone.post("/v1/tickets", ticket(uploads=["%s:%s" % (third["id"], third["token"]), keys[0]]), status=422)
    assert answer.problem == "invalid" and answer.pointers == {"/uploads/1": "unknown"}, "as with a wrong token"
    petition = dict(petition={"people": 9, "list": keys[0]}, contact={"name": "Nguyễn Văn Ví Dụ", "email": "dai.dien@example.org"})
    assert town.anyone.post("/v1/tickets", ticket(**petition), status=422).pointers == {"/petition/list": "unknown"}
    assert town.count("ticket") == before and stands(town, third)["linked"] is False
    answer = town.anyone.post("/v1/tickets", ticket(uploads=[third["id"] + ":" + one["token"]]), status=422)
    assert answer.pointers == {"/uploads/0": "unknown"}
    replayed = {"Idempotency-Key": "anh-cua-phieu-0123456789"}
    body = ticket(uploads=["%s:%s" % (third["id"], third["token"])])
    assert town.anyone.post("/v1/tickets", body, replayed).json == town.anyone.post("/v1/tickets", body, replayed).json
    events = town.sql("select type, data->>'purpose' from event where type = 'ticket.attached' and data ? 'attachments'")
    assert events == [["ticket.attached", "citizen"]] * 2


def test_the_same_content_is_one_file(town):
    a, _ = uploaded(town, b"cung mot noi dung\n", name="a.txt")
    b, _ = uploaded(town, b"cung mot noi dung\n", name="b.txt")
    rows = town.sql("select count(*), count(distinct hash) from attachment where id in ('%s', '%s')" % (a["id"], b["id"]))
    assert rows == [["2", "1"]]
    kept = files(town)
    name = hashlib.sha256(b"cung mot noi dung\n").hexdigest()
    assert [p.name for p in kept].count(name) == 1
    assert town.attachments.stat().st_mode & 0o77 == 0 and not any(mode & 0o77 for mode, _ in kept.values())


def test_a_token_opens_its_upload_only(town):
    a, b = (send(town.anyone, images.jpeg()).json for _ in range(2))
    for token in (b["token"], a["token"][:-1], a["token"] + "A", "", "x" * 43):
        answer = town.client(Authorization="Upload " + token).get("/v1/uploads/" + a["id"], status=404)
        assert answer.problem == "not_found"
    assert town.anyone.get("/v1/uploads/" + a["id"], status=401).header("www-authenticate") == "Upload"
    citizen = town.citizen(town.file())
    assert link(citizen, {"id": a["id"], "token": b["token"]}, status=422).problem == "unknown_upload"
    unknown = {"id": "018f0000-0000-7000-8000-000000000000", "token": b["token"]}
    assert link(citizen, unknown, status=422).problem == "unknown_upload"


def test_a_dropped_upload_is_gone(town):
    opened = send(town.anyone, images.jpeg()).json
    mine = owner(town, opened)
    mine("DELETE", "/v1/uploads/" + opened["id"], status=204)
    mine.get("/v1/uploads/" + opened["id"], status=404)
    opened = send(town.anyone, images.jpeg()).json
    citizen = town.citizen(town.file())
    link(citizen, opened)
    link(citizen, opened)       # once more is once
    assert len(citizen.get("/v1/tracking/attachments").json["items"]) == 1
    answer = owner(town, opened)("DELETE", "/v1/uploads/" + opened["id"], status=409)
    assert answer.problem == "upload_linked"


def test_metadata_is_gone_and_the_picture_stands_upright(town):
    secret = b"GPS-SECRET-21.0285N-105.8542E"
    hidden = (images.segment(0xE1, images.exif(6)) + images.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + secret)
              + images.segment(0xED, b"Photoshop 3.0\0" + secret) + images.segment(0xFE, secret) + images.segment(0xE5, secret))
    photo = images.jpeg(extra=hidden) + secret + b"PK\3\4"
    assert photo.count(secret) == 6
    opened, seen = uploaded(town, photo)
    assert seen["state"] == "ready"
    citizen = town.citizen(town.file())
    link(citizen, opened)
    for path in ("", "/thumbnail"):
        data = citizen.get("/v1/tracking/attachments/" + opened["id"] + path).body
        size, markers = images.size_of_jpeg(data)
        assert size == (16, 32)         # the camera was held on its side
        assert secret not in data and b"Exif" not in data and not set(markers) & set(range(0xE1, 0xF0)) and 0xFE not in markers
    assert not [p for p, (_, content) in files(town).items() if secret in content]


def test_limits(town):
    town.sql("update setting set value = 2 where name = 'attachments_citizen_most'")
    citizen = town.citizen(town.file())
    for _ in range(2):
        link(citizen, send(town.anyone, images.jpeg()).json)
    one = send(town.anyone, images.jpeg()).json
    assert link(citizen, one, status=409).problem == "too_many_attachments"
    town.sql("update setting set value = 0 where name = 'uploads_mib_most'")
    assert send(town.anyone, images.jpeg(), status=507).problem == "insufficient_storage"
    town.sql("update setting set value = 5000 where name = 'uploads_mib_most'")
    town.sql("update setting set value = 1 where name = 'uploads_address_most'")
    assert send(town.anyone, images.jpeg(), status=429).problem == "too_many_uploads"
    town.sql("update setting set value = 40 where name = 'uploads_address_most'")
    assert link(town.citizen(town.file()), one).status == 201
