/* The ends of legal time limits, each unit with its own rule. */
#include "civil/deadline.h"

#include <errno.h>

static const char *const codes[] = {
	[DEADLINE_WORKING_HOURS] = "wh",
	[DEADLINE_WORKING_DAYS] = "wd",
	[DEADLINE_CALENDAR_DAYS] = "cd",
	[DEADLINE_HOURS] = "h",
	[DEADLINE_IMMEDIATE] = "now",
	[DEADLINE_NONE] = "none",
};

bool deadline_unit_parse(struct str code, enum deadline_unit *ret)
{
	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (str_eq(code, str_of(codes[i]))) {
			*ret = (enum deadline_unit)i;
			return true;
		}
	return false;
}

const char *deadline_unit_code(enum deadline_unit unit)
{
	return codes[unit];
}

/* How a unit counts: a scale on which its limit is a length. */
struct scale {
	int64_t unit;						      /* one unit of it */
	int64_t (*before)(const struct calendar *c, int64_t instant); /* counted before the instant */
	bool days;
};

/* A limit that is being counted. */
struct count {
	const struct calendar *c;
	const struct deadline_question *q;
	const struct scale *scale;
	struct deadline_trace *trace;
	int64_t at, left; /* on the scale: counted up to here, still to count */
	int64_t from;	  /* the instant at which the present run began */
	int64_t closing;  /* what closes from here on counts: a pause has taken what closed as it ended */
	size_t next;	  /* the first pause that the limit has not come to */
};

static int64_t on_the_clock(const struct calendar *c, int64_t instant)
{
	(void)c;
	return instant;
}

/* Working days that close before the instant. Around it three days are looked at: the one before may close
 * just then, and a clock that is put back over midnight shows its day again. */
static int64_t closes_before(const struct calendar *c, int64_t instant)
{
	int32_t day = calendar_local_day(c, instant);
	int32_t low = day > INT32_MIN ? day - 1 : day, high = day < INT32_MAX ? day + 1 : day;
	int64_t n = calendar_rank(c, low);

	for (int64_t d = low; d <= high; d++)
		if (calendar_is_working_day(c, (int32_t)d) && calendar_close(c, (int32_t)d) < instant)
			n++;
	return n;
}

/* Calendar days that end before the instant, as the number of the day after them. */
static int64_t midnights_before(const struct calendar *c, int64_t instant)
{
	int32_t day = calendar_local_day(c, instant);

	if (day == INT32_MIN || day == INT32_MAX)
		return day;
	day++;
	while (calendar_instant(c, day, 0) >= instant)
		day--;
	return day;
}

static const struct scale scales[] = {
	[DEADLINE_WORKING_HOURS] = {3600, calendar_coordinate, false},
	[DEADLINE_WORKING_DAYS] = {1, closes_before, true},
	[DEADLINE_CALENDAR_DAYS] = {1, midnights_before, true},
	[DEADLINE_HOURS] = {3600, on_the_clock, false},
	[DEADLINE_IMMEDIATE] = {60, on_the_clock, false},
	[DEADLINE_NONE] = {0, NULL, false},
};

bool deadline_counts_days(enum deadline_unit unit)
{
	return scales[unit].days;
}

int64_t deadline_unit_length(enum deadline_unit unit)
{
	return scales[unit].unit;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The rank of the first working day that closes at or after the instant and is not before its own day. */
static int64_t rank_at(const struct calendar *c, int64_t instant)
{
	return later(closes_before(c, instant), calendar_rank(c, calendar_local_day(c, instant)));
}

/* The first opening at or after the instant, or the instant itself inside hours and after the last. */
static int64_t opening_at(const struct calendar *c, int64_t instant)
{
	int64_t open, close;
	int32_t day;

	if (calendar_ranked(c, rank_at(c, instant), &day) < 0)
		return instant;
	for (unsigned i = 0; calendar_open(c, day, i, &open, &close); i++)
		if (instant <= close)
			return later(open, instant);
	return instant;
}

static void note_run(struct count *n, int64_t until, int64_t counted)
{
	if (!n->trace || until <= n->from)
		return;
	n->trace->runs[n->trace->nruns++] =
		(struct deadline_run){.from = n->from, .until = until, .first = n->at, .counted = counted};
}

/* Stands still for a pause. */
static int pause_over(struct count *n, const struct deadline_pause *p, int64_t counted)
{
	note_run(n, p->from, counted);
	if (p->until == INT64_MAX)
		return -EINPROGRESS;
	n->left -= counted;
	n->from = p->until;
	n->closing = p->until + 1;
	return 0;
}

/* Whether the limit, run on, ends before the pause. A calendar day counts at midnight, but on a working day
 * the limit has ended at the close. */
static bool ends_before(const struct count *n, const struct deadline_pause *p, int64_t reach)
{
	int64_t day, close;

	if (reach - n->at >= n->left)
		return true;
	if (n->q->terms.unit != DEADLINE_CALENDAR_DAYS || __builtin_add_overflow(n->at, n->left, &day) ||
		day > INT32_MAX || !calendar_is_working_day(n->c, (int32_t)(day - 1)))
		return false;
	close = calendar_close(n->c, (int32_t)(day - 1));
	return close >= n->closing && close < p->from;
}

/* Goes from pause to pause until the rest of the limit lies before the next one. */
static int run(struct count *n)
{
	int64_t first, last;

	calendar_span(n->c, &first, &last);
	for (; n->next < n->q->npauses && n->left > 0; n->next++) {
		const struct deadline_pause *p = &n->q->pauses[n->next];
		int64_t reach;
		int status;

		if (p->until <= n->from || p->from == p->until)
			continue;
		if (p->from >= last)
			break;
		reach = n->scale->before(n->c, later(p->from, n->from));
		if (ends_before(n, p, reach))
			break;
		status = pause_over(n, p, later(reach - n->at, 0));
		if (status < 0)
			return status;
		n->at = later(n->at, n->scale->before(n->c, n->scale->days ? n->closing : n->from));
	}
	return 0;
}

/* Where on the scale the limit ends: a day of this number, or rank, is the first that has not been needed. */
static int end_of(struct count *n, int64_t *ret)
{
	int status = run(n);

	if (status == 0 && __builtin_add_overflow(n->at, n->left, ret))
		status = -ERANGE;
	return status;
}

/* From a rank on, the first working day whose close counts in the present run or a later one. */
static int close_outside(struct count *n, int64_t rank, int32_t *ret_day)
{
	int status = calendar_ranked(n->c, later(rank, closes_before(n->c, n->closing)), ret_day);

	for (; status == 0 && n->next < n->q->npauses; n->next++) {
		const struct deadline_pause *p = &n->q->pauses[n->next];

		if (p->until <= n->from || p->from == p->until)
			continue;
		if (calendar_close(n->c, *ret_day) < p->from)
			break;
		status = pause_over(n, p, n->left);
		if (status == 0)
			status = calendar_ranked(n->c, later(rank, closes_before(n->c, n->closing)), ret_day);
	}
	return status;
}

static int finish(struct count *n, int64_t due, int64_t *ret_due)
{
	int64_t first, last;

	calendar_span(n->c, &first, &last);
	if (due > last)
		return -ERANGE;
	note_run(n, due, n->left);
	*ret_due = due;
	return 0;
}

static int count_time(struct count *n, int64_t *ret_due)
{
	int64_t first, last, due = 0;
	int status;

	/* A coordinate outside hours also belongs to the closing before and the opening after: no hours mean
	 * neither. */
	if (n->left == 0)
		return finish(n, n->q->start, ret_due);
	n->at = n->scale->before(n->c, n->q->start);
	status = end_of(n, &due);
	if (status < 0)
		return status;
	if (n->q->terms.unit == DEADLINE_WORKING_HOURS) {
		calendar_span(n->c, &first, &last);
		if (due > calendar_coordinate(n->c, last))
			return -ERANGE;
		due = calendar_at(n->c, due);
	}
	return finish(n, due, ret_due);
}

static int count_days(struct count *n, int32_t received, int64_t *ret_due)
{
	bool working = n->q->terms.unit == DEADLINE_WORKING_DAYS;
	int32_t last = received, day;
	int64_t end = 0;
	int status;

	n->at = working ? calendar_rank(n->c, received + 1) : received + 1;
	if (n->left > 0) {
		status = end_of(n, &end);
		if (status < 0)
			return status;
		if (end > INT32_MAX || (working && calendar_ranked(n->c, end - 1, &last) < 0))
			return -ERANGE;
		if (!working)
			last = (int32_t)(end - 1);
	}
	status = close_outside(n, calendar_rank(n->c, last), &day);
	if (status < 0)
		return status;
	if (n->trace) {
		n->trace->last = last;
		n->trace->rolled = day != last;
	}
	return finish(n, calendar_close(n->c, day), ret_due);
}

static bool in_order(const struct deadline_question *q)
{
	for (size_t i = 0; i < q->npauses; i++) {
		const struct deadline_pause *p = &q->pauses[i];

		if (p->from > p->until || (i > 0 && p->from < p[-1].until))
			return false;
	}
	return true;
}

/* The limit on its scale. */
static int limit_of(const struct deadline_terms *terms, int64_t *ret)
{
	int64_t units;

	if (terms->amount < 0 || terms->extension < 0 ||
		__builtin_add_overflow(terms->amount, terms->extension, &units) ||
		__builtin_mul_overflow(units, scales[terms->unit].unit, ret))
		return -ERANGE;
	return 0;
}

/* The local day that counts as that of receipt. */
static int receive(struct count *n, int32_t *ret_day)
{
	const struct deadline_terms *terms = &n->q->terms;
	bool moves = terms->unit == DEADLINE_WORKING_DAYS && terms->receipt == RECEIPT_NEXT_OPENING;
	int32_t today = calendar_local_day(n->c, n->q->start);
	int64_t start = n->q->start;

	*ret_day = today;
	if (moves && calendar_ranked(n->c, rank_at(n->c, start), ret_day) < 0)
		return -ERANGE;
	if (!n->trace)
		return 0;
	if (terms->unit == DEADLINE_WORKING_HOURS || *ret_day != today)
		start = opening_at(n->c, start);
	*n->trace = (struct deadline_trace){.runs = n->trace->runs,
		.effective = start,
		.received = *ret_day,
		.last = *ret_day,
		.due = INT64_MAX};
	return 0;
}

int deadline_compute(const struct calendar *c, const struct deadline_question *q,
	struct deadline_trace *trace, int64_t *ret_due)
{
	struct count n = {.c = c, .q = q, .trace = trace, .from = q->start, .closing = q->start};
	int64_t first, last, due;
	int32_t received;
	int status;

	if (q->terms.unit == DEADLINE_NONE)
		return -ENOENT;
	calendar_span(c, &first, &last);
	if (q->start < first || q->start >= last || limit_of(&q->terms, &n.left) < 0)
		return -ERANGE;
	if (!in_order(q))
		return -EINVAL;
	n.scale = &scales[q->terms.unit];
	status = receive(&n, &received);
	if (status == 0)
		status = n.scale->days ? count_days(&n, received, &due) : count_time(&n, &due);
	if (status < 0)
		return status;
	if (trace)
		trace->due = due;
	*ret_due = due;
	return 0;
}

/* How much of the limit's own sort of time has run until `due`, pauses left out; or `wanted`, and *ret_at the
 * instant at which it was reached. */
static int64_t gone_by(const struct calendar *c, const struct deadline_question *q, int64_t due,
	int64_t wanted, int64_t *ret_at)
{
	bool works = q->terms.unit == DEADLINE_WORKING_HOURS || q->terms.unit == DEADLINE_WORKING_DAYS;
	int64_t sum = 0, from = q->start;

	for (size_t i = 0; i <= q->npauses && from < due; i++) {
		int64_t until = due, begin = works ? calendar_coordinate(c, from) : from, length;

		if (i < q->npauses && q->pauses[i].from < due)
			until = later(q->pauses[i].from, from);
		length = (works ? calendar_coordinate(c, until) : until) - begin;
		if (length >= wanted - sum) {
			begin += wanted - sum;
			*ret_at = works ? calendar_at(c, begin) : begin;
			return wanted;
		}
		sum += length;
		if (i < q->npauses)
			from = later(from, q->pauses[i].until);
	}
	return sum;
}

int deadline_share(const struct calendar *c, const struct deadline_question *q, int64_t due, int permille,
	int64_t *ret_at)
{
	int64_t first, last, wanted;

	if (due < q->start || permille < 0 || permille > 1000 || !in_order(q))
		return -EINVAL;
	calendar_span(c, &first, &last);
	if (q->start < first || due > last)
		return -ERANGE;
	wanted = gone_by(c, q, due, INT64_MAX, ret_at) * permille / 1000;
	*ret_at = permille == 0 ? q->start : due;
	if (wanted > 0 && permille < 1000)
		gone_by(c, q, due, wanted, ret_at);
	return 0;
}
