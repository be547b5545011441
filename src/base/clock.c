/* Time: the two clocks, dates of the proleptic Gregorian calendar, RFC 3339 and HTTP dates. */
#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "base/must.h"

enum {
	MS_PER_DAY = 86400000,
	DAYS_MIN = -719162, /* 0001-01-01 */
	DAYS_MAX = 2932896  /* 9999-12-31 */
};

int64_t clock_wall_ms(void)
{
	struct timespec now;

	must(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
	struct timespec now;

	must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Both conversions count in eras of 400 years (146097 days) from a year that begins on the first of March, so
 * that the leap day is the last day: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int32_t clock_days_from_civil(int year, int month, int day)
{
	int shifted = year - (month <= 2);
	int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int year_of_era = shifted - era * 400;
	int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void clock_civil_from_days(int32_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t shifted = (int64_t)days + 719468;
	int era = (int)((shifted >= 0 ? shifted : shifted - 146096) / 146097);
	int day_of_era = (int)(shifted - (int64_t)era * 146097);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * day_of_year + 2) / 153;

	*ret_day = day_of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

/* Days and the milliseconds into the day, also before 1970. */
static int32_t split(int64_t wall_ms, int *ret_ms)
{
	int64_t days = wall_ms / MS_PER_DAY - (wall_ms % MS_PER_DAY < 0);

	must(days >= DAYS_MIN && days <= DAYS_MAX);
	*ret_ms = (int)(wall_ms - days * MS_PER_DAY);
	return (int32_t)days;
}

static void put_digits(char *at, int width, int number)
{
	while (width-- > 0) {
		at[width] = (char)('0' + number % 10);
		number /= 10;
	}
}

static void put_time(char *at, int ms)
{
	put_digits(at, 2, ms / 3600000);
	at[2] = ':';
	put_digits(at + 3, 2, ms / 60000 % 60);
	at[5] = ':';
	put_digits(at + 6, 2, ms / 1000 % 60);
}

void clock_format(int64_t wall_ms, char ret_text[CLOCK_RFC3339_SIZE])
{
	int year, month, day, ms;
	int32_t days = split(wall_ms, &ms);

	clock_civil_from_days(days, &year, &month, &day);
	put_digits(ret_text, 4, year);
	ret_text[4] = '-';
	put_digits(ret_text + 5, 2, month);
	ret_text[7] = '-';
	put_digits(ret_text + 8, 2, day);
	ret_text[10] = 'T';
	put_time(ret_text + 11, ms);
	ret_text[19] = '.';
	put_digits(ret_text + 20, 3, ms % 1000);
	ret_text[23] = 'Z';
	ret_text[24] = '\0';
}

void clock_http_date(int64_t wall_ms, char ret_text[CLOCK_HTTP_DATE_SIZE])
{
	static const char days_of_week[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char months[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int year, month, day, ms;
	int32_t days = split(wall_ms, &ms);

	clock_civil_from_days(days, &year, &month, &day);
	snprintf(ret_text, CLOCK_HTTP_DATE_SIZE, "%s, 00 %s 0000 00:00:00 GMT",
		days_of_week[(days % 7 + 7) % 7], months[month - 1]);
	put_digits(ret_text + 5, 2, day);
	put_digits(ret_text + 12, 4, year);
	put_time(ret_text + 17, ms);
}

/* Exactly `width` digits off the front of `*rest`; -1 when they are not there. */
static int take_digits(struct str *rest, size_t width)
{
	int number = 0;

	if (rest->len < width)
		return -1;
	for (size_t i = 0; i < width; i++) {
		if (rest->at[i] < '0' || rest->at[i] > '9')
			return -1;
		number = number * 10 + (rest->at[i] - '0');
	}
	*rest = (struct str){rest->at + width, rest->len - width};
	return number;
}

/* One byte off the front, if it is `c` (or the same letter in lower case). */
static bool take_byte(struct str *rest, char c)
{
	if (rest->len == 0 || (rest->at[0] != c && !(c >= 'A' && c <= 'Z' && rest->at[0] == c + ('a' - 'A'))))
		return false;
	*rest = (struct str){rest->at + 1, rest->len - 1};
	return true;
}

/* "hh:mm" as minutes, or -1. */
static int take_minutes(struct str *rest)
{
	int hour = take_digits(rest, 2);
	int minute = take_byte(rest, ':') ? take_digits(rest, 2) : -1;

	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return -1;
	return hour * 60 + minute;
}

static int take_date(struct str *rest, int32_t *ret_days)
{
	int year = take_digits(rest, 4);
	int month = take_byte(rest, '-') ? take_digits(rest, 2) : -1;
	int day = take_byte(rest, '-') ? take_digits(rest, 2) : -1;
	int same_year, same_month, same_day;

	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		return -EINVAL;
	*ret_days = clock_days_from_civil(year, month, day);
	clock_civil_from_days(*ret_days, &same_year, &same_month, &same_day);
	return same_day == day ? 0 : -EINVAL;
}

struct str clock_date_text(struct arena *arena, int32_t days)
{
	int year, month, day;

	clock_civil_from_days(days, &year, &month, &day);
	return arena_printf(arena, "%04d-%02d-%02d", year, month, day);
}

int clock_parse_date(struct str text, int32_t *ret_days)
{
	int32_t days;

	if (take_date(&text, &days) != 0 || text.len != 0)
		return -EINVAL;
	*ret_days = days;
	return 0;
}

/* ".123456" as milliseconds, 0 when there is none, -1 when no digit follows the dot. */
static int take_fraction(struct str *rest)
{
	int ms = 0, weight = 100, digits = 0, digit;

	if (!take_byte(rest, '.'))
		return 0;
	for (; (digit = take_digits(rest, 1)) >= 0; digits++) {
		ms += digit * weight;
		weight /= 10;
	}
	return digits ? ms : -1;
}

/* "Z", "+hh:mm" or "-hh:mm" as minutes east of UTC. */
static int take_offset(struct str *rest, int *ret_minutes)
{
	int sign = take_byte(rest, '+') ? 1 : take_byte(rest, '-') ? -1 : 0;
	int minutes = sign ? take_minutes(rest) : 0;

	if (minutes < 0 || (!sign && !take_byte(rest, 'Z')))
		return -EINVAL;
	*ret_minutes = sign * minutes;
	return 0;
}

int clock_parse(struct str text, int64_t *ret_wall_ms)
{
	int minutes, second, fraction, offset;
	int64_t in_utc, wall_ms;
	int32_t days;

	if (take_date(&text, &days) != 0 || !take_byte(&text, 'T'))
		return -EINVAL;
	minutes = take_minutes(&text);
	second = take_byte(&text, ':') ? take_digits(&text, 2) : -1;
	fraction = take_fraction(&text);
	if (minutes < 0 || second < 0 || second > 60 || fraction < 0)
		return -EINVAL;
	if (take_offset(&text, &offset) != 0 || text.len != 0)
		return -EINVAL;
	in_utc = (int64_t)days * 1440 + minutes - offset;
	if (second == 60 && ((in_utc % 1440) + 1440) % 1440 != 1439)
		return -EINVAL;
	wall_ms = (in_utc * 60 + second) * 1000 + fraction;
	if (wall_ms < (int64_t)DAYS_MIN * MS_PER_DAY || wall_ms >= ((int64_t)DAYS_MAX + 1) * MS_PER_DAY)
		return -EINVAL;
	*ret_wall_ms = wall_ms;
	return 0;
}
