"""Makes assignments of other graders' files: one module for each source format, one draft, one writer."""
