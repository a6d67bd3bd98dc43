"""Adequacy: how often and how far zones run short, by sequential Monte Carlo."""
