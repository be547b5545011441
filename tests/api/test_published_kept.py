"""Pages of published tickets that are kept, with a long lease: who changes something sees it wherever they ask next, and what others did is heard."""
import contextlib
import gzip
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.town import wait_until
from test_publication import REASON, ask, published

SETTINGS = {"public_lease_ms": 60000}


@pytest.fixture(scope="module", autouse=True)
def no_waiting(town):
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")


def asked(town):
    """How often PostgreSQL was asked for what is asked for together."""
    return int(re.search(r"^tiepdan_db_batched_total (\d+)$", town.ops("/metrics")[2], re.M)[1])


@contextlib.contextmanager
def untold(town):
    """Nobody is notified of what changes meanwhile."""
    town.sql("alter table publication disable trigger publication_changed")
    try:
        yield
    finally:
        town.sql("alter table publication enable trigger publication_changed")


@contextlib.contextmanager
def hardly_asked(town):
    """Each of two workers asks when it has no page, or one whose names may be ten seconds old."""
    before, began = asked(town), time.monotonic()
    yield
    assert asked(town) - before <= 2 * (2 + (time.monotonic() - began) // 10)


def page_of(filed):
    return "/v1/public/tickets/" + filed["code"]


def test_a_kept_page_is_never_older_than_the_version(town):
    """A worker keeps pages; what is taken back is gone all the same, and what comes back is the new version."""
    ticket_id, filed = published(town)
    page = "/v1/public/tickets/" + filed["code"]
    first = town.anyone.get(page)
    assert all(town.anyone.get(page).body == first.body for _ in range(4))
    tag = first.header("ETag")
    assert town.anyone.get(page, {"If-None-Match": tag}, status=304).body == b""
    ask(town, town.coordinator, ticket_id, "hide", REASON)
    for _ in range(4):
        town.anyone.get(page, {"If-None-Match": tag}, status=404)
    ask(town, town.person("officer"), ticket_id, body={"question": "Đề nghị vá ổ gà."})
    town.anyone.get(page, status=404)
    ask(town, town.coordinator, ticket_id, "publish")
    again = [town.anyone.get(page, {"If-None-Match": tag}) for _ in range(4)]
    assert {answer.json["question"] for answer in again} == {"Đề nghị vá ổ gà."} and {answer.header("ETag") for answer in again} != {tag}


def test_many_ask_for_one_page(town):
    _, filed = published(town)
    page = "/v1/public/tickets/" + filed["code"]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: town.client().get(page), range(64)))
    assert len({answer.body for answer in answers}) == 1 == len({answer.header("ETag") for answer in answers})


def test_who_reads_a_kept_page_asks_nobody(town):
    _, filed = published(town)
    first = town.anyone.get(page_of(filed))
    with hardly_asked(town):
        for _ in range(50):
            again = town.client().get(page_of(filed))
            assert (again.body, again.header("ETag"), again.header("Cache-Control")) == (first.body, first.header("ETag"), first.header("Cache-Control"))
            assert not town.client().get(page_of(filed), {"If-None-Match": first.header("ETag")}, status=304).body


def test_whoever_takes_it_back_sees_it_gone_at_once_everywhere(town):
    """Ten readers never stop asking; from the answer to who hides it no worker shows it to anybody who asks from then on, before
    anybody was notified."""
    ticket_id, filed = published(town)
    gone = []

    def read(_):
        reader = town.client()
        while True:
            told = bool(gone)
            if reader.get(page_of(filed), status=None).status == 404:
                return
            assert not told, "it was shown to who asked behind the answer"

    with ThreadPoolExecutor(10) as pool:
        readers = [pool.submit(read, n) for n in range(10)]
        wait_until(lambda: not any(r.done() for r in readers), 10, "they read")
        with untold(town):
            ask(town, town.coordinator, ticket_id, "hide", REASON)
        gone.append(True)
        for reader in readers:
            reader.result(30)


@pytest.mark.parametrize("done", ["update publication set state = 'hidden', reason = 'Gỡ bởi người vận hành.' where code = %s",
                                  "delete from publication where code = %s"])
def test_what_others_do_at_the_database_is_heard(town, done):
    _, filed = published(town)
    for _ in range(20):
        town.client().get(page_of(filed))
    town.sql(done % ("'%s'" % filed["code"]))
    wait_until(lambda: town.client().get(page_of(filed), status=None).status == 404, 20, "it is gone, long before the lease is up")
    for _ in range(20):
        town.client().get(page_of(filed), status=404)


def test_a_lost_listener_is_no_reason_to_show_what_is_gone(town):
    """While nobody listens something may have been missed: when it is back all pages are asked for anew."""
    _, filed = published(town)
    for _ in range(20):
        town.client().get(page_of(filed))
    with untold(town):
        town.sql("update publication set state = 'hidden', reason = 'Gỡ bởi người vận hành.' where code = '%s'" % filed["code"])
    town.sql("select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'")
    wait_until(lambda: town.client().get(page_of(filed), status=None).status == 404, 30, "they listen again")


def test_a_key_is_for_few(town):
    """No cache keeps what was read with it, and it is gone when it is taken back."""
    ticket_id, filed = town.answered()
    ask(town, town.person("officer"), ticket_id)
    key = ask(town, town.coordinator, ticket_id, "publish", {"link_only": True}).json["key"]
    path = "%s?key=%s" % (page_of(filed), key)
    for _ in range(10):
        assert town.client().get(path).header("Cache-Control") == "private, no-store"
        town.client().get(page_of(filed), status=404)
    ask(town, town.coordinator, ticket_id, "hide", REASON)
    for _ in range(10):
        town.client().get(path, status=404)


def test_a_long_page_is_kept_plain_and_packed(town):
    ticket_id, filed = town.answered(text="Ví dụ dài. " * 400)
    ask(town, town.person("officer"), ticket_id)
    ask(town, town.coordinator, ticket_id, "publish")
    plain = town.client().get(page_of(filed))
    assert len(plain.body) > 5000
    with hardly_asked(town):
        for _ in range(30):
            packed = town.client().send("GET", page_of(filed), headers={"Accept-Encoding": "gzip"})
            assert gzip.decompress(packed.body) == plain.body and packed.header("ETag") == plain.header("ETag")[:-1] + '-gzip"'
            assert town.client().get(page_of(filed)).body == plain.body


def test_an_upgrade_takes_the_epoch_along(town):
    """A new image hides what workers of the image before may still show: they count together."""
    ticket_id, filed = published(town)
    for _ in range(20):
        town.client().get(page_of(filed))
    os.kill(town.process.pid, signal.SIGUSR2)
    with untold(town):
        town.client().get(page_of(filed))
        ask(town, town.coordinator, ticket_id, "hide", REASON)
        for _ in range(20):
            town.client().get(page_of(filed), status=404)
