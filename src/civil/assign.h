#ifndef TIEPDAN_CIVIL_ASSIGN_H
#define TIEPDAN_CIVIL_ASSIGN_H

#include "civil/rules_program.h"

/* Rules of one department that say to whom of its officers a ticket goes (RULES_ASSIGNMENT of civil/rules.h).
 *
 *     rule bridges  when category = roads.bridge or text has "cầu vượt"   then skill roads.bridge; tag cau
 *     rule storm    when text has "mưa bão" and time = 17:00-07:30        then officer truc.hn-sxd; flag bao
 *
 * They are asked when the job worker is about to give out a ticket that nobody has (jobs/assign.h), with the
 * ticket as it is now and by the clock of now. They wish, they do not command: who is wished for, or of those
 * who have all the skills that are wished for the one with the least, gets the ticket when he is here, has
 * room, reads its language, may see it and is not kept away from it. Otherwise it goes by the ordinary
 * order as if there were no rules: no ticket waits for somebody, and none is lost. An officer who is wished
 * for need not have the ticket's category among his skills; a skill is a category, and who has none in his
 * profile has no skill here. Tags and flags are put on the ticket when it is given to somebody.
 *
 * A rule that names somebody who is no active officer of the department any more is switched off, like one
 * that names a category that has ended. A set that this program cannot read says nothing: the log tells of
 * it, and the ordinary order counts. */

/* A copy of the city by which the rules of one department are read: `people` are those whom they may name, by
 * their logins, one a line. All three live together. With `may_be_gone` rules_check() only warns of
 * others. */
const struct city *assign_city(
	struct arena *arena, const struct city *city, struct str people, bool may_be_gone);

/* What is stored with the assignment, a JSON object: set (number) and taken as in decide_explain(), officer
 * (login), skills, tags, flags, as far as there are any. The arena is also that of the object. */
struct str assign_told(struct arena *arena, const struct rules_program *program, int64_t set,
	const struct rule_facts *facts);

#endif
