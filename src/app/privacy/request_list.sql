-- Requests about personal data, due first on top, or those that have ended, as a page.
-- in: ended bool, after text, limit int
-- out: item text, key text
select item, key from tiepdan.data_request_list(:'ended', :'after', :'limit')
