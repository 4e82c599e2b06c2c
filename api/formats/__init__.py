"""Other shapes, in and out."""
