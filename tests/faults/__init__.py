"""The fault run: a county under load while its workers, Redis and PostgreSQL are killed. `make faults`; not for pytest."""
