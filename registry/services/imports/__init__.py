"""Taking in the national 双公示 files: reading, writing, and the batches in between."""
