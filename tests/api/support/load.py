"""Clients that must not notice a restart."""
import threading

from support.town import ticket, wait_until


class Load:
    """Clients that file and read on kept connections; every answer counts, and so does every failure."""

    def __init__(self, town, clients=6):
        self.town, self.stop, self.good, self.bad, self.refused, self.codes = town, False, 0, [], 0, []
        self.draining = False
        self.threads = [threading.Thread(target=self.run) for _ in range(clients)]
        for t in self.threads:
            t.start()

    def run(self):
        client = self.town.client()
        while not self.stop:
            try:
                self.codes.append(client.post("/v1/tickets", ticket()).json["code"])
                client.get("/v1/kinds")
                self.good += 2
            except (ConnectionRefusedError, ConnectionResetError) as e:
                if self.draining:      # a connection that nobody accepted any more
                    self.refused += 1
                    return
                self.bad.append(repr(e))
            except Exception as e:      # noqa: whatever it is, the client did not get its answer
                self.bad.append(repr(e)[:300])
                client = self.town.client()

    def goes_on(self, n=50):
        """Waits until it has been answered so often."""
        wait_until(lambda: self.good > n or self.bad, 30, "%d answers" % n)

    def end(self):
        self.stop = True
        for t in self.threads:
            t.join()
