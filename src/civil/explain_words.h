#ifndef TIEPDAN_CIVIL_EXPLAIN_WORDS_H
#define TIEPDAN_CIVIL_EXPLAIN_WORDS_H

#include "base/buf.h"
#include "civil/deadline.h"

/* Dates, times and amounts as people read them, in Vietnamese and English: the words of explanations. Each
 * appends to `out`. */
enum language {
	VI,
	EN,
	LANGUAGES
};

void words_day(
	struct buf *out, enum language in, int32_t day); /* Thứ Ba 24/11/2026, Tuesday 24 November 2026 */
void words_days(struct buf *out, enum language in, int32_t first, int32_t last); /* one day or from .. to */
void words_month(struct buf *out, enum language in, int32_t day);
/* The time of day; seconds only when they are not zero. What ends at midnight ends at 24:00 of `day`. */
void words_time(struct buf *out, const struct calendar *c, int64_t instant, int32_t day);
void words_moment(struct buf *out, enum language in, const struct calendar *c, int64_t instant);
/* 8 giờ làm việc, 8 working hours. */
void words_amount(struct buf *out, enum language in, enum deadline_unit unit, int64_t amount);
void words_duration(struct buf *out, enum language in, int64_t seconds); /* 1 giờ 45 phút */
/* The name of an exception with its source in brackets; without a name, or an exception, what it is. */
void words_reason(struct buf *out, enum language in, const struct calendar_day *exception);

#endif
