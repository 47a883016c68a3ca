"""Red list and honours, incentive measures, commitments, supervision tiers."""
