"""Looks for drift, measures the quality of a model in service, and raises alerts."""
