"""Reply templates: who keeps them, which fit a ticket, in which order, and what stands in them."""
import pytest

from support.town import CONSTRUCTION, HUB

PATH = "/v1/reply-templates"
WORDS = "Về phiếu {{code}}: {{department}} đã xử lý xong. Trân trọng cảm ơn."


@pytest.fixture(autouse=True)
def none_yet(town):
    town.sql("delete from reply_template")


def body(**changes):
    made = {"department": CONSTRUCTION, "purpose": "answer", "language": "vi", "title": "Đã xử lý", "text": WORDS}
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def add(who, status=201, **changes):
    return who.post(PATH, body(**changes), status=status)


def put(who, template, version, status=200, **changes):
    return who("PUT", PATH + "/" + template, body(department=None, **changes), {"If-Match": '"%d"' % version}, status)


def end(who, template, version, status=204):
    return who("DELETE", PATH + "/" + template, None, {"If-Match": '"%d"' % version}, status)


def titles(who, query=""):
    return [t["title"] for t in who.get(PATH + "?limit=200&" + query).json["items"]]


def test_what_fits_the_most_specific_first(town):
    head, admin = town.person("head"), town.person("admin", HUB)
    for title, more in (("Chung", {}), ("Đường", {"category": "roads"}), ("Mặt đường", {"category": "roads.surface"}),
                        ("Phản ánh", {"kind": "feedback"}), ("Câu hỏi", {"kind": "question"}), ("Cây", {"category": "trees_lighting"}),
                        ("Tiến độ", {"purpose": "progress"}), ("Tiếng Anh", {"language": "en"}),
                        ("Phản ánh mặt đường", {"category": "roads.surface", "kind": "feedback"})):
        add(head, title=title, **more)
    add(admin, department=None, title="Mọi đơn vị")
    add(admin, department="UB-00004", title="Đơn vị khác")
    ticket_id, _ = town.filed(title="Ổ gà {{code}} trước cổng")
    officer = town.person("officer")
    assert titles(officer, "purpose=answer&ticket=" + ticket_id) == [
        "Phản ánh mặt đường", "Mặt đường", "Đường", "Phản ánh", "Chung", "Mọi đơn vị"]
    assert titles(officer, "ticket=%s&language=en" % ticket_id) == ["Tiếng Anh"]
    assert set(titles(officer)) == {"Chung", "Đường", "Mặt đường", "Phản ánh", "Câu hỏi", "Cây", "Tiến độ", "Tiếng Anh",
                                    "Phản ánh mặt đường", "Mọi đơn vị"}
    assert "Đơn vị khác" in titles(admin) and set(titles(town.person("officer", "UB-00004"))) == {"Đơn vị khác", "Mọi đơn vị"}

    first = officer.get(PATH + "?limit=2&purpose=answer&ticket=" + ticket_id).json
    second = officer.get(PATH + "?limit=2&purpose=answer&ticket=%s&cursor=%s" % (ticket_id, first["next_cursor"])).json
    assert [t["title"] for t in first["items"] + second["items"]] == ["Phản ánh mặt đường", "Mặt đường", "Đường", "Phản ánh"]
    town.person("officer", "UB-00004").get(PATH + "?ticket=" + ticket_id, status=404)


def test_variables_are_filled_in_once_and_nothing_personal(town):
    head = town.person("head")
    add(head, text="{{code}}|{{title}}|{{department}}|{{category}}|{{area}}|{{filed}}|{{today}}")
    ticket_id, filed = town.filed(title='Ổ gà {{code}} "trước" <cổng>', area=None, contact={"name": "Lê Văn Kín", "phone": "0900000777"})
    text = head.get(PATH + "?ticket=" + ticket_id).json["items"][0]["text"]
    parts = text.split("|")
    assert parts[:4] == [filed["code"], 'Ổ gà {{code}} "trước" <cổng>', filed["department"]["name_vi"], "Mặt đường, ổ gà"]
    assert parts[4] == "" and parts[5] == parts[6] and len(parts[6]) == 10
    assert head.get(PATH).json["items"][0]["text"].startswith("{{code}}|")
    for bad in ("{{citizen}} không phải biến", "{{phone}} không phải biến", "một { dấu ngoặc", "đóng }} mà không mở", "{{ code }} có khoảng trắng"):
        answer = add(head, 422, text=bad)
        assert answer.problem == "template_invalid" and list(answer.pointers) == ["/text"]


def test_who_keeps_them(town):
    head, admin, hub_head = town.person("head"), town.person("admin", HUB), town.person("hub_head", HUB)
    add(town.person("officer"), 403)
    assert add(head, department=None).json["department"]["code"] == "HN-SXD", "a head need not say so"
    add(head, 403, department="UB-00004")
    assert add(hub_head, 422, department="XX").problem == "unknown_department"
    assert add(hub_head, 422, category="no.such").problem == "unknown_category"
    ours = add(head).json["id"]
    everybodys = add(hub_head, department=None).json["id"]
    foreign = add(admin, department="UB-00004").json["id"]
    assert put(head, everybodys, 1, 403).problem == "forbidden" and end(head, everybodys, 1, 403)
    assert put(head, foreign, 1, 404).problem == "not_found" and end(head, foreign, 1, 404)
    head.get(PATH + "/" + foreign, status=404)
    town.person("officer").get(PATH + "/" + everybodys, status=200)
    assert put(admin, ours, 1).json["version"] == 2 and end(admin, foreign, 1)


def test_versions_stay_and_the_last_in_force_counts(town):
    head = town.person("head")
    made = add(head, title="Bản một")
    template = made.json["id"]
    assert made.header("location") == PATH + "/" + template and made.header("etag") == '"1"' and made.json["version"] == 1
    assert head("PUT", PATH + "/" + template, body(department=None), status=428)
    assert put(head, template, 2, 412).problem == "precondition_failed"
    assert put(head, template, 1, title="Bản hai").header("etag") == '"2"' and titles(head) == ["Bản hai"]
    put(head, template, 2, title="Bản ba", valid_from="2126-01-01T00:00:00Z")
    assert titles(head) == ["Bản hai"]
    shown = head.get(PATH + "/" + template)
    assert shown.header("etag") == '"3"' and [v["title"] for v in shown.json["versions"]] == ["Bản ba", "Bản hai", "Bản một"]
    end(head, template, 2, 412)
    end(head, template, 3)
    assert titles(head) == [] and end(head, template, 4, 404) and put(head, template, 4, 404)
    versions = head.get(PATH + "/" + template).json["versions"]
    assert [v["ended"] for v in versions] == [True, False, False, False]
    assert versions[0]["author"]["id"] == head.get("/v1/me").json["account"]["id"]


def test_one_that_begins_later_is_not_there_before(town):
    head = town.person("head")
    assert add(head, valid_from="2126-01-01T00:00:00Z").json["valid_from"] == "2126-01-01T00:00:00.000Z"
    assert add(head, title="Từ hôm qua", valid_from="2020-01-01T00:00:00Z").json["valid_from"] > "2026"
    assert titles(head) == ["Từ hôm qua"]


@pytest.mark.parametrize("changes", [{"purpose": "joke"}, {"language": "fr"}, {"title": "x"}, {"text": "ngắn"}, {"kind": "wish"}, {"category": "a b"},
                                     {"valid_from": "mai"}, {"version": 1}, {"text": "x" * 20001}])
def test_bad_templates(town, changes):
    add(town.person("head"), 422, **changes)
