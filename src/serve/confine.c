/* The cage of the server's processes. */
#include "serve/confine.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/log.h"
#include "jobs/helper.h"

enum {
	HTTP = 1 << WORKER_HTTP,
	JOBS = 1 << WORKER_JOBS,
	BOTH = HTTP | JOBS,
	CALLS_MAX = 512, /* numbers from here on are not told apart */
	BY_SWITCHES = 2	 /* a decision tree instead of a list */
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED BOTH /* the search for leaks looks at the threads from a process of its own */
#else
#define SANITIZED 0
#endif

/* The register in which a call that was stopped gives its result. */
#if defined(__x86_64__)
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#endif

#define SPACES                                                                                               \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |        \
		CLONE_NEWNET)

static const int common[] = {
	/* bytes and descriptors */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(dup2),
	SCMP_SYS(dup3), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(sendfile), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	/* sockets: clients, the database, mail and scanner, names */
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(shutdown),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvmsg),
	/* files: the store, keys, certificates, the zone, letters of the demo mode */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rmdir),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(link), SCMP_SYS(linkat),
	SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate), SCMP_SYS(fadvise64), SCMP_SYS(utimensat), SCMP_SYS(flock),
	/* memory and threads */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(membarrier), SCMP_SYS(exit), SCMP_SYS(exit_group),
	/* time, signals, who am I */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrlimit), SCMP_SYS(getrusage),
	SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(sysinfo)};

/* The process that looks at a file: it starts, and shuts itself in. */
static const int of_jobs[] = {SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(arch_prctl),
	SCMP_SYS(set_tid_address), SCMP_SYS(close_range), SCMP_SYS(setrlimit), SCMP_SYS(prlimit64),
	SCMP_SYS(prctl), SCMP_SYS(seccomp)};

static const int of_sanitizers[] = {SCMP_SYS(wait4), SCMP_SYS(prctl), SCMP_SYS(clone), SCMP_SYS(personality),
	SCMP_SYS(prlimit64), SCMP_SYS(getdents)};

static const int of_debuggers[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv)};

static const int of_executing[] = {SCMP_SYS(execve)};
static const int newer[] = {SCMP_SYS(clone3)};

/* Nothing that we use ever calls these. */
static const int of_nobody[] = {SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(open_by_handle_at), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(reboot),
	SCMP_SYS(swapon), SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(setgroups), SCMP_SYS(capset)};

/* Calls whatever their arguments. Who makes one that kills has taken the process over. */
static const struct rule {
	unsigned whose;
	uint32_t action;
	const int *calls;
	size_t n;
} rules[] = {
#define CALLS(list) (list), sizeof(list) / sizeof((list)[0])
	{BOTH, SCMP_ACT_ALLOW, CALLS(common)},
	{JOBS, SCMP_ACT_ALLOW, CALLS(of_jobs)},
	{SANITIZED, SCMP_ACT_ALLOW, CALLS(of_sanitizers)},
	{SANITIZED, SCMP_ACT_ALLOW, CALLS(of_debuggers)},
	{BOTH & ~SANITIZED, SCMP_ACT_KILL_PROCESS, CALLS(of_debuggers)},
	{HTTP, SCMP_ACT_KILL_PROCESS, CALLS(of_executing)},
	{BOTH, SCMP_ACT_KILL_PROCESS, CALLS(of_nobody)},
	/* glibc then makes the older call, whose flags a filter can read. */
	{BOTH, SCMP_ACT_ERRNO(ENOSYS), CALLS(newer)},
#undef CALLS
};

/* Calls that are allowed for some arguments; rows of one call are alternatives. */
static const struct narrowed {
	int call;
	unsigned whose;
	struct scmp_arg_cmp when;
} narrowed[] = {
	{SCMP_SYS(socket), BOTH, {0, SCMP_CMP_EQ, AF_UNIX, 0}},
	{SCMP_SYS(socket), BOTH, {0, SCMP_CMP_EQ, AF_INET, 0}},
	{SCMP_SYS(socket), BOTH, {0, SCMP_CMP_EQ, AF_INET6, 0}},
	{SCMP_SYS(socket), BOTH, {0, SCMP_CMP_EQ, AF_NETLINK, 0}}, /* which addresses this machine has */
	{SCMP_SYS(socketpair), BOTH, {0, SCMP_CMP_EQ, AF_UNIX, 0}},
	{SCMP_SYS(ioctl), BOTH, {1, SCMP_CMP_EQ, FIONREAD, 0}},
	{SCMP_SYS(ioctl), BOTH, {1, SCMP_CMP_EQ, FIONBIO, 0}},
	{SCMP_SYS(ioctl), BOTH, {1, SCMP_CMP_EQ, TCGETS, 0}},
	{SCMP_SYS(mmap), BOTH, {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
	{SCMP_SYS(mmap), JOBS, {2, SCMP_CMP_MASKED_EQ, PROT_WRITE, 0}}, /* libraries of what it executes */
	{SCMP_SYS(mprotect), BOTH, {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
	{SCMP_SYS(clone), BOTH, {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | SPACES, CLONE_THREAD}}, /* names */
	{SCMP_SYS(clone), JOBS, {0, SCMP_CMP_MASKED_EQ, CLONE_VFORK | SPACES, CLONE_VFORK}},
	{SCMP_SYS(prlimit64), HTTP, {2, SCMP_CMP_EQ, 0, 0}}, /* reads */
	{SCMP_SYS(prctl), HTTP, {0, SCMP_CMP_EQ, PR_SET_NAME, 0}},
	{SCMP_SYS(kill), JOBS, {1, SCMP_CMP_EQ, SIGKILL, 0}},
	/* The address of the name, which cannot be read from here: as it is, nothing but ourselves is
	 * executed. Who has taken the process over can put another name there; what is executed has the
	 * filter, too. */
	{SCMP_SYS(execve), JOBS, {0, SCMP_CMP_EQ, (scmp_datum_t)(uintptr_t)helper_program, 0}},
};

/* What becomes of a call that no table names. */
#if defined(RESULT)
enum {
	UNTOLD,
	REFUSED,
	TOLD
};

static _Atomic unsigned char told[CALLS_MAX];
static atomic_bool refused_some;

static void on_refused(int signal, siginfo_t *info, void *context)
{
	unsigned call = (unsigned)info->si_syscall % CALLS_MAX;
	unsigned char untold = UNTOLD;

	(void)signal;
	if (info->si_code <= 0) /* sent by somebody */
		return;
	RESULT((ucontext_t *)context) = -EPERM;
	if (atomic_compare_exchange_strong(&told[call], &untold, REFUSED))
		atomic_store(&refused_some, true);
}

static uint32_t refuse(void)
{
	const struct sigaction catch = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_RESTART};

	sigaction(SIGSYS, &catch, NULL);
	return SCMP_ACT_TRAP;
}

static void tell_call(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	log_error("worker.call_refused", LOG_STR("call", str_of(name)), LOG_INT("number", number));
	free(name);
}

void confine_tell(void)
{
	if (!atomic_exchange(&refused_some, false))
		return;
	for (int i = 0; i < CALLS_MAX; i++) {
		unsigned char refused = REFUSED;

		if (atomic_compare_exchange_strong(&told[i], &refused, TOLD))
			tell_call(i);
	}
}
#else
static uint32_t refuse(void)
{
	return SCMP_ACT_ERRNO(EPERM);
}

void confine_tell(void)
{
}
#endif

static int add_rule(scmp_filter_ctx filter, const struct rule *rule)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < rule->n; i++)
		error = seccomp_rule_add(filter, rule->action, rule->calls[i], 0);
	return error;
}

static int add_rules(scmp_filter_ctx filter, unsigned who)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].whose & who)
			error = add_rule(filter, &rules[i]);
	return error;
}

static int add_narrowed(scmp_filter_ctx filter, unsigned who)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < sizeof(narrowed) / sizeof(narrowed[0]); i++)
		if (narrowed[i].whose & who)
			error = seccomp_rule_add_array(
				filter, SCMP_ACT_ALLOW, narrowed[i].call, 1, &narrowed[i].when);
	return error;
}

/* Signals reach nobody else: abort() is one. */
static int add_own_signals(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp to_itself = {0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &to_itself);
}

static int load(scmp_filter_ctx filter, unsigned who)
{
	int error = add_rules(filter, who);

	if (error == 0)
		error = add_narrowed(filter, who);
	if (error == 0)
		error = add_own_signals(filter);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, BY_SWITCHES);
	return error ? error : seccomp_load(filter);
}

int confine_worker(enum worker_role role)
{
	scmp_filter_ctx filter = seccomp_init(refuse());
	int error = filter ? load(filter, 1U << role) : -ENOMEM;

	seccomp_release(filter);
	return error;
}

void confine_server(const struct config *config)
{
	const struct rlimit none = {0, 0};
	bool on = config->confine;

	umask(S_IRWXG | S_IRWXO);
	if (on && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ||
			  setrlimit(RLIMIT_CORE, &none) < 0))
		log_warn("server.confined", LOG_STR("error", str_of(strerror(errno))));
	log_info("server.confined", LOG_STR("filter", on ? STR("on") : STR("off")),
		LOG_STR("new_privileges", on ? STR("no") : STR("as started")),
		LOG_STR("core", on ? STR("no") : STR("as started")), LOG_STR("umask", STR("077")));
}
