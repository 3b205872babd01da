"""The invented world: what stands in for listeners, labels and charts."""
