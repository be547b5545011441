"""Who had a ticket before, while it is looked at a second time: each request about it is refused in words of the contract."""
from support.town import CONSTRUCTION
from test_matrix import example, ticket_routes

REPLY = {"text": "Đã kiểm tra lại hiện trường và vá xong mặt đường."}
OPEN_TO_THEM = ("/assign", "/return", "/route", "/notes", "/relations", "/attachments", "/exclusions")
KEPT_FROM_THEM = set(
    "reclassify reply replies/{version:int}/reviews replies/{version:int}/review-requests claim take-up unassign level propose send-back approve ask"
    " resume progress request-extension approve-extension refuse-extension merge parts publication publication/confirm"
    " publication/publish publication/drop publication/hide".split())


class Case:
    """A ticket that somebody with the roles of officer and head has answered, and whose citizen asks for a second look."""

    def __init__(self, town):
        self.town = town
        self.before = town.person(("officer", "head"), CONSTRUCTION)
        self.officer, self.head = town.person("officer", CONSTRUCTION, 2), town.person("head", CONSTRUCTION, 2)
        self.id, filed = town.filed()
        self.companion = town.filed()[0]
        self.seen = {}
        for who, action, body in ((self.before, "accept", None), (self.before, "claim", None), (self.before, "propose", REPLY),
                                  (self.head, "approve", None), (self.officer, "publication", {})):
            self.move(who, action, body)
        town.sql("insert into publication_finding (ticket, field, kind, at, length, text) values ('%s', 'question', 'phone', 0, 1, 'x')" % self.id)
        town.citizen(filed).post("/v1/tracking/second-look", {"reason": "Mặt đường vẫn còn hư hỏng như cũ."})

    def move(self, who, action, body=None):
        return self.town.move(who, self.id, action, body)

    def body(self, method, path):
        body = example(self.town, method, path)
        for member, value in (("other", self.companion), ("into", self.companion), ("finding", self.finding())):
            if body and member in body:
                body[member] = value
        return body

    def finding(self):
        return self.town.sql("select id from publication_finding where ticket = '%s'" % self.id)[0][0]

    def sweep(self):
        """Notes what each request of theirs is answered; none of them changes the ticket."""
        version = self.town.version(self.id)
        for method, path, _ in ticket_routes():
            if method == "GET" or path.endswith(OPEN_TO_THEM) or "{relation" in path:
                continue
            target = path.replace("{id:uuid}", self.id).replace("{version:int}", "1")
            answer = self.before(method, target, self.body(method, path), {"If-Match": '"%d"' % version})
            assert answer.status >= 400 and answer.problem not in ("invalid", "not_found"), (method, path, answer)
            self.seen.setdefault(path.removeprefix("/v1/tickets/{id:uuid}/"), set()).add(answer.problem)
        assert self.town.version(self.id) == version


def test_every_request_of_who_answered(town):
    town.sql("update setting set value = 1 where name = 'publication_by_heads'")
    case = Case(town)
    case.sweep()
    case.move(case.officer, "take-up")
    case.sweep()
    case.move(case.officer, "ask", {"text": "Xin cho biết vị trí hư hỏng cụ thể."})
    case.sweep()
    case.move(case.officer, "resume", {"reason": "Người gửi đã gọi điện cho biết vị trí."})
    case.move(case.officer, "request-extension", {"amount": 1, "reason": "Cần kiểm tra hiện trường cùng đơn vị thi công."})
    case.sweep()
    case.move(case.head, "refuse-extension", {"reason": "Còn đủ thời gian để kiểm tra."})
    case.move(case.officer, "propose", REPLY)
    case.sweep()
    assert {path for path, seen in case.seen.items() if "not_impartial" in seen} == KEPT_FROM_THEM, case.seen
