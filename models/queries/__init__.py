"""Queries: lists, filters, facets, search, the JSON of an item, and derived tables; may import tables and storage.

Begin with lists.py; nodes.py says how a query is composed and compiled, dialects.py in what the databases differ.
"""
