/* iCalendar: what is written is read back alike and is well folded; what a text may say, and everything
 * that is refused with its line. */
#include "calendars.h"
#include "unit.h"

#include <stdlib.h>

#include "base/rand.h"
#include "civil/ical.h"
#include "civil/zone.h"

enum {
	LAST_YEAR = 2200
};

static struct ical office(const char *zone)
{
	struct ical c = {.code = STR("office"),
		.name = {STR("Giờ hành chính"), STR("Office hours")},
		.zone = str_of(zone)};

	assert_int_equal(zone_load(arena, c.zone, LAST_YEAR, &c.offsets, &c.noffsets), 0);
	return c;
}

static struct str written(const struct ical *c)
{
	struct buf b = {.arena = arena};

	ical_write(&b, c, INT64_C(1795402800000));
	return buf_str(&b);
}

static const struct ical_reading *read_for(const struct ical *of, const char *text)
{
	const struct ical_reading *r = ical_read(arena, str_of(text), of);

	assert_non_null(r);
	return r;
}

static void same_text(struct str a, struct str b)
{
	assert_true(str_eq(a, b));
}

static void same_day(const struct ical_day *a, const struct ical_day *b)
{
	assert_int_equal(a->day.day, b->day.day);
	assert_int_equal(a->day.rule, b->day.rule);
	assert_int_equal(a->day.weekday, b->day.weekday);
	assert_int_equal(a->day.nhours, b->day.nhours);
	for (unsigned i = 0; i < a->day.nhours; i++) {
		assert_int_equal(a->day.hours[i].open, b->day.hours[i].open);
		assert_int_equal(a->day.hours[i].close, b->day.hours[i].close);
	}
	same_text(a->day.name[0], b->day.name[0]);
	same_text(a->day.name[1], b->day.name[1]);
	same_text(a->day.source, b->day.source);
	same_text(a->note, b->note);
}

static void same_hours(const struct calendar_hours *a, const struct calendar_hours *b)
{
	assert_int_equal(a->weekday, b->weekday);
	assert_int_equal(a->open, b->open);
	assert_int_equal(a->close, b->close);
	assert_int_equal(a->valid_from, b->valid_from);
	assert_int_equal(a->valid_to, b->valid_to);
}

static void comes_back(const struct ical *c)
{
	const struct ical_reading *r = ical_read(arena, written(c), c);

	assert_non_null(r);
	if (r->nfaults > 0)
		fail_msg("line %u: %s\n%s", r->faults[0].line,
			arena_cstr(arena, ical_fault_text(arena, &r->faults[0], 1)),
			arena_cstr(arena, written(c)));
	assert_int_equal(r->calendar.nhours, c->nhours);
	assert_int_equal(r->calendar.ndays, c->ndays);
	for (unsigned i = 0; i < c->nhours; i++)
		same_hours(&c->hours[i].hours, &r->calendar.hours[i].hours);
	for (unsigned i = 0; i < c->ndays; i++)
		same_day(&c->days[i], &r->calendar.days[i]);
}

static const struct calendar_interval morning[] = {{8 * HOUR, 11 * HOUR + 1800}};
static const struct calendar_interval split[] = {{0, 60}, {8 * HOUR, 12 * HOUR}, {13 * HOUR, 24 * HOUR}};

/* Three rules, texts that need folding and escaping, open and bounded hours. */
static struct ical full(const char *zone)
{
	static struct ical_hours hours[4];
	static struct ical_day days[5];
	static const struct str long_name =
		STR("Nghỉ; bù, ngày \\ lễ: một cái tên rất dài để dòng phải được gấp lại, ệệệệệệệệệệệệ");
	struct ical c = office(zone);

	hours[0].hours = (struct calendar_hours){0, 8 * HOUR, 12 * HOUR, CALENDAR_ALWAYS};
	hours[1].hours = (struct calendar_hours){0, 13 * HOUR, 24 * HOUR, INT32_MIN, day_of("2026-07-01")};
	hours[2].hours =
		(struct calendar_hours){0, 13 * HOUR, 17 * HOUR, day_of("2026-07-01"), day_of("2200-12-31")};
	hours[3].hours = (struct calendar_hours){6, 0, 24 * HOUR, day_of("1970-01-01"), INT32_MAX};
	c.hours = hours;
	c.nhours = 4;
	days[0] = (struct ical_day){.day = {.day = day_of("1970-01-01"), .rule = DAY_OFF, .weekday = -1}};
	days[1] = (struct ical_day){
		.day = {.day = day_of("2024-02-29"), .rule = DAY_LIKE, .weekday = 6}, .note = STR("n")};
	days[2] = (struct ical_day){.day = {.day = day_of("2026-08-22"), .rule = DAY_LIKE, .weekday = -1}};
	days[3] = (struct ical_day){.day = {.day = day_of("2026-12-31"),
					    .rule = DAY_HOURS,
					    .weekday = -1,
					    .hours = morning,
					    .nhours = 1}};
	days[4] = (struct ical_day){.day = {.day = day_of("2200-12-31"),
					    .rule = DAY_HOURS,
					    .weekday = -1,
					    .hours = split,
					    .nhours = 3}};
	for (unsigned i = 0; i < 5; i++) {
		days[i].day.name[0] = i == 1 ? long_name : STR("Nghỉ");
		days[i].day.name[1] = STR("Off, \\n \\, ;");
		days[i].day.source = long_name;
	}
	c.days = days;
	c.ndays = 5;
	return c;
}

static void comes_back_alike(void **state)
{
	static const char *const zones[] = {"Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York",
		"Pacific/Apia", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu", "Africa/Casablanca"};
	(void)state;

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct ical c = full(zones[i]);

		comes_back(&c);
		c.nhours = 0;
		comes_back(&c);
		c.ndays = 0;
		comes_back(&c);
	}
}

static int below(uint64_t n)
{
	uint64_t x;

	rand_bytes(&x, sizeof(x));
	return (int)(x % n);
}

static struct str random_text(void)
{
	static const char *const parts[] = {
		"a", "Đ", "ệ", " x", ",", ";", "\\", ":", "\"", "😀", "0", "n", "=", "'", "END:VEVENT"};
	struct buf b = {.arena = arena};

	buf_byte(&b, 'T');
	for (int n = below(120); n > 0; n--)
		buf_put(&b, str_of(parts[below(sizeof(parts) / sizeof(parts[0]))]));
	return buf_str(&b);
}

static void random_calendars(void **state)
{
	static struct ical_day days[40];
	static struct ical_hours hours[7];
	(void)state;

	for (int round = 0; round < 200; round++) {
		struct ical c = office(round % 2 ? "Asia/Ho_Chi_Minh" : "Europe/Berlin");
		int32_t day = below(400);

		for (c.ndays = 0; c.ndays < 40; c.ndays++, day += 1 + below(2000)) {
			struct ical_day *d = &days[c.ndays];

			*d = (struct ical_day){
				.day = {.day = day, .rule = (enum calendar_day_rule)below(3), .weekday = -1}};
			d->day.name[0] = random_text();
			d->day.name[1] = random_text();
			d->day.source = random_text();
			d->note = below(2) ? random_text() : STR_NONE;
			if (d->day.rule == DAY_LIKE)
				d->day.weekday = below(8) - 1;
			if (d->day.rule == DAY_HOURS)
				d->day.hours = split + below(3), d->day.nhours = 1;
		}
		for (c.nhours = 0; c.nhours < 7; c.nhours++) {
			int open = below(1439), from = below(60000);

			hours[c.nhours].hours = (struct calendar_hours){(int)c.nhours, open * 60,
				(open + 1 + below((uint64_t)(1440 - open))) * 60, below(3) ? from : INT32_MIN,
				below(3) ? from + 7 + below(20000) : INT32_MAX};
		}
		c.days = days;
		c.hours = hours;
		comes_back(&c);
	}
}

/* Lines of at most 75 bytes, ended by CRLF, each valid UTF-8 for itself. */
static void lines_are_short(void **state)
{
	struct ical c = full("Europe/Berlin");
	struct str rest = written(&c), line;
	unsigned folded = 0;
	(void)state;

	while (str_next(&rest, '\n', &line)) {
		assert_true(line.len >= 1 && line.len <= 76 && line.at[line.len - 1] == '\r');
		assert_true(str_is_utf8(line));
		folded += line.at[0] == ' ';
	}
	assert_true(folded > 10);
}

#define BEGIN	    "BEGIN:VCALENDAR\nVERSION:2.0\n"
#define END	    "END:VCALENDAR\n"
#define EVENT(text) BEGIN "BEGIN:VEVENT\nSUMMARY:S\n" text "END:VEVENT\n" END
#define DAY(text)   EVENT("DTSTART;VALUE=DATE:20260901\n" text)
#define WEEKLY(text)                                                                                         \
	EVENT("X-TIEPDAN-RULE:WEEKLY\nDTSTART;TZID=Asia/Ho_Chi_Minh:20260907T080000\n"                       \
	      "DTEND;TZID=Asia/Ho_Chi_Minh:20260907T120000\n" text)

/* A feed of holidays as other programs write it. */
static void what_others_write(void **state)
{
	struct ical c = office("Asia/Ho_Chi_Minh");
	const struct ical_reading *r = read_for(&c,
		"\xEF\xBB\xBF"
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nX-WR-TIMEZONE:Asia/Ho_Chi_Minh\r\n"
		"BEGIN:VTIMEZONE\r\nTZID:Asia/Ho_Chi_Minh\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
		"RRULE:FREQ=YEARLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
		"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270204\r\nDTEND;VALUE=DATE:20270211\r\nSUMMARY;"
		"LANGUAGE=vi;X-A=\"b:;,\":Tết \r\n"
		" Nguyên "
		"đán\r\nDESCRIPTION:a\\nb\r\nLOCATION:\r\nBEGIN:VALARM\r\nTRIGGER:-P1D\r\nDURATION:"
		"PT5M\r\nDTSTART:x\r\n"
		"END:VALARM\r\nEND:VEVENT\r\n"
		"begin:vevent\r\ndtstart;value=date:20260902\r\nsummary:Quốc khánh\\, "
		"2/9\r\nrrule:freq=yearly;count=3;wkst=mo\r\n"
		"comment;language=EN:National Day\r\nend:vevent\r\n"
		"BEGIN:VEVENT\r\nDTSTART:20260822\r\nSUMMARY:Bù\r\nCATEGORIES:work,Make-Up\r\nX-TIEPDAN-"
		"WEEKDAY:MO\r\nEND:VEVENT\r\n"
		"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260901\r\nSUMMARY:No\r\nSTATUS:CANCELLED\r\nEND:"
		"VEVENT\r\n"
		"BEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n\r\n");
	(void)state;

	assert_int_equal(r->nfaults, 0);
	assert_int_equal(r->calendar.ndays, 11);
	assert_int_equal(r->calendar.nhours, 0);
	assert_int_equal(r->calendar.days[0].day.day, day_of("2026-08-22"));
	assert_int_equal(r->calendar.days[0].day.rule, DAY_LIKE);
	assert_int_equal(r->calendar.days[0].day.weekday, 0);
	assert_int_equal(r->calendar.days[1].day.day, day_of("2026-09-02"));
	same_text(r->calendar.days[1].day.name[0], STR("Quốc khánh, 2/9"));
	same_text(r->calendar.days[1].day.name[1], STR("National Day"));
	same_text(r->calendar.days[2].day.name[0], STR("Tết Nguyên đán"));
	same_text(r->calendar.days[2].day.name[1], STR("Tết Nguyên đán"));
	assert_int_equal(r->calendar.days[8].day.day, day_of("2027-02-10"));
	assert_int_equal(r->calendar.days[10].day.day, day_of("2028-09-02"));
}

static void recurring_days(void **state)
{
	static const struct {
		const char *text, *last;
		unsigned days;
	} cases[] = {
		{DAY("RRULE:FREQ=WEEKLY;COUNT=5\n"), "2026-09-29", 5},
		{DAY("RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20260929\n"), "2026-09-29", 3},
		{DAY("RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260927T170000Z\n"), "2026-09-22", 4},
		{DAY("RRULE:FREQ=WEEKLY;UNTIL=20260928T170000Z\n"), "2026-09-29", 5}, /* the 29th in Hanoi */
		{DAY("RRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1;UNTIL=20360901\n"), "2036-09-01", 11},
		{DAY("DTEND;VALUE=DATE:20260904\nRRULE:FREQ=YEARLY;COUNT=2\n"), "2027-09-03", 6},
		{EVENT("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=3\n"), "2032-02-29", 3},
		{EVENT("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;UNTIL=20270601\n"), "2024-02-29", 1},
		{EVENT("DTSTART;VALUE=DATE:22001231\n"), "2200-12-31", 1},
	};
	struct ical c = office("Asia/Ho_Chi_Minh");
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ical_reading *r = read_for(&c, cases[i].text);

		assert_int_equal(r->nfaults, 0);
		assert_int_equal(r->calendar.ndays, cases[i].days);
		assert_int_equal(r->calendar.days[cases[i].days - 1].day.day, day_of(cases[i].last));
	}
}

static void weekly_hours(void **state)
{
	static const struct {
		const char *text, *from, *to;
		unsigned n;
	} cases[] = {
		{WEEKLY("RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261231T165959Z\n"), "2026-09-07",
			"2027-01-01", 5},
		{WEEKLY("RRULE:FREQ=WEEKLY;UNTIL=22001231T165959Z\n"), "2026-09-07", NULL, 1},
		{WEEKLY("RRULE:FREQ=WEEKLY;COUNT=2\n"), "2026-09-07", "2026-09-21", 1},
		{WEEKLY("RRULE:FREQ=WEEKLY;BYDAY=MO,TU,SA;UNTIL=20260910\n"), "2026-09-07", "2026-09-11", 2},
		/* UNTIL lies before the last event would begin. */
		{WEEKLY("RRULE:FREQ=WEEKLY;UNTIL=20260914T005959Z\n"), "2026-09-07", "2026-09-14", 1},
		{WEEKLY("RRULE:FREQ=WEEKLY;UNTIL=20260914T010000Z\n"), "2026-09-07", "2026-09-15", 1},
		{WEEKLY("X-TIEPDAN-VALID-FROM;VALUE=DATE:20260901\nRRULE:FREQ=WEEKLY;UNTIL=20260914\n"),
			"2026-09-01", "2026-09-15", 1},
	};
	struct ical c = office("Asia/Ho_Chi_Minh");
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ical_reading *r = read_for(&c, cases[i].text);

		assert_int_equal(r->nfaults, 0);
		assert_int_equal(r->calendar.nhours, cases[i].n);
		for (unsigned w = 0; w < cases[i].n; w++) {
			const struct calendar_hours want = {(int)w, 8 * HOUR, 12 * HOUR,
				day_of(cases[i].from), cases[i].to ? day_of(cases[i].to) : INT32_MAX};

			same_hours(&r->calendar.hours[w].hours, &want);
		}
	}
}

static const struct refused {
	const char *text;
	unsigned line;
	enum ical_fault_code code;
} refused[] = {
	{"", 1, ICAL_not_calendar},
	{"\r\n\n", 1, ICAL_not_calendar},
	{"calendar,day,works\n", 1, ICAL_bad_line},
	{"SUMMARY:x\n", 1, ICAL_not_calendar},
	{"BEGIN:VEVENT\nEND:VEVENT\n", 1, ICAL_not_calendar},
	{BEGIN END "x", 4, ICAL_behind_end},
	{BEGIN END BEGIN END, 4, ICAL_behind_end},
	{BEGIN "BEGIN:VEVENT\n", 3, ICAL_not_closed},
	{"BEGIN:VCALENDAR\n", 1, ICAL_not_closed},
	{BEGIN "BEGIN:VEVENT\nEND:VCALENDAR\n", 4, ICAL_not_opened},
	{BEGIN "END:VEVENT\n" END, 3, ICAL_not_opened},
	{"BEGIN:VCALENDAR\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\n", 9,
		ICAL_too_deep},
	{BEGIN "no colon\n" END, 3, ICAL_bad_line},
	{BEGIN ":no name\n" END, 3, ICAL_bad_line},
	{BEGIN "A;B:c\n" END, 3, ICAL_bad_line},
	{BEGIN "A;B=\"c:d\n" END, 3, ICAL_bad_line},
	{BEGIN "A:b\rc\n" END, 3, ICAL_control},
	{BEGIN "A:b\x07\n" END, 3, ICAL_control},
	{BEGIN "A:\xff\n" END, 1, ICAL_not_utf8},
	{"BEGIN:VCALENDAR\nVERSION:1.0\n" END, 2, ICAL_unsupported},
	{BEGIN "CALSCALE:CHINESE\n" END, 3, ICAL_unsupported},
	{BEGIN "X-WR-TIMEZONE:Europe/Berlin\n" END, 3, ICAL_unknown_zone},
	{EVENT("DTEND;VALUE=DATE:20260902\n"), 3, ICAL_no_start},
	{BEGIN "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260901\nEND:VEVENT\n" END, 3, ICAL_no_summary},
	{BEGIN "BEGIN:VEVENT\nSUMMARY:\nDTSTART;VALUE=DATE:20260901\nEND:VEVENT\n" END, 4, ICAL_bad_text},
	{DAY("X-TIEPDAN-NOTE:a\\b\n"), 6, ICAL_bad_text},
	{DAY("COMMENT;LANGUAGE=en:\\\n"), 6, ICAL_bad_text},
	{DAY("DTSTART;VALUE=DATE:20260902\n"), 6, ICAL_twice},
	{DAY("RDATE;VALUE=DATE:20260903\n"), 6, ICAL_unsupported},
	{DAY("EXDATE;VALUE=DATE:20260903\n"), 6, ICAL_unsupported},
	{DAY("DURATION:P2D\n"), 6, ICAL_unsupported},
	{EVENT("DTSTART;VALUE=DATE:20260931\n"), 5, ICAL_bad_time},
	{EVENT("DTSTART;VALUE=DATE:2026-09-01\n"), 5, ICAL_bad_time},
	{EVENT("DTSTART;VALUE=DATE:20260901T080000\n"), 5, ICAL_bad_time},
	{EVENT("DTSTART;VALUE=DATE-TIME:20260901\n"), 5, ICAL_bad_time},
	{EVENT("DTSTART;VALUE=DATE:19691231\n"), 5, ICAL_out_of_range},
	{EVENT("DTSTART;VALUE=DATE:22010101\n"), 5, ICAL_out_of_range},
	{EVENT("DTSTART;VALUE=DATE:99991231\n"), 5, ICAL_out_of_range},
	{EVENT("DTSTART;VALUE=DATE:22001230\nRRULE:FREQ=WEEKLY;COUNT=2\n"), 3, ICAL_out_of_range},
	{DAY("DTEND;VALUE=DATE:20260901\n"), 6, ICAL_end_before_start},
	{DAY("DTEND:20260902T000000\n"), 6, ICAL_end_before_start},
	{EVENT("DTSTART;TZID=Asia/Atlantis:20260901T080000\n"), 5, ICAL_unknown_zone},
	{EVENT("DTSTART;TZID=Europe/Berlin:20260901T080000\n"), 5, ICAL_unknown_zone},
	{EVENT("DTSTART:20260901T080000Z\n"), 5, ICAL_unknown_zone},
	{EVENT("DTSTART:20260901T080000\nRRULE:FREQ=WEEKLY;COUNT=2\n"), 5, ICAL_not_all_day},
	{DAY("RRULE:FREQ=YEARLY\n"), 6, ICAL_endless},
	{DAY("RRULE:FREQ=WEEKLY;INTERVAL=2\n"), 6, ICAL_endless},
	{WEEKLY("RRULE:FREQ=WEEKLY\n"), 8, ICAL_endless},
	{DAY("RRULE:FREQ=YEARLY;COUNT=12\n"), 6, ICAL_too_far},
	{DAY("RRULE:FREQ=WEEKLY;UNTIL=20361001\n"), 6, ICAL_too_far},
	{DAY("RRULE:FREQ=YEARLY;INTERVAL=90000;COUNT=90000\n"), 6, ICAL_too_far},
	{DAY("RRULE:FREQ=DAILY;COUNT=2\n"), 6, ICAL_unsupported},
	{DAY("RRULE:FREQ=WEEKLY;BYSETPOS=1;COUNT=2\n"), 6, ICAL_unsupported},
	{DAY("RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2\n"), 6, ICAL_unsupported},
	{DAY("RRULE:FREQ=YEARLY;BYMONTH=8;COUNT=2\n"), 6, ICAL_unsupported},
	{DAY("RRULE:COUNT=2\n"), 6, ICAL_bad_repeat},
	{DAY("RRULE:FREQ=WEEKLY;COUNT=0\n"), 6, ICAL_bad_repeat},
	{DAY("RRULE:FREQ=WEEKLY;COUNT=2;COUNT=3\n"), 6, ICAL_bad_repeat},
	{DAY("RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20270101\n"), 6, ICAL_bad_repeat},
	{DAY("RRULE:FREQ=WEEKLY;UNTIL=soon\n"), 6, ICAL_bad_repeat},
	{DAY("X-TIEPDAN-RULE:CLOSED\n"), 6, ICAL_bad_rule},
	{DAY("X-TIEPDAN-WEEKDAY:MO\n"), 6, ICAL_bad_weekday},
	{DAY("X-TIEPDAN-RULE:MAKE-UP\nX-TIEPDAN-WEEKDAY:MON\n"), 7, ICAL_bad_weekday},
	{DAY("X-TIEPDAN-RULE:HOURS\n"), 6, ICAL_bad_hours},
	{DAY("X-TIEPDAN-HOURS:08:00-12:00\n"), 6, ICAL_bad_hours},
	{DAY("X-TIEPDAN-RULE:HOURS\nX-TIEPDAN-HOURS:12:00-08:00\n"), 7, ICAL_bad_hours},
	{DAY("X-TIEPDAN-RULE:HOURS\nX-TIEPDAN-HOURS:8:00-12:00\n"), 7, ICAL_bad_hours},
	{DAY("X-TIEPDAN-RULE:HOURS\nX-TIEPDAN-HOURS:08:00-24:01\n"), 7, ICAL_bad_hours},
	{DAY("X-TIEPDAN-RULE:HOURS\nX-TIEPDAN-HOURS:08:00-12:00 11:00-13:00\n"), 7, ICAL_hours_overlap},
	{DAY("END:VEVENT\nBEGIN:VEVENT\nSUMMARY:T\nX-TIEPDAN-RULE:MAKE-UP\nDTSTART;VALUE=DATE:20260901\n"), 7,
		ICAL_contradiction},
	{DAY("DTEND;VALUE=DATE:20260910\nRRULE:FREQ=WEEKLY;COUNT=2\n"), 3, ICAL_contradiction},
	{WEEKLY(""), 3, ICAL_no_repeat},
	{EVENT("X-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T080000\nRRULE:FREQ=WEEKLY;COUNT=2\n"), 3,
		ICAL_no_end},
	{EVENT("X-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T080000\nDTEND:20260907T080000\nRRULE:FREQ=WEEKLY;"
	       "COUNT=2\n"),
		7, ICAL_end_before_start},
	{EVENT("X-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T220000\nDTEND:20260908T060000\nRRULE:FREQ=WEEKLY;"
	       "COUNT=2\n"),
		7, ICAL_over_midnight},
	{EVENT("X-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T080001\nDTEND:20260907T090000\nRRULE:FREQ=WEEKLY;"
	       "COUNT=2\n"),
		6, ICAL_bad_time},
	{EVENT("X-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T080000\nDTEND:20260908\nRRULE:FREQ=WEEKLY;COUNT=2\n"),
		7, ICAL_bad_time},
	{WEEKLY("RRULE:FREQ=YEARLY;COUNT=2\n"), 8, ICAL_bad_repeat},
	{WEEKLY("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2\n"), 8, ICAL_bad_repeat},
	{WEEKLY("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2\n"), 8, ICAL_bad_repeat},
	{WEEKLY("RRULE:FREQ=WEEKLY;COUNT=90000\n"), 8, ICAL_out_of_range},
	{WEEKLY("RRULE:FREQ=WEEKLY;UNTIL=99991231T000000Z\n"), 8, ICAL_out_of_range},
	{WEEKLY("RRULE:FREQ=WEEKLY;UNTIL=20260906T000000Z\n"), 8, ICAL_end_before_start},
	{WEEKLY("X-TIEPDAN-VALID-FROM:20260831\nRRULE:FREQ=WEEKLY;COUNT=2\n"), 8, ICAL_bad_time},
	{WEEKLY("RRULE:FREQ=WEEKLY;COUNT=9\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:S\nX-TIEPDAN-RULE:WEEKLY\n"
		"DTSTART:20260914T110000\nDTEND:20260914T130000\nRRULE:FREQ=WEEKLY;COUNT=1\n"),
		10, ICAL_hours_overlap},
};

static void what_is_refused(void **state)
{
	struct ical c = office("Asia/Ho_Chi_Minh");
	(void)state;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct ical_reading *r = read_for(&c, refused[i].text);

		if (r->nfaults == 0)
			fail_msg("%s: is not refused", refused[i].text);
		if (r->faults[0].line != refused[i].line || r->faults[0].code != refused[i].code)
			fail_msg("%s: line %u: %s", refused[i].text, r->faults[0].line,
				arena_cstr(arena, ical_fault_text(arena, &r->faults[0], 1)));
		for (int lang = 0; lang < 2; lang++)
			assert_true(str_is_utf8(ical_fault_text(arena, &r->faults[0], lang)));
	}
}

/* Texts of the right form that are too much. */
static void what_is_too_much(void **state)
{
	struct ical c = office("Asia/Ho_Chi_Minh");
	struct buf events = {.arena = arena}, line = {.arena = arena}, weekly = {.arena = arena};
	(void)state;

	buf_put(&events, STR(BEGIN));
	for (int i = 0; i <= ICAL_EVENTS_MAX; i++)
		buf_put(&events, STR("BEGIN:VEVENT\nSTATUS:CANCELLED\nEND:VEVENT\n"));
	const struct ical_reading *r = ical_read(arena, buf_str(&events), &c);
	assert_int_equal(r->nfaults, 1);
	assert_int_equal(r->faults[0].code, ICAL_too_many_events);

	buf_put(&line, STR(BEGIN "X-A:"));
	for (int i = 0; i < 9000; i++)
		buf_put(&line, i % 70 ? STR("x") : STR("\n x"));
	buf_put(&line, STR("\n" END));
	r = ical_read(arena, buf_str(&line), &c);
	assert_int_equal(r->nfaults, 1);
	assert_int_equal(r->faults[0].code, ICAL_line_too_long);
	assert_int_equal(r->faults[0].line, 3);

	r = read_for(&c, EVENT("DTSTART;VALUE=DATE:19700101\nDTEND;VALUE=DATE:20000101\n"));
	assert_int_equal(r->nfaults, 1);
	assert_int_equal(r->faults[0].code, ICAL_too_many_days);

	buf_put(&weekly, STR(BEGIN));
	for (int i = 0; i <= ICAL_HOURS_MAX; i++)
		buf_printf(&weekly,
			"BEGIN:VEVENT\nX-TIEPDAN-RULE:WEEKLY\nDTSTART:20260907T%02d%02d00\nDTEND:20260907T%"
			"02d%02d00\n"
			"RRULE:FREQ=WEEKLY;COUNT=1\nEND:VEVENT\n",
			i / 60, i % 60, (i + 1) / 60, (i + 1) % 60);
	r = ical_read(arena, buf_str(&weekly), &c);
	assert_int_equal(r->nfaults, 1);
	assert_int_equal(r->faults[0].code, ICAL_too_many_hours);
}

static void several_faults_at_once(void **state)
{
	struct ical c = office("Asia/Ho_Chi_Minh");
	const struct ical_reading *r =
		read_for(&c, BEGIN "BEGIN:VEVENT\nSUMMARY:A\nDTSTART;VALUE=DATE:20260230\nEND:VEVENT\nbad\n"
				   "BEGIN:VEVENT\nSUMMARY:B\nEND:VEVENT\n" END);
	(void)state;

	assert_int_equal(r->nfaults, 3);
	assert_int_equal(r->faults[0].line, 5);
	assert_int_equal(r->faults[1].line, 7);
	assert_int_equal(r->faults[2].line, 8);
	assert_string_equal(
		ical_fault_text(arena, &r->faults[0], 1).at, "DTSTART:20260230: is not a date or time");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_alike),
		cmocka_unit_test(random_calendars),
		cmocka_unit_test(lines_are_short),
		cmocka_unit_test(what_others_write),
		cmocka_unit_test(recurring_days),
		cmocka_unit_test(weekly_hours),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(what_is_too_much),
		cmocka_unit_test(several_faults_at_once),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
