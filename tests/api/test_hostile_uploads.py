"""S11: more than a hundred hostile uploads. Each is refused, or what is kept of it is harmless; nothing lands outside the store."""
import hashlib
import re
import struct
import zlib

import pytest

from support import images
from support.client import answers_in, raw
from support.files import BOUNDARY, checked, form, link, send, stands
from support.town import wait_until

SETTINGS = {"file_check_ms": 120000, "image_pixels_max": 1000000}

# --- names: whatever they say, the store has names of its own, and people read something harmless ---------------------------

NAMES = {
    "../../etc/passwd": "passwd.jpg", "..\\..\\windows\\win.ini": "win.ini.jpg", "/etc/shadow": "shadow.jpg", "C:\\x\\anh.jpg": "anh.jpg",
    "....//....//x": "x.jpg", ".": None, "..": None, "...": None, "": None, "/": None, "a\\b/": None, ".htaccess": "htaccess.jpg",
    "a.php": "a.php.jpg", "a.jpg.exe": "a.jpg.exe.jpg", "a.svg": "a.svg.jpg", "a.html": "a.html.jpg", "con": "con.jpg", "nul.txt": "nul.txt.jpg",
    "%2e%2e%2fx.jpg": "%2e%2e%2fx.jpg", "$(reboot).jpg": "$(reboot).jpg", "`id`.jpg": "`id`.jpg", "a;rm -rf.jpg": "a;rm -rf.jpg",
    "<script>alert(1)<": "<script>alert(1)<.jpg", "' or 1=1 --.jpg": "' or 1=1 --.jpg", "a\u202egpj.exe": "agpj.exe.jpg",
    "a\u200b.jpg": "a.jpg", "e\u0301.jpg": "é.jpg", "x" * 300 + ".jpg": "x" * 96 + ".jpg", "Đ" * 200: "Đ" * 100 + ".jpg",
    "|nc -l 1": "|nc -l 1.jpg", "-rf": "-rf.jpg", "~root": "~root.jpg", " .hidden": "hidden.jpg", "a\tb.jpg": "a b.jpg",
    "\uff0e\uff0e\uff0fx.jpg": "．．／x.jpg", "🔥.jpg": "🔥.jpg", "file:///etc/passwd": "passwd.jpg", "http://x/y.jpg": "y.jpg",
    "aux ": "aux.jpg", "a.jpg\u2028b": "a.jpg b.jpg",
}
NAME_BYTES = {b"a\xff.jpg": None, b"\xc0\xae\xc0\xae/x": "x.jpg", b"\xed\xa0\x80.jpg": None, "a\ue000.jpg".encode(): None}


def shown_names(town, names):
    citizen = town.citizen(town.file())
    for name in names:
        opened = send(town.anyone, images.jpeg(), name=name).json
        town.sql("update attachment set address = null where id = '%s'" % opened["id"])
        link(citizen, opened)
        checked(town, opened)
        got = citizen.get("/v1/tracking/attachments/" + opened["id"])
        yield got.header("content-disposition")


def percent(text):
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "".join("%%%02X" % b for b in c.encode()) for c in text)


def test_names(town):
    town.sql("update setting set value = 1000 where name in ('attachments_citizen_most', 'uploads_address_most')")
    names = {**NAMES, **NAME_BYTES}
    for name, disposition in zip(names.values(), shown_names(town, names)):
        assert disposition.split("filename*=UTF-8''")[1] == percent(name or "tep-dinh-kem.jpg")
        assert not set(disposition.split('"')[1]) & set('/\\<>"\r\n\0')
    for path in town.attachments.rglob("*"):
        place = path.relative_to(town.attachments).as_posix()
        assert path.is_dir() or place.startswith("incoming/") or place == "%s/%s/%s" % (path.name[:2], path.name[2:4], path.name)


@pytest.mark.parametrize("name", [b"a\nb", b"a\rb", b"a\0b", b"a\x1bb", b"a\x7fb", b'a"; filename="b', b'a"', b'a"; x='],
                         ids=["lf", "cr", "nul", "escape", "delete", "twice", "quote", "not closed"])
def test_names_that_are_no_names(town, name):
    assert send(town.anyone, images.jpeg(), 400, name=name).problem in ("bad_form", "bad_request")


# --- types: content decides -------------------------------------------------------------------------------------------------

SCRIPT = b"<script>alert(document.domain)</script>"
HTML = b"<!DOCTYPE html><html>" + SCRIPT + b"</html>"
ELF = b"\x7fELF\2\1\1" + bytes(100)
ZIP = b"PK\3\4" + bytes(60) + b"PK\5\6" + bytes(18)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
JPEG, PNG = images.jpeg(), images.png()

REFUSED = {
    "program": (ELF, "type"), "zip": (ZIP, "type"), "exe": (b"MZ" + bytes(200), "type"), "class": (b"\xca\xfe\xba\xbe" + bytes(50), "type"),
    "gif": (b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;", "type"), "bmp": (b"BM" + bytes(80), "type"),
    "nul in text": (b"chao\0ban", "type"), "latin 1": ("xin chào".encode("latin-1"), "type"), "utf-16": ("xin chào".encode("utf-16"), "type"),
    "overlong": (b"a\xc0\xaf", "type"), "escape sequences": (b"\x1b[2Jhello", "type"), "backspace": (b"a\x08b", "type"),
    "tiff": (b"II*\0\x08\0\0\0" + bytes(20), "type"), "mp4": (b"\0\0\0\x18ftypmp42" + bytes(40), "type"), "swf": (b"CWS\5\0\0\0\1", "type"),
    "jpeg head alone": (JPEG[:20], "broken"), "jpeg cut in the scan": (images.jpeg(256, 256, lambda x, y: (x * y) % 256)[:-40], "broken"),
    "jpeg without tables": (JPEG[:20] + JPEG[JPEG.index(b"\xff\xc0"):], "broken"), "three bytes of jpeg": (b"\xff\xd8\xff", "broken"),
    "jpeg and noise": (b"\xff\xd8\xff\xe0" + hashlib.sha256(b"x").digest() * 20, "broken"),
    "jpeg and script": (b"\xff\xd8\xff" + HTML, "broken"), "jpeg without size": (images.jpeg(0, 8), "broken"),
    "jpeg bomb": (images.jpeg(65000, 65000, lambda x, y: 128), "pixels"), "jpeg beyond the cap": (images.jpeg(1001, 1000), "pixels"),
    "png head alone": (PNG[:40], "broken"), "png bad check sum": (PNG.replace(b"IDAT", b"IDAx"), "broken"), "png signature": (PNG[:8], "broken"),
    "png and script": (PNG[:8] + HTML, "broken"), "png too little data": (images.png(rows=b"\0" * 10), "broken"),
    "png bomb": (images.png(50000, 50000, rows=b"\0" * 1000000), "pixels"), "png wide bomb": (images.png(1000000, 1, rows=b""), "pixels"),
    "png no size": (images.png(0, 8, rows=b""), "broken"), "png odd kind": (images.png(kind=5, rows=b""), "broken"),
    "png odd depth": (images.png(depth=7, rows=b""), "broken"), "png without palette": (images.png(kind=3), "broken"),
    "webp head alone": (b"RIFF\x20\0\0\0WEBPVP8 ", "broken"), "webp and noise": (b"RIFF\xff\xff\xff\x7fWEBPVP8L" + bytes(100), "broken"),
    "pdf script": (images.pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "active"),
    "pdf hidden script": (images.pdf(b"/OpenAction << /S /Java#53cript >>"), "active"), "pdf short script": (images.pdf(b"/JS(1)"), "active"),
    "pdf program": (images.pdf(b"/S /Launch /F (cmd.exe)"), "active"), "pdf form": (images.pdf(b"/XFA [1]"), "active"),
    "pdf file inside": (images.pdf(b"/EmbeddedFiles 3 0 R"), "active"), "pdf film": (images.pdf(b"/RichMedia<<>>"), "active"),
    "pdf that sends": (images.pdf(b"/S/SubmitForm/F(http://x)"), "active"), "pdf closed": (images.pdf(b"/Encrypt 5 0 R"), "encrypted"),
    "pdf packed script": (images.packed_pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "active"),
    "pdf packed otherwise": (images.packed_pdf(b"<<>>", b"[/LZWDecode]"), "encrypted"), "pdf bomb": (images.packed_pdf(bytes(70000000)), "broken"),
    "pdf as the comment of a zip": (images.pdf(head=b"%PDF-1.4\n" + ZIP), "polyglot"),
    "pdf without end": (images.pdf(end=b""), "polyglot"), "pdf and zip": (images.pdf() + ZIP, "polyglot"), "pdf and html": (images.pdf() + HTML, "polyglot"),
    "pdf and program": (images.pdf() + ELF, "polyglot"), "pdf behind zip": (ZIP + images.pdf(), "type"), "pdf far behind": (b"\1" * 900 + images.pdf(), "type"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(town, what):
    content, reason = REFUSED[what]
    opened = send(town.anyone, content, name="anh.jpg").json
    town.sql("update attachment set address = null where id = '%s'" % opened["id"])
    seen = checked(town, opened)
    assert (seen["state"], seen["reason"], seen["type"]) == ("refused", reason, None)
    citizen = town.citizen(town.file())
    told = link(citizen, opened, status=409)
    assert (told.problem, told.json["reason"]) == ("upload_refused", reason)
    wait_until(lambda: not [p for p in (town.attachments / "incoming").iterdir() if p.name.startswith(opened["id"])], 10, "it is not kept")


COMMENT = images.segment(0xFE, SCRIPT)
HARMLESS = {
    "jpeg and zip": (JPEG + ZIP, "image/jpeg"), "jpeg and html": (JPEG + HTML, "image/jpeg"), "jpeg and pdf": (JPEG + images.pdf(), "image/jpeg"),
    "jpeg and program": (JPEG + ELF, "image/jpeg"), "jpeg with script inside": (images.jpeg(extra=COMMENT), "image/jpeg"),
    "jpeg with php inside": (images.jpeg(extra=images.segment(0xE1, b"<?php system($_GET[0]); ?>")), "image/jpeg"),
    "jpeg with a profile": (images.jpeg(extra=images.segment(0xE2, b"ICC_PROFILE\0\1\1" + SCRIPT)), "image/jpeg"),
    "jpeg with 100 segments": (images.jpeg(extra=COMMENT * 100), "image/jpeg"), "jpeg with odd exif": (
        images.jpeg(extra=images.segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff")), "image/jpeg"),
    "jpeg with looping exif": (images.jpeg(extra=images.segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 30)), "image/jpeg"),
    "jpeg turned by 9": (images.jpeg(extra=images.segment(0xE1, images.exif(9))), "image/jpeg"),
    "jpeg and jpeg": (JPEG + JPEG, "image/jpeg"), "png and zip": (PNG + ZIP, "image/png"), "png and html": (PNG + HTML, "image/png"),
    "png with text": (images.png(extra=images.chunk(b"tEXt", b"Comment\0" + SCRIPT)), "image/png"),
    "png with a bomb of text": (images.png(extra=images.chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 50000000, 9))), "image/png"),
    "png with a bomb of a profile": (images.png(extra=images.chunk(b"iCCP", b"a\0\0" + zlib.compress(b"a" * 50000000, 9))), "image/png"),
    "png with exif": (images.png(extra=images.chunk(b"eXIf", images.exif(6)[6:])), "image/png"),
    "png with an unknown chunk": (images.png(extra=images.chunk(b"prVt", SCRIPT)), "image/png"),
    "png with a time": (images.png(extra=images.chunk(b"tIME", struct.pack(">HBBBBB", 2026, 11, 25, 1, 2, 3))), "image/png"),
    "html": (HTML, "text/plain"), "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain"),
    "php": (b"<?php system($_GET['c']); ?>", "text/plain"), "shell": (b"#!/bin/sh\nrm -rf /\n", "text/plain"),
    "formula": (b"=cmd|' /C calc'!A0", "text/plain"), "url file": (b"[InternetShortcut]\r\nURL=http://x\r\n", "text/plain"),
    "hta": (b"<hta:application/>" + SCRIPT, "text/plain"), "virus pattern": (EICAR, "text/plain"),
    "pdf with packed objects": (images.packed_pdf(b"<< /Type /Catalog >>"), "application/pdf"),
    "script in a pdf text": (images.pdf(b"/T (" + SCRIPT + b")"), "application/pdf"),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_harmless(town, what):
    """Kept, but what hid in it is gone, or is a text that nothing runs."""
    content, kind = HARMLESS[what]
    opened = send(town.anyone, content, name="x.html", kind="text/html").json
    town.sql("update attachment set address = null where id = '%s'" % opened["id"])
    assert checked(town, opened)["type"] == kind
    citizen = town.citizen(town.file())
    link(citizen, opened)
    got = citizen.get("/v1/tracking/attachments/" + opened["id"])
    assert got.header("content-type").split(";")[0] == kind
    assert got.header("content-disposition").startswith("attachment;") and "sandbox" in got.header("content-security-policy")
    if kind.startswith("image/"):
        for hidden in (b"script", b"php", b"PK\3\4", b"ELF", b"%PDF", b"Exif", b"tEXt", b"zTXt", b"iCCP", b"prVt", b"tIME", b"ICC_PROFILE"):
            assert hidden not in got.body


# --- the grammar of forms ---------------------------------------------------------------------------------------------------

PART = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' % BOUNDARY.encode()
END = b"\r\n--%s--\r\n" % BOUNDARY.encode()
FORMS = {
    "nothing": b"", "no end": PART + JPEG, "end alone": b"--%s--\r\n" % BOUNDARY.encode(), "two files": PART + JPEG + b"\r\n" + PART + JPEG + END,
    "preamble": b"x\r\n" + PART + JPEG + END, "epilogue": PART + JPEG + END + b"x", "bare line feeds": (PART + b"x" + END).replace(b"\r\n", b"\n"),
    "no name": PART.replace(b'name="file"; ', b"") + JPEG + END, "no file name": PART.replace(b'; filename="a.jpg"', b"") + JPEG + END,
    "attachment": PART.replace(b"form-data", b"attachment") + JPEG + END, "no head": b"--%s\r\n\r\n" % BOUNDARY.encode() + JPEG + END,
    "base64": PART.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n") + b"AAAA" + END, "empty file": PART + END,
    "long head": PART.replace(b"\r\n\r\n", b"\r\nX: " + b"x" * 5000 + b"\r\n\r\n") + JPEG + END,
    "folded": PART.replace(b"; filename", b";\r\n filename") + JPEG + END, "nested": PART + PART + JPEG + END + b"\r\n" + END,
    "other boundary": form(JPEG, boundary="other")[1], "blank before colon": PART.replace(b"Disposition:", b"Disposition :") + JPEG + END,
    "extended name": PART.replace(b'filename="a.jpg"', b"filename*=UTF-8''a.jpg") + JPEG + END,
    "another name": PART.replace(b'name="file"', b'name="anh"') + JPEG + END, "empty name": PART.replace(b'name="file"', b'name=""') + JPEG + END,
    "name in capitals": PART.replace(b'name="file"', b'name="File"') + JPEG + END,
    "two dispositions": PART.replace(b"\r\n\r\n", b'\r\nContent-Disposition: form-data; name="b"\r\n\r\n') + JPEG + END,
}


@pytest.mark.parametrize("what", FORMS)
def test_forms(town, what):
    headers, _ = form(b"")
    before = len(list((town.attachments / "incoming").iterdir()))
    answer = town.anyone("POST", "/v1/uploads", FORMS[what], headers, 400)
    assert answer.problem == "bad_form"
    assert len(list((town.attachments / "incoming").iterdir())) <= before
    town.sql("delete from attachment where form and state = 'uploading'")


@pytest.mark.parametrize("kind", ["application/json", "multipart/mixed; boundary=x", "multipart/form-data", "multipart/form-data; boundary=",
                                  "multipart/form-data; boundary=\"a b\"", "multipart/form-data; boundary=" + "x" * 71, "text/plain", "image/jpeg"])
def test_content_types(town, kind):
    assert town.anyone("POST", "/v1/uploads", b"x", {"Content-Type": kind}, 415).problem == "unsupported_media_type"


def test_too_large(town):
    answer = send(town.anyone, b"x" * (10 * 1024 * 1024 + 1), 413)
    assert answer.problem == "too_large" and re.fullmatch(r"Tối đa \d{8} byte\.", answer.json["detail"])
    headers, body = form(b"x" * (11 * 1024 * 1024))
    head = ("POST /v1/uploads HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % headers["Content-Type"]).encode()
    got = raw(town.port, head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\nGET /v1/kinds HTTP/1.1\r\nHost: x\r\n\r\n")
    assert [a.status for a in answers_in(got)] == [413]
    town.sql("delete from attachment where form and state = 'uploading'")


def test_there_were_a_hundred():
    assert len(NAMES) + len(NAME_BYTES) + 8 + len(REFUSED) + len(HARMLESS) + len(FORMS) + 8 >= 150


def test_nothing_died(town):
    opened = send(town.anyone, JPEG).json
    assert checked(town, opened)["state"] == "ready" and stands(town, opened)["offset"] == len(JPEG)
    assert "sanitizer" not in town.log().lower()
