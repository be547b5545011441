/* Any bytes as iCalendar: the reader ends, its faults have lines, and what it read is read again alike after being
 * written, in a zone with one offset and in one with daylight saving. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/ical.h"
#include "civil/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_day(const struct calendar_day *a, const struct calendar_day *b)
{
	must(a->day == b->day && a->rule == b->rule && a->weekday == b->weekday && a->nhours == b->nhours);
	must(a->nhours == 0 || memcmp(a->hours, b->hours, a->nhours * sizeof(*a->hours)) == 0);
	must(str_eq(a->name[0], b->name[0]) && str_eq(a->name[1], b->name[1]) &&
		str_eq(a->source, b->source));
}

static void comes_back(struct arena *arena, const struct ical *c)
{
	struct buf out = {.arena = arena};
	const struct ical_reading *again;

	ical_write(&out, c, 0);
	again = ical_read(arena, buf_str(&out), c);
	must(again && again->nfaults == 0);
	must(again->calendar.ndays == c->ndays && again->calendar.nhours == c->nhours);
	for (unsigned i = 0; i < c->ndays; i++) {
		same_day(&c->days[i].day, &again->calendar.days[i].day);
		must(str_eq(c->days[i].note, again->calendar.days[i].note));
	}
	for (unsigned i = 0; i < c->nhours; i++)
		must(memcmp(&c->hours[i].hours, &again->calendar.hours[i].hours, sizeof(c->hours[i].hours)) ==
			0);
}

/* Zones are read once and stay. */
static const struct ical *calendar_in(struct ical *kept, const char *zone)
{
	static struct arena *arena;

	if (!arena)
		arena = arena_new();
	must(arena);
	if (!kept->code.at) {
		*kept = (struct ical){.code = STR("office"), .zone = str_of(zone)};
		must(zone_load(arena, kept->zone, 2200, &kept->offsets, &kept->noffsets) == 0);
	}
	return kept;
}

static void try_calendar(const struct ical *of, struct str text)
{
	struct arena *arena = arena_new();
	const struct ical_reading *r;

	must(arena);
	r = ical_read(arena, text, of);
	must(r && r->nfaults <= ICAL_FAULTS_MAX);
	for (unsigned i = 0; i < r->nfaults; i++) {
		must(r->faults[i].line > 0);
		must(str_is_utf8(ical_fault_text(arena, &r->faults[i], (int)(i % 2))));
	}
	if (r->nfaults == 0)
		comes_back(arena, &r->calendar);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ical hanoi, berlin;
	struct str text = {(const char *)data, size};

	try_calendar(calendar_in(&hanoi, "Asia/Ho_Chi_Minh"), text);
	try_calendar(calendar_in(&berlin, "Europe/Berlin"), text);
	return 0;
}
