"""What is read: texts, pages, tables and files that are made of results."""
