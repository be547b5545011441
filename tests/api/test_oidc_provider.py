"""Signing in with a provider that somebody else has written and that is certified (npm oidc-provider), as a browser does it."""
import http.cookiejar
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import send_and_reset
from support.contract import ROOT
from support.idp import PAGE, begin, complete
from support.town import free_port, new_town

SOURCE, FOLDER = ROOT / "tests/api/provider", ROOT / "build/oidc-provider"
CLIENT, SECRET = "tiepdan", "mot bi mat + dai hon 32 ky tu, va %:&"

# tests/all brings it, and in CI it must be there; who runs this file alone may have no Node.
pytestmark = pytest.mark.skipif(not os.environ.get("CI") and not shutil.which("npm"), reason="npm is not installed")


@pytest.fixture(scope="module")
def installed():
    """The packages of the lock file, installed once for each version of it."""
    lock, kept = (SOURCE / "package-lock.json").read_bytes(), FOLDER / "node_modules/.of-lock"
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "provider.mjs"):
        shutil.copy(SOURCE / name, FOLDER / name)
    if not kept.exists() or kept.read_bytes() != lock:
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, timeout=300)
        kept.write_bytes(lock)


@pytest.fixture(params=["RS256", "ES256"], scope="module")
def issuer(request, installed):
    port = free_port()
    process = subprocess.Popen(["node", "provider.mjs", str(port), request.param, CLIENT, SECRET, PAGE], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield "http://127.0.0.1:%d" % port
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def town(cluster, contract, issuer, tmp_path_factory):
    secret = tmp_path_factory.mktemp("idp") / "client-secret"
    secret.write_text(SECRET)
    with new_town(cluster, contract, oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret_file=secret, oidc_redirect_url=PAGE,
                  oidc_roles_claim="groups", oidc_roles="can-bo=officer", oidc_new_accounts="HN-SXD") as made:
        yield made


class Browser(urllib.request.HTTPRedirectHandler):
    """Follows redirects until one leads to the page of the client, whose query it keeps."""

    def __init__(self):
        self.back = None
        self.opener = urllib.request.build_opener(self, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def redirect_request(self, request, file, code, message, headers, url):
        if url.startswith(PAGE):
            self.back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
            return None
        return super().redirect_request(request, file, code, message, headers, url)

    def open(self, url, form=None):
        try:
            return self.opener.open(url, urllib.parse.urlencode(form).encode() if form else None, timeout=20).read().decode()
        except urllib.error.HTTPError as e:
            assert self.back, e.read()
            return ""

    def sign_in(self, url, login):
        page = self.open(url)
        for form in ({"prompt": "login", "login": login, "password": "x"}, {"prompt": "consent"}):
            if self.back:
                break
            action = re.search(r'action="([^"]+)"', page).group(1)
            page = self.open(urllib.parse.urljoin(url, action), form)
        return self.back


def visit(town, login, browser=None):
    begun = town.anyone.post("/v1/sessions/oidc", status=200).json
    return begun["flow"], (browser or Browser()).sign_in(begun["authorization_url"], login)


def test_a_browser_signs_in(town, issuer):
    login = town.login("officer", number=70)
    flow, back = visit(town, login)
    assert back["iss"] == issuer
    opened = complete(town, flow, back, back["code"])
    me = town.client(Authorization="Bearer " + opened.json["token"]).get("/v1/me").json
    assert (me["means"], me["account"]["login"], me["roles"]) == ("oidc", login, ["officer"])
    assert complete(town, flow, back, back["code"], 401).problem == "provider_refused"


def test_somebody_new_gets_an_account(town):
    flow, back = visit(town, "nguoi.moi")
    opened = complete(town, flow, back, back["code"]).json
    assert (opened["account"]["login"], opened["account"]["name"]) == ("nguoi.moi", "Người thử")


def test_who_is_signed_in_there_comes_straight_back(town):
    browser = Browser()
    first = visit(town, "nguoi.moi", browser)
    browser.back = None
    second = visit(town, "nguoi.moi", browser)
    for flow, back in (first, second):
        complete(town, flow, back, back["code"])


def test_a_code_does_not_open_another_flow(town):
    """The provider itself sees to it: the verifier is another one."""
    _, back = visit(town, "nguoi.moi")
    flow, query = begin(town)
    assert complete(town, flow, query, back["code"], 401).problem == "provider_refused"


def test_a_code_that_nobody_gave(town):
    flow, query = begin(town)
    assert complete(town, flow, query, "khong-co-ma-nay", 401).problem == "provider_refused"


def again(town, flow, back):
    body = {"flow": flow, "state": back["state"], "code": back["code"]}
    return town.client().post("/v1/sessions/oidc/completion", body, {"Idempotency-Key": "khoa-cua-mot-lan-ve-0001"}, None)


def test_two_at_once_are_one_session(town):
    flow, back = visit(town, "nguoi.moi")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: again(town, flow, back), range(4)))
    assert {a.status for a in answers} == {201}, answers
    assert sorted(a.header("Idempotent-Replayed") or "" for a in answers) == ["", "true", "true", "true"]


def test_whoever_left_meanwhile_gets_the_session(town):
    for ms in (0, 1, 2, 4, 8, 16, 32):
        flow, back = visit(town, "nguoi.moi")
        body = {"flow": flow, "state": back["state"], "code": back["code"]}
        with send_and_reset(town.port, "/v1/sessions/oidc/completion", body, {"Idempotency-Key": "khoa-cua-mot-lan-ve-0001"}):
            time.sleep(ms / 1000)
        assert again(town, flow, back).status == 201, ms
