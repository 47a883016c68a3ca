"""The demonstration county: synthetic, saying so, and made through the services that officers use.

Everything is dated relative to the day it is made, so that queues are alive whenever it is looked at.
"""
