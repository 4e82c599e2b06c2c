"""The outside: everything that speaks with someone.

A request goes URL -> route -> schema -> models and comes back as JSON that the database wrote.
`contract.py` is the hinge: one decorator says what comes in, what goes out and what may be refused,
runs it and describes it; `openapi.py` renders those descriptions to `openapi.yaml`.
"""
