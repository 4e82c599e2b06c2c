"""Schemas: the shapes of requests and answers, for marshmallow alone.

They know no database and no request, and import nothing of models but vocabulary. Begin with base.py and fields.py.
"""
