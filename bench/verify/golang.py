"""The same as ours.ts with the program in-toto-golang: a process for each verification. Its start alone is `idle`."""
import json
import os
import resource
import subprocess
import sys
import time

PROGRAM = sys.argv[1]


def call(arguments, folder):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, check=False).returncode == 0


def verify(folder):
    path = lambda name: os.path.join(folder, name)
    return call(["verify", "-l", path("root.layout"), "-k", path("owner.pub"), "-d", path("links")], path("final"))


call(["--help"], ".")
print(json.dumps({"idle": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    allow = all([verify(asked["dir"]) for _ in range(asked["times"])])
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - wall
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    times = asked["times"]
    print(json.dumps({"allow": allow, "cpu": cpu * 1000 / times, "wall": wall * 1000 / times, "peak": after.ru_maxrss}), flush=True)
