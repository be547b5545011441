/* The cage of a process that reads what strangers send. */
#include "command/sandbox.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

enum {
	FIRST_FREE = 6 /* descriptors from here on are nobody's */
};

static bool limit(__rlimit_resource_t what, int64_t most)
{
	const struct rlimit both = {(rlim_t)most, (rlim_t)most};

	return setrlimit(what, &both) == 0;
}

/* AddressSanitizer reserves terabytes of addresses. */
static bool limit_memory(int64_t most)
{
#if defined(__SANITIZE_ADDRESS__)
	return most > 0;
#else
	return limit(RLIMIT_AS, most);
#endif
}

/* Memory that can be executed is nobody's business here. */
static bool allow_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code) == 0;
}

/* A signal, abort() say, reaches nobody else, although all processes of the server have one user. */
static bool allow_signals(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp to_itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, to_itself) == 0;
}

static bool filter_calls(void)
{
	static const int calls[] = {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(lseek),
		SCMP_SYS(fstat), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
		SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(ftruncate), SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool good = filter && allow_memory(filter) && allow_signals(filter);

	for (size_t i = 0; good && i < sizeof(calls) / sizeof(calls[0]); i++)
		good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	good = good && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good;
}

bool sandbox_enter(int64_t memory, int64_t seconds, int64_t file_size)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGXFSZ, &ignore, NULL);
	return close_range(FIRST_FREE, ~0U, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && limit(RLIMIT_CORE, 0) &&
	       limit(RLIMIT_FSIZE, file_size) && limit(RLIMIT_CPU, seconds) && limit_memory(memory) &&
	       filter_calls();
}
