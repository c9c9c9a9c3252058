"""Streamlit pages. They hold no rule of the domain: numbers come from ``SetReport``."""

from pathlib import Path


def entry_file() -> Path:
    """Return the Streamlit entry: ``app.py`` of a checkout, or its copy in an installed package."""
    checkout = Path(__file__).resolve().parents[2] / "app.py"
    return checkout if checkout.is_file() else Path(__file__).with_name("app_entry.py")
