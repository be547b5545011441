-- Examples of tickets that change by a rehearsal, of those that the caller may see, as a page.
-- in: rehearsal uuid, from text, to text, after text, limit int
-- out: item text, key text
-- pool: slow
select item, key from tiepdan.rehearsal_examples(:'rehearsal', :'from', :'to', :'after', :'limit')
