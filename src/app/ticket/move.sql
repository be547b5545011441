-- Moves a ticket. The offers (policies, accept_due, answer_due) say when clocks would end that start now, by policy.
-- in: ticket uuid, action text, version int, reason_code text, reason text, department text, person uuid, text text,
-- at timestamptz, policies int[], accept_due timestamptz[], answer_due timestamptz[], event uuid
-- out: body text, etag text
select body, etag
from tiepdan.ticket_move(:'ticket', :'action', :'version', :'reason_code', :'reason', :'department', :'person', :'text', :'at',
	:'policies', :'accept_due', :'answer_due', :'event')
