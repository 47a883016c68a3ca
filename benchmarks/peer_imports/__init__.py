"""The same sheet taken in by django-import-export: an app of its own, for `benchmarks/imports.py` alone."""
