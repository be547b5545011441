"""Where notices go: files, TLS, quiet hours, and settings that are wrong."""
import datetime
import email
import email.policy
import ssl
import subprocess
import time

import pytest

from support.post import Post
from support.town import free_port, new_town, wait_until

FROM = dict(mail_from="Tiếp dân <tiepdan@example.org>", mail_retry_ms=300, mail_timeout_ms=5000)
CONTACT = {"email": "cu.dan@example.org"}
ALL_DAY = dict(mail_from_hour=0, mail_to_hour=0)


def state(town):
    return town.sql("select state, error, attempts, not_before is not null from notice order by made_at")


@pytest.fixture()
def certificate(tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


def test_files(cluster, contract, tmp_path):
    folder = tmp_path / "mail"
    with new_town(cluster, contract, mail_url="file:%s" % folder, **FROM, **ALL_DAY) as town:
        _, filed = town.filed(contact=CONTACT)
        wait_until(lambda: list(folder.glob("*.eml")), 20, "a file")
        text = next(folder.glob("*.eml")).read_bytes()
        mail = email.message_from_bytes(text, policy=email.policy.default)
        assert "Đã ghi nhận phiếu của Ông/Bà" in mail["Subject"] and filed["secret"] not in text.decode()
        assert "Kính gửi Ông/Bà" in text.decode(), "people can read it as it is"
        assert (folder.stat().st_mode & 0o777, next(folder.glob("*.eml")).stat().st_mode & 0o777) == (0o700, 0o600)
        wait_until(lambda: state(town) == [["sent", "", "1", "f"]], 20, "sent")
        assert "ok     mail" in town.cluster.run(town.database, "doctor", "--mail_url=file:%s" % folder, "--mail_from=a@example.org",
                                                ok=False).stdout


def test_links_lead_to_the_page_of_the_city(cluster, contract, tmp_path):
    page, desk = "https://tiepdan.example.org/phieu/{code}?tu=thu", "https://tiepdan.example.org/xu-ly/{code}"
    with new_town(cluster, contract, mail_url="file:%s" % tmp_path, citizen_url=page, staff_url=desk, **FROM, **ALL_DAY) as town:
        town.never_closed()
        ticket_id, filed = town.filed(contact=CONTACT)
        officer = town.person("officer")
        town.sql("update account set email = 'can.bo@example.org'")
        town.move(officer, ticket_id, "accept")
        town.move(officer, ticket_id, "ask", {"text": "Xin ông/bà cho biết số nhà và tên ngõ."})
        town.citizen(filed).post("/v1/tracking/answer", {"text": "Số nhà 126, ngõ 99."}, status=201)

        def texts_to(address):
            mails = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in tmp_path.glob("*.eml")]
            return [m.get_body(("plain",)).get_content() for m in mails if m["To"] == address]
        wait_until(lambda: texts_to("cu.dan@example.org") and texts_to("can.bo@example.org"), 30, "letters to both")
        own = page.replace("{code}", filed["code"])
        assert all(own in text and "/v1/" not in text for text in texts_to("cu.dan@example.org"))
        assert all(desk.replace("{code}", filed["code"]) in text and "/v1/" not in text for text in texts_to("can.bo@example.org"))


@pytest.mark.parametrize("page", [None, "https://tiepdan.example.org/phoi-hop/{part}"])
def test_who_is_asked_for_a_part_is_led_to_it(cluster, contract, tmp_path, page):
    """They may not see the ticket, and not its page."""
    desk = "https://tiepdan.example.org/xu-ly/{code}"
    with new_town(cluster, contract, mail_url="file:%s" % tmp_path, staff_url=desk, staff_part_url=page, **FROM, **ALL_DAY) as town:
        town.never_closed()
        ticket_id, filed = town.filed()
        ward, officer = town.person("officer", "UB-00316"), town.person("officer")
        town.sql("update account set email = 'can.bo.phuong@example.org' where department = (select id from department where code = 'UB-00316')")
        town.move(officer, ticket_id, "accept")
        part = officer.get("/v1/tickets/" + ticket_id).json["parts"][0]["id"]    # that a rule asked for
        wait_until(lambda: list(tmp_path.glob("*.eml")), 30, "the letter")
        text = email.message_from_bytes(next(tmp_path.glob("*.eml")).read_bytes(), policy=email.policy.default).get_body(("plain",)).get_content()
        link = page.replace("{part}", part) if page else "http://127.0.0.1:%d/v1/parts/%s" % (town.port, part)
        assert link in text and "xu-ly" not in text
        assert ward.get("/v1/parts/" + part).json["id"] == part


def test_a_question_is_answered_on_the_page(cluster, contract, tmp_path):
    with new_town(cluster, contract, mail_url="file:%s" % tmp_path, citizen_url="https://example.org/{code}", **FROM, **ALL_DAY) as town:
        ticket_id, filed = town.filed(contact=CONTACT)
        town.move(town.person("officer"), ticket_id, "ask", {"text": "Xin ông/bà cho biết số nhà và tên ngõ."})
        start = "https://example.org/%s#%s:" % (filed["code"], filed["code"])

        def links():
            words = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default).get_body(("plain",)).get_content()
                     for p in tmp_path.glob("*.eml")]
            return [line for text in words for line in text.splitlines() if line.startswith(start)]
        wait_until(links, 20, "the letter")
        answer = links()[0].split("#")[1]
        assert town.client(Authorization="Answer " + answer).get("/v1/tracking/question").json["code"] == filed["code"]


def test_tls_is_required(cluster, contract, certificate):
    context, cert = certificate
    port = free_port()
    where = dict(mail_url="smtp://127.0.0.1:%d" % port, **FROM, **ALL_DAY)
    with new_town(cluster, contract, mail_ca_file=cert, **where) as town:
        with Post(port) as plain:
            town.filed(contact=CONTACT)
            wait_until(lambda: state(town) and state(town)[0][1] == "tls", 20, "a refusal to go without TLS")
            assert not plain.mails
        with Post(port, tls_context=context, require_starttls=True) as good:
            good.wait("cu.dan@example.org", seconds=70)
            wait_until(lambda: state(town)[0][0] == "sent", 20, "sent")
            args = ["doctor", "--mail_from=a@example.org", "--mail_url=" + where["mail_url"]]
            assert "ok     mail" in town.cluster.run(town.database, *args, "--mail_ca_file=%s" % cert, ok=False).stdout
            assert "WRONG  mail" in town.cluster.run(town.database, *args, ok=False).stdout, "nobody vouches for it"
        said = town.cluster.run(town.database, *args, ok=False)
        assert "WRONG  mail" in said.stdout and said.returncode == 1


def test_citizens_sleep_at_night_unless_it_is_urgent(cluster, contract, tmp_path):
    hour = (datetime.datetime.utcnow() + datetime.timedelta(hours=7)).hour
    window = dict(mail_from_hour=hour + 2, mail_to_hour=hour + 3) if hour < 21 else dict(mail_from_hour=1, mail_to_hour=2)
    with new_town(cluster, contract, mail_url="file:%s" % tmp_path, **FROM, **window) as town:
        town.filed(contact=CONTACT)
        wait_until(lambda: state(town) == [["waiting", "", "0", "t"]], 20, "held")
        until = town.sql("select extract(hour from not_before at time zone 'Asia/Ho_Chi_Minh'), not_before < now() + interval '1 day' from notice")
        assert until == [[str(window["mail_from_hour"]), "t"]]
        urgent, _ = town.filed(contact={"email": "gap@example.org"})
        wait_until(lambda: len(state(town)) == 2, 20, "made")

        def told_at_once():
            """Once more if the worker had read it before."""
            town.sql("update notice set urgent = true, next_at = now() where ticket = '%s' and state = 'waiting'" % urgent)
            return sorted(s[0] for s in state(town)) == ["sent", "waiting"]
        wait_until(told_at_once, 20, "told at once")


def test_staff_are_told_in_their_working_time(cluster, contract, tmp_path):
    with new_town(cluster, contract, mail_url="file:%s" % tmp_path, **FROM, **ALL_DAY) as town:
        local = datetime.datetime.utcnow() + datetime.timedelta(hours=7)
        # An office that is open for one hour a week, some other day than today.
        weekday = (local.weekday() + 2) % 7
        town.sql("""insert into calendar (code, name_vi, name_en, zone) values ('rare', 'Hiếm', 'Rare', 'Asia/Ho_Chi_Minh');
            insert into calendar_hours values ('rare', %d, 36000, 39600);
            update department set calendar = 'rare' where code = 'HN-SXD'; notify reference_changed""" % weekday)
        town.login("head")
        town.sql("update account set email = 'lanh.dao@example.org'")
        wait_until(lambda: town.log().count('"reference.loaded"') >= 6, 20, "the new calendar")
        _, filed = town.filed()
        town.citizen(filed).post("/v1/tracking/messages", {"text": "Bao giờ thì sửa xong?"})
        wait_until(lambda: state(town) == [["waiting", "", "0", "t"]], 20, "held")
        until = town.sql("select to_char(not_before at time zone 'Asia/Ho_Chi_Minh', 'ID HH24:MI') from notice")
        assert until == [["%d 10:00" % (weekday + 1)]]


@pytest.mark.parametrize("settings,says", [
    (dict(mail_url="http://example.org", mail_from="a@example.org"), "mail_url is smtp"),
    (dict(mail_url="file:", mail_from="a@example.org"), "mail_url is smtp"), (dict(mail_url="smtp://127.0.0.1:1"), "mail_from is"),
    (dict(mail_url="smtp://127.0.0.1:1", mail_from="a@b\nBcc: c@example.org"), "mail_from is"),
    (dict(mail_url="smtp://127.0.0.1:1", mail_from="a@example.org", mail_reply_to="nobody"), "mail_reply_to is"),
    (dict(mail_url="smtp://127.0.0.1:1", mail_from="a@example.org", mail_password_file="/nowhere"), "mail_password_file"),
    (dict(mail_url="file:/tmp", mail_from="a@example.org", citizen_url="example.org/{code}"), "citizen_url is"),
    (dict(mail_url="file:/tmp", mail_from="a@example.org", citizen_url="https://example.org/#/{code}"), "citizen_url is"),
    (dict(mail_url="file:/tmp", mail_from="a@example.org", citizen_url="https://example.org/{ticket}"), "citizen_url is"),
    (dict(mail_url="file:/tmp", mail_from="a@example.org", citizen_url="https://example.org/a b"), "citizen_url is"),
    (dict(mail_url="file:/tmp", mail_from="a@example.org", staff_url="example.org/{code}"), "staff_url is"),
    (dict(mail_url="file:/tmp", mail_from="a@example.org", staff_part_url="https://example.org/{code}"), "staff_part_url is"),
    (dict(mail_url="file:/nowhere/at/all", mail_from="a@example.org"), "")])
def test_doctor_names_wrong_settings(town, settings, says):
    said = town.cluster.run(town.database, "doctor", *("--%s=%s" % pair for pair in settings.items()), ok=False).stdout
    assert not says or ("WRONG  mail: " + says in said), said


def test_a_server_without_mail_tells_nobody_and_forgets_nothing_new(town):
    town.filed(contact=CONTACT)
    time.sleep(1.5)
    assert town.count("notice") == 0


def test_an_account_gets_an_address(town):
    base = ["user", "add", "co.thu", "--name=Có Thư", "--department=HN-SXD", "--role=officer"]
    town.cluster.run(town.database, *base, "--email= Co.Thu@Example.ORG ")
    address = "select email from account where login = 'co.thu'"
    assert town.sql(address) == [["Co.Thu@example.org"]]
    town.cluster.run(town.database, *base)
    assert town.sql(address) == [["Co.Thu@example.org"]], "what is not given stays"
    for wrong in ("nobody", "a@b", "a@b.example\nBcc: x@example.org", "a b@example.org", "@example.org", "a@exa mple.org", "\"a\"@example.org"):
        got = town.cluster.run(town.database, *base, "--email=" + wrong, ok=False)
        assert got.returncode == 1 and "no e-mail address" in got.stderr
        rule = town.sql("select count(*) from pg_constraint where conname = 'account_email'")
        assert rule == [["1"]]
