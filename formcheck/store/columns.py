"""The kinds of column that every table shares."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

ID_CHARACTERS = 32
NAME_CHARACTERS = 200


class UtcTime(TypeDecorator[datetime]):
    """An instant in UTC on every database; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone: nobody would know what they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be kept")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Return it with its zone."""
        if value is None:
            return None
        at: datetime = value
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def new_id() -> str:
    """Return 128 random bits: ids cannot be guessed, and are never all that protects something."""
    return secrets.token_hex(ID_CHARACTERS // 2)


def now() -> datetime:
    """Return this instant."""
    return datetime.now(UTC)


Id = Annotated[str, mapped_column(String(ID_CHARACTERS), primary_key=True, default=new_id)]
Ref = Annotated[str, mapped_column(String(ID_CHARACTERS), index=True)]
Name = Annotated[str, mapped_column(String(NAME_CHARACTERS))]
Hash = Annotated[str, mapped_column(String(64))]
Moment = Annotated[datetime, mapped_column(UtcTime)]
MaybeMoment = Annotated[datetime | None, mapped_column(UtcTime)]


class Base(DeclarativeBase):
    """All tables."""
