"""Files in pieces, over links that break: what has arrived stays, and nobody gets into somebody else's way."""
import socket

from support import images
from support.files import checked, link, owner
from support.town import wait_until

PIECE = {"Content-Type": "application/offset+octet-stream"}


def opened(town, size, status=201, **headers):
    return town.anyone("POST", "/v1/uploads", b"", {"Upload-Length": str(size), "Content-Type": None, **headers}, status)


def send(town, upload, offset, data, status=204, **more):
    return owner(town, upload)("PATCH", "/v1/uploads/" + upload["id"], data, {"Upload-Offset": str(offset), **PIECE, **more}, status)


def offset_of(town, upload):
    answer = owner(town, upload)("HEAD", "/v1/uploads/" + upload["id"], status=200)
    assert answer.header("upload-length") == str(upload["size"])
    return int(answer.header("upload-offset"))


def begin_piece(town, upload, offset, length):
    """A connection on which the head of a PATCH has been sent."""
    s = socket.create_connection(("127.0.0.1", town.port), timeout=120)
    s.sendall(("PATCH /v1/uploads/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Upload %s\r\nUpload-Offset: %d\r\nContent-Type: "
               "application/offset+octet-stream\r\nContent-Length: %d\r\n\r\n" % (upload["id"], upload["token"], offset, length)).encode())
    return s


def test_in_pieces(town):
    photo = images.jpeg()
    name = "attachment; filename*=UTF-8''%E1%BA%A2nh%20h%E1%BB%93.jpg"
    answer = opened(town, len(photo), **{"Content-Disposition": name})
    upload = answer.json
    assert answer.header("location") == "/v1/uploads/" + upload["id"] and answer.header("upload-offset") == "0"
    assert offset_of(town, upload) == 0
    assert send(town, upload, 0, photo[:100]).header("upload-offset") == "100"
    assert send(town, upload, 100, photo[100:101]).header("upload-offset") == "101"
    assert owner(town, upload).get("/v1/uploads/" + upload["id"]).json["state"] == "uploading"
    citizen = town.citizen(town.file())
    assert link(citizen, upload, status=409).problem == "upload_incomplete"
    assert send(town, upload, 101, photo[101:]).header("upload-offset") == str(len(photo))
    assert checked(town, upload)["state"] == "ready"
    link(citizen, upload)
    assert citizen.get("/v1/tracking/attachments").json["items"][0]["name"] == "Ảnh hồ.jpg"
    assert send(town, upload, len(photo), b"", 409).header("upload-offset") == str(len(photo))


def test_a_connection_that_breaks(town):
    text = b"".join(b"dong %06d\n" % i for i in range(30000))
    upload = opened(town, len(text)).json
    cut = len(text) // 3
    s = begin_piece(town, upload, 0, len(text))
    s.sendall(text[:cut])
    wait_until(lambda: offset_of(town, upload) == cut, 20, "what was sent has arrived")
    # Nobody else writes meanwhile.
    assert send(town, upload, cut, text[cut:cut + 10], 409).problem == "conflict"
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    s.close()                       # a reset
    wait_until(lambda: send(town, upload, cut, text[cut:cut + 10], None).status == 204, 20, "the writer has gone")
    assert offset_of(town, upload) == cut + 10
    # The server is killed in the middle of the next piece.
    s = begin_piece(town, upload, cut + 10, len(text) - cut - 10)
    s.sendall(text[cut + 10:2 * cut])
    wait_until(lambda: offset_of(town, upload) == 2 * cut, 20, "what was sent has arrived")
    town.kill()
    s.close()
    town.start()
    assert offset_of(town, upload) == 2 * cut
    send(town, upload, 2 * cut, text[2 * cut:])
    assert checked(town, upload)["state"] == "ready"
    citizen = town.citizen(town.file())
    link(citizen, upload)
    assert citizen.get("/v1/tracking/attachments/" + upload["id"]).body == text


def test_half_a_body_is_kept(town):
    upload = opened(town, 1000).json
    s = begin_piece(town, upload, 0, 1000)
    s.sendall(b"x" * 400)
    s.shutdown(socket.SHUT_WR)
    assert b"400 Bad Request" in s.recv(1000)
    s.close()
    assert offset_of(town, upload) == 400


def test_offsets(town):
    upload = opened(town, 10).json
    for offset in ("1", "11", "9999999"):
        answer = send(town, upload, offset, b"abc", 409)
        assert answer.problem == "upload_offset" and answer.header("upload-offset") == "0"
    for offset in ("-1", "x", "", "1.0", "99999999999999999999"):
        assert send(town, upload, offset, b"abc", 422).pointers == {"Upload-Offset": "bad_format"}
    answer = send(town, upload, 0, b"abc", 415, **{"Content-Encoding": "gzip"})
    assert answer.header("accept-encoding") == "identity"
    answer = owner(town, upload)("PATCH", "/v1/uploads/" + upload["id"], b"abc", PIECE, 422)
    assert answer.pointers == {"Upload-Offset": "required"}
    assert "10 byte" in send(town, upload, 0, b"x" * 11, 413).json["detail"]
    assert send(town, upload, 0, b"abc", 415, **{"Content-Type": "application/octet-stream"}).problem == "unsupported_media_type"
    assert offset_of(town, upload) == 0


def test_lengths(town):
    for length in ("0", "-1", "x", "99999999999999999999"):
        assert opened(town, length, 422).problem == "invalid"
    assert "1)" in opened(town, 0, 422).json["errors"][0]["detail"]
    assert opened(town, 10 * 1024 * 1024 + 1, 413).problem == "too_large"
    answer = town.anyone("POST", "/v1/uploads", b"abc", {"Upload-Length": "3", "Content-Type": "text/plain"}, 400)
    assert answer.problem == "bad_form"


def test_a_form_cannot_be_gone_on_with(town):
    from support.files import send as send_form
    upload = send_form(town.anyone, images.jpeg()).json
    assert send(town, upload, upload["size"], b"x", 409).problem == "upload_offset"
