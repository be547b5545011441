-- Is there a schema of ours at all?
-- in: none
-- out: there bool
-- as: owner
select to_regclass('tiepdan.migration') is not null
