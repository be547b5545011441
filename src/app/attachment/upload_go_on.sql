-- How an upload stands of which more is about to arrive, if there is room for it; its token has been checked.
-- in: id uuid
-- out: state text, form bool, size int
-- as: definer
select state, form, size from tiepdan.upload_go_on(:'id')
