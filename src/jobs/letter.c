/* From a claimed notice to its message. */
#include "jobs/letter.h"

#include <string.h>

#include "auth/answer_link.h"
#include "auth/citizen_code.h"
#include "auth/contact.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "civil/template.h"
#include "civil/text.h"
#include "db/answer.h"

struct letter letter_read(const PGresult *rows, int row)
{
	struct letter letter = {.attempt = db_cell_int(rows, row, "attempts"),
		.made_ms = db_cell_int(rows, row, "made_ms"),
		.urgent = db_cell_flag(rows, row, "urgent"),
		.citizen = db_cell_flag(rows, row, "citizen"),
		.department = db_cell_int(rows, row, "department")};

	letter.id = db_cell_uuid(rows, row, "id");
	return letter;
}

/* Opens the contact of the citizen; absent with a fault when there is none, or it does not open. */
static struct str address_of(
	struct arena *arena, const struct keys *keys, const PGresult *rows, int row, struct letter *letter)
{
	struct str address = db_cell(rows, row, "address"), box = db_cell(rows, row, "box");

	if (letter->citizen && box.at) {
		const struct sealed sealed = {.epoch = db_cell_int(rows, row, "epoch"),
			.wrapped = db_cell_bytes(arena, rows, row, "wrapped"),
			.box = db_cell_bytes(arena, rows, row, "box")};
		struct uuid id = db_cell_uuid(rows, row, "owner");
		struct str owner = uuid_bytes(&id);
		struct str contact = seal_open(arena, keys, owner, &sealed);
		if (!contact.at) {
			letter->fault = "sealed";
			return STR_NONE;
		}
		address = contact_member(contact, "email");
	}
	address = text_email(arena, address);
	if (!address.at)
		letter->fault = "no_address";
	return address;
}

/* Variable and column; the names are those of the constraint notice_template_variables. */
static const char *const variables[LETTER_VARIABLES][2] = {{"code", "code"}, {"title", "title"},
	{"what", "what"}, {"state", "state"}, {"department", "department_name"}, {"due", "due"}, {"at", "at"},
	{"reason", "reason"}, {"link", "link"}, {"sender", "sender"}};

void letter_variables(struct template_value ret[LETTER_VARIABLES])
{
	for (int i = 0; i < LETTER_VARIABLES; i++)
		ret[i] = (struct template_value){str_of(variables[i][0]), STR_NONE};
}

/* The address of a page with `value` wherever it has `name`. */
static struct str page_with(struct arena *arena, struct str url, struct str name, struct str value)
{
	struct buf page = {.arena = arena};
	const char *at;

	while ((at = memmem(url.at, url.len, name.at, name.len))) {
		buf_put(&page, (struct str){url.at, (size_t)(at - url.at)});
		buf_put(&page, value);
		url = (struct str){at + name.len, (size_t)(url.at + url.len - at) - name.len};
	}
	buf_put(&page, url);
	return buf_str(&page);
}

/* The page where citizens follow this ticket or staff work on it, or the API. Who was asked for a part may
 * not see the ticket: theirs is the page of the part. */
static struct str page_of(struct arena *arena, const struct letterhead *head, const PGresult *rows, int row)
{
	struct str part = db_cell(rows, row, "part");
	struct str url = db_cell_flag(rows, row, "citizen") ? head->citizen_url : head->staff_url;

	if (part.at && head->staff_part_url.at)
		return page_with(arena, head->staff_part_url, STR("{part}"), part);
	if (part.at || !url.at)
		return db_cell(rows, row, "link");
	return page_with(arena, url, STR("{code}"), db_cell(rows, row, "code"));
}

/* Where to go. Behind the # of a link that answers a question stands what takes the place of the secret: no
 * server and no proxy sees that part of an address. */
static struct str link_of(struct arena *arena, const struct letterhead *head, const PGresult *rows, int row)
{
	struct str link = page_of(arena, head, rows, row), code = db_cell(rows, row, "code"), answer;
	const struct answer_link question = {.number = db_cell_int(rows, row, "number"),
		.generation = db_cell_int(rows, row, "generation"),
		.question = db_cell_int(rows, row, "question"),
		.until = db_cell_int(rows, row, "answer_until_s")};

	if (question.until == DB_NO_INT)
		return link;
	answer = answer_link_text(arena, head->keys, &question);
	return arena_printf(arena, "%.*s#%.*s:%.*s", STR_ARG(link), STR_ARG(code), STR_ARG(answer));
}

/* A letter with a code to sign in says that code, and leads nowhere: a link would be what others imitate.
 * Returns the link. */
static struct str read_values(struct arena *arena, const struct letterhead *head, const PGresult *rows,
	int row, struct template_value ret[LETTER_VARIABLES])
{
	struct uuid id = db_cell_uuid(rows, row, "id");
	bool one_time = db_cell_flag(rows, row, "one_time");
	struct str code = one_time ? citizen_code_text(arena, head->keys, &id) : db_cell(rows, row, "code");
	struct str link = one_time ? STR_NONE : link_of(arena, head, rows, row);

	letter_variables(ret);
	for (int i = 0; i < LETTER_VARIABLES; i++) {
		ret[i].value = db_cell(rows, row, variables[i][1]);
		if (str_eq(ret[i].name, STR("code")))
			ret[i].value = code;
		else if (str_eq(ret[i].name, STR("link")))
			ret[i].value = link;
	}
	return link;
}

/* The words; false when a template is not there or has a fault that nobody found when it was saved. */
static bool write_words(
	struct arena *arena, const struct letterhead *head, const PGresult *rows, int row, struct mail *mail)
{
	struct template_value values[LETTER_VARIABLES];
	struct buf subject = {.arena = arena}, text = {.arena = arena}, html = {.arena = arena};
	struct str own_html = db_cell(rows, row, "html");

	struct str link = read_values(arena, head, rows, row, values);
	if (!db_cell(rows, row, "subject").at ||
		template_fill(
			&subject, db_cell(rows, row, "subject"), TEMPLATE_LINE, values, LETTER_VARIABLES) ||
		template_fill(&text, db_cell(rows, row, "body"), TEMPLATE_TEXT, values, LETTER_VARIABLES))
		return false;
	if (own_html.at && template_fill(&html, own_html, TEMPLATE_HTML, values, LETTER_VARIABLES))
		return false;
	if (!own_html.at)
		template_html(&html, buf_str(&text), link);
	mail->subject = buf_str(&subject);
	mail->text = buf_str(&text);
	mail->html = buf_str(&html);
	return true;
}

void letter_write(struct arena *arena, const struct letterhead *head, const PGresult *rows, int row,
	struct letter *letter)
{
	char id[UUID_TEXT_SIZE];
	struct mail mail = {.from = head->from,
		.reply_to = head->reply_to,
		.message_id = db_cell(rows, row, "message_id"),
		.language = db_cell(rows, row, "language"),
		.at_ms = clock_wall_ms()};

	uuid_format(&letter->id, id);
	mail.boundary = arena_printf(arena, "=_%s", id);
	mail.to = address_of(arena, head->keys, rows, row, letter);
	if (letter->fault)
		return;
	if (!write_words(arena, head, rows, row, &mail)) {
		letter->fault = "template";
		return;
	}
	letter->to = mail.to;
	letter->message = mail_build(arena, &mail, head->encoding);
}
