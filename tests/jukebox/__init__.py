"""Tests of the running example, a file for each module."""
