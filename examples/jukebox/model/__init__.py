"""Computes features, trains a model, tests it at the gate, explains its answers, and names its code."""
