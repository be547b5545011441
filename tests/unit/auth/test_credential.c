/* Credentials of ours: each opens what it was made for, and a changed one nothing. */
#include "forge.h"

#include "auth/credential.h"

static void refresh_tokens(void **state)
{
	struct forge *f = *state;
	struct refresh refresh = {uuid_new(), INT64_C(0x0102030405060708)}, back;
	struct str text = refresh_make(f->arena, f->keys, &refresh);

	assert_true(str_starts(text, STR("tdr_")));
	assert_true(refresh_open(f->arena, f->keys, text, &back));
	assert_memory_equal(back.session.byte, refresh.session.byte, 16);
	assert_int_equal(back.generation, refresh.generation);
}

static void keys_of_programs(void **state)
{
	struct forge *f = *state;
	struct who who = {.account = uuid_new(), .session = uuid_new(), .roles = 0x1801, .department = 77},
		   back;
	struct str text = api_key_make(f->arena, f->keys, &who);

	assert_true(api_key_is(text) && api_key_open(f->arena, f->keys, text, &back));
	assert_int_equal(back.kind, WHO_STAFF);
	assert_memory_equal(back.account.byte, who.account.byte, 16);
	assert_memory_equal(back.session.byte, who.session.byte, 16);
	assert_int_equal(back.roles, who.roles);
	assert_int_equal(back.department, 77);
	assert_int_equal(back.ticket_number, 0);
}

static void devices(void **state)
{
	struct forge *f = *state;
	struct str text = device_make(f->arena, f->keys, STR("Lan"), 1700000000000);

	assert_int_equal(device_made_ms(f->arena, f->keys, STR("lan"), text), 1700000000000);
	assert_int_equal(device_made_ms(f->arena, f->keys, STR("lana"), text), 0);
	assert_false(str_eq(text, device_make(f->arena, f->keys, STR("Lan"), 1700000000000)));
}

/* What a flow keeps together is derived from it, each for its own use, and is not in it. */
static void flows(void **state)
{
	struct forge *f = *state;
	struct flow flow = {uuid_new(), INT64_C(1800000000123), false},
		    other = {uuid_new(), flow.expires_ms, false}, back = {.citizen = false};
	struct str text = flow_make(f->arena, f->keys, &flow);
	struct str kept = flow_secret(f->arena, f->keys, &flow, "state");

	assert_true(flow_open(f->arena, f->keys, text, &back));
	assert_memory_equal(back.id.byte, flow.id.byte, 16);
	assert_int_equal(back.expires_ms, flow.expires_ms);
	assert_int_equal(kept.len, 43);
	assert_true(str_eq(kept, flow_secret(f->arena, f->keys, &back, "state")));
	assert_false(str_eq(kept, flow_secret(f->arena, f->keys, &flow, "nonce")));
	assert_false(str_eq(kept, flow_secret(f->arena, f->keys, &other, "state")));
	assert_null(memmem(text.at, text.len, kept.at, kept.len));
}

/* That of a citizen is none of staff, nor the other way round. */
static void flows_of_citizens(void **state)
{
	struct forge *f = *state;
	struct flow flow = {uuid_new(), INT64_C(1800000000123), true}, back = {.citizen = true};
	struct str text = flow_make(f->arena, f->keys, &flow);

	assert_true(flow_open(f->arena, f->keys, text, &back));
	back.citizen = false;
	assert_false(flow_open(f->arena, f->keys, text, &back));
	flow.citizen = false;
	text = flow_make(f->arena, f->keys, &flow);
	assert_true(flow_open(f->arena, f->keys, text, &back));
	back.citizen = true;
	assert_false(flow_open(f->arena, f->keys, text, &back));
}

/* Every byte of it, cut, longer, and as another kind of credential. */
static void changed_ones_open_nothing(void **state)
{
	struct forge *f = *state;
	struct refresh refresh = {uuid_new(), 5}, back;
	struct who who;
	struct str text = refresh_make(f->arena, f->keys, &refresh);
	char *copy = arena_alloc(f->arena, text.len + 5);

	for (size_t i = 0; i < text.len; i++) {
		memcpy(copy, text.at, text.len);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		assert_false(refresh_open(f->arena, f->keys, (struct str){copy, text.len}, &back));
		assert_false(refresh_open(f->arena, f->keys, (struct str){text.at, i}, &back));
	}
	memcpy(copy, text.at, text.len);
	memcpy(copy + text.len, "AAAA", 4);
	assert_false(refresh_open(f->arena, f->keys, (struct str){copy, text.len + 4}, &back));
	copy[2] = 'k';
	assert_false(api_key_open(f->arena, f->keys, (struct str){copy, text.len}, &who));
	copy[2] = 'd';
	assert_int_equal(device_made_ms(f->arena, f->keys, STR("lan"), (struct str){copy, text.len}), 0);
	assert_false(refresh_open(f->arena, f->keys, STR_NONE, &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(refresh_tokens),
		cmocka_unit_test(keys_of_programs), cmocka_unit_test(devices), cmocka_unit_test(flows),
		cmocka_unit_test(flows_of_citizens), cmocka_unit_test(changed_ones_open_nothing)};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
