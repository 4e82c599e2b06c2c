"""Shapes on the wire: what a request may hold and what an answer holds. No database, no request."""
