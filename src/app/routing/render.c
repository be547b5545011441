/* Rules from JSON to text, and from a line of the text back to its rule. */
#include "app/routing/render.h"

#include "http/reply.h"

/* Lines are counted while they are written. */
struct writer {
	struct buf out;
	unsigned line;
	bool more; /* an effect stands before the next one */
};

static void put(struct writer *w, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		w->line += s.at[i] == '\n';
	buf_put(&w->out, s);
}

static void put_word(struct writer *w, const char *before, struct str word)
{
	if (word.len == 0)
		return;
	put(w, str_of(before));
	put(w, word);
}

/* In quotation marks. */
static void put_title(struct writer *w, struct str title)
{
	if (title.len == 0)
		return;
	put(w, STR(" \""));
	for (size_t i = 0; i < title.len; i++) {
		if (title.at[i] == '"' || title.at[i] == '\\')
			buf_byte(&w->out, '\\');
		buf_byte(&w->out, title.at[i]);
	}
	put(w, STR("\""));
}

/* What an effect says: none, one or several. */
static void put_effect(struct writer *w, const char *effect, const struct str *values, size_t n)
{
	if (n == 0 || values[0].len == 0)
		return;
	put(w, w->more ? STR("; ") : STR(" "));
	w->more = true;
	for (size_t i = 0; i < n; i++)
		put_word(w, i == 0 ? effect : ", ", values[i]);
}

static void put_effects(struct writer *w, const struct rule_set_make_rules_then *then)
{
	w->more = false;
	put_effect(w, "department ", &then->department, 1);
	put_effect(w, "with ", then->with.items, then->with.n);
	put_effect(w, "level ", &then->level, 1);
	put_effect(w, "profile ", &then->profile, 1);
	put_effect(w, "visibility ", &then->visibility, 1);
	put_effect(w, "officer ", &then->officer, 1);
	put_effect(w, "skill ", then->skill.items, then->skill.n);
	put_effect(w, "tag ", then->tag.items, then->tag.n);
	put_effect(w, "flag ", then->flag.items, then->flag.n);
	if (then->stop)
		put_effect(w, "", &STR("stop"), 1);
}

static void put_rule(struct writer *w, const struct rule_set_make_rules *rule)
{
	put_word(w, "rule ", rule->name);
	put_title(w, rule->title);
	put_word(w, " from ", rule->from);
	put_word(w, " until ", rule->until);
	put_word(w, "\n\twhen ", rule->when);
	put(w, STR("\n\tthen"));
	put_effects(w, rule->then);
	put(w, STR("\n\n"));
}

static void render(struct req *req, const struct rule_set_make *in, struct rendering *ret)
{
	const struct rule_set_make_lets *let = in->lets.items;
	const struct rule_set_make_rules *rule = in->rules.items;
	unsigned *lines = arena_alloc(req->arena, (in->rules.n + 1) * sizeof(*lines));
	struct writer w = {.out = {.arena = req->arena}, .line = 1};

	for (size_t i = 0; i < in->lets.n; i++) {
		put_word(&w, "let ", let[i].name);
		put_word(&w, " = ", let[i].is);
		put(&w, STR("\n"));
	}
	for (size_t i = 0; i < in->rules.n; i++) {
		lines[i] = w.line;
		put_rule(&w, &rule[i]);
	}
	*ret = (struct rendering){buf_str(&w.out), lines, (unsigned)in->rules.n};
}

bool rendering_of(struct req *req, const struct rule_set_make *in, struct rendering *ret)
{
	bool as_rules = in->rules.n > 0;

	if (as_rules == (in->text.at != NULL))
		req_fault(req, "pointer", STR("/text"), as_rules ? FAULT_not_allowed : FAULT_required);
	else if (!as_rules && in->lets.n > 0)
		req_fault(req, "pointer", STR("/lets"), FAULT_not_allowed);
	if (reply_faults(req))
		return false;
	*ret = (struct rendering){.text = in->text};
	if (as_rules)
		render(req, in, ret);
	return true;
}

int rendering_rule(const struct rendering *r, unsigned line)
{
	int found = -1;

	for (unsigned i = 0; r->lines && i < r->nrules && r->lines[i] <= line; i++)
		found = (int)i;
	return found;
}
