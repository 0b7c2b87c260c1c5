"""The process that student code runs in; it knows nothing of the package but the wire format."""
