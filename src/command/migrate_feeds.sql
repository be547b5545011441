-- Lets the followers of the feed go on where they were, when the database was restored into another cluster.
-- in: none
-- out: moved int
-- as: owner
select tiepdan.feeds_resume() as moved
