"""What a body is and what can be measured on it. NumPy and SciPy only."""
