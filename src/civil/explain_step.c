/* One step of an explanation: its sentences and its JSON. */
#include "civil/explain_step.h"

#include "base/clock.h"
#include "civil/explain_words.h"

/* A sentence being made. */
struct sentence {
	struct buf *out;
	enum language in;
	const struct explain_facts *facts;
};

static void say(const struct sentence *t, const char *vi, const char *en)
{
	buf_put(t->out, str_of(t->in == VI ? vi : en));
}

static void say_received(const struct sentence *t, const struct step *s)
{
	const struct deadline_trace *trace = t->facts->trace;
	const struct calendar *c = t->facts->calendar;

	if (t->facts->started[t->in].at) {
		buf_put(t->out, t->facts->started[t->in]);
		say(t, ", lúc ", ", at ");
	} else {
		say(t, "Tiếp nhận lúc ", "Received at ");
	}
	words_moment(t->out, t->in, c, s->from);
	if (trace->effective != s->from)
		say(t, ", ngoài giờ làm việc", ", outside working hours");
	if (t->facts->question->terms.unit == DEADLINE_WORKING_HOURS && trace->effective != s->from) {
		say(t, ": thời hạn tính từ ", ": the limit runs from ");
		words_moment(t->out, t->in, c, trace->effective);
	} else if (trace->received != s->first) {
		say(t, ": coi như tiếp nhận ngày ", ": it counts as received on ");
		words_day(t->out, t->in, trace->received);
	}
	say(t, ".", ".");
	if (deadline_counts_days(t->facts->question->terms.unit))
		say(t, " Ngày tiếp nhận không tính vào thời hạn.", " The day of receipt does not count.");
}

static void say_counted(const struct sentence *t, const struct step *s)
{
	const struct calendar *c = t->facts->calendar;

	switch (t->facts->question->terms.unit) {
	case DEADLINE_WORKING_HOURS:
		words_day(t->out, t->in, s->first);
		say(t, ", từ ", ", ");
		words_time(t->out, c, s->from, s->first);
		say(t, " đến ", " to ");
		words_time(t->out, c, s->until, s->first);
		say(t, ": tính ", ": counts ");
		words_duration(t->out, t->in, s->counted);
		break;
	case DEADLINE_WORKING_DAYS:
		words_day(t->out, t->in, s->first);
		say(t, ": ngày làm việc thứ ", ": working day ");
		buf_printf(t->out, "%lld", (long long)s->sum);
		break;
	case DEADLINE_CALENDAR_DAYS:
		words_days(t->out, t->in, s->first, s->last);
		say(t, ": tính ", ": counts ");
		words_amount(t->out, t->in, DEADLINE_CALENDAR_DAYS, s->counted);
		say(t, ", kể cả ngày nghỉ", ", days off included");
		break;
	default:
		say(t, "Từ ", "From ");
		words_moment(t->out, t->in, c, s->from);
		say(t, " đến ", " to ");
		words_moment(t->out, t->in, c, s->until);
		say(t, ": tính ", ": counts ");
		words_duration(t->out, t->in, s->counted);
	}
	say(t, ".", ".");
}

static void say_month(const struct sentence *t, const struct step *s)
{
	words_month(t->out, t->in, s->first);
	if (s->counted == 0) {
		say(t, ": không có thời gian được tính.", ": nothing counts.");
		return;
	}
	say(t, ": tính ", ": counts ");
	if (t->facts->question->terms.unit == DEADLINE_WORKING_DAYS)
		words_amount(t->out, t->in, DEADLINE_WORKING_DAYS, s->counted);
	else
		words_duration(t->out, t->in, s->counted);
	say(t, ".", ".");
}

static void say_made_up(const struct sentence *t, const struct step *s)
{
	words_day(t->out, t->in, s->first);
	if (s->because->rule == DAY_LIKE)
		say(t, " là ngày làm việc: ", " is a working day: ");
	else
		say(t, " có giờ làm việc riêng: ", " has hours of its own: ");
	words_reason(t->out, t->in, s->because);
	say(t, ".", ".");
}

static void say_paused(const struct sentence *t, const struct step *s)
{
	say(t, "Tạm dừng từ ", "Paused from ");
	words_moment(t->out, t->in, t->facts->calendar, s->from);
	if (s->until == INT64_MAX) {
		say(t, " và chưa kết thúc: thời hạn chưa được tính tiếp.",
			", not ended yet: the limit stands still.");
		return;
	}
	say(t, " đến ", " to ");
	words_moment(t->out, t->in, t->facts->calendar, s->until);
	say(t, ": thời gian này không tính.", ": this time does not count.");
}

static void say_rolled(const struct sentence *t, const struct step *s)
{
	const struct calendar *c = t->facts->calendar;
	int32_t last = t->facts->trace->last;

	say(t, "Ngày cuối của thời hạn, ", "The last day, ");
	words_day(t->out, t->in, last);
	if (!calendar_is_working_day(c, last)) {
		say(t, ", là ngày nghỉ: ", ", is off: ");
		words_reason(t->out, t->in, calendar_exception(c, last));
	} else if (calendar_close(c, last) < t->facts->question->start) {
		say(t, ", đã hết giờ làm việc khi tiếp nhận", ", had closed before receipt");
	} else {
		say(t, ", kết thúc trong thời gian tạm dừng", ", closes during a pause");
	}
	say(t, ". Thời hạn chuyển sang ngày làm việc kế tiếp: ",
		". The limit moves on to the next working day, ");
	words_day(t->out, t->in, s->last);
	say(t, ".", ".");
}

static void say_result(const struct sentence *t, const struct step *s)
{
	const struct deadline_terms *terms = &t->facts->question->terms;

	say(t, "Thời hạn ", "The limit of ");
	words_amount(t->out, t->in, terms->unit, terms->amount + terms->extension);
	say(t, " kết thúc lúc ", " ends at ");
	words_moment(t->out, t->in, t->facts->calendar, s->from);
	say(t, ".", ".");
}

static void say_step(const struct sentence *t, const struct step *s)
{
	switch (s->kind) {
	case STEP_RECEIVED:
		say_received(t, s);
		break;
	case STEP_COUNTED:
		say_counted(t, s);
		break;
	case STEP_SKIPPED:
		words_days(t->out, t->in, s->first, s->last);
		say(t, " không tính: ", s->first == s->last ? " does not count: " : " do not count: ");
		words_reason(t->out, t->in, s->because);
		say(t, ".", ".");
		break;
	case STEP_MADE_UP:
		say_made_up(t, s);
		break;
	case STEP_PAUSED:
		say_paused(t, s);
		break;
	case STEP_EXTENDED:
		say(t, "Gia hạn thêm ", "Extended by ");
		words_amount(
			t->out, t->in, t->facts->question->terms.unit, t->facts->question->terms.extension);
		say(t, ".", ".");
		break;
	case STEP_ROLLED:
		say_rolled(t, s);
		break;
	case STEP_RESULT:
		say_result(t, s);
		break;
	case STEP_MONTH:
		say_month(t, s);
		break;
	}
}

static void put_sentence(
	struct buf *out, enum language in, const struct explain_facts *facts, const struct step *s)
{
	struct buf words = {.arena = out->arena};
	const struct sentence t = {&words, in, facts};

	say_step(&t, s);
	buf_printf(out, ",\"what_%s\":", in == VI ? "vi" : "en");
	buf_json(out, buf_str(&words));
}

static void put_day(struct buf *out, int32_t day)
{
	buf_printf(out, ",\"day\":\"%.*s\"", STR_ARG(clock_date_text(out->arena, day)));
}

void step_put_instant(struct buf *out, const char *name, int64_t instant)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_format(instant * 1000, text);
	buf_printf(out, ",\"%s\":\"%s\"", name, text);
}

void step_write(struct buf *out, const struct explain_facts *facts, const struct step *s)
{
	static const char *const kinds[] = {
		[STEP_RECEIVED] = "received",
		[STEP_COUNTED] = "counted",
		[STEP_SKIPPED] = "skipped",
		[STEP_MADE_UP] = "made_up",
		[STEP_PAUSED] = "paused",
		[STEP_EXTENDED] = "extended",
		[STEP_ROLLED] = "rolled",
		[STEP_RESULT] = "result",
		[STEP_MONTH] = "counted",
	};
	bool nothing = s->kind == STEP_MONTH && s->counted == 0;

	buf_printf(out, "{\"kind\":\"%s\"", nothing ? "skipped" : kinds[s->kind]);
	if (s->first == s->last)
		put_day(out, s->first);
	step_put_instant(out, "from", s->from);
	if (s->until != INT64_MAX)
		step_put_instant(out, "until", s->until);
	if (s->counted > 0)
		buf_printf(out, ",\"counted\":%lld", (long long)s->counted);
	buf_printf(out, ",\"sum\":%lld", (long long)s->sum);
	put_sentence(out, VI, facts, s);
	put_sentence(out, EN, facts, s);
	buf_byte(out, '}');
}
