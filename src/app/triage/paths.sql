-- Where special matters go, danger first.
-- in: none
-- out: kind text, threshold int, file_as text, path text
-- as: definer
select kind, threshold, file_as, path from tiepdan.triage_paths()
