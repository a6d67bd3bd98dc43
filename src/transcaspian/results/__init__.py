"""Results as tables: kept, written, read, and how they look."""
