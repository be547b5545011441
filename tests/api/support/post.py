"""A mail server on the loopback (aiosmtpd) that keeps what it gets, and refuses, waits or disappears when it is told to."""
import asyncio
import email
import email.policy
import threading

from aiosmtpd.controller import Controller

from support.town import wait_until


class Mail:
    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.recipients = envelope.rcpt_tos
        self.raw = envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def id(self):
        return self.message["Message-ID"]

    @property
    def subject(self):
        return self.message["Subject"]

    def part(self, kind):
        return self.message.get_body((kind,)).get_content()

    @property
    def words(self):
        """Everything that a reader sees, decoded."""
        return "\n".join([str(v) for v in self.message.values()] + [self.part("plain"), self.part("html")])


class Post:
    def __init__(self, port, **options):
        self.port, self.options = port, options
        self.mails = []
        self.rcpt = {}          # recipient: answers in turn, the last one stays
        self.data = {}          # the same for the message
        self.hold = threading.Event()
        self.hold.set()         # cleared: DATA gets no answer
        self.controller = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.hold.set()
        self.stop()

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=100, **self.options)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    @staticmethod
    def answer(rules, recipient):
        answers = rules.get(recipient) or ["250 OK"]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answer(self.rcpt, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(Mail(envelope))
        while not self.hold.is_set():
            await asyncio.sleep(0.02)
        return self.answer(self.data, envelope.rcpt_tos[0])

    def to(self, recipient):
        return [m for m in self.mails if m.recipients == [recipient]]

    def wait(self, recipient, n=1, seconds=20):
        wait_until(lambda: len(self.to(recipient)) >= n, seconds, "%d mails to %s" % (n, recipient))
        return self.to(recipient)
