"""Files and folders that are written whole, private, and the same each time."""
