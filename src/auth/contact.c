/* Members of an opened contact. */
#include "auth/contact.h"

#include <string.h>

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
