#ifndef TIEPDAN_COMMAND_GENERATE_WORK_H
#define TIEPDAN_COMMAND_GENERATE_WORK_H

#include "command/generate_sink.h"

/* Has processes make the tickets, as many as there are processors. Each writes the events of months that have
 * tables of their own itself and hands everything else over a pipe to this process, which writes it in the
 * transaction, chunk by chunk in the order of the filings: so what is in memory does not grow with the number
 * of tickets. Tells on standard error how far it is. False after a message. `ret_events`: of all. */
bool work_run(const struct generate *g, const struct sink *sink, int64_t *ret_events);

#endif
