"""Simulates tracks, charts and faults, plays the story in which they appear, and draws its report."""
