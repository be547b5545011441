-- Whether every sealed record is under the key of this epoch: what did not open, and what a server with older keys has sealed, counts.
-- in: epoch int
-- out: ended bool
-- as: owner
select not exists (select from tiepdan.contact where epoch < :'epoch' and wrapped is not null)
	and not exists (select from tiepdan.citizen where epoch < :'epoch')
	and not exists (select from tiepdan.second_factor where epoch < :'epoch') as ended
