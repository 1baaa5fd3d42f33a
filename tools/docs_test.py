#!/usr/bin/env python3
"""The test `docs`: links between our pages lead somewhere, and the README's example is examples/call.html."""

import os
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
OTHERS = {"node_modules", "build"}  # folders with pages that are not ours


def our_pages():
    for folder, children, files in os.walk(ROOT):
        children[:] = [child for child in children if child not in OTHERS]
        yield from (pathlib.Path(folder) / file for file in files if file.endswith(".md"))


def broken_links(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if "://" not in target and not (page.parent / target).exists():
            yield f"{page.relative_to(ROOT)}: there is no {target}"


def example_differs():
    script = re.search(r'<script type="module">\n(.*?)</script>', (ROOT / "examples/call.html").read_text(), re.DOTALL)
    shown = re.search(r"```javascript\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    if not script or not shown or textwrap.dedent(script[1]).rstrip() != shown[1].rstrip():
        yield "README.md: the script is not that of examples/call.html"


def main():
    problems = [line for page in our_pages() for line in broken_links(page)] + list(example_differs())
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
