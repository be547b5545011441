"""Reference data is replaced under load: nobody notices, and what is new counts at once."""
import time

from support.load import Load
from support.town import wait_until


def test_filing_goes_on_while_the_city_is_replaced(town):
    load = Load(town)
    for _ in range(60):
        town.sql("notify reference_changed")
        time.sleep(0.02)
    load.goes_on()
    load.end()
    assert not load.bad, load.bad[:3]


def test_an_import_counts_without_a_restart(town):
    roads = '{"line": 2, "code": "roads.surface", "parent": "roads", "name_vi": "Mặt đường", "name_en": "Surface", "department": "HN-SNNMT",' \
            ' "level": "normal", "visibility": "public"}'
    assert town.file()["department"]["code"] == "HN-SXD"
    assert not town.sql("select * from import_rows('categories', '[%s]')" % roads)
    wait_until(lambda: town.file()["department"]["code"] == "HN-SNNMT", 20, "routed by the new department of the category")


def test_a_faulty_import_changes_nothing(town):
    before = town.count("department")
    rows = '[{"line": 2, "code": "X-1", "kind": "department", "name_vi": "Tên", "name_en": "Name", "calendar": "office"}, ' \
           '{"line": 3, "code": "X-2", "parent": "NOBODY", "kind": "department", "name_vi": "Tên", "name_en": "Name", "calendar": "office"}]'
    faults = town.sql("select line, message from import_rows('departments', '%s')" % rows)
    assert faults and {line for line, _ in faults} == {"3"}
    assert town.count("department") == before
