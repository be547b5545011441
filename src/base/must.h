#ifndef TIEPDAN_BASE_MUST_H
#define TIEPDAN_BASE_MUST_H

/* must(): what can only be false through a bug. Stays on in release builds: it logs the place and aborts the
 * process; the supervisor starts a new worker. Not for input, not for the environment, not for a refusal. */
#define must(cond) ((cond) ? (void)0 : must_fail(#cond, __FILE__, __LINE__))

_Noreturn void must_fail(const char *condition, const char *file, int line);

#endif
