"""Storage: connections, transactions and migrations.

It may import refusals alone. Begin with database.py and transactions.py.
"""
