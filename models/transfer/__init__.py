"""Transfer: import and export; may import the nouns and below. Begin with imports.py and exports.py.

Those two are for lines that name one another; stream.py writes one list as a file, dumps.py every row as it stands.
"""
