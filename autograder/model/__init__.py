"""Plain, frozen data that every other room uses, and how points follow from it."""
