/* Accepting when descriptors run out. */
#include "world.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "http/listener.h"

enum {
	DESCRIPTORS = 24,
	CLIENTS = 60,
	HOLD_MS = 500
};

static int listening_socket(struct sockaddr_in *ret_address)
{
	socklen_t size = sizeof *ret_address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*ret_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(fd, (struct sockaddr *)(void *)ret_address, size), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)ret_address, &size), 0);
	return fd;
}

static int connected(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)(const void *)address, sizeof *address) < 0)
		_exit(2);
	return fd;
}

/* The other side: more clients than the server has descriptors, each in the middle of a head; then one that
 * asks. */
_Noreturn static void crowd(const struct sockaddr_in *address, int gate)
{
	static const char request[] = "GET /now HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd[CLIENTS];
	char answer[64];

	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = connected(address);
		if (write(fd[i], request, 5) != 5)
			_exit(3);
	}
	if (read(gate, answer, 1) != 0) /* until the other side has looked at them */
		_exit(6);
	for (int i = 0; i < CLIENTS; i++)
		close(fd[i]);
	fd[0] = connected(address);
	if (write(fd[0], request, sizeof request - 1) != sizeof request - 1)
		_exit(4);
	_exit(read(fd[0], answer, sizeof answer) > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0 ? 0 : 5);
}

static int64_t cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_running_out_of_descriptors(void **state)
{
	struct rlimit before, few = {DESCRIPTORS, DESCRIPTORS};
	struct sockaddr_in address;
	int listening = listening_socket(&address), status = -1, gate[2];
	struct listener *listener = listener_new(&world.app, &world_server, listening);

	(void)state;
	assert_non_null(listener);
	assert_int_equal(pipe(gate), 0);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		close(gate[1]);
		crowd(&address, gate[0]);
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < 600 && conns_count(&world.app) < 5; i++)
		run_ms(50);
	int64_t cpu = cpu_ms();
	run_ms(HOLD_MS);
	assert_true(cpu_ms() - cpu < 250); /* sanitizers included */
	assert_in_range(conns_count(&world.app), 5, DESCRIPTORS);
	close(gate[1]);
	for (int i = 0; i < 600 && waitpid(child, &status, WNOHANG) == 0; i++)
		run_ms(100);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(gate[0]);
	listener_stop(listener);
	close(listening);
}

static void test_stopping(void **state)
{
	struct sockaddr_in address;
	int listening = listening_socket(&address);
	struct listener *listener = listener_new(&world.app, &world_server, listening);
	int fd = connected(&address);

	(void)state;
	spin();
	assert_int_equal(conns_count(&world.app), 1);
	listener_stop(listener);
	int late = connected(&address); /* waits in the queue for the next owner of the socket */
	spin();
	assert_int_equal(conns_count(&world.app), 1);
	listener = listener_new(&world.app, &world_server, listening);
	spin();
	assert_int_equal(conns_count(&world.app), 2);
	listener_stop(listener);
	close(fd);
	close(late);
	close(listening);
	listener_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_running_out_of_descriptors, world_open, world_close),
		cmocka_unit_test_setup_teardown(test_stopping, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
