"""The data set's description in Croissant 1.0 (MLCommons), as JSON-LD."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "key": "cr:key", "md5": "cr:md5",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
_FIELDS = (
    ("key", "sc:Text", "file name of the clip's members inside its shard"), ("shard", "sc:Text", "tar that holds it"),
    ("seed", "sc:Integer", "seed of the scene"), ("family", "sc:Text", "objects, landscapes or figures"),
    ("split", "sc:Text", "seen or held_out"), ("caption", "sc:Text", "short caption"),
    ("caption_long", "sc:Text", "long caption"), ("camera", "sc:Text", "how the camera moves"),
    ("num_things", "sc:Integer", "things in the scene"), ("num_frames", "sc:Integer", "frames"),
    ("fps", "sc:Float", "frames a second"), ("height", "sc:Integer", "pixels"), ("width", "sc:Integer", "pixels"),
)  # fmt: skip


def croissant_of(plan: Mapping[str, Any], digests: Mapping[str, str], index: Path) -> dict[str, Any]:
    """Describe the shards (name → SHA-256) and the index."""
    name = f"kinora-worlds-{plan['family']}-{plan['split']}-{plan['first_seed']}"
    shards = [
        {"@type": "cr:FileObject", "@id": shard, "name": shard, "contentUrl": shard, "sha256": digest,
         "encodingFormat": "application/x-tar"}
        for shard, digest in digests.items()
    ]  # fmt: skip
    table = {
        "@type": "cr:FileObject", "@id": index.name, "name": index.name, "contentUrl": index.name,
        "encodingFormat": "application/x-parquet", "sha256": hashlib.sha256(index.read_bytes()).hexdigest(),
    }  # fmt: skip
    return {
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0", "name": name,
        "description": (
            f"{plan['num_clips']} synthetic clips of {plan['num_frames']} frames, {plan['width']}x{plan['height']}, "
            f"{plan['fps']} fps, with exact depth, labels, poses and captions; made by Kinora from seeds alone."
        ),
        "license": "https://creativecommons.org/publicdomain/zero/1.0/", "isLiveDataset": False, "version": "1.0.0",
        "distribution": [table, *shards], "recordSet": [_records(index.name)],
    }  # fmt: skip


def _records(index: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet", "@id": "clips", "name": "clips", "key": {"@id": "clips/key"},
        "field": [
            {"@type": "cr:Field", "@id": f"clips/{name}", "name": name, "description": text, "dataType": kind,
             "source": {"fileObject": {"@id": index}, "extract": {"column": name}}}
            for name, kind, text in _FIELDS
        ],
    }  # fmt: skip
