"""Formats: the lines, tables and files of imports, exports and extraction. Begin with ndjson.py.

- ndjson: import and export as lines; line_parser parses those of an import, read_ahead in a second process
- listing: one list as a file; table: as CSV
- dump: every row of every table, for an identical registry
- findings: what extraction finds, as JSON
"""
