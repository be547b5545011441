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

static int after_clock_time(int64_t start, int64_t amount, int64_t seconds, int64_t *ret_due)
{
	int64_t length;

	if (__builtin_mul_overflow(amount, seconds, &length) ||
		__builtin_add_overflow(start, length, ret_due))
		return -ERANGE;
	return 0;
}

static int after_working_hours(const struct calendar *c, int64_t start, int64_t hours, int64_t *ret_due)
{
	int64_t first, last, due;

	if (after_clock_time(calendar_coordinate(c, start), hours, 3600, &due) < 0)
		return -ERANGE;
	calendar_span(c, &first, &last);
	if (due > calendar_coordinate(c, last))
		return -ERANGE;
	/* A coordinate outside hours also belongs to the closing before and the opening after: no hours mean
	 * neither. */
	*ret_due = hours == 0 ? start : calendar_at(c, due);
	return 0;
}

static int after_working_days(const struct calendar *c, int64_t start, int64_t days, int64_t *ret_due)
{
	int32_t day = calendar_local_day(c, start);
	int status;

	if (calendar_is_working_day(c, day) && start > calendar_close(c, day))
		day++;
	status = calendar_working_day(c, day, days, &day);
	if (status == 0)
		*ret_due = calendar_close(c, day);
	return status;
}

static int after_calendar_days(const struct calendar *c, int64_t start, int64_t days, int64_t *ret_due)
{
	int64_t day = calendar_local_day(c, start);
	int32_t last;

	if (days > INT32_MAX - day || calendar_working_day(c, (int32_t)(day + days), 0, &last) < 0)
		return -ERANGE;
	*ret_due = calendar_close(c, last);
	return 0;
}

static int compute(
	const struct calendar *c, int64_t start, enum deadline_unit unit, int64_t amount, int64_t *ret_due)
{
	switch (unit) {
	case DEADLINE_WORKING_HOURS:
		return after_working_hours(c, start, amount, ret_due);
	case DEADLINE_WORKING_DAYS:
		return after_working_days(c, start, amount, ret_due);
	case DEADLINE_CALENDAR_DAYS:
		return after_calendar_days(c, start, amount, ret_due);
	case DEADLINE_HOURS:
		return after_clock_time(start, amount, 3600, ret_due);
	case DEADLINE_IMMEDIATE:
		return after_clock_time(start, amount, 60, ret_due);
	case DEADLINE_NONE:
		break;
	}
	return -ENOENT;
}

int deadline_compute(
	const struct calendar *c, int64_t start, enum deadline_unit unit, int64_t amount, int64_t *ret_due)
{
	int64_t first, last, due;
	int status;

	if (unit == DEADLINE_NONE)
		return -ENOENT;
	calendar_span(c, &first, &last);
	if (start < first || start >= last || amount < 0)
		return -ERANGE;
	status = compute(c, start, unit, amount, &due);
	if (status == 0 && due > last)
		status = -ERANGE;
	if (status == 0)
		*ret_due = due;
	return status;
}
