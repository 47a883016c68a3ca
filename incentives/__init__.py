"""Red list and honours, incentive measures, commitments, supervision tiers. A place kept in the house; empty so far."""
