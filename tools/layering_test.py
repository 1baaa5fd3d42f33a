#!/usr/bin/env python3
"""Shows that layering.py refuses what it should: each case breaks one rule of a small clean tree."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from layering import Layering  # noqa: E402

CLEAN = {
    "docs/ARCHITECTURE.md": "| layer | folder | lives here | may include |\n| --- | --- | --- | --- |\n"
                            "| words | `base` | Instant | (Boost.System) |\n"
                            "| | `stun` | messages | base |\n"
                            "| machines | `ice` | agent; `answer()` too | base stun (OpenSSL) |\n"
                            "| | `io` | sockets | base |\n"
                            "| program | `app` | main | all |\n",
    "src/base/CMakeLists.txt": "legroom_module(base LINKS fmt::fmt)\n",
    "src/stun/CMakeLists.txt": "# reads legroom_module(stun DEPENDS ice)\nlegroom_module(stun DEPENDS base)\n",
    "src/ice/CMakeLists.txt": "legroom_module(ice\n  DEPENDS base stun\n  LINKS OpenSSL::Crypto\n"
                              "  TEST_DEPENDS sim)\n",
    "src/io/CMakeLists.txt": "legroom_module(io DEPENDS base)\n",
    "src/app/CMakeLists.txt": "legroom_module(app DEPENDS base io)\n",
    "src/base/time.hpp": "#include <chrono>\nstruct Clock {};\n",
    "src/stun/message.hpp": '#include "base/time.hpp"\n',
    "src/ice/agent.cpp": '#include "ice/agent.hpp"\n#include "stun/message.hpp"\n'
                         "// never steady_clock::now()\nvoid f() { path.socket(1); stats.time(0); }\n",
    "src/ice/agent_test.cpp": '#include <fstream>\n#include "base/time.hpp"\n#include "sim/pair.hpp"\n',
    "src/io/udp_port.cpp": "#include <boost/asio/ip/udp.hpp>\n#include <thread>\nauto t = Clock::now();\n",
    "tests/scenario/whole.cpp": '#include "sim/pair.hpp"\n',
    **{f"src/{name}/README.md": name for name in ("base", "stun", "ice", "io", "app")},
}

# What is written where, and what the one violation has to say.
CASES = [
    ("upward include", "src/stun/message.hpp", '#include "ice/agent.hpp"\n', "stun may not include ice"),
    ("include without folder", "src/stun/message.hpp", '#include "method.hpp"\n', 'written "stun/method.hpp"'),
    ("Asio below io", "src/ice/agent.cpp", "#include <boost/asio/ip/udp.hpp>\n", "Asio and Beast"),
    ("Beast in a test below io", "src/ice/agent_test.cpp", "#include <boost/beast.hpp>\n", "Asio and Beast"),
    ("thread", "src/ice/agent.cpp", "#include <thread>\n", "only io/ has threads"),
    ("mutex", "src/base/time.hpp", "#include <mutex>\n", "only io/ has threads"),
    ("clock", "src/ice/agent.cpp", "auto t = std::chrono::steady_clock::time_point{};\n", "Instant argument"),
    ("now", "src/ice/agent.cpp", "auto t = Ticker::now();\n", "Instant argument"),
    ("time(nullptr)", "src/ice/agent.cpp", "auto t = time(nullptr);\n", "Instant argument"),
    ("random device", "src/stun/message.hpp", "std::random_device chance;\n", "Random& argument"),
    ("environment", "src/stun/message.hpp", 'auto* v = std::getenv("HOME");\n', "environment"),
    ("socket call", "src/ice/agent.cpp", "int fd = ::socket(2, 2, 0);\n", "only io/ has sockets"),
    ("sleeping test", "src/ice/agent_test.cpp", "std::this_thread::sleep_for(1s);\n", "never sleep"),
    ("sleeping scenario", "tests/scenario/whole.cpp", "usleep(10);\n", "never sleep"),
    ("sim outside tests", "src/ice/agent.cpp", '#include "sim/pair.hpp"\n', "ice may not include sim"),
    ("cycle", "src/base/CMakeLists.txt", "legroom_module(base DEPENDS stun)\n", "cycle: base -> stun -> base"),
    ("more than the table", "src/stun/CMakeLists.txt", "legroom_module(stun DEPENDS base io)\n", "stun may include base"),
    ("less than the table", "src/ice/CMakeLists.txt", "legroom_module(ice DEPENDS base TEST_DEPENDS sim)\n",
     "ice may include base stun"),
    ("unknown folder", "src/io/CMakeLists.txt", "legroom_module(io DEPENDS base udp)\n", "there is no src/udp"),
    ("no module", "src/io/CMakeLists.txt", "add_library(io io.cpp)\n", "no legroom_module(io"),
    ("no row", "src/rtp/CMakeLists.txt", "legroom_module(rtp DEPENDS base)\n", "no row for rtp"),
    ("row without folder", "docs/ARCHITECTURE.md", CLEAN["docs/ARCHITECTURE.md"] + "| | `sdp` | offers | base |\n",
     "there is no src/sdp"),
    ("no README", "src/io/README.md", None, "has no README.md"),
]


def violations_of(tree):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for path, text in tree.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                file.write_text(text)
        return Layering(root).check()


class LayeringTest(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        self.assertEqual(violations_of(CLEAN), [])

    def test_each_broken_rule_is_named(self):
        for name, path, text, expected in CASES:
            with self.subTest(name):
                found = violations_of({**CLEAN, path: text})
                self.assertTrue(any(expected in line for line in found), f"{expected!r} not in {found}")


if __name__ == "__main__":
    unittest.main()
