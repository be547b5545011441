/* Sealed personal data: opens for its row only, and for nobody after erasure. */
#include "forge.h"

#include "auth/seal.h"

#define PLAIN "{\"name\":\"Nguyễn Thị Lan\",\"phone\":\"0912345678\"}"

static const struct str row = {"row-1", 5}, other_row = {"row-2", 5};

static struct str open_for(const struct forge *f, struct str owner, const struct sealed *s)
{
	return seal_open(f->arena, f->keys, owner, s);
}

static void opens_for_its_row(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 65536};
	struct forge *f = *state;
	char *plain = arena_alloc(f->arena, 65536);
	struct sealed s;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		memset(plain, 'a' + (int)i, sizes[i]);
		seal(f->arena, f->keys, row, (struct str){plain, sizes[i]}, &s);
		assert_int_equal(s.epoch, 1);
		assert_int_equal(s.commitment.len, 32);
		assert_true(str_eq(open_for(f, row, &s), (struct str){plain, sizes[i]}));
	}
	seal(f->arena, f->keys, STR(""), STR(PLAIN), &s);
	assert_true(str_eq(open_for(f, STR(""), &s), STR(PLAIN)));
}

static void nothing_readable_is_left(void **state)
{
	struct forge *f = *state;
	struct sealed a, b;

	seal(f->arena, f->keys, row, STR(PLAIN), &a);
	seal(f->arena, f->keys, row, STR(PLAIN), &b);
	assert_null(memmem(a.box.at, a.box.len, "0912345678", 10));
	assert_null(memmem(a.wrapped.at, a.wrapped.len, "0912345678", 10));
	assert_false(str_eq(a.box, b.box));
	assert_false(str_eq(a.wrapped, b.wrapped));
	assert_false(str_eq(a.commitment, b.commitment));
	struct digest plain = digest_sha256(STR(PLAIN));
	assert_false(str_eq(a.commitment, digest_bytes(&plain)));
}

static void swapped_rows_do_not_open(void **state)
{
	struct forge *f = *state;
	struct sealed a, b, mixed;

	seal(f->arena, f->keys, row, STR("first"), &a);
	seal(f->arena, f->keys, other_row, STR("second"), &b);
	assert_null(open_for(f, other_row, &a).at);
	assert_null(open_for(f, row, &b).at);
	assert_null(open_for(f, STR("row-11"), &a).at);
	assert_null(open_for(f, STR("row-"), &a).at);
	assert_null(open_for(f, STR(""), &a).at);
	mixed = a;
	mixed.box = b.box;
	assert_null(open_for(f, row, &mixed).at);
	assert_null(open_for(f, other_row, &mixed).at);
	mixed = a;
	mixed.wrapped = b.wrapped;
	assert_null(open_for(f, row, &mixed).at);
	mixed = a;
	mixed.commitment = b.commitment;
	assert_null(open_for(f, row, &mixed).at);
	mixed.commitment = STR_NONE;
	assert_true(str_eq(open_for(f, row, &mixed), STR("first")));
	/* Two versions of one row: key and box belong together. */
	seal(f->arena, f->keys, row, STR("later"), &b);
	mixed = a;
	mixed.box = b.box;
	assert_null(open_for(f, row, &mixed).at);
	/* The two boxes are not exchangeable. */
	mixed = a;
	mixed.wrapped = a.box;
	mixed.box = a.wrapped;
	assert_null(open_for(f, row, &mixed).at);
}

static void every_changed_bit_is_noticed(void **state)
{
	struct forge *f = *state;
	struct sealed s, changed;

	seal(f->arena, f->keys, row, STR("text"), &s);
	for (int part = 0; part < 3; part++) {
		struct str *field = part == 0	? &changed.wrapped
				    : part == 1 ? &changed.box
						: &changed.commitment;

		changed = s;
		for (size_t bit = 0; bit < field->len * 8; bit++) {
			char *copy;

			changed = s;
			copy = arena_cstr(f->arena, *field);
			copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
			field->at = copy;
			assert_null(open_for(f, row, &changed).at);
		}
		for (size_t len = 0; len < field->len; len++) {
			changed = s;
			field->len = len;
			assert_null(open_for(f, row, &changed).at);
		}
	}
	changed = s;
	changed.box = STR_NONE;
	assert_null(open_for(f, row, &changed).at);
	changed = s;
	changed.wrapped = STR_NONE;
	assert_null(open_for(f, row, &changed).at);
}

/* Without the wrapped key neither the box nor the commitment says anything. */
static void erasure(void **state)
{
	struct forge *f = *state;
	struct sealed s;

	seal(f->arena, f->keys, row, STR("text"), &s);
	s.wrapped = STR("");
	assert_null(open_for(f, row, &s).at);
}

static void epochs(void **state)
{
	struct forge *f = *state;
	struct sealed old, new, wrong;
	struct str reason;
	char path[160];
	const struct keys *keys;

	seal(f->arena, f->keys, row, STR("old"), &old);
	(void)snprintf(path, sizeof path, "%s/seal-10.key", f->folder);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fchmod(fileno(out), 0600), 0);
	for (int i = 0; i < 32; i++)
		(void)fprintf(out, "%02x", i);
	(void)fclose(out);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(keys->nseal, 2);
	seal(f->arena, keys, row, STR("new"), &new);
	assert_int_equal(new.epoch, 10);
	assert_true(str_eq(seal_open(f->arena, keys, row, &old), STR("old")));
	assert_true(str_eq(seal_open(f->arena, keys, row, &new), STR("new")));
	assert_null(open_for(f, row, &new).at);
	wrong = new;
	wrong.epoch = 1;
	assert_null(seal_open(f->arena, keys, row, &wrong).at);
	wrong.epoch = 2;
	assert_null(seal_open(f->arena, keys, row, &wrong).at);
	wrong.epoch = -1;
	assert_null(seal_open(f->arena, keys, row, &wrong).at);
}

static void blind_index(void **state)
{
	struct forge *f = *state;
	struct str a = seal_blind_index(f->arena, f->keys, STR("+84912345678"));
	struct digest plain = digest_sha256(STR("+84912345678"));

	assert_int_equal(a.len, 32);
	assert_true(str_eq(a, seal_blind_index(f->arena, f->keys, STR("+84912345678"))));
	assert_false(str_eq(a, seal_blind_index(f->arena, f->keys, STR("+84912345679"))));
	assert_false(str_eq(a, digest_bytes(&plain)));
}

/* A newer master key takes over what was sealed; what is inside, and its commitment, stay. */
static void sealed_again_under_a_newer_key(void **state)
{
	struct forge *f = *state;
	struct sealed old, again;
	struct str reason;
	char path[120];

	f->keys = keys_load(f->arena, f->folder, &reason);
	const int64_t epoch = f->keys->seal[f->keys->nseal - 1].epoch;
	seal(f->arena, f->keys, row, STR(PLAIN), &old);
	assert_int_equal(keys_rotate_seal(f->arena, f->folder, &reason), 0);
	f->keys = keys_load(f->arena, f->folder, &reason);
	assert_true(str_eq(open_for(f, row, &old), STR(PLAIN)));
	assert_false(seal_again(f->arena, f->keys, other_row, &old, &again));
	assert_true(seal_again(f->arena, f->keys, row, &old, &again));
	assert_int_equal(again.epoch, epoch + 1);
	assert_false(str_eq(again.wrapped, old.wrapped) || str_eq(again.box, old.box));
	again.commitment = old.commitment;
	assert_true(str_eq(open_for(f, row, &again), STR(PLAIN)));

	(void)snprintf(path, sizeof path, "%s/seal-%lld.key", f->folder, (long long)epoch);
	assert_int_equal(unlink(path), 0);
	f->keys = keys_load(f->arena, f->folder, &reason);
	assert_null(open_for(f, row, &old).at);
	assert_true(str_eq(open_for(f, row, &again), STR(PLAIN)));
	assert_int_equal(
		keys_rotate_seal(f->arena, f->folder, &reason), 0); /* epochs go on, none comes again */
	f->keys = keys_load(f->arena, f->folder, &reason);
	assert_int_equal(f->keys->seal[f->keys->nseal - 1].epoch, epoch + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_for_its_row),
		cmocka_unit_test(nothing_readable_is_left),
		cmocka_unit_test(swapped_rows_do_not_open),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(erasure),
		cmocka_unit_test(epochs),
		cmocka_unit_test(blind_index),
		cmocka_unit_test(sealed_again_under_a_newer_key),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
