"""Queries: lists, filters, facets, search, the JSON of a whole, and derived tables.

It may import tables and storage. Begin with lists.py.
"""
