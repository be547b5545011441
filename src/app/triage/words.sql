-- The word lists in force.
-- in: now timestamptz
-- out: kind text, phrase text, weight int
-- as: definer
select kind, phrase, weight from tiepdan.triage_words(:'now')
