"""What the names in a hand-in's source mean, and whether a question allows what they mean."""
