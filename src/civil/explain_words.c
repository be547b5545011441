/* Dates, times and amounts in the words of explanations. */
#include "civil/explain_words.h"

#include "base/clock.h"

static const char *const weekdays[LANGUAGES][7] = {
	{"Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"},
	{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};
static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"};

void words_day(struct buf *out, enum language in, int32_t day)
{
	int year, month, mday;

	clock_civil_from_days(day, &year, &month, &mday);
	if (in == VI)
		buf_printf(out, "%s %02d/%02d/%d", weekdays[VI][calendar_weekday(day)], mday, month, year);
	else
		buf_printf(out, "%s %d %s %d", weekdays[EN][calendar_weekday(day)], mday, months[month - 1],
			year);
}

void words_days(struct buf *out, enum language in, int32_t first, int32_t last)
{
	words_day(out, in, first);
	if (last == first)
		return;
	buf_put(out, in == VI ? STR(" đến ") : STR(" to "));
	words_day(out, in, last);
}

void words_month(struct buf *out, enum language in, int32_t day)
{
	int year, month, mday;

	clock_civil_from_days(day, &year, &month, &mday);
	if (in == VI)
		buf_printf(out, "Tháng %02d/%d", month, year);
	else
		buf_printf(out, "%s %d", months[month - 1], year);
}

void words_time(struct buf *out, const struct calendar *c, int64_t instant, int32_t day)
{
	int second = calendar_second(c, instant);

	if (second == 0 && calendar_local_day(c, instant) > day) {
		buf_put(out, STR("24:00"));
		return;
	}
	buf_printf(out, "%02d:%02d", second / 3600, second / 60 % 60);
	if (second % 60 > 0)
		buf_printf(out, ":%02d", second % 60);
}

void words_moment(struct buf *out, enum language in, const struct calendar *c, int64_t instant)
{
	int32_t day = calendar_local_day(c, instant);

	words_time(out, c, instant, day);
	buf_put(out, in == VI ? STR(" ") : STR(" on "));
	words_day(out, in, day);
}

void words_amount(struct buf *out, enum language in, enum deadline_unit unit, int64_t amount)
{
	static const char *const words[][LANGUAGES] = {
		[DEADLINE_WORKING_HOURS] = {"giờ làm việc", "working hour"},
		[DEADLINE_WORKING_DAYS] = {"ngày làm việc", "working day"},
		[DEADLINE_CALENDAR_DAYS] = {"ngày", "day"},
		[DEADLINE_HOURS] = {"giờ", "hour"},
		[DEADLINE_IMMEDIATE] = {"phút", "minute"},
		[DEADLINE_NONE] = {"", ""},
	};

	buf_printf(out, "%lld %s", (long long)amount, words[unit][in]);
	if (in == EN && amount != 1)
		buf_byte(out, 's');
}

void words_duration(struct buf *out, enum language in, int64_t seconds)
{
	static const char *const words[][LANGUAGES] = {
		{"giờ", "hour"}, {"phút", "minute"}, {"giây", "second"}};
	const int64_t parts[] = {seconds / 3600, seconds / 60 % 60, seconds % 60};
	bool begun = false;

	for (unsigned i = 0; i < 3; i++) {
		if (parts[i] == 0 && (i < 2 || begun))
			continue;
		buf_printf(out, "%s%lld %s%s", begun ? " " : "", (long long)parts[i], words[i][in],
			in == EN && parts[i] != 1 ? "s" : "");
		begun = true;
	}
}

void words_reason(struct buf *out, enum language in, const struct calendar_day *exception)
{
	static const char *const plain[][LANGUAGES] = {
		[DAY_OFF] = {"ngày nghỉ theo lịch", "a day off in the calendar"},
		[DAY_LIKE] = {"ngày làm bù", "a make-up working day"},
		[DAY_HOURS] = {"giờ làm việc riêng", "hours of its own"},
	};
	const char *name = in == VI ? "ngày nghỉ hằng tuần" : "weekly day off";

	if (exception && exception->name[in].len == 0)
		name = plain[exception->rule][in];
	if (exception && exception->name[in].len > 0)
		buf_put(out, exception->name[in]);
	else
		buf_put(out, str_of(name));
	if (exception && exception->source.len > 0)
		buf_printf(out, " (%.*s)", STR_ARG(exception->source));
}
