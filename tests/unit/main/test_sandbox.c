/* command/sandbox.h: whoever is inside can compute and write, and dies of everything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/sandbox.h"

enum {
	OUT = 5,
	BEYOND = 20,
	NOT_INSIDE = 99
};

static void work(void)
{
	char *bytes = calloc(1, 1 << 20);

	_exit(bytes && write(OUT, bytes, 100) == 100 ? 0 : 1);
}

static void open_a_file(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void make_a_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void start_a_process(void)
{
	fork();
}

static void run_a_program(void)
{
	char *const none[] = {NULL};

	execve("/bin/true", none, none);
}

static void make_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void kill_somebody(void)
{
	kill(getppid(), 0);
}

static void signal_somebody(void)
{
	pid_t parent = getppid();

	syscall(SYS_tgkill, parent, parent, 0);
}

static void write_much(void)
{
	static const char bytes[8192];

	write(OUT, bytes, sizeof bytes);
	_exit(write(OUT, bytes, sizeof bytes) < 0 && errno == EFBIG ? 0 : 1);
}

static void use_a_descriptor(void)
{
	_exit(write(BEYOND, "x", 1) < 0 && errno == EBADF ? 0 : 1);
}

static void compute_for_ever(void)
{
	for (volatile unsigned n = 0;; n++)
		continue;
}

/* The signal it died of, or minus its exit status. */
static int fate(void (*deed)(void))
{
	int out = open("/tmp", O_TMPFILE | O_RDWR, 0600), status;
	pid_t pid = fork();

	assert_true(out >= 0 && pid >= 0);
	if (pid == 0) {
		dup2(out, OUT);
		dup2(out, BEYOND);
		if (!sandbox_enter(INT64_C(1) << 30, 1, 4096))
			_exit(NOT_INSIDE);
		deed();
		_exit(NOT_INSIDE);
	}
	close(out);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void test_inside(void **state)
{
	(void)state;
	assert_int_equal(fate(work), 0);
	assert_int_equal(fate(write_much), 0);
	assert_int_equal(fate(use_a_descriptor), 0);
	assert_int_equal(fate(open_a_file), SIGSYS);
	assert_int_equal(fate(make_a_socket), SIGSYS);
	assert_int_equal(fate(start_a_process), SIGSYS);
	assert_int_equal(fate(run_a_program), SIGSYS);
	assert_int_equal(fate(make_code), SIGSYS);
	assert_int_equal(fate(kill_somebody), SIGSYS);
	assert_int_equal(fate(signal_somebody), SIGSYS);
	assert_int_equal(fate(abort), SIGABRT);
	int end = fate(compute_for_ever);
	assert_true(end == SIGXCPU || end == SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_inside)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
