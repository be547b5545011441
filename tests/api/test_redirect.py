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
    town.sql("update department set calendar = 'always' where calendar <> 'always'; notify reference_changed; delete from notice_load")


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
    mails = post.wait(address, 2)
    assert all(w in mails[-1].part("plain").replace("\n", " ") for w in words), mails[-1].part("plain")
    assert not any(w in mails[0].part("plain") for w in words[:1]), "the letter of the filing"


def test_rows_have_their_time_and_are_exported(town, tmp_path):
    done = import_rows(town, tmp_path, "TOA-AN,court_judgment,Tòa án nhân dân,People's Court,Số 1,No 1,024 3825 3094,,2025-01-01,\n"
                       "HN-BTCD,complaint citizen_reception,Ban Tiếp công dân Thành phố,City Citizen Reception Board,Số 2 phố Mới,2 New Street,,,2026-01-01,\n"
                       "HN-BTCD,complaint,Ban Tiếp công dân,Reception,Số 3 phố Sau,3 Later Street,,,2031-01-01,\n")
    assert done.returncode == 0, done.stderr
    _, told = redirected(town, "complaint")
    assert told["organisation"]["address_vi"] == "Số 2 phố Mới" and told["organisation"]["phone"] is None
    assert town.sql("select (organisation_for('HN-BTCD', null, '2031-01-01')).address_en, (organisation_for('HN-BTCD', null, '2025-12-31')).address_en"
                    ) == [["3 Later Street", "34 Ly Thai To Street, Hoan Kiem Ward, Hanoi"]]
    exported = town.cluster.run(town.database, "export", "organisations")
    assert exported.splitlines()[0] == COLUMNS.strip() and "2 New Street" in exported and "citizen_reception" in exported
    file = tmp_path / "again.csv"
    file.write_text(exported)
    assert "0 rows would change" in town.cluster.run(town.database, "import", "organisations", str(file), "--dry-run")
    for kind in ("triage_words", "triage_texts"):
        file.write_text(town.cluster.run(town.database, "export", kind))
        assert file.read_text().count("\n") > 5
        assert "0 rows would change" in town.cluster.run(town.database, "import", kind, str(file), "--dry-run"), kind


@pytest.mark.parametrize("row", [
    "X,,Tên,Name,,,,,,\n",                                            # nothing to reach it by
    "X,,Tên,Name,Số 1,,,,,\n",                                        # an address in one language
    "X,,Tên,Name,,,không có,,,\n", "X,,Tên,Name,,,,javascript:alert(1),,\n", "X,,,Name,Số 1,No 1,,,,\n"])
def test_rows_that_are_refused(town, tmp_path, row):
    assert import_rows(town, tmp_path, row).returncode != 0
