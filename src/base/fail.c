/* Failing on purpose: which call is to fail, and counting up to it. */
#include "base/fail.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const struct {
	struct str name;
	int error;
} kinds[FAIL_KINDS] = {
	[FAIL_MALLOC] = {STR("malloc"), ENOMEM},
	[FAIL_ACCEPT] = {STR("accept"), EMFILE},
	[FAIL_READ] = {STR("read"), EIO},
	[FAIL_WRITE] = {STR("write"), EIO},
	[FAIL_OPEN] = {STR("open"), EMFILE},
	[FAIL_FSYNC] = {STR("fsync"), EIO},
	[FAIL_RENAME] = {STR("rename"), EIO},
	[FAIL_DB_SEND] = {STR("db_send"), ECONNRESET},
	[FAIL_DB_READ] = {STR("db_read"), ECONNRESET},
};

static struct {
	bool armed;
	enum fail_kind kind;
	unsigned long n;
	unsigned long step; /* every so many calls after the n-th one fail too; 0: none does */
	atomic_ulong calls[FAIL_KINDS];
} point;

static bool read_number(struct str text, unsigned long *ret)
{
	int64_t n;

	if (str_to_i64(text, &n) != 0 || n < 1)
		return false;
	*ret = (unsigned long)n;
	return true;
}

static bool read_spec(struct str spec)
{
	struct str name, first;

	if (!str_next(&spec, ':', &name))
		return false;
	point.step = 0;
	if (str_ends(spec, STR("+"))) {
		point.step = 1;
		spec.len--;
	} else if (memchr(spec.at, '*', spec.len)) {
		if (!str_next(&spec, '*', &first) || !read_number(spec, &point.step))
			return false;
		spec = first;
	}
	if (!read_number(spec, &point.n))
		return false;
	for (point.kind = 0; point.kind < FAIL_KINDS; point.kind++)
		if (str_eq(name, kinds[point.kind].name))
			return true;
	return false;
}

void fail_arm(const char *spec)
{
	point.armed = false;
	for (int kind = 0; kind < FAIL_KINDS; kind++)
		atomic_store_explicit(&point.calls[kind], 0, memory_order_relaxed);
	if (!spec || !*spec)
		return;
	if (!read_spec(str_of(spec))) {
		fprintf(stderr, "TIEPDAN_FAIL: \"%s\" is not <kind>:<n>, <kind>:<n>+ or <kind>:<n>*<m>\n",
			spec);
		exit(EXIT_FAILURE);
	}
	point.armed = true;
}

bool fail_now(enum fail_kind kind)
{
	unsigned long call;

	if (!point.armed)
		return false;
	call = atomic_fetch_add_explicit(&point.calls[kind], 1, memory_order_relaxed) + 1;
	if (kind != point.kind || call < point.n)
		return false;
	if (call > point.n && (point.step == 0 || (call - point.n) % point.step != 0))
		return false;
	errno = kinds[kind].error;
	return true;
}

unsigned long fail_calls(enum fail_kind kind)
{
	return atomic_load_explicit(&point.calls[kind], memory_order_relaxed);
}

void *fail_malloc(size_t size)
{
	return fail_now(FAIL_MALLOC) ? NULL : malloc(size);
}

void *fail_realloc(void *old, size_t size)
{
	return fail_now(FAIL_MALLOC) ? NULL : realloc(old, size);
}
