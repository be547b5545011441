-- All tickets: how they stand, what they began with, whether `done` is not what the state says, the words that were filed, and since when there
-- are none any more.
-- in: none
-- out: id uuid, version int, state text, holder int, person uuid, policy int, returns int, kind text, category text, area text, level text,
-- visibility text, sight text, outcome text, restricted bool, answered_at timestamptz, code text, number int, language text, channel text, anonymous bool,
-- filed_at timestamptz, undone bool, title text, text text, location_text text, destroyed_at timestamptz
-- as: owner
select t.id, t.version, t.state, t.holder, t.person, t.policy, t.returns::bigint as returns, t.kind, t.category, t.area, t.level, t.visibility, t.sight,
	t.outcome, t.restricted, t.answered_at, t.code, t.number, t.language, t.channel, t.anonymous, t.filed_at, t.done is distinct from not p.open as undone,
	t.title, t.text, t.location_text, t.destroyed_at
from tiepdan.ticket t left join tiepdan.state p on p.code = t.state
