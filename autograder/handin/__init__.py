"""A hand-in: a folder, an archive or an export of a platform becomes named bytes, each with its owner."""
