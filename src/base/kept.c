/* Pages shown lately: a table with one place for each remainder of the ticket's number. */
#include "base/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

struct place {
	struct kept_page page;
	char *body; /* NULL: free */
	size_t len;
};

struct kept {
	size_t n;
	struct place places[];
};

struct kept *kept_new(int64_t places)
{
	size_t n = (size_t)places, size = sizeof(struct kept) + n * sizeof(struct place);
	struct kept *kept = fail_malloc(size);

	if (!kept)
		return NULL;
	memset(kept, 0, size);
	kept->n = n;
	return kept;
}

void kept_free(struct kept *kept)
{
	for (size_t i = 0; kept && i < kept->n; i++)
		free(kept->places[i].body);
	free(kept);
}

static size_t place_of(const struct kept *kept, int64_t number)
{
	return (uint64_t)number % kept->n;
}

int64_t kept_find(const struct kept *kept, const struct kept_page *ticket, int64_t now_ms,
	struct arena *arena, struct str *ret_body)
{
	if (kept->n == 0)
		return KEPT_NONE;
	const struct place *place = &kept->places[place_of(kept, ticket->number)];
	const struct kept_page *page = &place->page;
	if (!place->body || page->number != ticket->number || page->generation != ticket->generation ||
		now_ms >= page->fresh_until_ms)
		return KEPT_NONE;
	*ret_body = arena_str(arena, (struct str){place->body, place->len});
	return page->version;
}

void kept_keep(struct kept *kept, const struct kept_page *page, struct str body)
{
	if (kept->n == 0 || body.len > KEPT_BODY_MAX)
		return;
	struct place *place = &kept->places[place_of(kept, page->number)];
	char *copy = fail_realloc(place->body, body.len);
	if (!copy)
		return;
	memcpy(copy, body.at, body.len);
	*place = (struct place){.page = *page, .body = copy, .len = body.len};
}
