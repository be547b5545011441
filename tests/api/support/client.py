"""An HTTP client that trusts nothing: every answer goes through the contract before a test sees it."""
import contextlib
import gzip
import http.client
import json
import socket

SECONDS = 120       # catches a server that hangs; a busy machine needs less


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        assert len(values) <= 1 or name.lower() in ("link", "vary"), "%s is given %d times" % (name, len(values))
        return ", ".join(values) if values else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The name of the problem: the last part of its type."""
        return self.json["type"].rsplit("/", 1)[1].replace("-", "_")

    @property
    def pointers(self):
        """{pointer, parameter or header: code} of the faults of an `invalid` problem."""
        found = {}
        for error in self.json.get("errors", []):
            where = error.get("pointer", "").lstrip("#")      # a URI fragment, as in RFC 9457
            found[where or error.get("parameter") or error.get("header")] = error["code"]
        return found

    def __repr__(self):
        return "%d %s" % (self.status, self.body[:600].decode("utf-8", "replace"))


class Client:
    """One kept connection, made again when the server closes it."""

    def __init__(self, port, contract, headers=None, host="127.0.0.1"):
        self.port = port
        self.contract = contract
        self.headers = headers or {}
        self.host = host
        self.connection = None

    def with_headers(self, **headers):
        both = dict(self.headers)
        both.update({k.replace("_", "-"): v for k, v in headers.items()})
        return Client(self.port, self.contract, both, self.host)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def send(self, method, target, body=None, headers=None):
        both = dict(self.headers)
        both.update(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode("utf-8")
        if body is not None and not any(h.lower() == "content-type" for h in both):
            both["Content-Type"] = "application/json"
        both = {k: v for k, v in both.items() if v is not None}
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=SECONDS)
            try:
                self.connection.request(method, target, body, both)
                got = self.connection.getresponse()
                data = got.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                if fresh or attempt == 2:
                    raise
        if got.getheader("Connection", "").lower() == "close":
            self.close()
        return Answer(got.status, got.getheaders(), data)

    def __call__(self, method, target, body=None, headers=None, status=None):
        answer = self.send(method, target, body, headers)
        checked = answer
        if answer.header("content-encoding") == "gzip":
            checked = Answer(answer.status, answer.headers, gzip.decompress(answer.body))
        self.contract.check(method, target, checked)
        if status is not None:
            assert answer.status == status, "%s %s: expected %s, got %r" % (method, target, status, checked)
        return checked

    def get(self, target, headers=None, status=200):
        return self("GET", target, None, headers, status)

    def post(self, target, body=None, headers=None, status=201):
        return self("POST", target, {} if body is None else body, headers, status)


def raw(port, data, byte_by_byte=False, timeout=SECONDS, half_close=True, host="127.0.0.1"):
    """Sends bytes as they are and returns everything the server sends until it closes the connection."""
    with socket.create_connection((host, port), timeout=timeout) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if byte_by_byte:
                for i in range(len(data)):
                    s.send(data[i:i + 1])
            else:
                s.sendall(data)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return drain(s)


@contextlib.contextmanager
def send_and_reset(port, target, body, headers):
    """A client that sends a request, and is gone at the end of the block without having read anything."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("POST", target, json.dumps(body), {"Content-Type": "application/json", **headers})
    yield
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def drain(s):
    chunks = []
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            chunks.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(chunks)


def answers_in(stream):
    """Splits a byte stream into Answers by Content-Length; what cannot be split fails the test."""
    found = []
    while stream:
        head, sep, rest = stream.partition(b"\r\n\r\n")
        assert sep, "half an answer: %r" % stream[:200]
        lines = head.decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = [tuple(p.strip() for p in line.split(":", 1)) for line in lines[1:]]
        status = int(status)
        length = int(dict((n.lower(), v) for n, v in headers).get("content-length", 0))
        if 100 <= status < 200 or status in (204, 304):
            length = 0
        assert len(rest) >= length, "a cut answer"
        found.append(Answer(status, headers, rest[:length]))
        stream = rest[length:]
    return found
