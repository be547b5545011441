/* The tables of problems and faults. */
#include "http/problem.h"

#include <pthread.h>
#include <string.h>

#include "base/must.h"

enum {
	NAME_SIZE = 48
};

static struct problem_row rows[PROBLEM_COUNT] = {
#define PROBLEM(name_, status_, raised_by_, pointer_, title_vi, title_en)                                    \
	[PROBLEM_##name_] = {#name_, status_, raised_by_, pointer_, {title_vi, title_en}},
#include "http/problems.def"
};

static const struct {
	const char *name, *text[LANG_COUNT];
} faults[FAULT_COUNT] = {
#define FAULT(name, text_vi, text_en) [FAULT_##name] = {#name, {text_vi, text_en}},
#include "http/faults.def"
};

static const char *const advice[PROBLEM_COUNT][LANG_COUNT] = {
#define STATUS_ADVICE(status, text_vi, text_en)
#define ADVICE(name, text_vi, text_en) [PROBLEM_##name] = {text_vi, text_en},
#include "http/advice.def"
};

static const struct {
	int status;
	const char *text[LANG_COUNT];
} status_advice[] = {
#define STATUS_ADVICE(status, text_vi, text_en) {status, {text_vi, text_en}},
#define ADVICE(name, text_vi, text_en)
#include "http/advice.def"
};

/* An identifier of the table cannot hold the '-' that type URIs have. */
static void join_words(void)
{
	static char names[PROBLEM_COUNT][NAME_SIZE];

	for (unsigned p = 0; p < PROBLEM_COUNT; p++) {
		size_t n = strlen(rows[p].name);
		must(n < NAME_SIZE);
		for (size_t i = 0; i < n; i++)
			names[p][i] = rows[p].name[i] == '_' ? '-' : rows[p].name[i];
		rows[p].name = names[p];
	}
}

const struct problem_row *problem_row(enum problem problem)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	must(problem < PROBLEM_COUNT);
	pthread_once(&once, join_words);
	return &rows[problem];
}

const char *problem_advice(enum problem problem, enum lang lang)
{
	size_t i = 0;

	if (advice[problem][lang])
		return advice[problem][lang];
	while (status_advice[i].status != problem_row(problem)->status)
		must(++i < sizeof(status_advice) / sizeof(*status_advice));
	return status_advice[i].text[lang];
}

const char *fault_name(enum fault fault)
{
	must(fault < FAULT_COUNT);
	return faults[fault].name;
}

const char *fault_text(enum fault fault, enum lang lang)
{
	must(fault < FAULT_COUNT && lang < LANG_COUNT);
	return faults[fault].text[lang];
}

static bool find_raised_by(struct str raised_by, enum problem *ret)
{
	for (enum problem p = 0; raised_by.len > 0 && p < PROBLEM_COUNT; p++) {
		if (str_eq(str_of(problem_row(p)->raised_by), raised_by)) {
			*ret = p;
			return true;
		}
	}
	return false;
}

enum problem problem_of_database(struct str sqlstate, struct str constraint)
{
	enum problem problem = PROBLEM_internal;

	if (!find_raised_by(constraint, &problem))
		find_raised_by(sqlstate, &problem);
	return problem;
}

bool problem_find(struct str name, enum problem *ret)
{
	for (enum problem p = 0; p < PROBLEM_COUNT; p++) {
		if (str_eq(str_of(problem_row(p)->name), name)) {
			*ret = p;
			return true;
		}
	}
	return false;
}
