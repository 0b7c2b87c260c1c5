"""A class: many hand-ins graded, kept, settled and written out."""
