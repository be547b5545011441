-- The next events of the feed, with what has to be learned and unlearned of their tickets.
-- in: limit int
-- out: after_xid text, after_id uuid, xid text, id uuid, ticket uuid, folded text, category text, department text, witness int,
-- was_category text, was_witness int
-- as: definer
select after_xid, after_id, xid, id, ticket, folded, category, department, witness, was_category, was_witness
from tiepdan.suggestion_next(:'limit')
