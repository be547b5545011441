/* Quiet hours: working time for staff, the day for citizens. */
#include "civil/quiet.h"

enum {
	HOUR = 3600
};

int64_t quiet_working(const struct calendar *calendar, int64_t now)
{
	int64_t worked = calendar_coordinate(calendar, now), first, last;

	calendar_span(calendar, &first, &last);
	if (now < first || now >= last)
		return now;
	/* One second of work more: its beginning is the opening, or now. */
	int64_t opening = calendar_at(calendar, worked + 1) - 1;
	return opening > now ? opening : now;
}

int64_t quiet_hours(const struct calendar *local, int64_t now, int from, int to)
{
	int32_t day = calendar_local_day(local, now);

	if (to <= from || (now >= calendar_instant(local, day, from * HOUR) &&
				  now < calendar_instant(local, day, to * HOUR)))
		return now;
	int64_t morning = calendar_instant(local, day, from * HOUR);
	return morning > now ? morning : calendar_instant(local, day + 1, from * HOUR);
}
