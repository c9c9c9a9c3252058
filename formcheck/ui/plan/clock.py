"""What time it is for the person who looks; a day of the plan is a day of theirs."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def now() -> datetime:
    """Return this instant in the reader's time zone."""
    return datetime.now(UTC).astimezone(zone())


def zone() -> tzinfo | None:
    """Return the reader's time zone; None (this computer's) where the browser tells none."""
    name = st.context.timezone
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
