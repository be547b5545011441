/* The shipped roles by bit and by name. */
#include "auth/role.h"

#include "base/must.h"

static const char *const names[ROLE_COUNT] = {
#define ROLE(NAME, name) [ROLE_BIT_##NAME] = name,
#include "auth/role.def"
};

_Static_assert(ROLE_COUNT <= 26, "the top bits of a role_set are ROLE_PUBLIC to ROLE_CITIZEN");

const char *role_name(enum role_bit bit)
{
	must(bit < ROLE_COUNT);
	return names[bit];
}

const struct str *role_names(struct arena *arena, role_set roles, unsigned *ret_n)
{
	struct str *list = arena_alloc(arena, ROLE_COUNT * sizeof(*list));

	*ret_n = 0;
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles & (role_set)1 << i)
			list[(*ret_n)++] = str_of(names[i]);
	return list;
}

bool role_find(struct str name, role_set *ret_role)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		if (!str_eq(name, str_of(names[i])))
			continue;
		*ret_role = (role_set)1 << i;
		return true;
	}
	return false;
}

bool role_list(struct str list, role_set *ret_roles)
{
	struct str name;
	role_set role;

	*ret_roles = 0;
	while (str_next(&list, ',', &name)) {
		if (!role_find(str_trim(name, " "), &role))
			return false;
		*ret_roles |= role;
	}
	return true;
}
