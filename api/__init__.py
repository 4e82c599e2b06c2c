"""The outside: everything that speaks HTTP, JSON or the command line; may import models, but no database and no SQL.

A request passes middleware, contract, route and schema, makes one call of models, and is answered with JSON that the
database wrote. docs/architecture.md walks through a read and a write. Begin with app.py.
"""
