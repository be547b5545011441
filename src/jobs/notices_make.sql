-- Follows the feed of events for a portion and makes the notices that are due to people.
-- in: now timestamptz, limit int
-- out: read int
-- as: definer
select tiepdan.notices_make(:'now', :'limit') as read
