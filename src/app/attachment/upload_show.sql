-- How an upload stands; its token has been checked.
-- in: id uuid
-- out: state text, form bool, size int, reason text, type text, linked bool
-- as: definer
select state, form, size, reason, type, linked from tiepdan.upload_show(:'id')
