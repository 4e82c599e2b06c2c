"""Formats: the lines, tables and files of imports, exports and extraction. Begin with ndjson.py."""
