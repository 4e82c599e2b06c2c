"""Middleware: limits, headers, compression, access log and metrics of every request. Begin with wsgi.py."""
