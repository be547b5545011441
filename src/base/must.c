/* The end of a process that found a bug in itself. */
#include "base/must.h"

#include <stdlib.h>

#include "base/log.h"

_Noreturn void must_fail(const char *condition, const char *file, int line)
{
	log_error("bug", LOG_STR("condition", str_of(condition)), LOG_STR("file", str_of(file)),
		LOG_INT("line", line));
	abort();
}
