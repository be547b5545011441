#ifndef TIEPDAN_TEST_MODEL_H
#define TIEPDAN_TEST_MODEL_H

#include "calendars.h"

#include <errno.h>

/* Working time and deadlines once more, as slowly and plainly as can be: calendars are walked minute by
 * minute, days one by one, pauses are looked up at each step. Shares no code with the engine. Everything in a
 * calendar begins at full minutes; starts and pauses need not. */

enum {
	YEAR_MINUTES = 366 * 1440,
	SPAN_DAYS = 2 * 366 + 4,
	HOURS_MAX = 7 * 3 * 2,
	OWN_MAX = 3, /* intervals of an exception */
};

/* For each minute of the span whether it is open, for each day when it closes and ends. */
static struct model {
	int64_t first, last; /* instants of the span */
	int32_t first_day, ndays;
	bool open[2 * YEAR_MINUTES];
	int32_t worked[2 * YEAR_MINUTES + 1]; /* open minutes before */
	int64_t close[SPAN_DAYS];	      /* 0: no working day */
	int64_t end[SPAN_DAYS];
} model;

static inline int model_offset(const struct calendar_source *s, int64_t instant)
{
	unsigned i = s->noffsets - 1;

	while (i > 0 && s->offsets[i].from > instant)
		i--;
	return s->offsets[i].seconds;
}

static inline unsigned model_weekly(
	const struct calendar_source *s, int weekday, int32_t day, struct calendar_interval ret[HOURS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->nhours; i++) {
		const struct calendar_hours *h = &s->hours[i];

		if (h->weekday == weekday && day >= h->valid_from && day < h->valid_to)
			ret[n++] = (struct calendar_interval){h->open, h->close};
	}
	return n;
}

/* The hours of a day, in no order. */
static inline unsigned model_hours_of(
	const struct calendar_source *s, int32_t day, struct calendar_interval ret[HOURS_MAX])
{
	int own = (int)(((int64_t)day + 3 + 7000000) % 7);
	const struct calendar_day *found = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < s->ndays; i++)
		if (s->days[i].day == day)
			found = &s->days[i];
	if (!found)
		return model_weekly(s, own, day, ret);
	if (found->rule == DAY_HOURS)
		for (n = 0; n < found->nhours; n++)
			ret[n] = found->hours[n];
	if (found->rule != DAY_LIKE)
		return n;
	n = model_weekly(s, found->weekday, day, ret);
	if (n == 0)
		n = model_weekly(s, own, day, ret);
	for (int weekday = 0; n == 0 && weekday < 7; weekday++)
		n = model_weekly(s, weekday, day, ret);
	return n;
}

static inline bool model_within(const struct calendar_interval *hours, unsigned n, int second)
{
	for (unsigned i = 0; i < n; i++)
		if (hours[i].open <= second && second < hours[i].close)
			return true;
	return false;
}

/* A time that comes twice means the first: so what counts is the furthest that the clock on the wall has
 * come. */
static inline void model_build(const struct calendar_source *s)
{
	struct calendar_interval hours[HOURS_MAX];
	int64_t furthest = INT64_MIN;
	int32_t end_day = clock_days_from_civil(s->last_year + 1, 1, 1), today = INT32_MIN;
	unsigned nhours = 0;
	size_t n = 0;

	memset(&model, 0, sizeof(model));
	model.first_day = clock_days_from_civil(s->first_year, 1, 1);
	model.ndays = end_day - model.first_day;
	for (int64_t t = (int64_t)model.first_day * 86400 - 86400;; t += 60) {
		int64_t local = t + model_offset(s, t);
		int32_t day;

		furthest = local > furthest ? local : furthest;
		day = (int32_t)(furthest / 86400);
		if (day > model.first_day && day != today)
			model.end[day - 1 - model.first_day] = t;
		if (day >= end_day)
			break;
		if (day < model.first_day)
			continue;
		if (n == 0)
			model.first = t;
		if (day != today)
			nhours = model_hours_of(s, today = day, hours);
		model.open[n] = model_within(hours, nhours, (int)(furthest % 86400));
		if (model.open[n])
			model.close[day - model.first_day] = t + 60;
		model.worked[n + 1] = model.worked[n] + model.open[n];
		n++;
	}
	model.last = model.first + 60 * (int64_t)n;
}

static inline const struct deadline_pause *model_pause_at(const struct deadline_question *q, int64_t instant)
{
	for (size_t i = 0; i < q->npauses; i++)
		if (q->pauses[i].from <= instant && instant < q->pauses[i].until)
			return &q->pauses[i];
	return NULL;
}

/* The pause that takes a day which ends at this instant: in it the day's last second, or the instant itself.
 * One that was over when the limit started is none. */
static inline const struct deadline_pause *model_taken(const struct deadline_question *q, int64_t end)
{
	const struct deadline_pause *p = model_pause_at(q, end);

	if (!p)
		p = model_pause_at(q, end - 1);
	return p && p->until > q->start ? p : NULL;
}

/* Seconds until `left` of them, open ones if it matters, have gone by outside pauses. */
static inline int model_time(const struct deadline_question *q, int64_t left, bool always, int64_t *ret_due)
{
	int64_t t = q->start;

	while (left > 0) {
		int64_t minute = (t - model.first) / 60, end = model.first + (minute + 1) * 60;
		const struct deadline_pause *p = model_pause_at(q, t);

		if (t >= model.last)
			return -ERANGE;
		if (p && p->until == INT64_MAX)
			return -EINPROGRESS;
		for (size_t i = 0; !p && i < q->npauses; i++)
			if (q->pauses[i].from > t && q->pauses[i].from < end)
				end = q->pauses[i].from;
		if (p) {
			t = p->until;
			continue;
		}
		if (!always && !model.open[minute]) {
			t = end;
			continue;
		}
		end = left < end - t ? t + left : end;
		left -= end - t;
		t = end;
	}
	*ret_due = t;
	return 0;
}

/* The day of receipt, in days of the span. */
static inline int model_receive(
	const struct calendar_source *s, const struct deadline_question *q, int32_t *ret_day)
{
	int32_t day = (int32_t)((q->start + model_offset(s, q->start)) / 86400) - model.first_day;

	if (q->terms.unit == DEADLINE_WORKING_DAYS && q->terms.receipt == RECEIPT_NEXT_OPENING)
		while (day < model.ndays && (model.close[day] == 0 || model.close[day] < q->start))
			day++;
	*ret_day = day;
	return day < model.ndays ? 0 : -ERANGE;
}

static inline bool model_goes_on(const struct deadline_question *q)
{
	return q->npauses > 0 && q->pauses[q->npauses - 1].until == INT64_MAX &&
	       q->pauses[q->npauses - 1].from < model.last;
}

/* One day after the other; of the pauses only those in the question. */
static inline int model_days(const struct deadline_question *q, int32_t day, int64_t left, int64_t *ret_due)
{
	bool working = q->terms.unit == DEADLINE_WORKING_DAYS;

	while (left > 0) {
		if (++day >= model.ndays)
			return model_goes_on(q) ? -EINPROGRESS : -ERANGE;
		if (working && model.close[day] == 0)
			continue;
		left -= !model_taken(q, working ? model.close[day] : model.end[day]);
	}
	for (; day < model.ndays; day++) {
		const struct deadline_pause *p = model_taken(q, model.close[day]);

		if (model.close[day] == 0 || model.close[day] < q->start)
			continue;
		if (p && p->until == INT64_MAX)
			return -EINPROGRESS;
		if (!p) {
			*ret_due = model.close[day];
			return 0;
		}
	}
	return -ERANGE;
}

static inline int model_compute(
	const struct calendar_source *s, const struct deadline_question *q, int64_t *ret_due)
{
	static const int64_t seconds[] = {[DEADLINE_WORKING_HOURS] = 3600,
		[DEADLINE_HOURS] = 3600,
		[DEADLINE_IMMEDIATE] = 60,
		[DEADLINE_NONE] = 0};
	int64_t limit = q->terms.amount + q->terms.extension, unit = seconds[q->terms.unit];
	struct deadline_question some = *q;
	int32_t day;

	if (unit > 0)
		return model_time(q, limit * unit, q->terms.unit != DEADLINE_WORKING_HOURS, ret_due);
	if (model_receive(s, q, &day) < 0)
		return -ERANGE;
	/* What begins after the limit has ended changes nothing: so one pause more after the other. */
	for (some.npauses = 0;; some.npauses++) {
		int status = model_days(&some, day, limit, ret_due);

		if (some.npauses == q->npauses || (status == 0 && *ret_due < q->pauses[some.npauses].from))
			return status;
	}
}

#endif
