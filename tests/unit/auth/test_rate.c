/* Limits: exactly GCRA, shared between processes, forgetting in the right order, and the fields of the
 * answer. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/rate.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "http/conn.h"

#define MINUTE INT64_C(60000000)

static int setup(void **state)
{
	*state = rate_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	rate_free(*state);
	return 0;
}

/* A leaky bucket with one clock: what GCRA has to equal. */
struct model {
	int64_t level, at;
};

static bool model_take(struct model *m, int64_t per_minute, int64_t now)
{
	int64_t drop = MINUTE / per_minute;

	m->level -= now - m->at;
	if (m->level < 0)
		m->level = 0;
	m->at = now;
	if (m->level + drop > drop * per_minute)
		return false;
	m->level += drop;
	return true;
}

static void equals_the_model(void **state)
{
	static const int64_t limits[] = {1, 2, 3, 7, 20, 60, 1200, 999983, RATE_LIMIT_MAX};
	uint32_t random = 1;

	for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
		uint64_t key = rate_key(
			*state, RATE_FILING, (struct str){(const char *)&limits[l], sizeof limits[l]});
		struct model model = {0, 0};
		int64_t now = 1000000, interval = MINUTE / limits[l];

		for (int i = 0; i < 20000; i++) {
			struct rate_answer a = rate_take_at(*state, key, limits[l], now);

			assert_int_equal(a.taken, model_take(&model, limits[l], now));
			assert_int_equal(a.remaining, (interval * limits[l] - model.level) / interval);
			assert_true(a.remaining >= 0 && a.remaining < limits[l]);
			random = random * 1664525 + 1013904223;
			now += random >> 8 & 1 ? 0 : (int64_t)(random >> 9) % (3 * interval);
		}
	}
}

static void burst_then_evenly(void **state)
{
	uint64_t key = rate_key(*state, RATE_LOGIN, STR("192.0.2.1"));
	int64_t now = 5 * MINUTE;

	for (int i = 0; i < 20; i++) {
		struct rate_answer a = rate_take_at(*state, key, 20, now);

		assert_true(a.taken);
		assert_int_equal(a.remaining, 19 - i);
		assert_int_equal(a.wait_s, 3);
	}
	for (int i = 0; i < 100; i++) {
		struct rate_answer a = rate_take_at(*state, key, 20, now + i);

		assert_false(a.taken);
		assert_int_equal(a.remaining, 0);
		assert_int_equal(a.wait_s, 3);
	}
	assert_false(rate_take_at(*state, key, 20, now + 2999999).taken);
	assert_int_equal(rate_take_at(*state, key, 20, now + 2999999).wait_s, 1);
	assert_true(rate_take_at(*state, key, 20, now + 3000000).taken);
	assert_false(rate_take_at(*state, key, 20, now + 3000000).taken);
	for (int i = 2; i < 1000; i++)
		assert_true(rate_take_at(*state, key, 20, now + i * INT64_C(3000000)).taken);
	now += INT64_C(1000) * 3000000 + MINUTE;
	for (int i = 0; i < 20; i++)
		assert_true(rate_take_at(*state, key, 20, now).taken);
	assert_false(rate_take_at(*state, key, 20, now).taken);
}

/* Waiting as long as Retry-After says is always enough, and a second less is not when it says more than one.
 */
static void the_wait_is_true(void **state)
{
	for (int64_t limit = 1; limit <= 200; limit++) {
		uint64_t key =
			rate_key(*state, RATE_REPORT, (struct str){(const char *)&limit, sizeof limit});
		int64_t now = MINUTE + limit * 17;
		struct rate_answer a = {.taken = true};

		while (a.taken)
			a = rate_take_at(*state, key, limit, now);
		assert_true(a.wait_s >= 1);
		if (a.wait_s > 1)
			assert_false(rate_take_at(*state, key, limit, now + (a.wait_s - 1) * 1000000).taken);
		assert_true(rate_take_at(*state, key, limit, now + a.wait_s * 1000000).taken);
	}
}

static void classes_and_callers_do_not_share(void **state)
{
	assert_true(rate_take_at(*state, rate_key(*state, RATE_LOGIN, STR("a")), 1, MINUTE).taken);
	assert_false(rate_take_at(*state, rate_key(*state, RATE_LOGIN, STR("a")), 1, MINUTE).taken);
	assert_true(rate_take_at(*state, rate_key(*state, RATE_STAFF, STR("a")), 1, MINUTE).taken);
	assert_true(rate_take_at(*state, rate_key(*state, RATE_LOGIN, STR("b")), 1, MINUTE).taken);
	assert_true(rate_take_at(*state, rate_key(*state, RATE_LOGIN, STR("")), 1, MINUTE).taken);
	assert_false(rate_take_at(*state, rate_key(*state, RATE_LOGIN, STR_NONE), 1, MINUTE).taken);
}

static void another_start_has_other_keys(void **state)
{
	struct rate *other = rate_new();

	assert_int_not_equal(rate_key(*state, RATE_LOGIN, STR("a")), rate_key(other, RATE_LOGIN, STR("a")));
	rate_free(other);
}

/* Eight keys of one bucket with different use: the ninth takes the place of the one that has used least. */
static void a_full_bucket_forgets_the_least_used(void **state)
{
	enum {
		BUCKET = 77,
		LIMIT = 60
	};

	for (uint64_t tag = 1; tag <= 8; tag++)
		for (uint64_t use = 0; use < 10 + (tag * 5) % 8; use++)
			assert_true(rate_take_at(*state, tag << 48 | BUCKET, LIMIT, MINUTE).taken);
	/* (tag * 5) % 8 is 0 for tag 8: it has used 10 and is the one to go. */
	assert_int_equal(
		rate_take_at(*state, UINT64_C(9) << 48 | BUCKET, LIMIT, MINUTE).remaining, LIMIT - 1);
	for (uint64_t tag = 1; tag <= 7; tag++)
		assert_int_equal(rate_take_at(*state, tag << 48 | BUCKET, LIMIT, MINUTE).remaining,
			LIMIT - 11 - (int64_t)((tag * 5) % 8));
	/* The ninth has used one; tag 8 starts anew in its place. */
	assert_int_equal(
		rate_take_at(*state, UINT64_C(8) << 48 | BUCKET, LIMIT, MINUTE).remaining, LIMIT - 1);
	assert_int_equal(
		rate_take_at(*state, UINT64_C(9) << 48 | BUCKET, LIMIT, MINUTE).remaining, LIMIT - 1);
	/* Another bucket has nothing to do with it. */
	assert_int_equal(
		rate_take_at(*state, UINT64_C(1) << 48 | (BUCKET + 1), LIMIT, MINUTE).remaining, LIMIT - 1);
}

/* Ten times as many callers as places: nobody is refused for it, and who comes often is still limited. */
static void an_overflowing_table_refuses_nobody_new(void **state)
{
	unsigned refused = 0;
	uint64_t busy = rate_key(*state, RATE_ADDRESS, STR("busy"));

	for (int i = 0; i < 50; i++)
		(void)rate_take_at(*state, busy, 50, MINUTE);
	for (uint32_t i = 0; i < 1300000; i++) {
		uint64_t key = rate_key(*state, RATE_ADDRESS, (struct str){(const char *)&i, sizeof i});

		refused += !rate_take_at(*state, key, 50, MINUTE).taken;
	}
	assert_int_equal(refused, 0);
	assert_false(rate_take_at(*state, busy, 50, MINUTE).taken);
}

static void processes_share_the_limits(void **state)
{
	enum {
		PROCESSES = 4,
		KEYS = 200,
		LIMIT = 100
	};
	_Atomic unsigned *taken =
		mmap(NULL, KEYS * sizeof *taken, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int p = 0; p < PROCESSES; p++) {
		if (fork() != 0)
			continue;
		for (unsigned i = 0; i < LIMIT; i++)
			for (unsigned k = 0; k < KEYS; k++) {
				uint64_t key = rate_key(
					*state, RATE_STAFF, (struct str){(const char *)&k, sizeof k});

				taken[k] += rate_take_at(*state, key, LIMIT, MINUTE).taken;
			}
		_exit(0);
	}
	for (int p = 0; p < PROCESSES; p++)
		assert_true(wait(NULL) > 0);
	for (unsigned k = 0; k < KEYS; k++)
		assert_int_equal(taken[k], LIMIT);
	munmap((void *)taken, KEYS * sizeof *taken);
}

/* The address must not be found in the shared memory. */
static void nothing_readable_is_kept(void **state)
{
	const struct str address = STR("203.0.113.77");
	char line[256];
	FILE *maps;

	for (int i = 0; i < 100; i++)
		(void)rate_take_at(*state, rate_key(*state, RATE_ADDRESS, address), 50, MINUTE);
	maps = fopen("/proc/self/maps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx", &from, &to) != 2 || (uintptr_t)*state < from ||
			(uintptr_t)*state >= to)
			continue;
		assert_true(to - from >= 1 << 20);
		assert_null(memmem((const void *)from, to - from, address.at, address.len));
	}
	(void)fclose(maps);
}

static unsigned route_index(const struct req *req)
{
	(void)req;
	return 0;
}

static const char *route_name(const struct req *req)
{
	(void)req;
	return "/";
}

static const char *header_of(struct req *req, const char *name)
{
	for (unsigned i = 0; i < req->nheaders; i++)
		if (str_eq(req->headers[i].name, str_of(name)))
			return arena_cstr(req->arena, req->headers[i].value);
	return "";
}

static void the_fields_of_an_answer(void **state)
{
	const struct config config = {.public_url = "http://localhost:8080",
		.rate_address = 1200,
		.rate_login = 2,
		.rate_staff = RATE_LIMIT_MAX + 1};
	const struct server server = {.route_index = route_index, .route_name = route_name};
	struct app app = {.config = &config, .rate = *state};

	for (int i = 0; i < 4; i++) {
		struct req *req = req_new(&app, NULL);

		req->server = &server;
		assert_true(rate_take(req, RATE_ADDRESS, STR("198.51.100.9")));
		assert_string_equal(header_of(req, "RateLimit-Policy"), "\"address\";q=1200;w=60");
		assert_int_equal(rate_take(req, RATE_LOGIN, STR("198.51.100.9")), i < 2);
		assert_string_equal(
			header_of(req, "RateLimit-Policy"), "\"address\";q=1200;w=60, \"login\";q=2;w=60");
		assert_int_equal(req->status, i < 2 ? 0 : 429);
		assert_string_equal(header_of(req, "Retry-After"), i < 2 ? "" : "30");
		if (i == 0)
			assert_string_equal(
				header_of(req, "RateLimit"), "\"address\";r=1199;t=1, \"login\";r=1;t=30");
		else
			assert_non_null(strstr(header_of(req, "RateLimit"), ", \"login\";r=0;t=30"));
		if (i < 2)
			assert_true(rate_take(req, RATE_STAFF, STR("somebody")));
		assert_null(strstr(header_of(req, "RateLimit"), "staff"));
		req_leave(req);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(equals_the_model),
		TEST(burst_then_evenly),
		TEST(the_wait_is_true),
		TEST(classes_and_callers_do_not_share),
		TEST(another_start_has_other_keys),
		TEST(a_full_bucket_forgets_the_least_used),
		TEST(an_overflowing_table_refuses_nobody_new),
		TEST(processes_share_the_limits),
		TEST(nothing_readable_is_kept),
		TEST(the_fields_of_an_answer),
	};

	metric_init();
	metric_slot(0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
