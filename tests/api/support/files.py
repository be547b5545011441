"""Uploading, as a client does it."""
from support.town import wait_until

BOUNDARY = "tach-phan-0123456789"


def form(content, name="anh.jpg", boundary=BOUNDARY, kind="image/jpeg", field="file"):
    """-> (headers, body) of a form with one file."""
    if isinstance(name, str):
        name = name.encode("utf-8")
    head = b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n' % (
        boundary.encode(), field.encode(), name, kind.encode())
    return {"Content-Type": "multipart/form-data; boundary=" + boundary}, head + content + b"\r\n--%s--\r\n" % boundary.encode()


def send(who, content, status=201, **more):
    headers, body = form(content, **more)
    return who("POST", "/v1/uploads", body, headers, status)


def owner(town, opened):
    return town.client(Authorization="Upload " + opened["token"])


def stands(town, opened):
    return owner(town, opened).get("/v1/uploads/" + opened["id"]).json


def checked(town, opened, seconds=60):
    """Waits until the file has been looked at; how it stands then."""
    seen = {}

    def ended():
        seen.update(stands(town, opened))
        return seen["state"] in ("ready", "refused")
    wait_until(ended, seconds, "the file is checked")
    return seen


def uploaded(town, content, **more):
    opened = send(town.anyone, content, **more).json
    return opened, checked(town, opened)


def link(who, opened, target="/v1/tracking/attachments", status=201, **more):
    return who.post(target, {"upload": opened["id"], "token": opened["token"], **more}, status=status)
