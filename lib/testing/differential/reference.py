"""Answers verification cases with the in-toto for Python that this interpreter finds.

Reads one folder a line on standard input (root.layout, layout-keys.json, links/, final/, and where wanted
params.json), prints one JSON object a line: {"allow": bool, "error": class name or null, "message": text}.
The first line says which version answers.
"""
import importlib.metadata
import json
import logging
import os
import sys

import in_toto.verifylib
import in_toto.models.metadata as metadata

logging.disable(logging.CRITICAL)
LOAD = metadata.Metadata.load if hasattr(metadata, "Metadata") else metadata.Metablock.load


def answer(folder):
    os.chdir(os.path.join(folder, "final"))
    try:
        layout = LOAD(os.path.join(folder, "root.layout"))
        with open(os.path.join(folder, "layout-keys.json"), encoding="utf8") as file:
            keys = json.load(file)
        params = None
        if os.path.exists(os.path.join(folder, "params.json")):
            with open(os.path.join(folder, "params.json"), encoding="utf8") as file:
                params = json.load(file)
        in_toto.verifylib.in_toto_verify(
            layout,
            keys,
            link_dir_path=os.path.join(folder, "links"),
            substitution_parameters=params,
            persist_inspection_links=False,
        )
        return {"allow": True, "error": None, "message": ""}
    except Exception as error:  # whatever it raises is its "no"
        return {"allow": False, "error": type(error).__name__, "message": str(error)[:300]}


print(json.dumps({"version": importlib.metadata.version("in-toto")}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(line.rstrip("\n"))), flush=True)
