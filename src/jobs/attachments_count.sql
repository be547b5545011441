-- Files of citizens that the total does not have yet.
-- in: limit int
-- out: counted int
-- as: definer
select tiepdan.attachments_count(:'limit') as counted
