/* base/store.h: files by their content, whole or not at all; what goes wrong, and what sweeping finds then. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/store.h"

enum {
	MANY = 16,
	FOLDERS = 1024
};

static char folder[64];
static struct arena *arena;
static struct store *store;

static int setup(void **state)
{
	struct str reason;

	(void)state;
	strcpy(folder, "/tmp/test_store_XXXXXX");
	assert_non_null(mkdtemp(folder));
	arena = arena_new();
	store = store_open(arena, folder, &reason);
	return store != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	fail_arm(NULL);
	arena_free(arena);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static int64_t later(void)
{
	return (int64_t)time(NULL) + 60;
}

static struct uuid put(const char *text)
{
	struct uuid id = uuid_new();
	int fd = store_create(store, &id, STORE_RAW);

	assert_true(fd >= 0);
	assert_int_equal(store_write(fd, str_of(text)), 0);
	close(fd);
	return id;
}

/* A kept file: `place` is where its path begins, the rest is zeros. */
static void put_at(const char *place)
{
	char command[256];

	snprintf(command, sizeof command, "cd %s && mkdir -p $(dirname %s) && touch %s$(printf '%%060d' 0)",
		folder, place, place);
	assert_int_equal(system(command), 0);
}

static int files(void)
{
	char command[128], out[32] = "";
	FILE *pipe;

	snprintf(command, sizeof command, "find %s -type f | wc -l", folder);
	pipe = popen(command, "r");
	assert_non_null(fgets(out, sizeof out, pipe));
	pclose(pipe);
	return atoi(out);
}

static void test_the_same_content_is_one_file(void **state)
{
	struct uuid a = put("một nội dung"), b = put("một nội dung");
	struct digest one, two, expected = digest_sha256(STR("một nội dung"));
	char bytes[64];

	(void)state;
	assert_int_equal(store_keep(store, &a, STORE_RAW, &one), 0);
	assert_int_equal(store_keep(store, &b, STORE_RAW, &two), 0);
	assert_memory_equal(&one, &expected, sizeof one);
	assert_memory_equal(&one, &two, sizeof one);
	assert_int_equal(files(), 1);
	int fd = store_get(store, &one);
	assert_int_equal(store_size(fd), (int64_t)strlen("một nội dung"));
	assert_int_equal(read(fd, bytes, sizeof bytes), store_size(fd));
	close(fd);
	expected.byte[0] ^= 1;
	assert_int_equal(store_get(store, &expected), -ENOENT);
}

static void test_one_writer_at_a_time(void **state)
{
	struct uuid id = uuid_new();
	int fd = store_create(store, &id, STORE_RAW);

	(void)state;
	assert_int_equal(store_create(store, &id, STORE_RAW), -EEXIST);
	assert_int_equal(store_reopen(store, &id, STORE_RAW), -EWOULDBLOCK);
	assert_int_equal(store_write(fd, STR("abc")), 0);
	close(fd);
	fd = store_reopen(store, &id, STORE_RAW);
	assert_int_equal(store_size(fd), 3);
	assert_int_equal(store_write(fd, STR("def")), 0);
	assert_int_equal(store_size(fd), 6);
	assert_int_equal(store_sync(store, fd), 0);
	close(fd);
	store_drop(store, &id, STORE_RAW);
	assert_int_equal(store_reopen(store, &id, STORE_RAW), -ENOENT);
}

/* Somebody who can write there has laid links. */
static void test_links_are_not_followed(void **state)
{
	struct uuid id = uuid_new();
	struct digest hash = digest_sha256(STR("x"));
	char text[UUID_TEXT_SIZE], path[128];

	(void)state;
	uuid_format(&id, text);
	snprintf(path, sizeof path, "%s/incoming/%s", folder, text);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(store_read(store, &id, STORE_RAW), -ELOOP);
	assert_int_equal(store_create(store, &id, STORE_RAW), -EEXIST);
	snprintf(path, sizeof path, "%s/%02x", folder, hash.byte[0]);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_true(store_get(store, &hash) < 0);
	id = put("x");
	assert_true(store_keep(store, &id, STORE_RAW, &hash) < 0);
}

static void test_no_room(void **state)
{
	const struct rlimit small = {4096, RLIM_INFINITY};
	struct rlimit before;
	struct uuid id = uuid_new();
	static char bytes[8192];
	int fd = store_create(store, &id, STORE_RAW);

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(store_write(fd, (struct str){bytes, sizeof bytes}), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(store_write(fd, STR("more")), 0);
	close(fd);
}

/* Each call in turn: never success, never half a file where content is kept. */
static void test_every_call_may_fail(void **state)
{
	static const char *const kinds[] = {"open", "read", "fsync", "rename"};
	char spec[32];
	struct digest hash;

	(void)state;
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
		for (unsigned n = 1;; n++) {
			char text[32];
			snprintf(text, sizeof text, "%zu %u", k, n);
			struct uuid id = put(text);
			snprintf(spec, sizeof spec, "%s:%u", kinds[k], n);
			fail_arm(spec);
			int error = store_keep(store, &id, STORE_RAW, &hash);
			fail_arm(NULL);
			if (error == 0) {
				assert_in_range(n, 2, 10);
				break;
			}
			hash = digest_sha256(str_of(text));
			int fd = store_get(store, &hash);
			assert_true(fd < 0 || store_size(fd) == (int64_t)strlen(text));
			if (fd >= 0)
				close(fd);
		}
}

static void test_sweeping(void **state)
{
	struct uuid id = put("a"), kept = put("b"), ids[MANY];
	struct digest hash, hashes[MANY];

	(void)state;
	assert_int_equal(store_keep(store, &kept, STORE_RAW, &hash), 0);
	assert_int_equal(store_sweep_incoming(store, (int64_t)time(NULL) - 60, ids, MANY), 0);
	assert_int_equal(store_sweep_incoming(store, later(), ids, MANY), 1);
	assert_memory_equal(&ids[0], &id, sizeof id);
	assert_int_equal(store_sweep_kept(store, later(), hashes, MANY), 1);
	assert_memory_equal(&hashes[0], &hash, sizeof hash);
	assert_int_equal(store_sweep_kept(store, (int64_t)time(NULL) - 60, hashes, MANY), 0);
	assert_int_equal(store_remove(store, &hash, (int64_t)time(NULL) - 60), 0);
	assert_int_equal(files(), 2); /* it was touched lately */
	assert_int_equal(store_remove(store, &hash, later()), 0);
	assert_int_equal(files(), 1);
}

/* Two at a time, of many that stay: each has its turn. */
static void test_sweeping_leaves_nobody_out(void **state)
{
	struct uuid ids[MANY], found[2];
	struct digest hashes[1], seen = {{0}};
	unsigned looks = 0, left = MANY, kept = 0;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		ids[i] = put("a");
	for (bool known[MANY] = {false}; left > 0 && looks < 2000; looks++) {
		assert_int_equal(store_sweep_incoming(store, later(), found, 2), 2);
		assert_memory_not_equal(&found[0], &found[1], sizeof found[0]);
		for (unsigned i = 0; i < MANY; i++)
			if (!known[i] && (memcmp(&found[0], &ids[i], sizeof ids[i]) == 0 ||
						 memcmp(&found[1], &ids[i], sizeof ids[i]) == 0)) {
				known[i] = true;
				left--;
			}
	}
	assert_int_equal(left, 0);
	/* Two contents below one first byte. */
	put_at("a7/00/a700");
	put_at("a7/80/a780");
	for (looks = 0; kept < 2 && looks < 2000; looks++) {
		assert_int_equal(store_sweep_kept(store, later(), hashes, 1), 1);
		kept += hashes[0].byte[1] != seen.byte[1] || looks == 0;
		seen = hashes[0];
	}
	assert_int_equal(kept, 2);
}

/* Of many folders each look opens some, and in the course of time all. */
static void test_sweeping_stops(void **state)
{
	static struct digest hashes[2 * FOLDERS];
	bool known[FOLDERS] = {false};
	unsigned left = FOLDERS, looks;
	char path[256];

	(void)state;
	for (unsigned i = 0; i < FOLDERS; i++) {
		snprintf(path, sizeof path, "%s/%02x", folder, i / 4);
		mkdir(path, 0700);
		snprintf(path, sizeof path, "%s/%02x/%02x", folder, i / 4, i % 4);
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path, sizeof path, "%s/%02x/%02x/%02x%02x%060d", folder, i / 4, i % 4, i / 4, i % 4,
			0);
		assert_int_equal(close(open(path, O_WRONLY | O_CREAT, 0600)), 0);
	}
	for (looks = 0; left > 0 && looks < 200; looks++) {
		int n = store_sweep_kept(store, later(), hashes, 2 * FOLDERS);
		assert_in_range(n, 1, FOLDERS - 1);
		for (int i = 0; i < n; i++) {
			unsigned at = hashes[i].byte[0] * 4U + hashes[i].byte[1];
			left -= !known[at];
			known[at] = true;
		}
	}
	assert_int_equal(left, 0);
}

static void test_looking(void **state)
{
	struct uuid id = put("abc"), none = uuid_new();
	int64_t size, moved;

	(void)state;
	assert_int_equal(store_look(store, &id, STORE_RAW, &size, &moved), 0);
	assert_int_equal(size, 3);
	assert_true(moved / 1000 >= (int64_t)time(NULL) - 60 && moved / 1000 <= later());
	assert_int_equal(store_look(store, &id, STORE_CLEAN, &size, &moved), -ENOENT);
	assert_int_equal(store_look(store, &none, STORE_RAW, &size, &moved), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_same_content_is_one_file),
		TEST(test_one_writer_at_a_time),
		TEST(test_links_are_not_followed),
		TEST(test_no_room),
		TEST(test_every_call_may_fail),
		TEST(test_sweeping),
		TEST(test_sweeping_leaves_nobody_out),
		TEST(test_sweeping_stops),
		TEST(test_looking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
