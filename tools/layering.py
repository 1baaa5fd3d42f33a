#!/usr/bin/env python3
"""The test `layering`: the code includes only what its folder may include, and the table in
docs/ARCHITECTURE.md says the same as the CMakeLists.txt files. Prints one line a violation.

    tools/layering.py [ROOT]
"""

import os
import pathlib
import re
import sys

# The folders that may wait: sockets, timers, threads, files.
WAITING = {"io", "app"}

# Headers the build writes (legroom_embed() in cmake/EmbedFiles.cmake).
EMBEDDED = {"legroom_web.hpp"}

# Below those, time, chance and bytes are arguments. (What must not be written, what to do instead.)
FORBIDDEN_HEADERS = {
    "thread mutex shared_mutex condition_variable future semaphore latch barrier stop_token":
        "only io/ has threads",
    "fstream filesystem iostream":
        "only io/ and app/ touch files and terminals",
    "random":
        "chance is a Random& argument",
    "sys/socket.h sys/epoll.h netinet/in.h netinet/udp.h netdb.h ifaddrs.h poll.h unistd.h pthread.h":
        "only io/ has sockets and system calls",
}
FORBIDDEN_WORDS = [
    (r"\b(?:steady_clock|system_clock|high_resolution_clock|utc_clock|file_clock)\b", "time is an Instant argument"),
    (r"::now\s*\(", "time is an Instant argument"),
    (r"\b(?:gettimeofday|clock_gettime|timespec_get)\s*\(", "time is an Instant argument"),
    (r"(?<![\w.>])time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)", "time is an Instant argument"),
    (r"\brandom_device\b|\bRAND_(?:priv_)?bytes\s*\(|\bgetrandom\s*\(|(?<![\w.>])s?rand\s*\(",
     "chance is a Random& argument"),
    (r"\b(?:secure_)?getenv\s*\(", "configuration is an argument; app/ reads the environment"),
    (r"(?<![\w.>])(?:::\s*)?(?:socket|sendto|sendmsg|sendmmsg|recvfrom|recvmsg|recvmmsg|epoll_wait)\s*\(",
     "only io/ has sockets"),
    (r"\bsleep_(?:for|until)\b|(?<![\w.>])(?:usleep|nanosleep|sleep)\s*\(", "only io/ waits"),
    (r"\bstd::(?:thread|jthread|mutex|async)\b", "only io/ has threads"),
    (r"\bthread_local\b", "no hidden state below io/"),
]
SLEEP = re.compile(r"\bsleep_(?:for|until)\b|(?<![\w.>])(?:usleep|nanosleep|sleep)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
MODULE = re.compile(r"\blegroom_module\s*\(\s*(\w+)([^)]*)\)")
KEYWORDS = {"DEPENDS", "LINKS", "TEST_DEPENDS", "TEST_LINKS"}
TABLE_ROW = re.compile(r"^\|[^|]*\|\s*`(\w+)`\s*\|(?:.*\|)?([^|]*)\|\s*$", re.MULTILINE)


def without_comments(code):
    """The code with comments blanked and lines kept; a string literal that looks like one survives."""
    token = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""", re.DOTALL)
    return token.sub(lambda m: m[0] if m[0][0] in "\"'" else re.sub(r"[^\n]", " ", m[0]), code)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def sources_below(root):
    """Every .cpp file below a folder. What npm installs is passed by: another test may be installing it just now."""
    for folder, children, files in os.walk(root):
        children[:] = [child for child in children if child != "node_modules"]
        yield from (pathlib.Path(folder) / file for file in files if file.endswith(".cpp"))


class Folder:
    """One src/ folder: what its legroom_module() call says it may include."""

    def __init__(self, path):
        self.path = path
        self.name = path.name
        self.depends = set()
        self.test_depends = set()
        self.declared = False
        text = re.sub(r"#[^\n]*", "", (path / "CMakeLists.txt").read_text())
        for name, arguments in MODULE.findall(text):
            if name == self.name:
                self.declared = True
                self.read(arguments.split())

    def read(self, words):
        into = None
        for word in words:
            if word in KEYWORDS:
                into = {"DEPENDS": self.depends, "TEST_DEPENDS": self.test_depends}.get(word, set())
            elif into is not None:
                into.add(word)

    def files(self):
        return sorted(p for p in self.path.iterdir() if p.suffix in (".cpp", ".hpp"))


class Layering:
    def __init__(self, root):
        self.root = root
        self.violations = []
        self.folders = {
            p.parent.name: Folder(p.parent) for p in sorted((root / "src").glob("*/CMakeLists.txt"))
        }

    def report(self, where, what):
        self.violations.append(f"{where}: {what}")

    def check(self):
        for folder in self.folders.values():
            self.check_declaration(folder)
            for file in folder.files():
                self.check_file(folder, file)
        self.check_cycles()
        self.check_table()
        for file in sorted(sources_below(self.root / "tests")):
            self.check_sleep(file, without_comments(file.read_text()))
        return self.violations

    def check_declaration(self, folder):
        where = f"src/{folder.name}"
        if not folder.declared:
            self.report(f"{where}/CMakeLists.txt", f"no legroom_module({folder.name} …) in it")
        if not (folder.path / "README.md").is_file():
            self.report(where, "has no README.md")
        for name in sorted(folder.depends - self.folders.keys()):
            self.report(f"{where}/CMakeLists.txt", f"DEPENDS names {name}, and there is no src/{name}")

    def check_file(self, folder, file):
        code = without_comments(file.read_text())
        is_test = file.stem.endswith("_test") or "_test_" in file.name
        self.check_includes(folder, file, code, is_test)
        if is_test:
            self.check_sleep(file, code)
        elif folder.name not in WAITING:
            self.check_words(file, code)

    def check_includes(self, folder, file, code, is_test):
        allowed = {folder.name} | folder.depends | (folder.test_depends if is_test else set())
        if is_test:
            allowed |= self.reachable(folder.test_depends)
        for match in INCLUDE.finditer(code):
            quote, path = match.groups()
            where = f"{file.relative_to(self.root)}:{line_of(code, match.start())}"
            if quote == '"':
                other = path.split("/")[0]
                if path in EMBEDDED:
                    continue
                if "/" not in path:
                    self.report(where, f'"{path}" must be written "{folder.name}/{path}"')
                elif other not in allowed:
                    self.report(where, f"{folder.name} may not include {other} (not in its DEPENDS)")
            elif folder.name not in WAITING:
                self.check_system_include(where, path, is_test)

    def reachable(self, names):
        """A test that names a helper library may use what that one is made of."""
        return {"base"} if "sim" in names else set()

    def check_system_include(self, where, path, is_test):
        if re.match(r"boost/(?:asio|beast)\b", path):
            self.report(where, f"<{path}>: Asio and Beast are for io/ and app/ only")
        if is_test:
            return
        for names, reason in FORBIDDEN_HEADERS.items():
            if path in names.split():
                self.report(where, f"<{path}>: {reason}")

    def check_words(self, file, code):
        for pattern, reason in FORBIDDEN_WORDS:
            for match in re.finditer(pattern, code):
                where = f"{file.relative_to(self.root)}:{line_of(code, match.start())}"
                self.report(where, f"`{match[0].strip()}`: {reason}")

    def check_sleep(self, file, code):
        for match in SLEEP.finditer(code):
            where = f"{file.relative_to(self.root)}:{line_of(code, match.start())}"
            self.report(where, f"`{match[0].strip()}`: C++ tests never sleep")

    def check_cycles(self):
        done, path = set(), []

        def visit(name):
            if name in path:
                self.report("src", "cycle: " + " -> ".join(path[path.index(name):] + [name]))
            elif name not in done and name in self.folders:
                path.append(name)
                for other in sorted(self.folders[name].depends):
                    visit(other)
                path.pop()
                done.add(name)

        for name in self.folders:
            visit(name)

    def check_table(self):
        """The last column of the table is DEPENDS, word for word; "all" leaves the choice to the folder."""
        page = self.root / "docs" / "ARCHITECTURE.md"
        text = page.read_text() if page.is_file() else ""
        table = {name: set(re.findall(r"\b[a-z]\w*\b", re.sub(r"\([^)]*\)", "", may)))
                 for name, may in TABLE_ROW.findall(text)}
        for name, folder in self.folders.items():
            if name not in table:
                self.report("docs/ARCHITECTURE.md", f"the table of layers has no row for {name}")
            elif table[name] != {"all"} and table[name] != folder.depends:
                self.report("docs/ARCHITECTURE.md", f"{name} may include {listed(table[name])}, but "
                            f"src/{name}/CMakeLists.txt says DEPENDS {listed(folder.depends)}")
        for name in sorted(table.keys() - self.folders.keys()):
            self.report("docs/ARCHITECTURE.md", f"the table of layers names {name}, and there is no src/{name}")


def listed(names):
    return " ".join(sorted(names)) or "nothing"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    layering = Layering(root)
    if not layering.folders:
        print(f"{root}: no src/*/CMakeLists.txt here")
        return 1
    violations = layering.check()
    print(*violations, sep="\n")
    print(f"layering: {len(layering.folders)} folders, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
