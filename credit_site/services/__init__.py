"""Services that need more than one app: what a subject makes for itself."""
