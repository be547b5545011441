-- The open public tickets that somebody wants to join: parallel arrays, one element for each who does.
-- in: numbers int[], once_keys bytea[], now timestamptz
-- out: ord int, refusal text, detail text, id uuid, code text, kind text, category text, area text, department int
-- as: definer
select ord, refusal, detail, id, code, kind, category, area, department from tiepdan.join_targets(:'numbers', :'once_keys', :'now')
