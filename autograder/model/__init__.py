"""What the rest speaks of: plain, frozen data, and how points follow from it."""
