"""Models are found, fetched and checked: a real HTTP server on loopback, real folders, nothing mocked.

The manifest and the environment are the only things that are set; no test reaches beyond this machine.
"""

import hashlib
import io
import logging
import os
import socket
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import platformdirs
import pytest

from formcheck.errors import NoModelError, UsageError
from formcheck.sources.model_files import list_models, resolve, verify


def bundle(text: str) -> bytes:
    """A zip that looks like a pose landmarker bundle."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("pose_landmarks_detector.tflite", text * 20_000)  # several chunks long
    return target.getvalue()


FULL, LITE = bundle("full"), bundle("lite")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Server:
    """Serves ``files``; ``declared_bytes`` lies about a length, ``meet`` makes requests wait for others."""

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    declared_bytes: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    meet: threading.Barrier | None = None

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                if server.meet is not None:
                    server.meet.wait(30)
                name = self.path.rsplit("/", 1)[-1]
                if name not in server.files:
                    self.send_error(404)
                    return
                content = server.files[name]
                self.send_response(200)
                self.send_header("Content-Length", str(server.declared_bytes.get(name, len(content))))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), state.handler()) as http:
        state.base = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield state
        http.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache inside the test's folder, and none of this machine's settings."""
    for name in ("FORMCHECK_MODEL_DIR", "FORMCHECK_MODEL_MANIFEST", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    folder = platformdirs.user_cache_path("formcheck", appauthor=False) / "models"
    if not folder.is_relative_to(tmp_path):
        pytest.skip("on this system the user's cache cannot be moved by the environment")
    return folder


@pytest.fixture
def refused() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}"


Manifest = Callable[..., Path]


@pytest.fixture
def manifest(tmp_path: Path, cache: Path) -> Manifest:
    """Write a manifest into ``models/`` of a pretended checkout and return its path."""

    def write(base: str, folder: Path = tmp_path / "checkout" / "models") -> Path:
        lines = ["schema_version = 1"]
        for name, content in (("full", FULL), ("lite", LITE)):
            lines += [
                f"[models.{name}]",
                f'file = "{name}.task"',
                f'address = "{base}/{name}.task"',
                f"size_bytes = {len(content)}",
                f'sha256 = "{sha256(content)}"',
                'licence = "Apache-2.0"',
            ]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.toml").write_text("\n".join(lines))
        return folder / "manifest.toml"

    return write


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def files_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


# Fetching


def test_a_model_is_fetched_checked_and_kept(server: Server, manifest: Manifest) -> None:
    """The plain case, and the second call must not ask the network again."""
    server.files["full.task"] = FULL
    source = manifest(server.base)
    model = resolve(manifest=source)
    assert (model.name, model.sha256, model.origin) == ("full", sha256(FULL), "official bundle")
    assert model.path.read_bytes() == FULL
    assert resolve(manifest=source) == model
    assert server.asked == ["/full.task"]


def test_progress_counts_up_to_the_whole_file(server: Server, manifest: Manifest) -> None:
    """A progress bar that does not end at 100 % looks like a failure."""
    server.files["full.task"] = FULL
    seen: list[tuple[str, int, int]] = []
    resolve(manifest=manifest(server.base), progress=lambda *each: seen.append(each))
    done = [each[1] for each in seen]
    assert {(what, total) for what, _, total in seen} == {("full.task", len(FULL))}
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, len(FULL))


@pytest.mark.parametrize(
    ("served", "declared_bytes", "said"),
    [
        (FULL[:-100], None, "broke off after"),
        (FULL[:-100], len(FULL), "broke off after"),
        (FULL[:-1] + b"!", None, "wrong checksum"),
        (FULL + b"more", None, "larger than"),
        (b"", None, "broke off after 0"),
    ],
    ids=["short", "cut off", "corrupt", "too long", "empty"],
)
def test_a_damaged_download_is_refused_and_leaves_nothing(
    server: Server, manifest: Manifest, served: bytes, declared_bytes: int | None, said: str
) -> None:
    """A half model that stays on disk would break every later run."""
    server.files["full.task"] = served
    if declared_bytes is not None:
        server.declared_bytes["full.task"] = declared_bytes
    source = manifest(server.base)
    with pytest.raises(NoModelError, match=said):
        resolve(manifest=source)
    assert files_in(source.parent) == {"manifest.toml"}


def test_a_missing_file_on_the_server_is_said_with_its_status(server: Server, manifest: Manifest) -> None:
    """Whoever runs a mirror needs to see the 404."""
    with pytest.raises(NoModelError, match="HTTP 404"):
        resolve(manifest=manifest(server.base))


def test_the_proxy_of_the_environment_is_used(
    server: Server, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clinics need a proxy; the name below exists nowhere, so only the proxy can answer."""
    server.files["full.task"] = FULL
    monkeypatch.setenv("http_proxy", server.base)
    assert resolve(manifest=manifest("http://models.invalid")).sha256 == sha256(FULL)
    assert server.asked == ["http://models.invalid/full.task"]


def test_two_pulls_at_once_both_succeed(server: Server, manifest: Manifest) -> None:
    """Two workers that start together; the server answers neither before both have asked."""
    server.files["full.task"] = FULL
    server.meet = threading.Barrier(2)
    source = manifest(server.base)
    with ThreadPoolExecutor(2) as pool:
        models = [each.result() for each in [pool.submit(resolve, manifest=source) for _ in range(2)]]
    assert len(server.asked) == 2
    assert models[0] == models[1]
    assert models[0].path.read_bytes() == FULL
    assert files_in(source.parent) == {"manifest.toml", "full.task"}


def test_what_a_killed_download_left_is_removed_and_a_running_one_is_not(
    server: Server, manifest: Manifest
) -> None:
    """Half files must not pile up, and another process's must not vanish under it."""
    server.files["full.task"] = FULL
    source = manifest(server.base)
    old, running = put(source.parent, "full.task.a.part", b"x"), put(source.parent, "full.task.b.part", b"x")
    os.utime(old, (0, 0))
    resolve(manifest=source)
    assert (old.exists(), running.exists()) == (False, True)


# Folders and their order


def test_the_folders_are_searched_in_order(
    tmp_path: Path, manifest: Manifest, refused: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FORMCHECK_MODEL_DIR before the checkout before the cache; each is used if those before are empty."""
    source = manifest(refused)
    monkeypatch.setenv("FORMCHECK_MODEL_DIR", str(tmp_path / "given"))
    paths = [put(folder, "full.task", FULL) for folder in (tmp_path / "given", source.parent, cache)]
    for path in paths:
        assert resolve(manifest=source, fetch=False).path == path
        path.unlink()
    with pytest.raises(NoModelError):
        resolve(manifest=source, fetch=False)


def test_a_pull_goes_to_the_folder_that_the_environment_names(
    tmp_path: Path, server: Server, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers mount that folder; a model anywhere else is lost with the container."""
    server.files["full.task"] = FULL
    monkeypatch.setenv("FORMCHECK_MODEL_DIR", str(tmp_path / "volume" / "models"))
    assert resolve(manifest=manifest(server.base)).path == tmp_path / "volume" / "models" / "full.task"


def test_a_wrong_checksum_is_said_and_the_file_is_set_aside_and_fetched_again(
    server: Server, manifest: Manifest, caplog: pytest.LogCaptureFixture
) -> None:
    """Damage heals by itself, aloud; the odd file is kept, since it may be somebody's own."""
    server.files["full.task"] = FULL
    source = manifest(server.base)
    damaged = put(source.parent, "full.task", FULL[:1000])
    with caplog.at_level(logging.WARNING):
        assert resolve(manifest=source).path.read_bytes() == FULL
    assert "wrong checksum" in caplog.text
    kept = damaged.with_name(f"full.wrong-{sha256(FULL[:1000])[:8]}.task")
    assert kept.read_bytes() == FULL[:1000]
    assert files_in(source.parent) == {"manifest.toml", "full.task", kept.name}


def test_a_wrong_file_is_neither_used_nor_touched_when_nothing_better_can_be_had(
    manifest: Manifest, refused: str
) -> None:
    """Renaming it before there is a replacement would only add to the confusion."""
    source = manifest(refused)
    damaged = put(source.parent, "full.task", FULL[:1000])
    with pytest.raises(NoModelError, match="wrong checksum"):
        resolve(manifest=source)
    assert damaged.read_bytes() == FULL[:1000]


def test_a_wrong_file_does_not_hide_a_right_one_further_on(
    manifest: Manifest, refused: str, cache: Path
) -> None:
    """A damaged file in the checkout and a good one in the cache: work offline all the same."""
    source = manifest(refused)
    put(source.parent, "full.task", b"damaged")
    good = put(cache, "full.task", FULL)
    assert resolve(manifest=source).path == good


def test_without_permission_to_fetch_the_server_is_not_asked(server: Server, manifest: Manifest) -> None:
    """Whoever says fetch=False promised somebody that no connection is made."""
    server.files["full.task"] = FULL
    with pytest.raises(NoModelError, match="not asked"):
        resolve(manifest=manifest(server.base), fetch=False)
    assert server.asked == []


# Folders that cannot be written


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Act as somebody without special rights, since root may write everywhere."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no POSIX permissions here")
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_model_in_a_read_only_folder_is_used(open_folder: Path, manifest: Manifest, refused: str) -> None:
    """An administrator installs models for everyone, read-only."""
    source = manifest(refused, open_folder / "models")
    put(source.parent, "full.task", FULL)
    source.parent.chmod(0o555)
    with ordinary_user():
        assert resolve(manifest=source).path == source.parent / "full.task"


def test_a_pull_goes_past_a_read_only_checkout_to_the_cache(
    open_folder: Path, server: Server, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout that belongs to somebody else is no reason to fail."""
    server.files["full.task"] = FULL
    source = manifest(server.base, open_folder / "models")
    source.parent.chmod(0o555)
    home = open_folder / "home"
    home.mkdir()
    home.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("HOME", str(home))
    with ordinary_user():
        path = resolve(manifest=source).path
        assert path.is_relative_to(home)
        assert path.read_bytes() == FULL


def test_with_no_folder_to_write_to_nothing_is_fetched_and_all_are_named(
    open_folder: Path, server: Server, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloading what cannot be kept wastes the line; the reader needs to know which folders to open up."""
    server.files["full.task"] = FULL
    source = manifest(server.base, open_folder / "models")
    for folder in (source.parent, open_folder):
        folder.chmod(0o555)
    monkeypatch.setenv("XDG_CACHE_HOME", str(open_folder / "cache"))
    monkeypatch.setenv("HOME", str(open_folder))
    with ordinary_user(), pytest.raises(NoModelError, match="cannot be written") as caught:
        resolve(manifest=source)
    assert str(caught.value).count("cannot be written") == 2
    assert server.asked == []


# Nothing to be had


def test_offline_with_nothing_every_place_and_the_way_by_hand_are_in_one_line(
    tmp_path: Path, manifest: Manifest, refused: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This line is all that somebody at a locked-down machine has to go by."""
    monkeypatch.setenv("FORMCHECK_MODEL_DIR", str(tmp_path / "given"))
    source = manifest(refused)
    with pytest.raises(NoModelError) as caught:
        resolve(manifest=source)
    said = str(caught.value)
    assert caught.value.exit_status == 4
    assert "\n" not in said
    for folder in (tmp_path / "given", source.parent, cache):
        assert f"{folder} (no full.task there)" in said
    assert "the official address (" in said
    assert f"{refused}/full.task" in said
    assert sha256(FULL) in said
    assert f"put it at {tmp_path / 'given' / 'full.task'}" in said


def test_lite_that_cannot_be_had_offers_a_full_that_is_here(manifest: Manifest, refused: str) -> None:
    """Whoever asks for lite gets lite or an answer, never silently another model."""
    source = manifest(refused)
    put(source.parent, "full.task", FULL)
    with pytest.raises(NoModelError, match=r"'lite' could not be had.*'full' model is on this machine"):
        resolve("lite", manifest=source)


def test_an_unknown_model_is_wrong_usage_and_names_the_known_ones(manifest: Manifest, refused: str) -> None:
    """A typing error is not a missing model: exit status 2, not 4."""
    with pytest.raises(UsageError, match="'ful'; there are: full, lite"):
        resolve("ful", manifest=manifest(refused))


# A file that the user names


def test_a_named_file_with_a_known_checksum_has_its_own_name(
    tmp_path: Path, manifest: Manifest, refused: str
) -> None:
    """The report must say lite when lite was given, whatever the file is called."""
    path = put(tmp_path, "renamed.task", LITE)
    model = resolve(path=path, manifest=manifest(refused))
    assert (model.name, model.path, model.origin) == ("lite", path, "given by path, official bundle")


def test_a_named_file_with_an_unknown_checksum_is_accepted_and_said_to_be_so(
    tmp_path: Path, manifest: Manifest, refused: str
) -> None:
    """A model of one's own is allowed, but must not pass for one that formcheck was tested with."""
    own = bundle("my own")
    model = resolve(path=put(tmp_path, "own.task", own), manifest=manifest(refused))
    assert (model.name, model.sha256, model.origin) == (
        "custom",
        sha256(own),
        "given by path, unknown checksum",
    )


def test_a_named_folder_holds_the_file_under_its_usual_name(
    tmp_path: Path, manifest: Manifest, refused: str
) -> None:
    """A folder on a stick is as good as the file in it."""
    path = put(tmp_path / "stick", "lite.task", LITE)
    assert resolve("lite", path=path.parent, manifest=manifest(refused)).path == path


@pytest.mark.parametrize("content", [b"", b"no zip", None], ids=["empty", "text", "missing"])
def test_a_named_file_that_is_no_model_is_refused_and_nothing_else_is_tried(
    tmp_path: Path, server: Server, manifest: Manifest, content: bytes | None
) -> None:
    """Using another model than the one that was named would be a silent substitution."""
    server.files["full.task"] = FULL
    path = tmp_path / "named.task"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NoModelError, match=r"named\.task"):
        resolve(path=path, manifest=manifest(server.base))
    assert server.asked == []


# Listing and verifying


def test_list_and_verify_tell_right_from_wrong_and_missing(
    manifest: Manifest, refused: str, cache: Path
) -> None:
    """Both only look: a listing that fetched or renamed something would surprise."""
    source = manifest(refused)
    wrong = put(source.parent, "full.task", b"damaged")
    right = put(cache, "full.task", FULL)
    full, lite = list_models(source)
    assert full.file is not None
    assert full.file.path == right
    assert [each.path for each in full.damaged] == [wrong]
    assert (lite.file, lite.damaged) == (None, ())
    assert [(name, each.path, bool(each.problem)) for name, each in verify(source)] == [
        ("full", wrong, True),
        ("full", right, False),
    ]


# The manifest


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("schema_version = 2", "schema_version"),
        ('file = "../../escape.task"', "models.full.file"),
        ('address = "file:///etc/passwd"', "models.full.address"),
        ('sha256 = "abc"', "models.full.sha256"),
        ("licence = 1", "models.full.licence"),
        ("= nonsense", "cannot be read"),
    ],
)
def test_a_wrong_manifest_names_the_field(manifest: Manifest, refused: str, wrong: str, said: str) -> None:
    """Clinics edit a copy of it; a file name out of the folder or a local address must not get through."""
    source = manifest(refused)
    key = wrong.split(" = ")[0]
    lines = source.read_text().splitlines()
    changed = next((i for i, line in enumerate(lines) if line.startswith(f"{key} = ")), 0)
    lines[changed] = wrong
    source.write_text("\n".join(lines))
    with pytest.raises(UsageError, match=said):
        resolve(manifest=source)


@pytest.mark.usefixtures("cache")
def test_the_real_manifest_is_right_and_has_the_three_models() -> None:
    """It is edited by hand, and everything stands on it."""
    listed = {each.name: each.entry for each in list_models()}
    assert set(listed) == {"lite", "full", "heavy"}
    assert all(each.licence == "Apache-2.0" for each in listed.values())
    assert all(each.address.endswith(f"/{each.file}") for each in listed.values())
    assert [name for name, each in listed.items() if each.index] == ["full"]
