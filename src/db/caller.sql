-- Tells the transaction who is calling: the head of every unit that is subject to row-level security.
-- in: kind text, account uuid, session uuid, read_only bool, timeout int
-- out: none
SELECT caller_enter(:kind, :account, :session, :read_only, :timeout)
