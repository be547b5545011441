/* Book-keeping of the server's processes. */
#include "serve/children.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	QUICK_US = 2000000,
	PAUSE_US = 100000,
	PAUSE_DOUBLINGS = 6
};
#define HAND_OVER "TIEPDAN_CHILDREN"

/* From here on the process counts among the old ones, whatever happens to it. */
static void retire(struct children *cs, pid_t pid, int metric_slot)
{
	kill(pid, SIGTERM);
	if (cs->nold < CHILDREN_OLD_MAX) {
		cs->old[cs->nold].pid = pid;
		cs->old[cs->nold++].metric_slot = metric_slot;
	}
}

/* "place pid slot;" of each process of the image before: the first of a place becomes its old one, others are
 * told to leave. */
static void take_over(struct children *cs)
{
	const char *text = getenv(HAND_OVER);
	struct str rest = str_of(text), item;
	unsigned place;
	int pid, slot;

	if (!text)
		return;
	while (str_next(&rest, ';', &item)) {
		char one[64];
		snprintf(one, sizeof(one), "%.*s", STR_ARG(item));
		if (sscanf(one, "%u %d %d", &place, &pid, &slot) != 3)
			continue;
		if (place < cs->n && cs->at[place].old == 0) {
			cs->at[place].old = pid;
			cs->at[place].old_slot = slot;
		} else {
			retire(cs, pid, slot);
		}
	}
	unsetenv(HAND_OVER);
}

void children_init(struct children *cs, unsigned workers)
{
	*cs = (struct children){.n = workers + 1};
	for (unsigned i = 0; i < workers; i++)
		cs->at[i] = (struct child){.role = WORKER_HTTP, .index = (int)i};
	cs->at[workers] = (struct child){.role = WORKER_JOBS, .index = -1};
	take_over(cs);
}

static size_t put(char *at, size_t room, unsigned place, pid_t pid, int slot)
{
	return pid > 0 ? (size_t)snprintf(at, room, "%u %d %d;", place, pid, slot) : 0;
}

/* Who is to be replaced goes before who should do so: it may be the one who serves. */
void children_hand_over(const struct children *cs)
{
	char text[(2 * CHILDREN_MAX + CHILDREN_OLD_MAX) * 48];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < cs->n; i++) {
		const struct child *c = &cs->at[i];
		len += put(text + len, sizeof(text) - len, i, c->old, c->old_slot);
		len += put(text + len, sizeof(text) - len, i, c->pid, c->metric_slot);
	}
	for (unsigned i = 0; i < cs->nold; i++)
		len += put(
			text + len, sizeof(text) - len, CHILDREN_MAX, cs->old[i].pid, cs->old[i].metric_slot);
	setenv(HAND_OVER, text, 1);
}

bool child_may_start(const struct child *c, int64_t now_us)
{
	return c->state == CHILD_NONE && now_us >= c->start_after_us;
}

void child_started(struct child *c, pid_t pid, int metric_slot, int64_t now_us)
{
	c->state = CHILD_STARTING;
	c->pid = pid;
	c->metric_slot = metric_slot;
	c->started_us = now_us;
}

void child_failed(struct child *c, int64_t now_us)
{
	c->start_after_us = now_us + PAUSE_US;
}

void children_ready(struct children *cs, pid_t pid)
{
	for (unsigned i = 0; i < cs->n; i++) {
		struct child *c = &cs->at[i];
		if (c->pid != pid)
			continue;
		c->state = CHILD_READY;
		c->quick_deaths = 0;
		if (c->old > 0)
			retire(cs, c->old, c->old_slot);
		c->old = 0;
	}
}

static void died(struct child *c, int64_t now_us)
{
	bool quick = now_us - c->started_us < QUICK_US;

	c->quick_deaths = quick ? c->quick_deaths + 1 : 0;
	unsigned doublings = c->quick_deaths < PAUSE_DOUBLINGS ? c->quick_deaths : PAUSE_DOUBLINGS;
	c->start_after_us = quick ? now_us + ((int64_t)PAUSE_US << doublings) : now_us;
	c->state = CHILD_NONE;
	c->pid = 0;
}

int children_slot_of(const struct children *cs, pid_t pid)
{
	for (unsigned i = 0; i < cs->nold; i++)
		if (cs->old[i].pid == pid)
			return cs->old[i].metric_slot;
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->at[i].pid == pid || cs->at[i].old == pid)
			return cs->at[i].pid == pid ? cs->at[i].metric_slot : cs->at[i].old_slot;
	return -1;
}

bool children_gone(struct children *cs, pid_t pid, int64_t now_us)
{
	for (unsigned i = 0; i < cs->nold; i++) {
		if (cs->old[i].pid == pid) {
			cs->old[i] = cs->old[--cs->nold];
			return true;
		}
	}
	for (unsigned i = 0; i < cs->n; i++) {
		if (cs->at[i].old == pid)
			cs->at[i].old = 0;
		else if (cs->at[i].pid == pid)
			died(&cs->at[i], now_us);
	}
	return false;
}

void children_replace_all(struct children *cs)
{
	for (unsigned i = 0; i < cs->n; i++)
		cs->at[i].replace = true;
}

void children_step(struct children *cs)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->at[i].old > 0 || cs->at[i].state == CHILD_STARTING)
			return; /* one at a time */
	for (unsigned i = 0; i < cs->n; i++) {
		struct child *c = &cs->at[i];
		if (!c->replace)
			continue;
		c->replace = false;
		c->old = c->pid;
		c->old_slot = c->metric_slot;
		c->pid = 0;
		c->state = CHILD_NONE;
		c->start_after_us = 0;
		return;
	}
}

void children_signal_all(struct children *cs, int signal)
{
	for (unsigned i = 0; i < cs->n; i++) {
		if (cs->at[i].pid > 0)
			kill(cs->at[i].pid, signal);
		if (cs->at[i].old > 0)
			kill(cs->at[i].old, signal);
	}
	for (unsigned i = 0; i < cs->nold; i++)
		kill(cs->old[i].pid, signal);
}

bool children_all_ready(const struct children *cs)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->at[i].state != CHILD_READY)
			return false;
	return true;
}

bool children_starting(const struct children *cs)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->at[i].state == CHILD_STARTING)
			return true;
	return false;
}

bool children_serving(const struct children *cs)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->at[i].role == WORKER_HTTP && (cs->at[i].old > 0 || cs->at[i].state == CHILD_READY))
			return true;
	return cs->nold > 0;
}

bool children_none_left(const struct children *cs)
{
	for (unsigned i = 0; i < cs->n; i++)
		if (cs->at[i].pid > 0 || cs->at[i].old > 0)
			return false;
	return cs->nold == 0;
}

static bool slot_taken(const struct children *cs, int slot)
{
	for (unsigned i = 0; i < cs->n; i++) {
		const struct child *c = &cs->at[i];
		if ((c->pid > 0 && c->metric_slot == slot) || (c->old > 0 && c->old_slot == slot))
			return true;
	}
	for (unsigned i = 0; i < cs->nold; i++)
		if (cs->old[i].metric_slot == slot)
			return true;
	return false;
}

int children_metric_slot(const struct children *cs)
{
	for (int slot = 1; slot < METRIC_SLOTS; slot++)
		if (!slot_taken(cs, slot))
			return slot;
	return -1;
}
