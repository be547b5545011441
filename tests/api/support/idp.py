"""An identity provider in a few lines that does what it is told: well, wrong, slowly, or not at all."""
import base64
import contextlib
import hashlib
import hmac
import http.server
import itertools
import json
import ssl
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from support.town import free_port

CLIENT, SECRET = "tiepdan:thử", "bí mật & dài+"       # both need encoding
PAGE = "https://tiepdan.example/vao"


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(n, size=None):
    return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


class Key:
    def __init__(self, kid, alg="RS256", bits=2048):
        self.kid, self.alg = kid, alg
        self.private = rsa.generate_private_key(65537, bits) if alg == "RS256" else ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self):
        n = self.private.public_key().public_numbers()
        if self.alg == "RS256":
            return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256", "n": number(n.n), "e": number(n.e)}
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig", "alg": "ES256", "x": number(n.x, 32), "y": number(n.y, 32)}

    def sign(self, data):
        if self.alg == "RS256":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def token(header, claims, sign):
    data = "%s.%s" % (b64(json.dumps(header).encode()), b64(json.dumps(claims).encode()))
    return data + "." + b64(sign(data.encode()))


def hs256(secret):
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


class Idp:
    def __init__(self, folder=None, certificate=None):
        """`folder`: where the secret of the client goes. `certificate`: (file, key file), for https."""
        self.port = free_port()
        self.issuer = "%s://127.0.0.1:%d" % ("https" if certificate else "http", self.port)
        self.first = Key("k1")
        self.keys = [self.first]
        self.numbers = itertools.count(1)
        self.codes = {}         # code: (query of the authorization request, what is answered)
        self.asked = []         # paths
        self.trouble = {}       # path: what is done instead
        self.go_on = threading.Event()      # what does not answer gives up
        self.methods = ["client_secret_basic", "client_secret_post"]
        self.changes = {}       # of the discovery document
        self.folder, self.certificate = folder, certificate

    def __enter__(self):
        idp = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                idp.answer(self, b"")

            def do_POST(self):
                self.body = self.rfile.read(int(self.headers["Content-Length"]))
                idp.answer(self, self.body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def settings(self):
        """Of a server that lets people sign in here."""
        secret = self.folder / "client-secret"
        secret.write_text(SECRET + "\n")
        return {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT, "oidc_client_secret_file": secret, "oidc_redirect_url": PAGE,
                "workers": 1, "oidc_pause_ms": 300, "oidc_timeout_ms": 3000}

    @property
    def citizen_settings(self):
        """Of a server that lets citizens sign in here."""
        return {"citizen_" + name if name.startswith("oidc_") else name: value for name, value in self.settings.items()}

    def count(self, path):
        return self.asked.count(path)

    def recover(self):
        """It is well again, and whoever waits for an answer waits no longer."""
        self.trouble.clear()
        self.go_on.set()
        self.go_on = threading.Event()

    # --- what it answers ----------------------------------------------------------------------------------

    def answer(self, handler, body):
        path = urllib.parse.urlsplit(handler.path).path
        self.asked.append(path)
        if path in self.trouble:
            handler.go_on = self.go_on
            with contextlib.suppress(OSError):
                self.trouble[path](handler)
            return
        status, value = {"/.well-known/openid-configuration": self.discovery, "/jwks": self.jwks}.get(
            path, lambda: self.redeem(handler.headers.get("Authorization"), body))()
        send(handler, status, json.dumps(value).encode())

    def discovery(self):
        return 200, {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/auth?tenant=1", "token_endpoint": self.issuer + "/token",
                     "jwks_uri": self.issuer + "/jwks", "token_endpoint_auth_methods_supported": self.methods, **self.changes}

    def jwks(self):
        return 200, {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "other"}] + [k.jwk for k in self.keys]}

    def redeem(self, authorization, body):
        form = dict(urllib.parse.parse_qsl(body.decode()))
        if "client_secret_basic" in self.methods:
            shown = base64.b64decode(authorization.split(" ")[1]).decode().split(":")
            shown = [urllib.parse.unquote_plus(part) for part in shown]
        else:
            shown = [form.get("client_id"), form.get("client_secret")]
        query, given = self.codes.pop(form.get("code"), (None, None))
        if shown != [CLIENT, SECRET]:
            return 401, {"error": "invalid_client"}
        if not query or form["grant_type"] != "authorization_code" or form["redirect_uri"] != PAGE:
            return 400, {"error": "invalid_grant"}
        if b64(hashlib.sha256(form["code_verifier"].encode()).digest()) != query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, given

    # --- what people do there -----------------------------------------------------------------------------

    def claims(self, query, **changes):
        now = int(time.time())
        made = {"iss": self.issuer, "aud": CLIENT, "sub": "sub-" + changes.get("preferred_username", "?"), "exp": now + 300, "iat": now,
                "nonce": query["nonce"], **changes}
        return {name: value for name, value in made.items() if value is not None}

    def grant(self, query, header=None, sign=None, answer=None, **claims):
        """Somebody has signed in: the code that the browser takes along."""
        key = self.keys[-1]
        header = {"alg": key.alg, "kid": key.kid, "typ": "JWT", **(header or {})}
        header = {name: value for name, value in header.items() if value is not None}
        made = token(header, self.claims(query, **claims), sign or key.sign)
        code = "code-%d" % next(self.numbers)
        self.codes[code] = (query, {"access_token": "at", "token_type": "Bearer", "id_token": made, **(answer or {})})
        return code


def send(handler, status, body, kind="application/json", **headers):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", headers.pop("length", str(len(body))))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


# --- the client ----------------------------------------------------------------------------------------------

STAFF, CITIZENS = "/v1/sessions/oidc", "/v1/citizen/sessions/oidc"


def begin(town, path=STAFF):
    """-> (flow, query of the address that the browser is sent to)."""
    begun = town.anyone.post(path, status=200).json
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begun["authorization_url"]).query, strict_parsing=True))
    return begun["flow"], query


def complete(town, flow, query, code, status=201, path=STAFF, **more):
    return town.anyone.post(path + "/completion", {"flow": flow, "state": query["state"], "code": code, **more}, status=status)


def sign_in(town, idp, status=201, path=STAFF, **granted):
    flow, query = begin(town, path)
    return complete(town, flow, query, idp.grant(query, **granted), status, path)
