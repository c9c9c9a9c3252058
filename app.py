"""Streamlit entry: page settings and navigation, nothing else."""
