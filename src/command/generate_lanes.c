/* Statements that go on at the same time. */
#include "command/generate_lanes.h"

#include <poll.h>
#include <stdio.h>

enum {
	LANES_MAX = 4
};

static bool is_open(const struct lane *lane)
{
	return !lane->failed && lane->done < lane->n;
}

static void tell(struct lane *lane)
{
	fprintf(stderr, "tiepdan: %s", PQerrorMessage(lane->pg));
	lane->failed = true;
}

static void begin(struct lane *lane)
{
	if (is_open(lane) && !PQsendQuery(lane->pg, lane->todo[lane->done].at))
		tell(lane);
}

/* Takes what has come; the next statement begins when this one has ended. */
static void take(struct lane *lane)
{
	if (!PQconsumeInput(lane->pg)) {
		tell(lane);
		return;
	}
	while (!PQisBusy(lane->pg)) {
		PGresult *r = PQgetResult(lane->pg);

		if (!r) {
			lane->done++;
			begin(lane);
			return;
		}
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			tell(lane);
		PQclear(r);
	}
}

bool lanes_run(struct lane *lanes, size_t n)
{
	struct pollfd fds[LANES_MAX];
	bool ok = n <= LANES_MAX;

	for (size_t i = 0; i < n; i++)
		begin(&lanes[i]);
	for (size_t open = n; ok && open > 0;) {
		open = 0;
		for (size_t i = 0; i < n; i++) {
			fds[i] = (struct pollfd){is_open(&lanes[i]) ? PQsocket(lanes[i].pg) : -1, POLLIN, 0};
			open += is_open(&lanes[i]);
		}
		if (open > 0 && poll(fds, (nfds_t)n, -1) > 0)
			for (size_t i = 0; i < n; i++)
				if (fds[i].fd >= 0 && fds[i].revents != 0)
					take(&lanes[i]);
	}
	for (size_t i = 0; i < n; i++)
		ok = ok && !lanes[i].failed;
	return ok;
}
