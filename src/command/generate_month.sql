-- Whether there are events of this time.
-- in: from timestamptz, until timestamptz
-- out: events bool
-- as: owner
select exists (select from tiepdan.event where at >= :'from' and at < :'until')
