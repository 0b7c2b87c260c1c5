"""Writing files atomically, zips reproducibly, and temporary folders that stay private."""
