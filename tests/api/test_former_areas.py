"""Old names of communes: found by their beginning, with the units of today to choose from."""
import csv
from collections import Counter
from urllib.parse import quote

from support.contract import ROOT

PATH = "/v1/areas/former?name="
FILE = ROOT / "migrations/seed/hanoi/former_areas.csv"


def names(town, name):
    return [(f["name_vi"], f["district"]) for f in town.anyone.get(PATH + quote(name)).json["items"]]


def test_one_name_has_several_units_to_choose_from(town):
    found = town.anyone.get(PATH + quote("Cửa Nam")).json["items"]
    assert [(f["name_vi"], f["kind"], f["district"], f["until"]) for f in found] == [("Phường Cửa Nam", "ward", "Quận Hoàn Kiếm", "2025-07-01")]
    assert {u["name_vi"] for u in found[0]["units"]} == {"Phường Hoàn Kiếm", "Phường Cửa Nam", "Phường Ba Đình", "Phường Văn Miếu - Quốc Tử Giám"}
    assert all(u["note"] for u in found[0]["units"]), "a part each"


def test_with_or_without_diacritics_and_kind(town):
    for name in ("cua nam", "phuong cua nam", "CỬA NAM", "Phường  Cửa-Nam", "cua na"):
        assert ("Phường Cửa Nam", "Quận Hoàn Kiếm") in names(town, name), name
    for name in ("ua nam", "nam cua", "%", "_", "...", "\u200b"):
        answer = town.anyone.get(PATH + quote(name), status=None)
        assert answer.status == 422 or answer.json["items"] == [], name


def test_what_is_spelt_as_asked_for_comes_first(town):
    town.sql("""insert into area_former values ('Phường Bưởi Cũ', 'phuong buoi cu', 'ward', 'Quận Thử', '2020-01-01', '00316', 1, 'thử', null),
        ('Phường Buổi Cũ', 'phuong buoi cu', 'ward', 'Quận Thử', '2020-01-01', '00316', 1, 'thử', null)""")
    assert [n for n, _ in names(town, "buổi cũ")] == ["Phường Buổi Cũ", "Phường Bưởi Cũ"]
    assert [n for n, _ in names(town, "bưởi cũ")] == ["Phường Bưởi Cũ", "Phường Buổi Cũ"]


def test_at_most_twenty(town):
    assert len(names(town, "xa")) == 20 and len(set(names(town, "xa"))) == 20


def test_the_shipped_names(town):
    """Every target is a unit of today, each of them has been made of something, and the counts are about those that are known."""
    with open(FILE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(FILE.with_name("areas.csv"), encoding="utf-8", newline="") as file:
        areas = {r["code"] for r in csv.DictReader(file) if r["parent"]}
    assert len(areas) == 126 and {r["area"] for r in rows} == areas
    units = Counter((r["name_vi"], r["district"]) for r in rows)
    assert len(units) == 526 and len({n for n, _ in units}) == 512
    spread = Counter(min(n, 4) for n in units.values())
    assert spread == {1: 327, 2: 147, 3: 36, 4: 16}
    assert town.count("area_former where source not like 'th%'") == len(rows)
    for (name, district), n in units.items():
        assert sorted(int(r["position"]) for r in rows if (r["name_vi"], r["district"]) == (name, district)) == list(range(1, n + 1))
