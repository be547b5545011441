#ifndef TIEPDAN_COMMAND_GENERATE_PLAN_H
#define TIEPDAN_COMMAND_GENERATE_PLAN_H

#include "command/generate_life.h"

/* What becomes of a generated ticket, and when: chosen before it happens. */

enum step {
	STEP_accept,
	STEP_claim,
	STEP_ask,
	STEP_supply,
	STEP_progress,
	STEP_request_extension,
	STEP_approve_extension,
	STEP_propose,
	STEP_send_back,
	STEP_approve,
	STEP_refuse,
	STEP_return,
	STEP_route,
	STEP_withdraw,
	STEP_merge,
	STEP_merged_in,
	STEP_rate,
	STEP_publication_propose,
	STEP_publication_publish,
	STEP_close,
	STEPS
};

enum {
	PLAN_STEPS = 16
};

struct plan_step {
	enum step step;
	int64_t at; /* seconds */
};

struct plan {
	struct plan_step step[PLAN_STEPS];
	unsigned n; /* in the order of time */
};

/* Of the k-th ticket, which has been filed. */
struct plan plan_make(struct life *l, int64_t k);

#endif
