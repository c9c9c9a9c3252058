"""Export the people of bodies.toml to NPZ (runs in .env-body; the only module that needs torch and anny)."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from anny import Anny

HERE = Path(__file__).parent
CACHE = HERE / ".cache" / "bodies"


def load_groups() -> dict[str, list[list[int]]]:
    """Vertex ranges (inclusive) of the base mesh by part name, as anny ships them (CC0)."""
    import anny

    path = Path(anny.__file__).parent / "data/mpfb2/mesh_metadata/basemesh_vertex_groups.json"
    return json.loads(path.read_text())


def load_faces(group: str) -> np.ndarray:
    """Quads (n, 4) of one group of the base mesh (CC0), e.g. "helper-tights"."""
    import anny

    path = Path(anny.__file__).parent / "data/mpfb2/3dobjs/base.obj"
    faces, current = [], ""
    for line in path.read_text().splitlines():
        word, *rest = line.split() or [""]
        if word == "g":
            current = rest[0]
        elif word == "f" and current == group:
            corner = [int(item.split("/")[0]) - 1 for item in rest]
            faces.append(corner if len(corner) == 4 else [*corner, corner[-1]])
    return np.array(faces)


def export(names: list[str]) -> None:
    """Write `.cache/bodies/NAME.npz` with rest mesh, skin weights and bone heads for each name."""
    import torch
    from anny import create_fullbody_model

    model = create_fullbody_model(remove_unattached_vertices=False)
    people = tomllib.loads((HERE / "bodies.toml").read_text())
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in names or list(people):
        shape = dict(people[name]["shape"])
        with torch.no_grad():
            coeffs = model.get_phenotype_blendshape_coefficients(
                **{k: torch.tensor([float(v)], dtype=model.dtype) for k, v in shape.items()}
            )
            vertices = model.get_rest_vertices(coeffs)[0].numpy()
            heads, tails = (x[0].numpy() for x in bone_ends(model, coeffs))
        np.savez_compressed(
            CACHE / f"{name}.npz",
            vertices=vertices.astype(np.float64),
            skin_faces=load_faces("body"),
            tights_faces=load_faces("helper-tights"),
            eye_faces=np.vstack([load_faces("helper-l-eye"), load_faces("helper-r-eye")]),
            weight_values=model.vertex_bone_weights.numpy(),
            weight_bones=model.vertex_bone_indices.numpy(),
            bone_heads=heads,
            bone_tails=tails,
            bone_names=np.array(model.bone_labels),
            groups=np.array(json.dumps(load_groups())),
        )
        print(name, vertices.shape, "height", np.ptp(vertices[:13380], axis=0))


def bone_ends(model: Anny, coeffs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rest heads and tails of all bones, shape (1, n_bones, 3) each."""
    import torch

    heads = model.template_bone_heads[None] + torch.einsum(
        "bk,kni->bni", coeffs, model.bone_heads_blendshapes
    )
    tails = model.template_bone_tails[None] + torch.einsum(
        "bk,kni->bni", coeffs, model.bone_tails_blendshapes
    )
    return heads, tails


if __name__ == "__main__":
    export(sys.argv[1:])
