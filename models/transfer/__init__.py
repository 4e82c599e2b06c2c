"""Transfer: import and export; may import the nouns and below. Begin with imports.py and exports.py."""
