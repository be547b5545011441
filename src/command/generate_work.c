/* Processes that make tickets, and the one that writes what they make. */
#include "command/generate_work.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/must.h"
#include "command/generate_search.h"
#include "command/pg.h"

enum {
	CHUNK = 4096, /* tickets */
	WORKERS_MAX = 8,
	MONTH_BYTES = 1 << 20,
	KEPT_BYTES = 256 << 20,
	TELL_MS = 2000
};

enum {
	FRAME_WORDS = TABLES, /* counts of words   */
	FRAME_END	      /* a chunk has ended */
};

/* What stands before the rows of one table. */
struct frame {
	uint64_t len;
	int64_t events; /* at the end of a chunk, of this chunk */
	int64_t tickets;
	uint32_t table; /* or FRAME_WORDS, FRAME_END */
	uint32_t unused;
};

/* --- a worker ------------------------------------------------------------------------------------------- */

static bool write_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
	return true;
}

static bool send_rows(int fd, uint32_t table, struct rows *rows)
{
	const struct frame frame = {.table = table, .len = rows->len};
	bool ok = rows->len == 0 ||
		  (write_all(fd, &frame, sizeof(frame)) && write_all(fd, rows->at, rows->len));

	rows->len = 0;
	return ok;
}

static bool send_chunk(int fd, struct sheets *out)
{
	const struct frame end = {.table = FRAME_END, .events = out->events, .tickets = out->tickets};
	bool ok = true;

	for (uint32_t i = 0; ok && i < TABLES; i++)
		ok = send_rows(fd, i, &out->table[i]);
	word_counts_write(out->counts, &out->words);
	ok = ok && send_rows(fd, FRAME_WORDS, &out->words);
	out->events = out->tickets = 0;
	return ok && write_all(fd, &end, sizeof(end));
}

/* Months of which there is little wait for more, but for the last time. */
static bool copy_months(PGconn *pg, const struct generate *g, struct sheets *out, size_t least)
{
	char into[SINK_NAME];
	bool ok = true;

	for (unsigned i = 0; ok && i < g->months; i++) {
		if (out->month[i].len < least)
			continue;
		sink_month(g, i, into);
		ok = sink_copy(pg, into, &out->month[i]);
		out->month[i].len = 0;
	}
	return ok;
}

static bool work(const struct generate *g, const struct sink *sink, int64_t first, int64_t apart, int fd)
{
	struct sheets out = {.apart = sink->apart, .counts = word_counts_new()};
	PGconn *pg = pg_connect("owner_url", sink->url);
	bool ok = pg && pg_script(pg, "set synchronous_commit = off");

	/* Rows of a chunk are as many as those of the one before: their memory is not given back. */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	out.month = calloc(g->months, sizeof(*out.month));
	must(out.month);
	for (int64_t from = first * CHUNK; ok && from < g->tickets; from += apart * CHUNK) {
		int64_t end = from + CHUNK < g->tickets ? from + CHUNK : g->tickets;

		for (int64_t k = from; k < end; k++)
			life_write(g, &out, k);
		ok = copy_months(pg, g, &out, MONTH_BYTES) && send_chunk(fd, &out);
	}
	ok = ok && copy_months(pg, g, &out, 1);
	PQfinish(pg);
	return ok;
}

/* --- the one that writes -------------------------------------------------------------------------------- */

struct worker {
	pid_t pid;
	int fd;
};

struct progress {
	const struct generate *g;
	int64_t begun_us, told_ms, tickets, events;
};

static void tell(struct progress *p)
{
	int64_t now_ms = clock_mono_us() / 1000;
	double seconds = (double)(clock_mono_us() - p->begun_us) / 1e6, rate = (double)p->tickets / seconds;

	if (now_ms - p->told_ms < TELL_MS && p->tickets < p->g->tickets)
		return;
	p->told_ms = now_ms;
	fprintf(stderr,
		"tickets: %" PRId64 " of %" PRId64 ", %.0f a second, about %.0f s until all are made\n",
		p->tickets, p->g->tickets, rate, (double)(p->g->tickets - p->tickets) / rate);
}

static bool read_all(int fd, void *bytes, size_t n)
{
	char *at = bytes;

	while (n > 0) {
		ssize_t got = read(fd, at, n);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
	return true;
}

/* One chunk of a worker. */
static bool take_chunk(const struct sink *sink, int fd, struct rows *room, struct progress *p)
{
	struct frame frame;

	while (read_all(fd, &frame, sizeof(frame))) {
		if (frame.table == FRAME_END) {
			p->tickets += frame.tickets;
			p->events += frame.events;
			tell(p);
			return true;
		}
		if (frame.len > room->cap) {
			room->cap = frame.len;
			room->at = realloc(room->at, room->cap);
			must(room->at);
		}
		room->len = frame.len;
		if (!read_all(fd, room->at, room->len))
			return false;
		if (frame.table == FRAME_WORDS)
			word_counts_add(sink->counts, room);
		else if (!sink_copy(sink->main, sink_table((enum generate_table)frame.table), room))
			return false;
	}
	fputs("tiepdan: a process that makes tickets has ended\n", stderr);
	return false;
}

static bool begin(const struct generate *g, const struct sink *sink, struct worker *workers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int ends[2];

		if (pipe(ends) < 0 || (workers[i].pid = fork()) < 0) {
			perror("tiepdan: a process");
			return false;
		}
		if (workers[i].pid == 0) {
			close(ends[0]);
			for (size_t k = 0; k < i; k++)
				close(workers[k].fd);
			bool ok = work(g, sink, (int64_t)i, (int64_t)n, ends[1]);
			_exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
		}
		close(ends[1]);
		workers[i].fd = ends[0];
	}
	return true;
}

static bool end(struct worker *workers, size_t n)
{
	bool ok = true;

	for (size_t i = 0; i < n && workers[i].pid > 0; i++) {
		int status;

		close(workers[i].fd);
		ok = waitpid(workers[i].pid, &status, 0) == workers[i].pid && WIFEXITED(status) &&
		     WEXITSTATUS(status) == EXIT_SUCCESS && ok;
	}
	return ok;
}

bool work_run(const struct generate *g, const struct sink *sink, int64_t *ret_events)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (size_t)processors;
	struct worker workers[WORKERS_MAX] = {{.pid = 0}};
	struct progress progress = {.g = g, .begun_us = clock_mono_us()};
	struct rows room = {.at = NULL};
	int64_t chunks = (g->tickets + CHUNK - 1) / CHUNK;
	bool ok;

	fflush(NULL);
	ok = begin(g, sink, workers, n);
	for (int64_t i = 0; ok && i < chunks; i++)
		ok = take_chunk(sink, workers[i % (int64_t)n].fd, &room, &progress);
	free(room.at);
	*ret_events = progress.events;
	return end(workers, n) && ok;
}
