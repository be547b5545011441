-- The number of this transaction.
-- in: none
-- out: xid text
-- as: owner
select pg_current_xact_id()::text
