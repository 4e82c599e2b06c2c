"""Pure: a document's text in, findings out. No tables, no web."""
