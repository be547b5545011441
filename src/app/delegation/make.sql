-- Gives roles to a colleague for a time.
-- in: id uuid, giver uuid, taker uuid, roles text[], from timestamptz, until timestamptz, reason text
-- out: body text
select body from tiepdan.delegation_make(:'id', :'giver', :'taker', :'roles', :'from', :'until', :'reason')
