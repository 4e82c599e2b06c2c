"""Storage: connections, transactions and the schema, on SQLite and PostgreSQL alike.

It may import nothing of ours but refusals. Begin with database.py (connect, run one statement) and transactions.py;
what stands behind them for each database is in sqlite.py and postgres.py.
"""
