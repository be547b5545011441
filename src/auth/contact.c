/* A contact as JSON. */
#include "auth/contact.h"

#include <string.h>

#include "base/buf.h"

static void put_given(struct buf *b, const char *name, struct str value)
{
	if (value.at)
		buf_member(b, name, value);
}

struct str contact_write(struct arena *arena, const struct contact *contact)
{
	struct buf b = {.arena = arena};

	buf_byte(&b, '{');
	put_given(&b, "name", contact->name);
	put_given(&b, "phone", contact->phone);
	put_given(&b, "email", contact->email);
	put_given(&b, "address", contact->address);
	buf_byte(&b, '}');
	return buf_str(&b);
}

/* Where the member begins: within a text of JSON a quotation mark is escaped, so the bytes "name":" are that
 * member and nothing else. */
static struct str behind(struct str contact, struct str name)
{
	for (size_t i = 0; i + name.len + 4 <= contact.len; i++) {
		const char *at = contact.at + i;

		if (at[0] == '"' && memcmp(at + 1, name.at, name.len) == 0 &&
			memcmp(at + 1 + name.len, "\":\"", 3) == 0)
			return (struct str){at + name.len + 4, contact.len - i - name.len - 4};
	}
	return STR_NONE;
}

struct str contact_member(struct str contact, const char *name)
{
	struct str rest = behind(contact, str_of(name));

	for (size_t i = 0; i < rest.len; i++) {
		if (rest.at[i] == '"')
			return (struct str){rest.at, i};
		i += rest.at[i] == '\\';
	}
	return STR_NONE;
}
