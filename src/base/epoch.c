/* The count of what was committed, shared by the processes of one server. */
#include "base/epoch.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

struct epoch {
	_Atomic uint64_t n;
};

struct epoch *epoch_new(void)
{
	void *shared =
		mmap(NULL, sizeof(struct epoch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return shared == MAP_FAILED ? NULL : shared;
}

uint64_t epoch_now(const struct epoch *epoch)
{
	return atomic_load(&epoch->n);
}

void epoch_move(struct epoch *epoch)
{
	if (epoch)
		atomic_fetch_add(&epoch->n, 1);
}
