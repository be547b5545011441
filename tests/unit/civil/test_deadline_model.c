/* Deadlines against a slow model: random calendars, limits and pauses, walked minute by minute. */
#include "random_calendar.h"

enum {
	CALENDARS = 125,
	QUERIES = 800, /* for each: 100,000 in all */
};

static void fail_for(const struct deadline_question *q, const char *what)
{
	char text[512];
	size_t n = 0;

	for (size_t i = 0; i < q->npauses; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " [%lld, %lld)",
			(long long)q->pauses[i].from, (long long)q->pauses[i].until);
	fail_msg("start %lld, %lld + %lld %s, receipt %d, pauses%.*s: %s", (long long)q->start,
		(long long)q->terms.amount, (long long)q->terms.extension, deadline_unit_code(q->terms.unit),
		(int)q->terms.receipt, (int)n, text, what);
}

/* The runs lie in order within start and due, outside pauses, and add up to the limit. */
static void check_trace(const struct deadline_question *q, const struct deadline_trace *trace)
{
	static const int64_t units[] = {3600, 1, 1, 3600, 60};
	int64_t sum = 0, at = q->start;

	for (size_t i = 0; i < trace->nruns; i++) {
		const struct deadline_run *r = &trace->runs[i];

		if (r->from < at || r->until <= r->from || r->counted < 0)
			fail_for(q, "runs out of order");
		if (model_pause_at(q, r->from) || model_pause_at(q, r->until - 1))
			fail_for(q, "a run in a pause");
		sum += r->counted;
		at = r->until;
	}
	if (sum != (q->terms.amount + q->terms.extension) * units[q->terms.unit])
		fail_for(q, "the runs do not add up");
	if (sum > 0 && at != trace->due)
		fail_for(q, "the runs do not end where the limit does");
}

/* Without pauses and with each of its parts in order of time. */
static void check_share(const struct calendar *c, const struct deadline_question *q, int64_t due)
{
	int64_t before = q->start, at = 0;

	for (int permille = 0; permille <= 1000; permille += 200) {
		if (deadline_share(c, q, due, permille, &at) < 0 || at < before || at > due)
			fail_for(q, "the shares are out of order");
		before = at;
	}
	if (at != due)
		fail_for(q, "the whole is not the limit");
}

static void compare(const struct calendar *c, const struct calendar_source *s)
{
	struct deadline_pause pauses[PAUSES_MAX];
	struct deadline_run runs[PAUSES_MAX + 1];
	struct deadline_trace trace = {.runs = runs};
	struct deadline_question q;
	int64_t minute, want = 0, got = 0, plain = 0;
	int wanted, status;

	random_question(&q, pauses);
	minute = (q.start - model.first) / 60;
	assert_int_equal(calendar_coordinate(c, q.start),
		60 * (int64_t)model.worked[minute] + (model.open[minute] ? (q.start - model.first) % 60 : 0));
	wanted = model_compute(s, &q, &want);
	status = deadline_compute(c, &q, &trace, &got);
	if (wanted != status || (status == 0 && want != got)) {
		print_message(
			"%d %lld, should be %d %lld\n", status, (long long)got, wanted, (long long)want);
		fail_for(&q, "not as the model");
	}
	if (deadline_compute(c, &q, NULL, &plain) != status || (status == 0 && plain != got))
		fail_for(&q, "tracing changes the result");
	if (status < 0)
		return;
	check_trace(&q, &trace);
	check_share(c, &q, got);
}

static void same_as_the_model(void **state)
{
	(void)state;
	for (unsigned ran = 0; ran < CALENDARS; ran++) {
		struct arena *arena = arena_new();
		struct calendar_source source;
		const struct calendar *c;
		int64_t first, last;

		assert_non_null(arena);
		random_calendar(arena, &source);
		c = calendar_compile(arena, &source);
		model_build(&source);
		if (!c) /* all hours in force outside the span */
			assert_int_equal(model.worked[(model.last - model.first) / 60], 0);
		for (unsigned i = 0; c && i < QUERIES; i++)
			compare(c, &source);
		if (c) {
			calendar_span(c, &first, &last);
			assert_int_equal(first, model.first);
			assert_int_equal(last, model.last);
		} else {
			ran--;
		}
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same_as_the_model)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
