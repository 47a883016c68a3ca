"""Objections, complaints, credit repair, removal on application. A place kept in the house; empty so far."""
