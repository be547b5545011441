/* Processes that look at files of strangers: started, listened to, ended. */
#include "jobs/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/store.h"

enum {
	NUMBER_SIZE = 24,
	FIRST = 10, /* copies go above the descriptors that the process gets, so that none is run over */
	NFILES = 3,
	GROWN_LEAST = 1024 * 1024,
	GROWN_TIMES = 4
};

const char helper_program[] = "/proc/self/exe"; /* also after it was replaced */

/* One line is short enough for a pipe to hold it: it can be read when the process has ended. */
static struct str read_line(struct helper *h)
{
	ssize_t n = fail_now(FAIL_READ) ? -1 : read(h->out, h->line, sizeof(h->line));

	if (n <= 0 || h->line[n - 1] != '\n')
		return STR("");
	return (struct str){h->line, (size_t)n - 1};
}

static void on_child(evutil_socket_t signal, short what, void *arg)
{
	struct helper *h = arg;
	int status;

	(void)signal, (void)what;
	if (h->pid == 0 || waitpid(h->pid, &status, WNOHANG) != h->pid)
		return;
	struct str line = WIFEXITED(status) ? read_line(h) : STR_NONE;
	if (!line.at)
		log_warn("examine.killed", LOG_INT("signal", WTERMSIG(status)));
	h->pid = 0;
	close(h->out);
	event_del(h->timer);
	h->done(h, line);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct helper *h = arg;

	(void)fd, (void)what;
	if (h->pid > 0)
		kill(h->pid, SIGKILL);
}

bool helper_init(struct helper *h, struct app *app, void (*done)(struct helper *h, struct str line))
{
	*h = (struct helper){.app = app, .done = done};
	h->ended = evsignal_new(app->loop, SIGCHLD, on_child, h);
	h->timer = evtimer_new(app->loop, on_time, h);
	return h->ended && h->timer && event_add(h->ended, NULL) == 0;
}

/* 0: /dev/null, 1: the pipe, 2 as it is, 3 to 5: the files. */
static int plan_files(posix_spawn_file_actions_t *plan, const int from[NFILES], int pipe_end)
{
	int error = posix_spawn_file_actions_addopen(plan, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(plan, pipe_end, STDOUT_FILENO);
	for (int i = 0; error == 0 && i < NFILES; i++)
		error = posix_spawn_file_actions_adddup2(plan, from[i], STDERR_FILENO + 1 + i);
	return error;
}

/* What may be made of a file: an image of few colours grows when it is made anew, but not without end. */
static int64_t room_for(const struct config *config, int64_t size)
{
	int64_t grown = GROWN_LEAST + GROWN_TIMES * size, most = 2 * config->upload_max;
	int64_t room = grown < most ? grown : most;

	return room > size ? room : size;
}

static int spawn(struct helper *h, const int from[NFILES], int pipe_end)
{
	const struct config *config = h->app->config;
	char pixels[NUMBER_SIZE], seconds[NUMBER_SIZE], bytes[NUMBER_SIZE];
	char name[] = "tiepdan", verb[] = "examine";
	char *const args[] = {name, verb, pixels, seconds, bytes, NULL};
	/* Nothing of ours is in its environment; a leak check would need what the filter forbids. */
	char leaks[] = "ASAN_OPTIONS=detect_leaks=0";
	char *const environment[] = {leaks, NULL};
	posix_spawn_file_actions_t plan;
	int error = posix_spawn_file_actions_init(&plan);

	snprintf(pixels, sizeof(pixels), "%lld", (long long)config->image_pixels_max);
	snprintf(seconds, sizeof(seconds), "%lld", (long long)config->file_check_ms / 1000 + 1);
	snprintf(bytes, sizeof(bytes), "%lld", (long long)room_for(config, store_size(from[0])));
	if (error != 0)
		return -error;
	error = plan_files(&plan, from, pipe_end);
	if (error == 0)
		error = posix_spawn(&h->pid, helper_program, &plan, NULL, args, environment);
	posix_spawn_file_actions_destroy(&plan);
	return -error;
}

int helper_start(struct helper *h, const struct helper_files *files)
{
	int from[NFILES] = {fcntl(files->raw, F_DUPFD_CLOEXEC, FIRST),
		fcntl(files->clean, F_DUPFD_CLOEXEC, FIRST), fcntl(files->small, F_DUPFD_CLOEXEC, FIRST)};
	int64_t ms = h->app->config->file_check_ms;
	int ends[2], error = -EMFILE;

	if (from[0] >= 0 && from[1] >= 0 && from[2] >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
		error = spawn(h, from, ends[1]);
		close(ends[1]);
		h->out = ends[0];
		if (error < 0)
			close(ends[0]);
	}
	for (int i = 0; i < NFILES; i++)
		if (from[i] >= 0)
			close(from[i]);
	if (error < 0)
		h->pid = 0;
	else
		event_add(h->timer, &(struct timeval){ms / 1000, ms % 1000 * 1000});
	return error;
}

void helper_stop(struct helper *h)
{
	if (h->pid > 0) {
		kill(h->pid, SIGKILL);
		waitpid(h->pid, NULL, 0);
		close(h->out);
		h->pid = 0;
	}
	if (h->ended)
		event_free(h->ended);
	if (h->timer)
		event_free(h->timer);
	h->ended = h->timer = NULL;
}
