/* What events say of tickets and texts, against how they stand. What differs in any way is suspected, and
 * the database is asked what it is (verify_named.c): here nothing may be missed, there nothing may be told
 * that is not so. */
#include <stdlib.h>
#include <string.h>

#include "command/verify.h"

/* All there is of one thing, by what and version. */
struct run {
	const struct fact *first;
	size_t n;
};

static bool same_thing(const struct fact *a, const struct fact *b)
{
	return memcmp(&a->key, &b->key, sizeof(a->key)) == 0;
}

/* Those of one sort; they lie together. */
static struct run of(const struct run *run, enum fact_what what)
{
	struct run some = {.first = run->first};
	size_t i = 0;

	while (i < run->n && fact_what(&run->first[i]) < what)
		i++;
	some.first += i;
	while (i + some.n < run->n && fact_what(&some.first[some.n]) == what)
		some.n++;
	return some;
}

/* Whether all that is said with the highest version, and there is something, is how it stands. */
static bool last_is(const struct run *said, const struct fact *stands)
{
	size_t i = said->n;

	while (i > 0 && fact_version(&said->first[i - 1]) == fact_version(&said->first[said->n - 1]))
		if (fact_version(&said->first[--i]) != fact_version(stands) ||
			said->first[i].hash != stands->hash)
			return false;
	return said->n > 0;
}

/* --- tickets -------------------------------------------------------------------------------------------- */

static bool stands_as_said(const struct run *run, const struct fact *stands)
{
	struct run said = of(run, FACT_SAID), filed = of(run, FACT_SAID_FILED);

	if (said.n == 0 && filed.n == 0)
		return true;
	return last_is(said.n > 0 ? &said : &filed, stands);
}

/* The event of its filing commits to what was filed; that of before does not. */
static bool filed_as_said(const struct run *run, struct verify_found *found)
{
	struct run filed = of(run, FACT_FILED), said = of(run, FACT_SAID_CONTENT);
	size_t fits = 0, silent = 0;

	if (filed.n == 0) /* nothing can be said without keys */
		return true;
	for (size_t i = 0; i < said.n; i++) {
		if (fact_version(&said.first[i]) != fact_version(filed.first))
			continue;
		silent += said.first[i].hash == 0;
		if (said.first[i].hash != 0 && said.first[i].hash != filed.first->hash)
			return false;
		fits++;
	}
	found->unread += silent > 0;
	return fits > 0;
}

/* Of what was destroyed there are no words, and an event says since when; of what was not there are. */
static bool words_as_said(const struct run *run, struct verify_found *found)
{
	struct run destroyed = of(run, FACT_DESTROYED), said = of(run, FACT_SAID_DESTROYED);

	if (destroyed.n == 0)
		return filed_as_said(run, found) && said.n == 0;
	found->gone++;
	return last_is(&said, destroyed.first);
}

/* Each text is of the ticket whose events tell of it, and goes with its ticket alone. Both lie in the order
 * of their signs; events say each as often as it was written. */
static bool has_as_said(const struct run *run)
{
	struct run has = of(run, FACT_HAS), said = of(run, FACT_SAID_HAS);
	bool destroyed = of(run, FACT_SAID_DESTROYED).n > 0;
	size_t i = 0;

	for (size_t k = 0; k < said.n; k++) {
		int64_t sign = fact_version(&said.first[k]);
		bool there;

		if (i < has.n && fact_version(&has.first[i]) < sign)
			return false;
		there = i < has.n && fact_version(&has.first[i]) == sign;
		while (k + 1 < said.n && fact_version(&said.first[k + 1]) == sign)
			k++;
		i += there;
		if (!there && verify_stays(sign) && !destroyed)
			return false;
	}
	return i == has.n;
}

static bool is_walked(const struct verify *v, const struct fact *ticket)
{
	return memcmp(&ticket->key, v->walked.byte, sizeof(ticket->key)) <= 0;
}

static void check_ticket(const struct verify *v, struct verify_found *found, const struct run *run)
{
	struct run row = of(run, FACT_TICKET), began = of(run, FACT_BEGAN), said = of(run, FACT_SAID_BEGAN),
		   filed = of(run, FACT_FILED);
	bool good = row.n == 0 ? said.n == 0 : said.n == 1 && said.first->hash == began.first->hash;

	found->tickets += (int64_t)row.n;
	found->texts += (int64_t)filed.n;
	if (row.n > 0 && said.n == 0) {
		good = !is_walked(v, row.first);
		found->unsaid += good;
	}
	if (row.n > 0) {
		good &= stands_as_said(run, row.first);
		good &= words_as_said(run, found);
		found->texts_differ |= !has_as_said(run);
	}
	if (!good)
		facts_suspect(v->facts, run->first->key);
}

/* --- texts ---------------------------------------------------------------------------------------------- */

/* A text that is gone is counted: whether it may be is asked of its ticket. Rows stay. */
static void check_text(struct verify_found *found, const struct run *run)
{
	struct run texts = of(run, FACT_TEXT), said = of(run, FACT_SAID_TEXT);

	found->texts += (int64_t)texts.n;
	found->gone += texts.n == 0;
	for (size_t i = 0; i < texts.n; i++)
		found->texts_differ |= !last_is(&said, &texts.first[i]);
}

static void check_row(struct verify_found *found, const struct run *run)
{
	struct run rows = of(run, FACT_ROW), said = of(run, FACT_SAID_ROW);

	found->texts += (int64_t)rows.n;
	found->texts_differ |= rows.n != 1 || !last_is(&said, rows.first);
}

/* --- bins ----------------------------------------------------------------------------------------------- */

static void check(const struct verify *v, struct verify_found *found, const struct run *run)
{
	switch (fact_what(run->first)) {
	case FACT_TEXT:
	case FACT_SAID_TEXT:
		check_text(found, run);
		break;
	case FACT_ROW:
	case FACT_SAID_ROW:
		check_row(found, run);
		break;
	default:
		check_ticket(v, found, run);
	}
}

bool verify_bin(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	size_t n;
	struct fact *facts = facts_read(v->facts, piece->bin, &n);

	(void)pg;
	for (size_t i = 0; facts && i < n;) {
		struct run run = {.first = &facts[i]};

		while (i < n && same_thing(run.first, &facts[i]))
			i++;
		run.n = (size_t)(&facts[i] - run.first);
		check(v, found, &run);
	}
	free(facts);
	return facts != NULL;
}
