-- Departments of today at which nobody who is active can accept a ticket.
-- in: none
-- out: code text
-- as: owner
select code from tiepdan.department where daterange(valid_from, valid_to) @> current_date and not tiepdan.department_staffed(id, 'private')
