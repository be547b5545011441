/* Pieces of the record for several processes. */
#include <endian.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"
#include "command/verify.h"

enum {
	KEPT_BYTES = 64 << 20
};

void *verify_shared(size_t bytes)
{
	void *at =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED) {
		perror("tiepdan: memory");
		return NULL;
	}
	return at;
}

void verify_fault(struct verify_found *found, const char *what, ...)
{
	size_t room = VERIFY_TEXT - found->len;
	va_list args;
	int len;

	if (++found->faults > VERIFY_FAULTS)
		return;
	va_start(args, what);
	len = vsnprintf(found->text + found->len, room, what, args);
	va_end(args);
	if (len < 0 || (size_t)len + 2 > room) /* a line that has no room is counted */
		return;
	found->len += (size_t)len;
	found->text[found->len++] = '\n';
	found->text[found->len] = '\0';
}

/* --- processes ------------------------------------------------------------------------------------------ */

/* Nothing is sorted: what is read in an order comes by the index that has it, row by row. */
static PGconn *connect_as(const struct verify *v)
{
	char text[192];
	PGconn *pg = pg_connect("owner_url", v->config->owner_url);

	(void)snprintf(text, sizeof(text),
		"set work_mem = '64MB'; set enable_sort = off; begin isolation level repeatable read read "
		"only; "
		"set transaction snapshot '%.*s'",
		STR_ARG(v->snapshot));
	if (pg && !pg_script(pg, text)) {
		PQfinish(pg);
		pg = NULL;
	}
	return pg;
}

static bool work(const struct verify *v, const struct verify_piece *pieces, size_t n,
	struct verify_found *found, atomic_size_t *next)
{
	PGconn *pg = connect_as(v);
	bool ok = pg != NULL;

	/* Each result is as large as the one before: its memory is not given back in between. */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);

	for (size_t i; ok && (i = atomic_fetch_add(next, 1)) < n;) {
		ok = pieces[i].look(v, pg, &pieces[i], &found[i]);
		found[i].done = ok;
	}
	PQfinish(pg);
	return facts_flush(v->facts) && ok;
}

static bool await(pid_t child)
{
	int status;

	if (child <= 0 || waitpid(child, &status, 0) != child)
		return false;
	if (WIFSIGNALED(status))
		fprintf(stderr, "tiepdan: a process that verifies was ended by signal %d\n",
			WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

size_t verify_processes(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors < 1 ? 1 : processors > FACTS_PROCESSES ? FACTS_PROCESSES : (size_t)processors;
}

bool verify_all(
	const struct verify *v, const struct verify_piece *pieces, size_t n, struct verify_found *found)
{
	size_t most = v->processes;
	atomic_size_t *next = verify_shared(sizeof(*next));
	pid_t children[FACTS_PROCESSES];
	bool ok = next != NULL;

	if (most > n)
		most = n;
	fflush(NULL);
	for (size_t i = 0; ok && i < most; i++) {
		children[i] = fork();
		if (children[i] == 0)
			facts_be(v->facts, i);
		if (children[i] == 0)
			_exit(work(v, pieces, n, found, next) ? EXIT_SUCCESS : EXIT_FAILURE);
		if (children[i] < 0)
			perror("tiepdan: fork");
	}
	for (size_t i = 0; next && i < most; i++)
		ok &= await(children[i]);
	for (size_t i = 0; ok && i < n; i++)
		ok = found[i].done;
	if (next)
		munmap(next, sizeof(*next));
	return ok;
}

/* --- cells ---------------------------------------------------------------------------------------------- */

struct str verify_bytes(const PGresult *r, int row, int column)
{
	int len = PQgetlength(r, row, column);

	if (len == 0 && PQgetisnull(r, row, column))
		return STR_NONE;
	return (struct str){PQgetvalue(r, row, column), (size_t)len};
}

int64_t verify_int(const PGresult *r, int row, int column)
{
	struct str bytes = verify_bytes(r, row, column);
	uint64_t bits = 0;

	if (bytes.len == sizeof(bits))
		memcpy(&bits, bytes.at, sizeof(bits));
	return (int64_t)be64toh(bits);
}

int64_t verify_us(const PGresult *r, int row, int column)
{
	static const int64_t epoch_us = INT64_C(946684800) * 1000000; /* PostgreSQL counts from 2000 */
	int64_t us = verify_int(r, row, column);

	return us > INT64_MAX - epoch_us ? INT64_MAX : us + epoch_us;
}

struct uuid verify_uuid(const PGresult *r, int row, int column)
{
	struct str bytes = verify_bytes(r, row, column);
	struct uuid id = {{0}};

	if (bytes.len == sizeof(id.byte))
		memcpy(id.byte, bytes.at, sizeof(id.byte));
	return id;
}

struct digest verify_digest(const PGresult *r, int row, int column)
{
	struct str bytes = verify_bytes(r, row, column);
	struct digest digest = {{0}};

	if (bytes.len == DIGEST_SIZE)
		memcpy(digest.byte, bytes.at, DIGEST_SIZE);
	return digest;
}

struct str verify_digits(char *room, int64_t n)
{
	char *end = room + VERIFY_DIGITS, *at = end;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (n < 0)
		*--at = '-';
	return (struct str){at, (size_t)(end - at)};
}

struct str verify_number(struct arena *arena, int64_t n)
{
	return arena_printf(arena, "%" PRId64, n);
}
