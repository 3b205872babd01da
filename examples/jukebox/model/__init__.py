"""Computes features, trains a model, tests it at the gate, explains it, and identifies its code."""
