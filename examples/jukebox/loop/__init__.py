"""Looks for triggers, runs the updates that they start, and records each step."""
