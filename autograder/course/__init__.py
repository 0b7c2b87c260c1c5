"""The course: its folders and toml files, read and checked."""
