"""A worker that gets no ticket numbers asks again, but not all the time, and is ready when it gets some."""
import time

from support.town import new_town, wait_until


def test_who_gets_none_asks_less_and_less_often(cluster, contract):
    with new_town(cluster, contract, workers=1) as town:
        town.stop()
        town.sql("revoke execute on function number_block(bigint) from tiepdan_app")
        town.spawn()
        wait_until(lambda: town.entries("ticket.no_numbers"), 30, "a refusal")
        time.sleep(3)
        asked = len(town.entries("ticket.no_numbers"))
        assert 3 < asked < 30, asked
        town.sql("grant execute on function number_block(bigint) to tiepdan_app")
        wait_until(town.ready, 10, "ready")
        town.filed()
