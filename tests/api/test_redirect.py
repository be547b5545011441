"""Who is sent elsewhere reads where that is: name, address, telephone, website, as they are on that day, also in the letter."""
import pytest

from support.post import Post
from support.town import free_port
from test_notices import MAIL

PORT = free_port()
SETTINGS = dict(MAIL, mail_url="smtp://127.0.0.1:%d" % PORT)
COLUMNS = "code,reasons,name_vi,name_en,address_vi,address_en,phone,website,valid_from,note\n"


@pytest.fixture(scope="module")
def post():
    with Post(PORT) as made:
        yield made


@pytest.fixture(autouse=True)
def always_open(town, post):
    town.never_closed()
    town.sql("delete from notice_load")


def import_rows(town, tmp_path, text):
    file = tmp_path / "organisations.csv"
    file.write_text(COLUMNS + text)
    return town.cluster.run(town.database, "import", "organisations", str(file), ok=False)


def redirected(town, code, department=None, **changes):
    ticket_id, filed = town.filed(**changes)
    town.move(town.coordinator, ticket_id, "redirect", {"reason_code": code} | ({"department": department} if department else {}))
    return filed, town.citizen(filed).get("/v1/tracking").json["refusal"]


def test_by_the_reason(town):
    _, told = redirected(town, "complaint")
    assert told["department"] is None and told["organisation"]["code"] == "HN-BTCD"
    assert told["organisation"]["name_vi"] == "Ban Tiếp công dân Thành phố" and "Lý Thái Tổ" in told["organisation"]["address_vi"]
    assert told["organisation"]["name_en"] == "City Citizen Reception Board" and told["organisation"]["website"].startswith("https://")


def test_by_the_department_that_is_named(town):
    _, told = redirected(town, "complaint", "HN-CATP")
    assert told["department"]["code"] == told["organisation"]["code"] == "HN-CATP" and told["organisation"]["phone"] == "113"
    _, told = redirected(town, "complaint", "HN-SXD")
    assert told["department"]["code"] == "HN-SXD" and told["organisation"] is None, "its address is not known; no other one is told"


def test_who_is_refused_is_sent_nowhere(town):
    ticket_id, filed = town.filed()
    town.move(town.coordinator, ticket_id, "refuse", {"reason_code": "out_of_scope"})
    assert town.citizen(filed).get("/v1/tracking").json["refusal"]["organisation"] is None


@pytest.mark.parametrize("language, words", [("vi", ("Địa chỉ liên hệ: Ban Tiếp công dân Thành phố; Số 34 phố Lý Thái Tổ", "https://")),
                                             ("en", ("Where to turn to: City Citizen Reception Board; 34 Ly Thai To", "https://"))])
def test_in_the_letter(town, post, language, words):
    address = "chuyen.%s@example.org" % language
    redirected(town, "complaint", language=language, contact={"name": "Nguyễn Văn Mẫu", "email": address})
    said = [m.part("plain").replace("\n", " ") for m in post.wait(address, 2)]    # in whichever order they came
    assert [sum(w in text for w in words) for text in sorted(said, key=lambda text: words[0] in text)] in ([0, 2], [1, 2]), said
