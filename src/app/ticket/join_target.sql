-- The open public ticket that somebody wants to join.
-- in: number int, once_key bytea
-- out: id uuid, code text, kind text, category text, area text, department int
-- as: definer
select id, code, kind, category, area, department from tiepdan.join_target(:'number', :'once_key')
