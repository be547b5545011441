"""Raw requests that no careful server takes (R15): (name, bytes, statuses). Each is followed on the same connection by a
hidden request; a server that answers that one has lost its place in the stream."""
HIDDEN = b"GET /v1/kinds?limit=3 HTTP/1.1\r\nHost: hidden\r\n\r\n"
REFUSED = {400}
HOST = b"Host: x\r\n"


def get(target=b"/v1/kinds", version=b"HTTP/1.1", headers=HOST):
    return b"GET " + target + b" " + version + b"\r\n" + headers + b"\r\n"


def post(headers, body=b""):
    return b"POST /v1/tickets HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n" + headers + b"\r\n" + body


def request_lines():
    for line in (b"", b" ", b"GET", b"GET ", b"GET  HTTP/1.1", b"GET /v1/kinds", b"GET /v1/kinds ", b" GET /v1/kinds HTTP/1.1",
                 b"GET  /v1/kinds HTTP/1.1", b"GET /v1/kinds  HTTP/1.1", b"GET\t/v1/kinds\tHTTP/1.1", b"GET /v1/kinds HTTP/1.1 ",
                 b"GET /v1/ kinds HTTP/1.1", b"GET /v1/kinds HTTP/1.1 x", b"GET /v1/kinds http/1.1", b"GET /v1/kinds HTTP/1",
                 b"GET /v1/kinds HTTP/1.", b"GET /v1/kinds HTTP/.1", b"GET /v1/kinds HTTP/1.1.1", b"GET /v1/kinds HTTP/01.1",
                 b"GET /v1/kinds HTTP/1.01", b"GET /v1/kinds HTTP/1,1", b"GET /v1/kinds HTTPS/1.1", b"GET /v1/kinds HTP/1.1",
                 b"GET /v1/kinds XTTP/1.1", b"G\0T /v1/kinds HTTP/1.1", b"GET /v1/\0kinds HTTP/1.1", b"GET /v1/kinds HTTP/1.\0",
                 b"G(T) /v1/kinds HTTP/1.1", b"G\xc3\x89T /v1/kinds HTTP/1.1", b"GE\x7fT /v1/kinds HTTP/1.1", b"\xef\xbb\xbfGET /v1/kinds HTTP/1.1",
                 b"GET \xff HTTP/1.1", b"GET /\x01 HTTP/1.1", b"GET /\x7f HTTP/1.1", b"GET /v1/kinds\x0b HTTP/1.1", b"{}", b"\x16\x03\x01\x02\0",
                 b"GET kinds HTTP/1.1", b"GET v1/kinds HTTP/1.1", b"GET ?x HTTP/1.1", b"GET #x HTTP/1.1", b"GET * HTTP/1.1",
                 b"GET x:80 HTTP/1.1", b"GET ht!tp://x/ HTTP/1.1", b"GET /v1/kinds#part HTTP/1.1"):
        yield "request line %r" % line, line + b"\r\n" + HOST + b"\r\n", {400, 404, 405, 501, 505}
    for method in (b"get", b"BREW", b"GETS", b"PROPFIND", b"CONNECT", b"TRACE", b"A" * 100):
        yield "method %r" % method[:20], method + b" /v1/kinds HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404, 405, 501}
    for version in (b"HTTP/0.9", b"HTTP/2.0", b"HTTP/3.0", b"HTTP/1.2", b"HTTP/9.9", b"HTTP/11.1"):
        yield "version %r" % version, get(version=version), {400, 505, 200}
    yield "HTTP/0.9 simple", b"GET /v1/kinds\r\n", REFUSED
    yield "two blank lines only", b"\r\n\r\n\r\n\r\n\r\n", {400, 200}
    yield "long target", get(b"/" + b"a" * 20000), {400, 414, 431}
    yield "long method", b"A" * 20000 + b" / HTTP/1.1\r\n\r\n", {400, 414, 431, 501}


def fields():
    for line in (b"Host x", b"Host", b": x", b":", b"Ho st: x", b"Host : x", b"Host\t: x", b" Host: x", b"\tHost: x", b"Ho\0st: x", b"Host: x\0y",
                 b"Host: x\ry", b"Ho(st): x", b"H\xc3\xb4st: x", b"Host\x7f: x", b"Ho;st: x", b"Ho,st: x", b"\"Host\": x", b"Ho/st: x", b"Ho[st]: x",
                 b"Ho{st}: x", b"Ho=st: x", b"Ho?st: x", b"Ho@st: x", b"Ho\\st: x", b"Ho<st>: x", b"X: \x01", b"X: \x08", b"X: \x1f", b"X: \x7f"):
        yield "field %r" % line, get(headers=HOST + line + b"\r\n") if not line.startswith(b"Host") else get(headers=line + b"\r\n"), REFUSED
    for fold in (b"\r\n ", b"\r\n\t", b"\r\n  \t"):
        yield "folded %r" % fold, get(headers=HOST + b"X-A: one" + fold + b"two\r\n"), REFUSED
    yield "folded first", get(headers=b" folded\r\n" + HOST), REFUSED
    for ending in (b"\n", b"\r", b"\n\r", b"\r\r\n"):
        yield "line end %r" % ending, get().replace(b"\r\n", ending), REFUSED
        yield "one line end %r" % ending, get(headers=b"X-A: b" + ending + HOST), REFUSED
        yield "request line end %r" % ending, get().replace(b"\r\n", ending, 1), REFUSED
    yield "LF in a value", get(headers=HOST + b"X-A: b\nX-Injected: c\r\n"), REFUSED
    yield "no Host", get(headers=b""), REFUSED
    yield "two Hosts", get(headers=HOST + HOST), REFUSED
    yield "two other Hosts", get(headers=b"Host: a\r\nhOST: b\r\n"), REFUSED
    for host in (b"a b", b"a/b", b"a@b", b"a\\b", b"http://x", b"x,y", b"a?b", b"[::1", b"x:y", b"x:99999", b"x:-1", b"<x>"):
        yield "Host %r" % host, get(headers=b"Host: " + host + b"\r\n"), REFUSED
    yield "100 fields and one", get(headers=HOST + b"".join(b"X-%d: y\r\n" % i for i in range(100))), {400, 431}
    yield "1000 fields", get(headers=HOST + b"X: y\r\n" * 1000), {400, 431}
    yield "a long field", get(headers=HOST + b"X: " + b"y" * 17000 + b"\r\n"), {400, 431}
    yield "a long name", get(headers=HOST + b"X" * 17000 + b": y\r\n"), {400, 431}
    yield "an endless field", b"GET / HTTP/1.1\r\nX: " + b"y" * 40000, {400, 431}


def lengths():
    for value in (b"-1", b"+5", b"5 5", b"5,5x", b"0x5", b"5.0", b"five", b"", b" ", b"5;", b"1e1", b"5\0", b"99999999999999999999", b"18446744073709551616",
                  b"9223372036854775808", b"4294967296", b"5, 6", b"5,,5", b"\xd9\xa5", b"5\t5", b"'5'", b"\"5\""):
        yield "Content-Length %r" % value, post(b"Content-Length: " + value + b"\r\n", b"{}   "), {400, 413}
    yield "two lengths", post(b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{} "), REFUSED
    yield "two equal lengths", post(b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"), {400, 422}
    yield "length and chunked", post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), REFUSED
    yield "chunked and length", post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"), REFUSED
    yield "length 0 and chunked", post(b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), REFUSED
    for value in (b"chunked, chunked", b"gzip, chunked", b"chunked, gzip", b"gzip", b"identity", b"chunked, identity", b"identity, chunked", b"xchunked", b"chunkedx",
                  b"chunk", b"\"chunked\"", b"chunked;q=1", b"chunked;", b", chunked", b"chunked,", b"", b" ", b"\x0bchunked", b"chunked\x0b", b"'chunked'", b"deflate",
                  b"chu\tnked", b"chunked chunked", b"x"):
        yield "Transfer-Encoding %r" % value, post(b"Transfer-Encoding: " + value + b"\r\n", b"0\r\n\r\n"), {400, 501}
    yield "Transfer-Encoding twice", post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), REFUSED
    yield "Transfer-Encoding split", post(b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), {400, 501}
    yield "Transfer-Encoding in HTTP/1.0", post(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), REFUSED
    yield "space before the colon", post(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"), REFUSED
    yield "space before the length's colon", post(b"Content-Length : 5\r\n", b"{}   "), REFUSED
    yield "folded encoding", post(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"), REFUSED
    yield "CR in front of the name", post(b"\rTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), REFUSED


def chunks():
    head = b"Transfer-Encoding: chunked\r\n"
    for size in (b"", b" ", b"-1", b"+1", b"0x2", b"g", b"2 ", b" 2", b"\t2", b"2\t", b"2\0", b"zz", b"2_", b"\xff", b"FFFFFFFFFFFFFFFFF", b"10000000000000000",
                 b"8000000000000000", b"7fffffffffffffff", b"2,2", b"2.0", b"two", b"\xd9\xa2"):
        yield "chunk size %r" % size, post(head, size + b"\r\n{}\r\n0\r\n\r\n"), {400, 413}
    for raw in (b"2\n{}\r\n0\r\n\r\n", b"2\r{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n", b"2\r\n{}\n0\r\n\r\n", b"2\r\n{}\r0\r\n\r\n", b"2\r\n{}x\r\n0\r\n\r\n", b"1\r\n{}\r\n0\r\n\r\n",
                b"3\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\n\r\n", b"2\r\n{}\r\n0\r\n\n", b"2\r\n{}\r\n0\r\r\n", b"2\r\n{}\r\n\r\n0\r\n\r\n", b"2;x\0=1\r\n{}\r\n0\r\n\r\n",
                b"2;x=\n1\r\n{}\r\n0\r\n\r\n", b"2;" + b"x" * 300 + b"\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\nBad Trailer: x\r\n\r\n", b"2\r\n{}\r\n0\r\n: x\r\n\r\n",
                b"2\r\n{}\r\n0\r\nX: \0\r\n\r\n", b"2\r\n{}\r\n0\r\nX\r\n\r\n", b"2\r\n{}\r\n0\r\nX: y\n\r\n", b"2\r\n{}\r\n0\r\n folded\r\n\r\n",
                b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 5000 + b"\r\n"):
        yield "chunks %r" % raw[:60], post(head, raw), {400, 413, 431}
    yield "a chunked body too large", post(head, b"".join(b"1000\r\n" + b" " * 4096 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"), {413}


def others():
    yield "Expect nonsense", post(b"Content-Length: 2\r\nExpect: a-miracle\r\n", b"{}"), {417}
    yield "Upgrade h2c", get(headers=HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n").replace(b"GET", b"G\x01T"), REFUSED
    yield "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 501, 505}
    yield "TLS hello", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\0" * 100 + b"\r\n\r\n", REFUSED
    yield "PROXY line that nobody asked for", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(), {400, 501, 505}
    yield "a body too large", post(b"Content-Length: 70000\r\n", b" " * 100), {413}


def corpus():
    found = []
    for group in (request_lines, fields, lengths, chunks, others):
        found += group()
    assert len(found) >= 200 and len({name for name, _, _ in found}) == len(found), len(found)
    return found
