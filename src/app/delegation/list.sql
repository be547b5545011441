-- Delegations that the caller has given or taken; administrators and auditors read all.
-- in: after text, limit int
-- out: item text, key text
select item, key from tiepdan.delegation_list(:'after', :'limit')
