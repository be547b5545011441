/* The supervisor: owns the sockets, starts and replaces the processes that use them. No events, no database,
 * no client: it waits for signals, for children and for the ready pipe, and nothing that a stranger sends can
 * reach it. */
#include "serve/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/epoch.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "serve/check.h"
#include "serve/children.h"
#include "serve/confine.h"
#include "serve/notify.h"
#include "serve/worker.h"

enum {
	POLL_MS = 100,
	LAST_CALL_MS = 100,   /* shorter than the workers' own */
	JOBS_WAIT_MS = 500,   /* for those who serve to be ready */
	JOBS_BEHIND_MS = 100, /* and to give their first answers */
	KILL_GRACE_MS = 5000
};

struct supervisor {
	char **argv, **flags;
	struct arena *arena; /* of the configuration now in force */
	const struct config *config;
	struct sockets sockets;
	struct rate *rate;
	struct epoch *epoch;
	struct children children;
	int signals, ready_pipe[2];
	int64_t jobs_from_us; /* when the first answers are out      */
	bool announced;	      /* server.ready has been said        */
	bool unfit;	      /* leaving: the schema cannot be served */
	int64_t began_us;
	int64_t shut_at_us;  /* leaving: then nobody is let in any more */
	int64_t leave_by_us; /* set by SIGTERM: then children are killed; 0: running */
};

static const struct config *read_config(struct arena *arena, char **flags)
{
	char **rest = flags;
	const struct config *config = arena ? config_load(arena, flags, &rest, stderr) : NULL;
	enum log_level level;

	if (config && rest[0]) {
		fprintf(stderr, "tiepdan: '%s' is no setting; see tiepdan help\n", rest[0]);
		return NULL;
	}
	if (config && !serve_settings_fit(config))
		return NULL;
	if (config && log_level_parse(str_of(config->log_level), &level))
		log_set_level(level); /* children inherit it */
	return config;
}

/* Nobody serves, nor has served since this image began: nothing is lost when it ends. */
static bool may_refuse(const struct supervisor *s)
{
	return !s->announced && !children_serving(&s->children);
}

static void start_child(struct supervisor *s, struct child *c)
{
	int slot = children_metric_slot(&s->children);

	if (slot < 0)
		return; /* more processes are draining than there are slots: tried again at the next turn */
	const struct worker_start start = {.role = c->role,
		.index = c->index,
		.metric_slot = (unsigned)slot,
		.config = s->config,
		.rate = s->rate,
		.epoch = s->epoch,
		.sockets = &s->sockets,
		.ready_fd = s->ready_pipe[1],
		.may_leave = c->old > 0 || (c->role == WORKER_HTTP && may_refuse(s)),
		.supervisor = getpid()};
	pid_t pid = fork();
	if (pid < 0) {
		log_error("server.fork", LOG_STR("error", str_of(strerror(errno))));
		child_failed(c, clock_mono_us());
		return;
	}
	if (pid == 0) {
		prctl(PR_SET_NAME, c->role == WORKER_JOBS ? "tiepdan-jobs" : "tiepdan-http");
		close(s->signals);
		close(s->ready_pipe[0]);
		exit(worker_run(&start));
	}
	child_started(c, pid, slot, clock_mono_us());
}

/* What the jobs do can wait a moment, who calls at the start of the server cannot: those who serve are made
 * first, and give their first answers. */
static bool comes_later(struct supervisor *s, const struct child *c, int64_t now_us)
{
	if (c->role != WORKER_JOBS)
		return false;
	if (children_starting(&s->children) && now_us < s->began_us + JOBS_WAIT_MS * INT64_C(1000))
		s->jobs_from_us = now_us + JOBS_BEHIND_MS * INT64_C(1000);
	return now_us < s->jobs_from_us;
}

static void start_missing(struct supervisor *s)
{
	int64_t now = clock_mono_us();

	for (unsigned i = 0; i < s->children.n && s->leave_by_us == 0; i++) {
		struct child *c = &s->children.at[i];
		if (child_may_start(c, now) && !comes_later(s, c, now))
			start_child(s, c);
	}
}

static void announce(struct supervisor *s)
{
	if (s->announced || !children_all_ready(&s->children))
		return;
	s->announced = true;
	log_info("server.ready", LOG_STR("url", str_of(s->sockets.url)),
		LOG_INT("workers", s->config->workers));
	notify_systemd("READY=1");
}

static void read_ready(struct supervisor *s)
{
	pid_t pid;

	while (read(s->ready_pipe[0], &pid, sizeof(pid)) == sizeof(pid))
		children_ready(&s->children, pid);
	announce(s);
}

/* The schema is not one for this program. Where others serve on, of an image before, one that fits is waited
 * for. */
static void refuse_to_serve(struct supervisor *s)
{
	if (!may_refuse(s))
		return;
	s->unfit = true;
	s->leave_by_us = clock_mono_us();
	children_signal_all(&s->children, SIGKILL);
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		int slot = children_slot_of(&s->children, pid);
		if (slot >= 0)
			metric_left((unsigned)slot);
		bool wanted = children_gone(&s->children, pid, clock_mono_us());
		if (!wanted && s->leave_by_us == 0)
			log_error("server.worker_died", LOG_INT("worker", pid),
				LOG_INT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
				LOG_INT("status", WIFEXITED(status) ? WEXITSTATUS(status) : 0));
		if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_UNFIT && s->leave_by_us == 0)
			refuse_to_serve(s);
	}
}

static void leave(struct supervisor *s)
{
	if (s->leave_by_us != 0)
		return;
	log_info("server.draining", LOG_INT("timeout_ms", s->config->drain_timeout_ms));
	notify_systemd("STOPPING=1");
	s->shut_at_us = clock_mono_us() + LAST_CALL_MS * 1000;
	s->leave_by_us = s->shut_at_us + (s->config->drain_timeout_ms + KILL_GRACE_MS) * 1000;
	children_signal_all(&s->children, SIGTERM);
}

/* Why a configuration does not come into force; NULL: it could not be read. */
static void log_refused(const char *event, const struct config *config)
{
	log_error(event, LOG_STR("reason", !config ? STR("the configuration has faults; the old one stays")
						   : STR("the number of workers needs a restart")));
}

/* The number of workers and the addresses belong to the sockets, so they keep their values until a
 * restart. */
static void reload(struct supervisor *s)
{
	struct arena *arena = arena_new();
	const struct config *config = read_config(arena, s->flags);

	if (!config || config->workers != s->config->workers) {
		log_refused("server.reload", config);
		arena_free(arena);
		return;
	}
	/* Old workers are processes of their own: they keep their copy of the old configuration. */
	arena_free(s->arena);
	s->arena = arena;
	s->config = config;
	log_info("server.reloaded", LOG_INT("workers", config->workers));
	children_replace_all(&s->children);
}

/* An image that cannot read its configuration ends, and the running children with it; one with fewer workers
 * would leave sockets of the old ones that nobody accepts from. */
static bool may_re_execute(const struct supervisor *s)
{
	struct arena *arena = arena_new();
	const struct config *config = read_config(arena, s->flags);
	bool good = config && config->workers == s->config->workers;

	if (!good)
		log_refused("server.re_execute", config);
	arena_free(arena);
	return good;
}

/* The new image finds the sockets and its running children in the environment and replaces these one by
 * one. */
static void re_execute(struct supervisor *s)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0 || !may_re_execute(s))
		return;
	self[len] = '\0';
	char *deleted = strstr(self, " (deleted)");
	if (deleted)
		*deleted = '\0'; /* the package manager has put a new file there */
	sockets_hand_over(&s->sockets);
	epoch_hand_over(s->epoch);
	children_hand_over(&s->children);
	log_info("server.re_execute", LOG_INT("sockets", s->sockets.n));
	execv(self, s->argv);
	log_error("server.re_execute", LOG_STR("error", str_of(strerror(errno))));
}

static void read_signals(struct supervisor *s)
{
	struct signalfd_siginfo got;

	while (read(s->signals, &got, sizeof(got)) == sizeof(got)) {
		switch (got.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			leave(s);
			break;
		case SIGHUP:
			reload(s);
			break;
		case SIGUSR2:
			re_execute(s);
			break;
		default:
			break; /* SIGCHLD: reaped at every turn */
		}
	}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Replaces at most one process at a time: the new one must be ready before the old one is told to drain. */
static int run(struct supervisor *s)
{
	struct pollfd fds[] = {
		{.fd = s->signals, .events = POLLIN}, {.fd = s->ready_pipe[0], .events = POLLIN}};

	for (;;) {
		reap(s);
		start_missing(s);
		children_step(&s->children);
		if (s->leave_by_us != 0 && children_none_left(&s->children))
			return s->unfit ? EXIT_FAILURE : EXIT_SUCCESS;
		if (s->leave_by_us != 0 && clock_mono_us() > s->shut_at_us)
			sockets_shut(&s->sockets);
		if (s->leave_by_us != 0 && clock_mono_us() > s->leave_by_us)
			children_signal_all(&s->children, SIGKILL);
		poll(fds, 2, POLL_MS);
		read_signals(s);
		read_ready(s);
	}
}

int supervisor_run(char **argv, char **flags)
{
	struct supervisor *s = calloc(1, sizeof(*s));
	int status = EXIT_FAILURE;

	must(s);
	s->argv = argv;
	s->flags = flags;
	s->arena = arena_new();
	s->config = read_config(s->arena, flags);
	if (!s->config)
		goto out;
	confine_server(s->config);
	if (serve_check(s->config, s->arena) < 0 || sockets_open(&s->sockets, s->config) < 0)
		goto out;
	metric_init();
	s->rate = rate_new();
	s->epoch = epoch_new();
	s->signals = open_signals();
	if (!s->rate || !s->epoch || s->signals < 0 || pipe2(s->ready_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		goto out;
	children_init(&s->children, (unsigned)s->config->workers);
	s->began_us = clock_mono_us();
	status = run(s);
out:
	arena_free(s->arena);
	free(s);
	return status;
}
