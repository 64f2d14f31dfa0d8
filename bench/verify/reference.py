"""The same as ours.ts with in_toto.verifylib."""
import json
import logging
import os
import re
import sys
import time

import in_toto.models.metadata as metadata
import in_toto.verifylib

logging.disable(logging.CRITICAL)
LOAD = metadata.Metadata.load if hasattr(metadata, "Metadata") else metadata.Metablock.load


def memory(name):
    with open("/proc/self/status", encoding="utf8") as status:
        return int(re.search(name + r":\s+(\d+)", status.read()).group(1))


def verify(folder):
    os.chdir(os.path.join(folder, "final"))
    with open(os.path.join(folder, "layout-keys.json"), encoding="utf8") as file:
        keys = json.load(file)
    layout = LOAD(os.path.join(folder, "root.layout"))
    in_toto.verifylib.in_toto_verify(layout, keys, link_dir_path=os.path.join(folder, "links"))


print(json.dumps({"idle": memory("VmRSS")}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(asked["times"]):
        verify(asked["dir"])
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    times = asked["times"]
    print(json.dumps({"allow": True, "cpu": cpu * 1000 / times, "wall": wall * 1000 / times, "peak": memory("VmHWM")}), flush=True)
