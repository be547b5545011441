/* Which ticket is meant, by its id or by its public code. */
#include "app/ticket/named.h"

#include "auth/keys.h"
#include "base/config.h"
#include "civil/code.h"
#include "db/unit.h"
#include "http/reply.h"

bool named_by_code(struct req *req, struct str text, struct named *ret)
{
	struct str key = keys_purpose(req->app->keys, KEY_TICKET_CODE);
	struct str prefix = str_of(req->app->config->code_prefix);
	struct code code;

	if (code_parse(key, prefix, text, &code) < 0)
		return false;
	*ret = (struct named){.number = code.number, .code = code_format(req->arena, key, prefix, code)};
	return true;
}

bool named_read(struct req *req, struct str text, struct str pointer, struct named *ret)
{
	*ret = (struct named){.number = DB_NO_INT, .code = STR_NONE};
	if (!uuid_parse(text, &ret->id) && !named_by_code(req, text, ret))
		req_fault(req, "pointer", pointer, FAULT_bad_format);
	return !reply_faults(req);
}
