"""Build a pose landmarker bundle from the two networks inside an older mediapipe wheel.

The official bundle is a zip of two TFLite networks whose metadata tells the task how to scale pixels. The
landmark network in the wheel has no such part, so this module adds it. Everything here is deterministic: the
same networks give the same bytes on every machine, so the result can be pinned by its checksum.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_METADATA_NAME: Final = b"TFLITE_METADATA"  # the entry in which MediaPipe looks
_METADATA_IDENTIFIER: Final = b"M001"
_MODEL_IDENTIFIER: Final = b"TFL3"
_MIN_PARSER_VERSION: Final = b"1.0.0"
_ALIGNMENT_BYTES: Final = 4  # MediaPipe maps members in place; TFLite wants them aligned
_PADDING_FIELD_ID: Final = 0xD935  # what Android's zipalign uses for padding in the extra field
_LOCAL_HEADER_BYTES: Final = 30  # of a zip member, before its name
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_BUILDER_START_BYTES: Final = 1024


class _NothingShared(dict[Any, Any]):
    """Makes a flatbuffers Builder write each table's layout anew instead of pointing to an equal earlier one.

    Which layouts count as equal changed in flatbuffers 25.12, and with it every byte after the first
    difference. Sharing none costs 17 kB and gives the same bytes with every version tried (24.3 to 25.12).
    """

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - the signature of dict
        return default


@dataclass(frozen=True)
class Normalization:
    """How a network wants its RGB pixels: ``(value - mean) / std``."""

    mean: float
    std: float


@dataclass(frozen=True)
class Network:
    """One member of a bundle.

    Parameters
    ----------
    name
        Its file name inside the bundle.
    content
        The TFLite network.
    normalization
        What to write into its metadata; None leaves a network alone that already says it.
    """

    name: str
    content: bytes
    normalization: Normalization | None = None


def build_bundle(networks: Sequence[Network]) -> bytes:
    """Return the bundle's bytes: the networks, described where needed, in a stored and aligned zip."""
    members = [
        (
            each.name,
            each.content if each.normalization is None else describe(each.content, each.normalization),
        )
        for each in networks
    ]
    return _zip_stored(members)


def describe(network: bytes, normalization: Normalization) -> bytes:
    """Return the TFLite network with metadata that gives its input as an RGB image and how to scale it.

    Parameters
    ----------
    network
        A TFLite flatbuffer, with or without metadata of its own.
    normalization
        Mean and standard deviation of the input, in grey levels of 0 to 255.
    """
    from mediapipe.tasks.metadata import (
        schema_py_generated as schema,
    )  # here: importing mediapipe takes half a second

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(network, 0))
    buffer = schema.BufferT()
    buffer.data = list(_metadata(len(model.subgraphs[0].outputs), normalization))
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name = _METADATA_NAME
    entry.buffer = len(model.buffers) - 1
    model.metadata = [each for each in model.metadata or [] if each.name != _METADATA_NAME] + [entry]
    return _packed(model, _MODEL_IDENTIFIER)


def _metadata(n_outputs: int, normalization: Normalization) -> bytes:
    """Pack the metadata flatbuffer; MediaPipe insists on one description for each output."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    subgraph = schema.SubGraphMetadataT()
    subgraph.inputTensorMetadata = [_image_input(schema, normalization)]
    subgraph.outputTensorMetadata = [_feature_output(schema, index) for index in range(n_outputs)]
    metadata = schema.ModelMetadataT()
    metadata.minParserVersion = _MIN_PARSER_VERSION
    metadata.subgraphMetadata = [subgraph]
    return _packed(metadata, _METADATA_IDENTIFIER)


def _packed(tree: Any, identifier: bytes) -> bytes:  # noqa: ANN401 - generated code has no types
    import flatbuffers

    builder = flatbuffers.Builder(_BUILDER_START_BYTES)
    builder.vtables = _NothingShared()
    builder.Finish(tree.Pack(builder), file_identifier=identifier)
    return bytes(builder.Output())


def _image_input(schema: Any, normalization: Normalization) -> Any:  # noqa: ANN401 - generated code has no types
    options = schema.NormalizationOptionsT()
    options.mean, options.std = [normalization.mean], [normalization.std]
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, options
    image = schema.ImagePropertiesT()
    image.colorSpace = schema.ColorSpaceType.RGB
    tensor = schema.TensorMetadataT()
    tensor.name = b"image"
    tensor.content = schema.ContentT()
    tensor.content.contentPropertiesType = schema.ContentProperties.ImageProperties
    tensor.content.contentProperties = image
    tensor.processUnits = [unit]
    return tensor


def _feature_output(schema: Any, index: int) -> Any:  # noqa: ANN401 - generated code has no types
    tensor = schema.TensorMetadataT()
    tensor.name = b"output_%d" % index
    tensor.content = schema.ContentT()
    tensor.content.contentPropertiesType = schema.ContentProperties.FeatureProperties
    tensor.content.contentProperties = schema.FeaturePropertiesT()
    return tensor


def _zip_stored(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Zip without compression, dates or platform, each member's content starting at a multiple of 4 bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for name, content in members:
            info = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
            info.create_system = 3  # else the zip would say on which platform it was made
            info.external_attr = 0o644 << 16
            header_bytes = _LOCAL_HEADER_BYTES + len(info.filename.encode())
            info.extra = _padding(target.tell() + header_bytes)
            bundle.writestr(info, content)
    return target.getvalue()


def _padding(offset_bytes: int) -> bytes:
    """Return an extra field that moves what follows ``offset_bytes`` to an aligned place."""
    field_header_bytes = 6  # id, length and the alignment, two bytes each
    fill = -(offset_bytes + field_header_bytes) % _ALIGNMENT_BYTES
    return (
        _PADDING_FIELD_ID.to_bytes(2, "little")
        + (2 + fill).to_bytes(2, "little")
        + _ALIGNMENT_BYTES.to_bytes(2, "little")
        + bytes(fill)
    )
