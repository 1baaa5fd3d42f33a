#!/usr/bin/env python3
"""Runs clang-tidy over every source the build knows but the *_test.cpp, on all cores, and remembers what was
clean: a source is looked at again only when it, a header of ours it includes, its command line, .clang-tidy or
clang-tidy itself has changed. In a unity build (preset asan) a source is a whole folder, and its headers are
read once rather than once a file. Fails when there is any finding.

    tools/tidy.py BUILD_FOLDER [FILE…]
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = [ROOT / "src", ROOT / "tests", ROOT / "bench", ROOT / "examples"]
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)

# The build is GCC's; Clang reads its command lines.
EXTRA = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-unused-command-line-argument",
         "--checks=-bugprone-suspicious-include"]  # a unity source is made of them


def is_ours(path):
    return any(path.is_relative_to(folder) for folder in OURS)


def members(source):
    """The files a unity source is made of; an ordinary one is made of itself."""
    if source.parent.name != "Unity" or not source.is_file():
        return [source]
    return [pathlib.Path(name) for name in INCLUDE.findall(source.read_text())]


class Fingerprint:
    """What the findings in a file depend on, as one hash."""

    def __init__(self):
        self.digests = {}
        version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
        settings = [p.read_bytes() for p in sorted(ROOT.glob("**/.clang-tidy")) if "build" not in p.parts]
        self.common = hashlib.sha256(b"\0".join([version, " ".join(EXTRA).encode(), *settings])).hexdigest()

    def of(self, file, command):
        text = "\n".join([self.common, command, *sorted(self.digest(p) for p in self.closure(file))])
        return hashlib.sha256(text.encode()).hexdigest()

    def closure(self, file):
        """The file and the headers of ours it includes, directly or not."""
        seen, waiting = set(), [file]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            for name in INCLUDE.findall(path.read_text()):
                candidates = (path.parent / name, ROOT / "src" / name, ROOT / "tests" / name)
                waiting += [p for p in candidates if p.is_file()]
        return seen

    def digest(self, path):
        if path not in self.digests:
            self.digests[path] = f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        return self.digests[path]


def sources(build, only):
    """Each source of ours once, with its command; the biggest first, so that none is left for the end."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"]).resolve()
        files = members(source)
        wanted = only.intersection(files) if only else not any(f.stem.endswith("_test") for f in files)
        if wanted and all(is_ours(f) and f.is_file() for f in files):
            commands.setdefault(source, entry["command"])
    return sorted(commands.items(), key=lambda item: -sum(f.stat().st_size for f in members(item[0])))


def lint(build, file):
    """What clang-tidy finds in one file, as text; empty when it is clean."""
    result = subprocess.run(["clang-tidy", "-p", str(build), "--quiet", *EXTRA, str(file)],
                            capture_output=True, text=True)
    return "" if result.returncode == 0 else (result.stdout or result.stderr)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    if not (build / "compile_commands.json").is_file():
        sys.exit(f"tidy: {build.name} is not configured; run: cmake --preset {build.name}")
    only = {pathlib.Path(name).resolve() for name in sys.argv[2:]}
    clean = build / "tidy"
    clean.mkdir(exist_ok=True)
    fingerprint = Fingerprint()
    work = [(file, clean / fingerprint.of(file, command)) for file, command in sources(build, only)]
    waiting = [(file, mark) for file, mark in work if not mark.exists()]

    begin, findings = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (file, mark), found in zip(waiting, pool.map(lambda item: lint(build, item[0]), waiting)):
            if found:
                findings += 1
                print(found, flush=True)
            else:
                mark.touch()
    print(f"tidy: {len(work)} files, {len(waiting)} looked at in {time.monotonic() - begin:.0f} s, "
          f"{findings} with findings")
    return 1 if findings or not work else 0


if __name__ == "__main__":
    sys.exit(main())
