"""That the data of a ticket are restricted is under the record."""
import pytest
from support.record import sealed, verify
from support.town import HUB, new_town, wait_until

CONTACT = {"name": "Nguyễn Thị Ví Dụ", "phone": "0912 345 678"}


@pytest.fixture(scope="module")
def city(cluster, contract):
    with new_town(cluster, contract) as town:
        wait_until(town.ready, 30, "ready")
        yield town


def restrict(town, filed):
    request = town.citizen(filed).post("/v1/tracking/data-requests", {"kind": "restrict", "text": "Đề nghị hạn chế xử lý."}).json["id"]
    who = town.person("data_officer", HUB)
    version = who.get("/v1/data-requests/" + request).header("ETag")
    who.post("/v1/data-requests/%s/answer" % request, {"text": "Đã hạn chế."}, {"If-Match": version}, 200)
    return who


def test_it_is_under_the_record(city):
    ticket, filed = city.filed(contact=CONTACT)
    sealed(city)
    assert verify(city).returncode == 0
    city.tamper("update ticket set restricted = true where id = '%s'" % ticket)
    found = verify(city)
    assert found.returncode == 1 and "ticket %s: restricted is true, its events say nothing" % filed["code"] in found.stdout, found.stdout
    city.tamper("update ticket set restricted = false where id = '%s'" % ticket)
    restrict(city, filed)
    sealed(city)
    assert verify(city).returncode == 0
    city.tamper("update ticket set restricted = false where id = '%s'" % ticket)
    found = verify(city)
    assert found.returncode == 1 and "ticket %s: restricted is nothing, its events say true" % filed["code"] in found.stdout, found.stdout
    city.tamper("update ticket set restricted = true where id = '%s'" % ticket)
    assert verify(city).returncode == 0
