/* Explanations: the steps of random deadlines add up to the limit and end where it ends; the sentences of
 * worked examples; long limits stay short to read. */
#include "random_calendar.h"

#include "civil/explain.h"

enum {
	CALENDARS = 60,
	QUERIES = 200, /* for each */
	STEPS_MAX = 400
};

/* What is read back of a step. */
struct seen {
	char kind[16];
	int64_t from, until, counted, sum;
};

/* The value behind "name": in a flat object; absent when there is none. */
static struct str member(struct str object, const char *name)
{
	char key[32];
	int n = snprintf(key, sizeof(key), "\"%s\":", name);
	const char *at = memmem(object.at, object.len, key, (size_t)n), *end;

	if (!at)
		return STR_NONE;
	at += n;
	for (end = at + 1; *end != ',' && *end != '}' && (*at != '"' || *end != '"'); end++)
		;
	return *at == '"' ? (struct str){at + 1, (size_t)(end - at - 1)}
			  : (struct str){at, (size_t)(end - at)};
}

static int64_t instant(struct str object, const char *name, int64_t otherwise)
{
	struct str text = member(object, name);
	int64_t ms = 0;

	if (!text.at)
		return otherwise;
	assert_int_equal(clock_parse(text, &ms), 0);
	return ms / 1000;
}

static int64_t number(struct str object, const char *name)
{
	struct str text = member(object, name);
	int64_t n = 0;

	if (text.at)
		assert_int_equal(str_to_i64(text, &n), 0);
	return n;
}

/* Cuts the next step off the text; names in the tests have no quotes or braces. */
static bool next_step(struct str *rest, struct str *ret_text, struct seen *ret)
{
	const char *at = memmem(rest->at, rest->len, "{\"kind\":", 8), *end;
	struct str kind;

	if (!at)
		return false;
	end = memchr(at, '}', (size_t)(rest->at + rest->len - at));
	assert_non_null(end);
	*ret_text = (struct str){at, (size_t)(end + 1 - at)};
	*rest = (struct str){end, (size_t)(rest->at + rest->len - end)};
	kind = member(*ret_text, "kind");
	(void)snprintf(ret->kind, sizeof(ret->kind), "%.*s", STR_ARG(kind));
	ret->from = instant(*ret_text, "from", INT64_MIN);
	ret->until = instant(*ret_text, "until", INT64_MAX);
	ret->counted = number(*ret_text, "counted");
	ret->sum = number(*ret_text, "sum");
	assert_true(ret->from > INT64_MIN && ret->until >= ret->from);
	return true;
}

static struct str explain(struct arena *arena, const struct calendar *c, const struct deadline_question *q,
	struct deadline_trace *trace)
{
	const struct explain_facts facts = {.calendar = c, .question = q, .trace = trace};
	struct buf out = {.arena = arena};

	explain_write(&out, &facts);
	return buf_str(&out);
}

/* The steps follow each other, add up, and end at the limit. */
static void check_steps(
	struct str text, const struct deadline_question *q, const struct deadline_trace *trace, int status)
{
	int64_t length = deadline_unit_length(q->terms.unit), sum = 0, end = q->start,
		counted_until = q->start;
	int64_t limit = (q->terms.amount + q->terms.extension) * length;
	struct str rest = text, one;
	unsigned n = 0, extended = 0;
	struct seen s;

	for (; next_step(&rest, &one, &s); n++) {
		sum += s.counted;
		if (s.from < end || s.sum != sum || (strcmp(s.kind, "counted") == 0 && s.counted == 0))
			fail_msg("out of order: %.*s\nin %.*s", STR_ARG(one), STR_ARG(text));
		if (strcmp(s.kind, "made_up") != 0) /* which holds what counts of the day */
			end = s.until;
		if (s.counted > 0 || strcmp(s.kind, "rolled") == 0)
			counted_until = s.until;
		if (strcmp(s.kind, "extended") == 0 && ++extended)
			assert_int_equal(sum, q->terms.amount * length);
	}
	if (n > STEPS_MAX)
		fail_msg("%u steps: %.*s", n, STR_ARG(text));
	if (status == 0 && (sum != limit || (limit > 0 && counted_until != trace->due)))
		fail_msg("%lld of %lld: %.*s", (long long)sum, (long long)limit, STR_ARG(text));
	if (status == 0)
		assert_int_equal(extended, q->terms.extension > 0);
	assert_true(sum <= limit);
	assert_string_equal(s.kind, status == 0 ? "result" : "paused");
}

static void explain_some(const struct calendar *c)
{
	struct deadline_pause pauses[PAUSES_MAX];
	struct deadline_run runs[PAUSES_MAX + 1];
	struct deadline_trace trace = {.runs = runs};
	struct deadline_question q;

	for (unsigned i = 0; i < QUERIES; i++) {
		struct arena *arena = arena_new();
		int64_t due;
		int status;

		assert_non_null(arena);
		random_question(&q, pauses);
		status = deadline_compute(c, &q, &trace, &due);
		if (status == 0 || status == -EINPROGRESS)
			check_steps(explain(arena, c, &q, &trace), &q, &trace, status);
		arena_free(arena);
	}
}

static void steps_add_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CALENDARS; i++) {
		struct arena *arena = arena_new();
		struct calendar_source source;
		const struct calendar *c;

		assert_non_null(arena);
		random_calendar(arena, &source);
		c = calendar_compile(arena, &source);
		model_build(&source);
		if (c)
			explain_some(c);
		arena_free(arena);
	}
}

/* A sentence of either language that the explanation of a limit received in Hanoi at `start` must have. */
static void check_says(const char *start, struct deadline_terms terms, const struct deadline_pause *pause,
	const char *const *sentences)
{
	struct arena *arena = arena_new();
	struct deadline_run runs[2];
	struct deadline_trace trace = {.runs = runs};
	struct deadline_question q = {
		.start = hanoi(start), .terms = terms, .pauses = pause, .npauses = pause ? 1 : 0};
	const struct calendar *c;
	struct str text;
	int64_t due;

	assert_non_null(arena);
	c = hanoi_calendar(arena);
	assert_int_equal(deadline_compute(c, &q, &trace, &due), 0);
	text = explain(arena, c, &q, &trace);
	check_steps(text, &q, &trace, 0);
	for (; *sentences; sentences++)
		if (!memmem(text.at, text.len, *sentences, strlen(*sentences)))
			fail_msg("\"%s\" is not in %.*s", *sentences, STR_ARG(text));
	arena_free(arena);
}

static void hours_in_words(void **state)
{
	static const char *const holiday[] = {"Tiếp nhận lúc 10:15 Thứ Hai 23/11/2026.",
		"Thứ Hai 23/11/2026, từ 10:15 đến 12:00: tính 1 giờ 45 phút.",
		"Monday 23 November 2026, 10:15 to 12:00: counts 1 hour 45 minutes.",
		"Thứ Ba 24/11/2026 không tính: Ngày Văn hóa Việt Nam (Nghị quyết 28/2026/QH16",
		"Tuesday 24 November 2026 does not count: Vietnamese Culture Day (",
		"Thời hạn 8 giờ làm việc kết thúc lúc 10:15 Thứ Tư 25/11/2026.",
		"The limit of 8 working hours ends at 10:15 on Wednesday 25 November 2026.", NULL};
	static const char *const evening[] = {
		"18:20 Thứ Sáu 20/11/2026, ngoài giờ làm việc: thời hạn tính từ 08:00 Thứ Hai 23/11/2026.",
		"Thứ Bảy 21/11/2026 đến Chủ Nhật 22/11/2026 không tính: ngày nghỉ hằng tuần.",
		"Saturday 21 November 2026 to Sunday 22 November 2026 do not count: weekly day off.",
		"Gia hạn thêm 2 giờ làm việc.", "Extended by 2 working hours.", NULL};
	static const char *const worked[] = {"Thứ Bảy 22/08/2026 là ngày làm việc: Làm bù cho ngày 31/8 (",
		"Saturday 22 August 2026 is a working day: Make-up workday for 31 August (", NULL};
	(void)state;

	check_says("2026-11-23T10:15", (struct deadline_terms){DEADLINE_WORKING_HOURS, .amount = 8}, NULL,
		holiday);
	check_says("2026-11-20T18:20",
		(struct deadline_terms){DEADLINE_WORKING_HOURS, .amount = 3, .extension = 2}, NULL, evening);
	check_says("2026-08-21T15:00", (struct deadline_terms){DEADLINE_WORKING_HOURS, .amount = 8}, NULL,
		worked);
}

static void days_in_words(void **state)
{
	static const char *const late[] = {"17:30 Thứ Năm 31/12/2026, ngoài giờ làm việc: coi như tiếp nhận "
					   "ngày Thứ Hai 04/01/2027. Ngày tiếp nhận không tính vào thời hạn.",
		"Thursday 7 January 2027: working day 3.", "\"receipt\":\"next_opening\"", NULL};
	static const char *const same_day[] = {"Tiếp nhận lúc 17:30 Thứ Năm 31/12/2026. Ngày tiếp nhận",
		"Thứ Hai 04/01/2027: ngày làm việc thứ 1.", "\"receipt\":\"same_day\"", NULL};
	static const char *const tet[] = {
		"Thứ Tư 06/01/2027 đến Thứ Năm 04/02/2027: tính 30 ngày, kể cả ngày nghỉ.",
		"Ngày cuối của thời hạn, Thứ Năm 04/02/2027, là ngày nghỉ: Tết Nguyên đán",
		". Thời hạn chuyển sang ngày làm việc kế tiếp: Thứ Năm 11/02/2027.",
		"The limit moves on to the next working day, Thursday 11 February 2027.", NULL};
	static const char *const paused[] = {
		"Tạm dừng từ 09:00 Thứ Tư 25/11/2026 đến 08:30 Thứ Sáu 27/11/2026: thời gian này không tính.",
		"Thứ Sáu 27/11/2026: ngày làm việc thứ 1.", NULL};
	static const char *const fixed[] = {"\"provisional\":false", NULL};
	static const char *const over[] = {
		"Tạm dừng từ 17:05 Thứ Năm 26/11/2026 đến 17:00 Thứ Sáu 04/12/2026: thời gian này không tính.",
		"Thứ Hai 07/12/2026: ngày làm việc thứ 1.", "kết thúc lúc 17:00 Thứ Sáu 11/12/2026.", NULL};
	const struct deadline_pause pause = {hanoi("2026-11-25T09:00"), hanoi("2026-11-27T08:30")};
	/* A question that nobody answered ends at a close. */
	const struct deadline_pause question = {hanoi("2026-11-26T17:05"), hanoi("2026-12-04T17:00")};
	(void)state;

	check_says("2027-12-30T10:00", (struct deadline_terms){DEADLINE_WORKING_HOURS, .amount = 3}, NULL,
		fixed);

	check_says(
		"2026-12-31T17:30", (struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 3}, NULL, late);
	check_says("2026-12-31T17:30", (struct deadline_terms){DEADLINE_WORKING_DAYS, RECEIPT_SAME_DAY, 3, 0},
		NULL, same_day);
	check_says(
		"2027-01-05T09:00", (struct deadline_terms){DEADLINE_CALENDAR_DAYS, .amount = 30}, NULL, tet);
	check_says("2026-11-23T10:15", (struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 3}, &pause,
		paused);
	check_says("2026-11-26T17:00", (struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 5}, &question,
		over);
}

static void clock_time_in_words(void **state)
{
	static const char *const hours[] = {
		"Từ 20:00 Thứ Sáu 05/02/2027 đến 20:00 Thứ Bảy 06/02/2027: tính 24 giờ.",
		"The limit of 24 hours ends at 20:00 on Saturday 6 February 2027.", NULL};
	static const char *const minutes[] = {"Thời hạn 15 phút kết thúc lúc 10:15 Thứ Tư 25/11/2026.",
		"counts 15 minutes", "\"unit\":\"now\"", NULL};
	static const char *const nothing[] = {"Thời hạn 0 giờ kết thúc lúc 10:00 Thứ Tư 25/11/2026.", NULL};
	(void)state;

	check_says("2027-02-05T20:00", (struct deadline_terms){DEADLINE_HOURS, .amount = 24}, NULL, hours);
	check_says(
		"2026-11-25T10:00", (struct deadline_terms){DEADLINE_IMMEDIATE, .amount = 15}, NULL, minutes);
	check_says("2026-11-25T10:00", (struct deadline_terms){DEADLINE_HOURS}, NULL, nothing);
}

/* Years of working hours and days are told by month. */
static void long_limits_stay_short(void **state)
{
	static const char *const hours[] = {"Tháng 02/2024: tính 128 giờ.",
		"February 2024: counts 128 hours.", "Gia hạn thêm 1000 giờ làm việc.", NULL};
	static const char *const days[] = {"Tháng 02/2024: tính 16 ngày làm việc.", NULL};
	static const char *const one_by_one[] = {": ngày làm việc thứ 250.", NULL};
	(void)state;

	check_says("2024-01-05T15:00",
		(struct deadline_terms){DEADLINE_WORKING_HOURS, .amount = 4000, .extension = 1000}, NULL,
		hours);
	check_says("2024-01-05T15:00", (struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 900}, NULL,
		days);
	check_says("2024-01-05T15:00", (struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 350}, NULL,
		days);
	check_says("2024-01-05T15:00", (struct deadline_terms){DEADLINE_WORKING_DAYS, .amount = 250}, NULL,
		one_by_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_add_up),
		cmocka_unit_test(hours_in_words),
		cmocka_unit_test(days_in_words),
		cmocka_unit_test(clock_time_in_words),
		cmocka_unit_test(long_limits_stay_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
