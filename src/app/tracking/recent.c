/* Pages shown lately: a table with one place for each remainder of the ticket's number. */
#include "app/tracking/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

struct place {
	struct recent_page page;
	char *body; /* NULL: free */
	size_t len;
};

struct recent {
	size_t n;
	struct place places[];
};

struct recent *recent_new(int64_t places)
{
	size_t n = (size_t)places, size = sizeof(struct recent) + n * sizeof(struct place);
	struct recent *recent = fail_malloc(size);

	if (!recent)
		return NULL;
	memset(recent, 0, size);
	recent->n = n;
	return recent;
}

void recent_free(struct recent *recent)
{
	for (size_t i = 0; recent && i < recent->n; i++)
		free(recent->places[i].body);
	free(recent);
}

static size_t place_of(const struct recent *recent, int64_t number)
{
	return (uint64_t)number % recent->n;
}

int64_t recent_find(const struct recent *recent, const struct recent_page *ticket, int64_t now_ms,
	struct arena *arena, struct str *ret_body)
{
	if (recent->n == 0)
		return RECENT_NONE;
	const struct place *place = &recent->places[place_of(recent, ticket->number)];
	const struct recent_page *page = &place->page;
	if (!place->body || page->number != ticket->number || page->generation != ticket->generation ||
		now_ms >= page->fresh_until_ms)
		return RECENT_NONE;
	*ret_body = arena_str(arena, (struct str){place->body, place->len});
	return page->version;
}

void recent_keep(struct recent *recent, const struct recent_page *page, struct str body)
{
	if (recent->n == 0 || body.len > RECENT_BODY_MAX)
		return;
	struct place *place = &recent->places[place_of(recent, page->number)];
	char *copy = fail_realloc(place->body, body.len);
	if (!copy)
		return;
	memcpy(copy, body.at, body.len);
	*place = (struct place){.page = *page, .body = copy, .len = body.len};
}
