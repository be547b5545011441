/* Replies to generated tickets, and what comes behind them. */
#include "command/generate_moves.h"

#include <math.h>

#include "civil/personal.h"
#include "civil/text.h"

static const int64_t second_us = 1000000;

void life_propose(struct life *l)
{
	struct life_reply *reply = &l->reply[l->nreplies++];
	struct event e = life_event(l, ACTION_propose);
	struct uuid id = random_uuid(&l->random, l->at * 1000);
	struct str said = life_words(l, "reply"), thanks = life_words(l, "thanks");

	*reply = (struct life_reply){.id = id,
		.by = *life_officer(l),
		.text = arena_printf(l->arena, "%.*s %.*s", STR_ARG(said), STR_ARG(thanks)),
		.state = "proposed",
		.at = l->at};
	e.actor = life_officer(l);
	event_uuid(l, &e, "person", l->person);
	event_says(&e, "reply", event_key(l, &id), event_texts(l->arena, &reply->text, 1));
	life_change(l, ACTION_propose, &e);
}

static void decide_reply(struct life *l, const char *state)
{
	struct life_reply *reply = &l->reply[l->nreplies - 1];

	reply->state = state;
	reply->decided = l->at;
	reply->decided_by = l->staff->head;
}

void life_send_back(struct life *l)
{
	struct event e = life_event(l, ACTION_send_back);

	decide_reply(l, "sent_back");
	e.actor = &l->staff->head;
	e.reason = life_words(l, "send_back");
	event_uuid(l, &e, "person", l->person);
	life_change(l, ACTION_send_back, &e);
}

void life_approve(struct life *l)
{
	decide_reply(l, "published");
	life_move(l, ACTION_approve, &l->staff->head);
}

void life_replies_write(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_reply];

	for (unsigned i = 0; i < l->nreplies; i++) {
		const struct life_reply *reply = &l->reply[i];

		rows_begin(rows, 10);
		rows_uuid(rows, &reply->id);
		rows_uuid(rows, &l->id);
		rows_int4(rows, (int32_t)i + 1);
		rows_at(rows, reply->at * second_us);
		rows_uuid(rows, &reply->by);
		rows_int8(rows, l->holder->id);
		rows_bytes(rows, str_of(reply->state));
		rows_bytes(rows, reply->text);
		if (reply->decided) {
			rows_uuid(rows, &reply->decided_by);
			rows_at(rows, reply->decided * second_us);
		} else {
			rows_null(rows);
			rows_null(rows);
		}
	}
}

void life_rate(struct life *l)
{
	static const struct {
		const char *score;
		int share;
		const char *reason;
	} scores[] = {{"satisfied", 560, NULL}, {"acceptable", 240, NULL}, {"unsatisfied", 110, "not_solved"},
		{"unsatisfied", 90, "too_slow"}};
	struct rows *rows = &l->out->table[TABLE_rating];
	struct event e = life_event(l, ACTION_file);
	int64_t ball = random_below(&l->random, 1000);
	struct str id = event_key(l, &l->id), said[2];
	size_t i = 0;

	while (ball >= scores[i].share)
		ball -= scores[i++].share;
	said[0] = str_of(scores[i].score);
	said[1] = random_permille(&l->random, 300) ? life_words(l, "comment") : STR_NONE;
	rows_begin(rows, 6);
	rows_uuid(rows, &l->id);
	rows_uuid(rows, &l->id);
	rows_at(rows, l->at * second_us);
	rows_bytes(rows, said[0]);
	rows_texts(rows, (struct str[]){str_of(scores[i].reason)}, scores[i].reason != NULL);
	rows_bytes(rows, said[1]);
	e.type = STR("ticket.rated");
	e.actor_kind = "ticket";
	e.public_vi = STR("Người gửi phiếu đã đánh giá");
	e.public_en = STR("The citizen rated the answer");
	event_says(&e, "rating", arena_printf(l->arena, "%.*s/%.*s", STR_ARG(id), STR_ARG(id)),
		event_texts(l->arena, said, 2));
	l->version++;
	event_put(l, &e, true);
}

void life_close(struct life *l)
{
	struct event e = life_event(l, ACTION_close);

	e.actor_kind = "job";
	life_change(l, ACTION_close, &e);
}

/* --- publication ---------------------------------------------------------------------------------------- */

/* Nothing is published in which personal data are found: somebody would have to look at it. */
static bool is_clean(struct life *l, const struct str *texts, size_t n)
{
	struct personal_findings found;

	for (size_t i = 0; i < n; i++)
		if (!personal_find(l->arena, texts[i], &found) || found.n > 0)
			return false;
	return true;
}

void life_publication_propose(struct life *l)
{
	struct event e = life_event(l, ACTION_publication_propose);
	const struct str texts[] = {l->title, l->text, l->reply[l->nreplies - 1].text};

	if (!is_clean(l, texts, 3))
		return;
	l->proposed = l->at;
	e.actor = life_officer(l);
	event_text(l, &e, "from", STR("private"));
	event_text(l, &e, "to", STR("proposed"));
	event_number(l, &e, "findings", 0);
	event_says(&e, "publication", event_key(l, &l->id), event_texts(l->arena, texts, 3));
	l->version++;
	event_put(l, &e, true);
}

void life_publication_publish(struct life *l)
{
	struct event e = life_event(l, ACTION_publication_publish);

	if (!l->proposed)
		return;
	l->published = l->at;
	e.actor = &l->g->book->hub->coordinator;
	e.department = l->g->book->hub->department;
	event_text(l, &e, "from", STR("proposed"));
	event_text(l, &e, "to", STR("public"));
	l->version++;
	event_put(l, &e, true);
}

/* point_public() */
static void put_point(struct rows *rows, const struct life *l, double degrees)
{
	const struct book_category *category = book_category(l->g->book, l->topic.category);
	bool exact = category && str_eq(category->public_point, STR("exact")),
	     near = category && str_eq(category->public_point, STR("near"));

	if (!l->has_point || !(exact || near))
		rows_null(rows);
	else
		rows_float(rows, exact ? degrees : round(degrees * 1000) / 1000);
}

void life_publication_write(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_publication];
	struct str answer;

	if (!l->proposed)
		return;
	answer = l->reply[l->nreplies - 1].text;
	rows_begin(rows, 21);
	rows_uuid(rows, &l->id);
	rows_int8(rows, l->number);
	rows_bytes(rows, l->code);
	rows_bytes(rows, l->published ? STR("public") : STR("proposed"));
	rows_bytes(rows, l->topic.category);
	rows_bytes(rows, l->area);
	rows_int8(rows, l->holder->id);
	rows_bytes(rows, STR("answered"));
	rows_at(rows, l->filed * second_us);
	rows_at(rows, l->answered * second_us);
	put_point(rows, l, l->lon);
	put_point(rows, l, l->lat);
	rows_bytes(rows, l->title);
	rows_bytes(rows, l->text);
	rows_bytes(rows, answer);
	rows_bytes(rows, text_fold(l->arena, l->title));
	rows_bytes(rows, text_fold(l->arena, arena_printf(l->arena, "%.*s\n%.*s\n%.*s", STR_ARG(l->title),
						     STR_ARG(l->text), STR_ARG(answer))));
	rows_uuid(rows, life_officer(l));
	rows_at(rows, l->proposed * second_us);
	if (l->published) {
		rows_uuid(rows, &l->g->book->hub->coordinator);
		rows_at(rows, l->published * second_us);
	} else {
		rows_null(rows);
		rows_null(rows);
	}
}
