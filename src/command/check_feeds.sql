-- Whether the feed of events has places of another cluster: the database was restored and not migrated since.
-- in: none
-- out: foreign_places bool
-- as: owner
select tiepdan.feeds_foreign() as foreign_places
