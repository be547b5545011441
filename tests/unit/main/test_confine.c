/* serve/confine.h: workers do their work inside; what nobody needs kills, and anything else is refused and told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs/helper.h"
#include "serve/confine.h"

enum {
	NOT_INSIDE = 99
};

static char *const nothing[] = {NULL};

/* Each returns what the call did. */
static int open_a_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static int call_somebody(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int listen_to_the_wire(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static int turn_into_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int load_a_library(void)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED ? -1 : 0;
}

static int end_somebody(void)
{
	return kill(getppid(), SIGTERM);
}

static int signal_somebody(void)
{
	return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static int type_for_somebody(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static int read_keys_of_the_kernel(void)
{
	return (int)syscall(SYS_keyctl, 0, -1, 0, 0, 0);
}

static int run_a_program(void)
{
	return execve("/bin/true", nothing, nothing);
}

/* This program, which knows by its argument what to do. */
static int run_oneself(void)
{
	char name[] = "oneself";
	char *const arguments[] = {name, NULL};
	char leaks[] = "ASAN_OPTIONS=detect_leaks=0";
	char *const environment[] = {leaks, NULL};
	int status = -1;
	pid_t pid;

	if (posix_spawn(&pid, helper_program, NULL, NULL, arguments, environment) != 0)
		return -1;
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static int new_world(void)
{
	return unshare(CLONE_NEWUSER);
}

static int mount_something(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int rings(void)
{
	return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int become_somebody(void)
{
	return setuid(0);
}

/* 0: done, an errno: refused, minus a signal: killed. */
static int fate(enum worker_role role, int (*deed)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (confine_worker(role) < 0)
			_exit(NOT_INSIDE);
		_exit(deed() < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_what_each_may(void **state)
{
	static const struct {
		const char *name;
		int (*deed)(void);
		int http, jobs;
	} table[] = {
		{"a file", open_a_file, 0, 0},
		{"a connection", call_somebody, 0, 0},
		{"a raw socket", listen_to_the_wire, EPERM, EPERM},
		{"memory to write and execute", make_code, EPERM, EPERM},
		{"memory written, then executed", turn_into_code, EPERM, EPERM},
		{"a library", load_a_library, EPERM, 0},
		{"kill()", end_somebody, EPERM, EPERM},
		{"tgkill()", signal_somebody, EPERM, EPERM},
		{"input of the terminal", type_for_somebody, EPERM, EPERM},
		{"keys of the kernel", read_keys_of_the_kernel, EPERM, EPERM},
		{"another program", run_a_program, -SIGSYS, EPERM},
		{"a user namespace", new_world, -SIGSYS, -SIGSYS},
		{"mount()", mount_something, -SIGSYS, -SIGSYS},
		{"io_uring", rings, -SIGSYS, -SIGSYS},
		{"another user", become_somebody, -SIGSYS, -SIGSYS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int http = fate(WORKER_HTTP, table[i].deed), jobs = fate(WORKER_JOBS, table[i].deed);

		if (http != table[i].http || jobs != table[i].jobs)
			fail_msg("%s: http %d, jobs %d", table[i].name, http, jobs);
	}
	assert_int_equal(fate(WORKER_JOBS, run_oneself), 0);
}

static void *in_a_thread(void *arg)
{
	int *end = arg, go;

	while (read(*end, &go, sizeof go) != sizeof go)
		continue;
	return (void *)(intptr_t)(syscall(SYS_keyctl, 0, -1, 0, 0, 0) < 0 ? errno : 0);
}

/* A thread that ran before it was shut in; asked by a pipe, so that it is there. */
static int ask_a_thread(void)
{
	int ends[2], go = 1;
	pthread_t thread;
	void *said;

	if (pipe2(ends, O_CLOEXEC) < 0 || pthread_create(&thread, NULL, in_a_thread, &ends[0]) != 0 ||
		confine_worker(WORKER_HTTP) < 0 || write(ends[1], &go, sizeof go) != sizeof go ||
		pthread_join(thread, &said) != 0)
		return NOT_INSIDE;
	return (int)(intptr_t)said;
}

static void test_all_threads(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(ask_a_thread());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EPERM);
}

static void test_what_is_refused_is_told_once(void **state)
{
	char text[4096] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		if (confine_worker(WORKER_HTTP) < 0)
			_exit(NOT_INSIDE);
		confine_tell();
		for (int i = 0; i < 3; i++) {
			read_keys_of_the_kernel();
			confine_tell();
		}
		_exit(0);
	}
	close(ends[1]);
	waitpid(pid, NULL, 0);
	assert_true(read(ends[0], text, sizeof text - 1) > 0);
	assert_non_null(strstr(text, "\"worker.call_refused\""));
	assert_non_null(strstr(text, "\"call\":\"keyctl\""));
	assert_null(strchr(strchr(text, '\n') + 1, '\n'));
	close(ends[0]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_each_may),
		cmocka_unit_test(test_all_threads), cmocka_unit_test(test_what_is_refused_is_told_once)};

	if (argc == 1 && strcmp(argv[0], "oneself") == 0)
		return EXIT_SUCCESS;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
