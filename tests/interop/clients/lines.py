"""What the callers in this folder have in common: JSON, a line a message, and an ear for one tone.

Out: {"offer": SDP} with every candidate inside, {"connected": true}, {"failed": why} and {"tone": true|false} whenever
the tone comes or goes, each with "at", milliseconds since 1970. In: {"answer": SDP}. The end of the input is the end.
"""

import json
import sys
import time

import numpy

SAMPLE_RATE = 48000
WINDOW = SAMPLE_RATE // 25  # 40 ms: enough to tell 440 Hz from 660
SHARE = 0.5  # of the power
AUDIBLE = 0.01  # root mean square, of 1
SILENCE = 0.1  # seconds without any sample that count as silence


def say(**message):
    message["at"] = round(time.time() * 1000)
    print(json.dumps(message), flush=True)


def messages():
    """What comes in, until it ends. Blocks."""
    for line in sys.stdin:
        yield json.loads(line)


class Ear:
    """Says when one tone comes and goes in the samples (mono, -1 to 1) it is given."""

    def __init__(self, hz):
        self.window = numpy.zeros(WINDOW)
        self.wave = numpy.exp(2j * numpy.pi * hz * numpy.arange(WINDOW) / SAMPLE_RATE)
        self.heard = False
        self.latest = 0.0

    def hear(self, samples):
        self.latest = time.monotonic()
        self.window = numpy.concatenate([self.window, samples])[-WINDOW:]
        power = float(numpy.mean(self.window**2))
        at_tone = 2 * abs(numpy.dot(self.window, self.wave)) ** 2 / WINDOW**2
        self.tell(bool(power > AUDIBLE**2 and at_tone > SHARE * power))

    def look(self):
        """Now and then: nothing at all coming in is silence too."""
        if time.monotonic() - self.latest > SILENCE:
            self.tell(False)

    def tell(self, heard):
        if heard != self.heard:
            self.heard = heard
            say(tone=heard)
