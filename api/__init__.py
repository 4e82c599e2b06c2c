"""The outside: everything that speaks HTTP, JSON or the command line; may import models, but no database and no SQL.

A request passes middleware, contract, route and schema. The route calls models once to read, or to change and once more
to read back, and answers with JSON that the database wrote. docs/architecture.md walks through a read and a write.
Begin with app.py.
"""
