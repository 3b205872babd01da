"""Tests of the capstones."""
