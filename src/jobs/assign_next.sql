-- The next tickets of departments with assignment rules, as rules are asked about them; no text: they are not.
-- in: now timestamptz, limit int
-- out: ticket uuid, set uuid, version int, kind text, category text, area text, language text, channel text, level text, folded text
-- as: definer
select ticket, set, version, kind, category, area, language, channel, level, folded from tiepdan.assignment_next(:'now', :'limit')
