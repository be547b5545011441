/* Takes the trace of a deadline apart into steps. */
#include "civil/explain.h"

#include "base/clock.h"
#include "civil/explain_step.h"
#include "civil/explain_words.h"

enum {
	STEPS_MAX = 400
};

/* One way through the trace. */
struct telling {
	const struct explain_facts *facts;
	const struct calendar *c;
	const struct deadline_trace *trace;
	struct buf *out;     /* NULL: only counts the steps */
	struct step pending; /* may still grow, if `waits` */
	bool waits, by_month;
	int64_t sum;	   /* counted so far */
	int64_t extend_at; /* the sum with which the extension begins; -1: none, or it has begun */
	int32_t announced; /* the last day said to be worked as an exception */
	unsigned nsteps;
};

static enum deadline_unit unit_of(const struct telling *t)
{
	return t->facts->question->terms.unit;
}

static void write_out(struct telling *t, struct step s)
{
	t->sum += s.counted;
	s.sum = t->sum;
	if (t->out && t->nsteps > 0)
		buf_byte(t->out, ',');
	if (t->out)
		step_write(t->out, t->facts, &s);
	t->nsteps++;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void flush(struct telling *t)
{
	if (t->waits)
		write_out(t, t->pending);
	t->waits = false;
}

static bool same_text(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || str_eq(a, b));
}

/* Days off that one sentence can tell. */
static bool same_reason(const struct calendar_day *a, const struct calendar_day *b)
{
	if (!a || !b)
		return a == b;
	return same_text(a->name[VI], b->name[VI]) && same_text(a->name[EN], b->name[EN]) &&
	       same_text(a->source, b->source);
}

static int month_of(int32_t day)
{
	int year, month, mday;

	clock_civil_from_days(day, &year, &month, &mday);
	return year * 12 + month;
}

/* Whether a step only makes the waiting one longer. */
static bool joins(const struct telling *t, const struct step *s)
{
	const struct step *p = &t->pending;

	if (!t->waits || p->kind != s->kind)
		return false;
	if (s->kind == STEP_MONTH)
		return month_of(p->first) == month_of(s->first);
	return s->kind == STEP_SKIPPED && p->last + 1 == s->first && same_reason(p->because, s->because);
}

static void put(struct telling *t, struct step s)
{
	if (t->by_month && (s.kind == STEP_COUNTED || s.kind == STEP_SKIPPED || s.kind == STEP_MADE_UP))
		s.kind = STEP_MONTH;
	if (joins(t, &s)) {
		t->pending.last = s.last;
		t->pending.until = s.until;
		t->pending.counted += s.counted;
		return;
	}
	flush(t);
	t->waits = s.kind == STEP_SKIPPED || s.kind == STEP_MONTH;
	t->pending = s;
	if (!t->waits)
		write_out(t, s);
}

static int64_t counted_so_far(const struct telling *t)
{
	return t->sum + (t->waits ? t->pending.counted : 0);
}

/* The extension, if all that it is added to has been counted. */
static void extend(struct telling *t, int64_t at)
{
	int32_t day = calendar_local_day(t->c, at);

	if (counted_so_far(t) != t->extend_at)
		return;
	t->extend_at = -1;
	put(t, (struct step){.kind = STEP_EXTENDED, .first = day, .last = day, .from = at, .until = at});
}

/* A step that counts; where the extension begins inside it, it is cut in two. */
static void put_counted(struct telling *t, struct step s)
{
	int64_t part = t->extend_at - counted_so_far(t);
	struct step head = s;

	if (part > 0 && part < s.counted) {
		head.counted = part;
		head.until = s.from + part;
		if (unit_of(t) == DEADLINE_CALENDAR_DAYS) {
			head.last = s.first + (int32_t)part - 1;
			s.first = head.last + 1;
			head.until = calendar_instant(t->c, s.first, 0);
		}
		s.from = head.until;
		s.counted -= part;
		put(t, head);
		extend(t, head.until);
	}
	put(t, s);
	extend(t, s.until);
}

/* A day off is told in the run in which it ends. */
static void tell_off_day(struct telling *t, const struct deadline_run *run, int32_t day)
{
	const struct calendar_day *exception = calendar_exception(t->c, day);
	int64_t end = calendar_instant(t->c, day + 1, 0);

	if (end <= run->from || end > run->until)
		return;
	put(t, (struct step){.kind = STEP_SKIPPED,
		       .first = day,
		       .last = day,
		       .from = later(calendar_instant(t->c, day, 0), run->from),
		       .until = end,
		       .because = exception && exception->rule == DAY_OFF ? exception : NULL});
}

/* Says of a day that counts that it is one by exception. */
static void announce(struct telling *t, int32_t day, int64_t from)
{
	const struct calendar_day *exception = calendar_exception(t->c, day);

	if (!exception || t->announced == day)
		return;
	t->announced = day;
	put(t, (struct step){.kind = STEP_MADE_UP,
		       .first = day,
		       .last = day,
		       .from = from,
		       .until = calendar_close(t->c, day),
		       .because = exception});
}

static void tell_hours_of(struct telling *t, const struct deadline_run *run, int32_t day)
{
	int64_t open, close;

	for (unsigned i = 0; calendar_open(t->c, day, i, &open, &close); i++) {
		struct step s = {.kind = STEP_COUNTED, .first = day, .last = day};

		s.from = later(open, run->from);
		s.until = close < run->until ? close : run->until;
		s.counted = s.until - s.from;
		if (s.counted <= 0)
			continue;
		announce(t, day, s.from);
		put_counted(t, s);
	}
}

static void tell_working_day(struct telling *t, const struct deadline_run *run, int32_t day)
{
	struct step s = {.kind = STEP_COUNTED, .first = day, .last = day, .counted = 1};
	int64_t nth = calendar_rank(t->c, day) - run->first;

	if (nth < 0 || nth >= run->counted)
		return;
	calendar_open(t->c, day, 0, &s.from, &s.until);
	s.from = later(s.from, run->from);
	announce(t, day, s.from);
	s.until = calendar_close(t->c, day);
	put_counted(t, s);
}

/* The calendar days of a run, and the days off over which the limit rolls. */
static void tell_days(struct telling *t, const struct deadline_run *run)
{
	struct step s = {.kind = STEP_COUNTED, .first = (int32_t)run->first, .counted = run->counted};

	if (run->counted > 0) {
		s.last = (int32_t)(run->first + run->counted - 1);
		s.from = later(calendar_instant(t->c, s.first, 0), run->from);
		s.until = calendar_instant(t->c, s.last + 1, 0);
		s.until = s.until < run->until ? s.until : run->until;
		put_counted(t, s);
	}
	if (!t->trace->rolled)
		return;
	for (int32_t day = t->trace->last + 1; day <= calendar_local_day(t->c, run->until); day++)
		if (!calendar_is_working_day(t->c, day))
			tell_off_day(t, run, day);
}

static void tell_run(struct telling *t, const struct deadline_run *run)
{
	/* A clock that is put back over midnight shows the day before once more. */
	int32_t first = calendar_local_day(t->c, run->from) - 1;
	int32_t last = calendar_local_day(t->c, run->until);

	if (unit_of(t) == DEADLINE_CALENDAR_DAYS) {
		tell_days(t, run);
		return;
	}
	if (unit_of(t) == DEADLINE_HOURS || unit_of(t) == DEADLINE_IMMEDIATE) {
		put_counted(t, (struct step){.kind = STEP_COUNTED,
				       .first = first + 1,
				       .last = last,
				       .from = run->from,
				       .until = run->until,
				       .counted = run->counted});
		return;
	}
	for (int32_t day = first; day <= last; day++) {
		if (!calendar_is_working_day(t->c, day))
			tell_off_day(t, run, day);
		else if (unit_of(t) == DEADLINE_WORKING_HOURS)
			tell_hours_of(t, run, day);
		else
			tell_working_day(t, run, day);
	}
}

static void tell_pause(struct telling *t, int64_t from, int64_t until)
{
	int32_t first = calendar_local_day(t->c, from);

	put(t, (struct step){.kind = STEP_PAUSED,
		       .first = first,
		       .last = calendar_local_day(t->c, until),
		       .from = from,
		       .until = until});
}

static void tell_end(struct telling *t)
{
	int64_t due = t->trace->due;
	int32_t day = calendar_local_day(t->c, due);

	if (t->trace->rolled)
		put(t, (struct step){
			       .kind = STEP_ROLLED, .first = day, .last = day, .from = due, .until = due});
	put(t, (struct step){.kind = STEP_RESULT, .first = day, .last = day, .from = due, .until = due});
}

static void tell(struct telling *t)
{
	int64_t start = t->facts->question->start, at = start;
	int32_t day = calendar_local_day(t->c, start);

	put(t, (struct step){
		       .kind = STEP_RECEIVED, .first = day, .last = day, .from = start, .until = start});
	extend(t, start);
	for (size_t i = 0; i < t->trace->nruns; i++) {
		const struct deadline_run *run = &t->trace->runs[i];

		if (run->from > at)
			tell_pause(t, at, run->from);
		tell_run(t, run);
		at = run->until;
	}
	if (t->trace->due == INT64_MAX)
		tell_pause(t, at, INT64_MAX);
	else
		tell_end(t);
	flush(t);
}

static void put_limit(struct buf *out, const struct deadline_terms *terms)
{
	struct buf words = {.arena = out->arena};

	buf_printf(out, ",\"unit\":\"%s\",\"amount\":%lld,\"extension\":%lld",
		deadline_unit_code(terms->unit), (long long)terms->amount, (long long)terms->extension);
	if (terms->unit == DEADLINE_WORKING_DAYS)
		buf_printf(out, ",\"receipt\":\"%s\"",
			terms->receipt == RECEIPT_SAME_DAY ? "same_day" : "next_opening");
	for (enum language in = VI; in < LANGUAGES; in++) {
		words.len = 0;
		words_amount(&words, in, terms->unit, terms->amount + terms->extension);
		buf_printf(out, ",\"limit_%s\":", in == VI ? "vi" : "en");
		buf_json(out, buf_str(&words));
	}
}

/* Whether days off that nobody knows yet may move the end. */
static bool is_provisional(const struct explain_facts *facts)
{
	enum deadline_unit unit = facts->question->terms.unit;
	int64_t due = facts->trace->due;

	return due != INT64_MAX && unit != DEADLINE_HOURS && unit != DEADLINE_IMMEDIATE &&
	       calendar_local_day(facts->calendar, due) > calendar_known_until(facts->calendar);
}

static void put_provisional(struct buf *out, const struct explain_facts *facts)
{
	static const struct str head[LANGUAGES] = {
		[VI] = STR("Chưa có thông báo về ngày nghỉ sau "), [EN] = STR("Days off after ")};
	static const struct str tail[LANGUAGES] = {[VI] = STR(": thời hạn có thể thay đổi."),
		[EN] = STR(" have not been announced yet: the date may change.")};
	int32_t day = calendar_known_until(facts->calendar);
	bool provisional = is_provisional(facts);

	buf_printf(out, ",\"provisional\":%s", provisional ? "true" : "false");
	for (enum language in = VI; provisional && in < LANGUAGES; in++) {
		struct buf words = {.arena = out->arena};

		buf_put(&words, head[in]);
		words_days(&words, in, day, day);
		buf_put(&words, tail[in]);
		buf_member(out, in == VI ? "provisional_vi" : "provisional_en", buf_str(&words));
	}
}

void explain_write(struct buf *out, const struct explain_facts *facts)
{
	const struct deadline_terms *terms = &facts->question->terms;
	struct telling t = {.facts = facts,
		.c = facts->calendar,
		.trace = facts->trace,
		.extend_at = terms->extension > 0 ? terms->amount * deadline_unit_length(terms->unit) : -1,
		.announced = INT32_MIN};
	struct telling probe = t;

	tell(&probe);
	t.by_month = probe.nsteps > STEPS_MAX &&
		     (terms->unit == DEADLINE_WORKING_HOURS || terms->unit == DEADLINE_WORKING_DAYS);
	t.out = out;
	buf_byte(out, '{');
	buf_member(out, "calendar", calendar_code(facts->calendar));
	buf_printf(out, ",\"calendar_version\":%lld", (long long)calendar_version(facts->calendar));
	if (facts->department.len > 0) {
		buf_member(out, "department", facts->department);
	}
	step_put_instant(out, "start", facts->question->start);
	step_put_instant(out, "effective_start", facts->trace->effective);
	put_limit(out, terms);
	buf_printf(out, ",\"counted_in\":\"%s\"", deadline_counts_days(terms->unit) ? "days" : "seconds");
	if (facts->trace->due != INT64_MAX)
		step_put_instant(out, "due", facts->trace->due);
	put_provisional(out, facts);
	buf_put(out, STR(",\"steps\":["));
	tell(&t);
	buf_put(out, STR("]}"));
}
