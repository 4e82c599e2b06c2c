"""Queries: lists, filters, facets, search, the JSON of an item, and derived tables; may import tables and storage.

Begin with lists.py; nodes.py says how a query is composed and compiled, dialects.py in what the databases differ.

The words, here and in the files below:

values     what a caller sends, by the names of the filters
filters    which filters have a value, a `Filters`: with the order, all that the SQL of a list depends on
few        those filters that few rows pass: these are counted first, and the list begins with them
order      what a list is sorted by, and in which direction; each item has a value of it, `at`
past       the item after which a page begins, as (its value of the order, its id); a cursor holds it
ranked     of what a search finds, the first that are looked at, best first; the *others* follow by id
viewer     what the caller may see beyond the public's share
side       of a counterclaim: the claim that it answers, or the claim that is its answer
card       a row of claim_cards: what lists show of a claim; what they filter and sort by is in claim_summaries
P.name     in a query, the place of the value `name`: no value of a caller's is part of its text

GET /v1/claims?speaker=2&sort=day takes these steps:

1. lists.py          `page` has the values {speaker: 2}, by way of merged_filters.py in models/history
2. filters.py        `prepared` writes them as they are compared
3. filter_sets.py    `used` names the filters, by which the query is made and cached; `with_few` of filters.py counts
                     nothing, since a speaker bounds the list
4. list_ids.py       `ordered` finds (id, at), the claim and its first day: by `_claims`, where `of_any_statement` of
                     filters.py asks for a statement by the speaker that the viewer sees; `first_ones` sorts them
5. shapes.py         `claim` makes the tree of members, which members.py writes as JSON of the database
6. lists.py          `_page` joins both into one SELECT, compiled once; nodes.py runs it with the values
7. cursors.py        `after` writes the day and the id of the last claim, where others follow
"""
