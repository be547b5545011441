"""A crowd of connections that never finish a request keeps nobody out: the slowest go first, and health is always told."""
import socket
import time

import pytest

from support.town import new_town


@pytest.fixture()
def own(cluster, contract):
    with new_town(cluster, contract, workers=1, max_connections=16) as town:
        yield town


def crowd(port, n):
    sockets = []
    for _ in range(n):
        s = socket.create_connection(("127.0.0.1", port), timeout=60)
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow:")
        sockets.append(s)
    return sockets


def test_slow_heads_make_room(own):
    slow = crowd(own.port, 40)
    assert own.ops("/livez")[0] == 200
    time.sleep(1.2)
    for _ in range(20):
        assert own.client().get("/v1/kinds").status == 200
    for s in slow:
        s.close()
