"""What people read: texts, pages, tables and files made from results."""
