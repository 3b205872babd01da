"""Answers requests over HTTP, and hands them over to a new model step by step."""
