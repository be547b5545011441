-- The version of what is served, and the settings of those who ask it.
-- in: none
-- out: version int, prior int, sure int
-- as: definer
select version, prior, sure from tiepdan.suggestion_settings()
