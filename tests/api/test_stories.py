"""The way of each sample ticket from filing to its expected outcome, told with the operations that its people use."""
import pytest

from support import images
from support.files import link, uploaded
from support.town import HUB, samples

STORIES = {}
ANSWER = {"text": "Đã kiểm tra, giải quyết xong và thông báo kết quả đến người gửi."}


@pytest.fixture(scope="module", autouse=True)
def no_preview(town):
    town.sql("update setting set value = 0 where name = 'publication_preview_days'")


def story(name):
    def told(function):
        STORIES[name] = function
        return function
    return told


class Case:
    """One sample ticket on its way; every method is what somebody does to it."""

    def __init__(self, town, sample):
        self.town, self.sample, self.expected = town, sample, sample["expected"]
        body = {k: v for k, v in sample.items() if k not in ("id", "expected", "tags") and v is not None}
        self.filed = town.anyone.post("/v1/tickets", body, status=201).json
        self.id, self.citizen = town.id_of(self.filed), town.citizen(self.filed)
        self.department = self.filed["department"]["code"]
        assert self.department == self.expected["department"]

    def person(self, role):
        return self.town.person(role, self.department)

    def move(self, who, action, body=None, status=200):
        return self.town.move(who, self.id, action, body, status)

    def taken_up(self, role="officer"):
        self.move(self.person(role), "accept")
        self.move(self.person(role), "claim")

    def proved(self):
        """The officer attaches the photo that the category demands, before which nobody can answer."""
        refused = self.move(self.person("officer"), "propose", ANSWER, 409)
        assert refused.problem == "evidence_missing" and refused.json["evidence"] == "photo"
        opened, _ = uploaded(self.town, images.jpeg())
        link(self.person("officer"), opened, "/v1/tickets/%s/attachments" % self.id, purpose="evidence")

    def answered(self, officer="officer", head="head", text=ANSWER["text"]):
        self.move(self.person(officer), "propose", {"text": text})
        self.move(self.person(head), "approve")
        assert self.seen()["replies"][-1]["text"] == text

    def contributed(self, role="officer"):
        """Every co-department of the sample gives its part."""
        staff = self.person(role).get("/v1/tickets/" + self.id).json["parts"]
        asked = {p["department"]["code"]: p for p in staff if p["state"] == "asked"}    # by rules
        for code in self.expected["co_departments"]:
            part = asked.get(code) or self.town.move(self.person(role), self.id, "parts", {
                "department": code, "task": "Đề nghị cho ý kiến về nội dung phiếu.", "days": 1}, 201).json
            self.town.person("officer", code).post("/v1/parts/%s/give" % part["id"], ANSWER, {"If-Match": '"1"'}, 200)
        states = {p["department"]["code"]: p["state"] for p in self.seen()["parts"]}
        assert [states[code] for code in self.expected["co_departments"]] == ["given"] * len(self.expected["co_departments"])

    def published(self, status=200):
        base, match = "/v1/tickets/%s/publication" % self.id, {"If-Match": '"%d"' % self.town.version(self.id)}
        proposed = self.town.coordinator.post(base, {}, match, status)
        if status == 200:
            match = {"If-Match": '"%d"' % self.town.version(self.id)}
            self.town.coordinator.post(base + "/publish", {}, match, 200)
            shown = self.town.anyone.get("/v1/public/tickets/" + self.filed["code"], status=200).json
            assert shown["code"] == self.filed["code"] and self.filed["secret"] not in str(shown)
        return proposed

    def not_published(self):
        assert self.published(409).problem == "not_publishable"
        self.town.anyone.get("/v1/public/tickets/" + self.filed["code"], status=404)

    def seen(self):
        return self.citizen.get("/v1/tracking").json


# --- field reports ---------------------------------------------------------------------------------------------------


@story("T01")
def the_hole_in_the_road(case):
    """The department of construction repairs it, the ward tells what it saw; the citizen is satisfied."""
    case.taken_up()
    case.contributed()
    case.answered()
    case.published()
    case.citizen.post("/v1/tracking/rating", {"score": "satisfied"}, status=201)
    assert case.citizen.post("/v1/tracking/close", status=201).json["state"] == "closed"


@story("T02")
def the_noise_at_night(case):
    """Filed without a name: the ward looks with the police and answers; nobody can be called back."""
    assert case.sample["anonymous"]
    case.taken_up()
    assert not case.person("officer").get("/v1/tickets/" + case.id).json["has_contact"]
    case.contributed()
    case.answered()


@story("T03")
def the_tree_across_the_street(case):
    """Urgent. Others file the same, without diacritics and in English: one case, and all of them get its answer."""
    assert case.expected["level"] == "urgent"
    others = [Case(case.town, s) for s in samples() if s["id"] in ("T04", "T24")]
    case.taken_up()
    for other in others:
        other.move(case.town.coordinator, "merge", {"into": case.id})
        assert other.seen()["state"] == "merged"
    case.contributed()
    case.answered()
    for other in others:
        assert other.seen()["merged_into"]["replies"][-1]["text"] == ANSWER["text"]


@story("T04")
def the_same_tree_without_diacritics(case):
    """Its officers would find it alone as well; merged by mistake it comes back as it was."""
    before = case.town.person("officer").get("/v1/tickets/" + case.id).json
    other = Case(case.town, [s for s in samples() if s["id"] == "T14"][0])
    case.move(case.town.coordinator, "merge", {"into": other.id})
    case.move(case.town.coordinator, "unmerge", {"reason": "Hai phiếu nói về hai nơi khác nhau."})
    after = case.town.person("officer").get("/v1/tickets/" + case.id).json
    assert [after[k] for k in ("state", "holder")] == [before[k] for k in ("state", "holder")]
    assert [c["due_at"] for c in after["clocks"]] == [c["due_at"] for c in before["clocks"]]


@story("T24")
def the_same_tree_in_english(case):
    """The citizen, told of the merge, withdraws the own ticket; the other one stays."""
    root = Case(case.town, [s for s in samples() if s["id"] == "T03"][0])
    case.move(case.town.coordinator, "merge", {"into": root.id})
    assert case.seen()["state"] == "merged" and root.seen()["state"] == "submitted"


@story("T14")
def the_flooded_street(case):
    """It takes long: news on the way, more time that the head grants before the day, and then the answer."""
    case.taken_up()
    case.move(case.person("officer"), "progress", {"text": "Đã khảo sát hệ thống thoát nước, đang lập phương án."})
    case.move(case.person("officer"), "request-extension", {"amount": 5, "reason": "Phải chờ kết quả khảo sát địa chất."})
    case.move(case.person("head"), "approve-extension")
    assert case.seen()["extensions"][0]["amount"] == 5
    case.contributed()
    case.answered()


@story("T15")
def the_school_kitchen(case):
    """Children: the answer is for who asked."""
    case.taken_up()
    case.contributed()
    case.answered()
    case.not_published()


@story("T16")
def the_bus_that_did_not_stop(case):
    """The company itself checks and answers."""
    case.taken_up()
    case.contributed()
    case.answered()


@story("T21")
def the_lights_in_the_lane(case):
    """Filed in English, answered in both languages, with a photo of the lamps that burn again."""
    case.taken_up()
    case.proved()
    case.answered(text="Đã thay bóng đèn tối 25/11. / The lamps were replaced on the evening of 25 November.")
    case.published()


# --- questions -------------------------------------------------------------------------------------------------------


@story("T05")
def garden_land(case):
    """Guidance with the numbers of the texts; published without what tells who asked."""
    case.taken_up()
    case.contributed()
    case.answered(text="Thủ tục theo quy định của pháp luật đất đai; đề nghị ông/bà liên hệ 0912345678 khi cần.")
    case.published()
    shown = case.town.anyone.get("/v1/public/tickets/" + case.filed["code"]).json
    assert "0912345678" not in str(shown)


@story("T06")
def the_birth_certificate(case):
    """The ward asks back, gets its answer, and guides."""
    case.move(case.person("officer"), "accept")
    case.move(case.person("officer"), "ask", {"text": "Ông/bà đăng ký tạm trú tại phường từ ngày nào?"})
    case.citizen.post("/v1/tracking/answer", {"text": "Từ tháng 3 năm 2026."}, status=201)
    case.move(case.person("officer"), "claim")
    case.answered()
    case.published()


@story("T17")
def the_late_allowance(case):
    """The state of somebody's health is nobody else's business."""
    case.taken_up()
    case.answered()
    case.not_published()


@story("T22")
def the_foreign_guest(case):
    """Answered and published, so that others find it."""
    case.taken_up()
    case.answered(text="Chủ nhà khai báo qua Cổng dịch vụ công. / The host declares it on the public service portal.")
    case.published()


# --- procedures, information, initiatives ----------------------------------------------------------------------------


@story("T07")
def the_late_land_certificate(case):
    """Not satisfied with the answer: a colleague looks again, then the department above decides."""
    case.taken_up()
    case.answered()
    why = {"reason": "Trả lời chưa nêu ngày trả kết quả hồ sơ."}
    case.citizen.post("/v1/tracking/second-look", why, status=201)
    colleague = case.town.person("officer", case.department, 2)
    case.move(case.person("officer"), "take-up", status=409)
    case.move(colleague, "take-up")
    case.move(colleague, "propose", ANSWER)
    case.move(case.person("head"), "approve")
    case.citizen.post("/v1/tracking/appeal", why, status=201)
    above = case.seen()["holder"]["code"]
    assert above != case.department
    for who, action, body in (("officer", "take-up", None), ("officer", "propose", ANSWER), ("head", "approve", None)):
        case.move(case.town.person(who, above), action, body)
    assert case.seen()["state"] == "answered"


@story("T18")
def the_planning_map(case):
    """A request for information, with clocks of its own law."""
    assert case.seen()["deadlines"][0]["policy"]["profile"] == "tiep_can_thong_tin"
    case.taken_up()
    case.answered()
    case.not_published()


@story("T19")
def papers_that_the_state_has_already(case):
    """A recommendation on rules: the result has to be published."""
    case.taken_up()
    case.answered()
    case.published()


@story("T20")
def a_map_of_charging_points(case):
    """An initiative: taken up, or told why not."""
    case.taken_up()
    case.contributed()
    case.answered()


@story("T09")
def thanks(case):
    """No deadline; the ward thanks back, and the figures do not count it as work in time."""
    assert case.seen()["deadlines"] == []
    case.taken_up()
    case.answered(text="Xin cảm ơn ông/bà đã ghi nhận.")
    assert case.seen()["state"] == "answered"


# --- what the hub decides --------------------------------------------------------------------------------------------


@story("T10")
def easy_loans(case):
    """Advertising is refused with its code; the sender is told the legal basis, nobody has to handle it."""
    assert case.department == HUB
    case.move(case.town.coordinator, "refuse", {"reason_code": "advertising"})
    seen = case.seen()
    assert seen["state"] == "refused" and "quảng cáo" in seen["steps"][-1]["what_vi"].lower()


@story("T11")
def a_complaint_against_a_decision(case):
    """Not handled here: told where to complain and until when."""
    case.move(case.town.coordinator, "redirect", {"reason_code": "complaint", "department": "HN-BTCD"})
    seen = case.seen()
    assert seen["state"] == "redirected" and "90" in seen["steps"][-1]["what_vi"]
    case.not_published()


@story("T12")
def a_denunciation(case):
    """Seen by the legal officer of the inspectorate alone: not by the hub, not by whom it is about."""
    for who in (case.town.coordinator, case.town.person("hub_head", HUB), case.town.person("head", "UB-10402"),
                case.town.person("officer", case.department), case.town.person("auditor", "HN-UBND")):
        who.get("/v1/tickets/" + case.id, status=404)
    legal = case.person("legal_officer")
    case.move(legal, "accept")
    case.move(legal, "redirect", {"reason_code": "denunciation"})
    assert case.seen()["state"] == "redirected"


@story("T13")
def the_fire(case):
    """The numbers to call come first; the clock is in minutes, day and night."""
    assert "114" in case.filed["emergency_numbers"]
    accept = case.seen()["deadlines"][0]
    assert accept["kind"] == "accept" and accept["unit"] in ("now", "h")
    case.taken_up()
    case.answered(text="Lực lượng chữa cháy đã dập tắt đám cháy, không có người bị nạn.")


@story("T08")
def the_press_asks(case):
    """The press desk collects what departments know, the spokesperson signs; nothing of it is published."""
    case.taken_up("press_officer")
    case.contributed("press_officer")
    case.answered("press_officer", "spokesperson")
    case.not_published()


@story("T23")
def the_foreign_press_asks(case):
    """The same in English; the coordinator may look on, other departments may not."""
    case.town.person("officer").get("/v1/tickets/" + case.id, status=404)
    case.taken_up("press_officer")
    case.answered("press_officer", "spokesperson", "Measures are published daily. / Các biện pháp được công bố hằng ngày.")


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s["id"])
def test_story(town, sample):
    STORIES[sample["id"]](Case(town, sample))


def test_no_sample_without_its_story():
    assert sorted(STORIES) == sorted(s["id"] for s in samples())
