"""aiortc, a WebRTC stack that shares no code with any browser, calls the real program.

Two callers in one room send 440 and 660 Hz: each hears the other and nothing of itself. By hand:

    LEGROOM_BINARY=build/release/legroom /usr/bin/python3 tests/interop/aiortc/aiortc_test.py -v
"""

import asyncio
import contextlib
import fractions
import http.client
import json
import os
import re
import subprocess
import sys
import time
import unittest

import aioice.ice
import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

SAMPLE_RATE = 48000
FRAME = SAMPLE_RATE // 50
WINDOW = SAMPLE_RATE // 5
SECONDS = 3
HEARD = 0.8  # share of power a tone must have to count as heard
NOT_HEARD = 0.02  # share of power below which a tone counts as not there
PATIENCE = 10.0  # seconds for what takes a fraction of one


class Server:
    """The program under test, on free ports, and its API."""

    def __init__(self):
        environment = {**os.environ, "HTTP_ADDR": "127.0.0.1:0", "RTP_PORT_MIN": "0"}
        self.process = subprocess.Popen(
            [os.environ["LEGROOM_BINARY"]], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.address = self.announced_address()

    def announced_address(self):
        log = []
        for line in self.process.stdout:
            if found := re.search(r"\bhttp://([^/]+)/", line):
                return found[1]
            log.append(line)
        raise AssertionError("the program did not start:\n" + "".join(log))

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    async def api(self, method, path, body=None):
        return await asyncio.to_thread(self.request, method, path, body)

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        try:
            connection.request(method, "/v1" + path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
            if response.status >= 400:
                raise AssertionError(f"{method} {path}: {response.status} {answer}")
            return answer
        finally:
            connection.close()


class Tone(AudioStreamTrack):
    """A sine at half of full scale, a frame every 20 ms."""

    def __init__(self, hz):
        super().__init__()
        self.hz = hz
        self.sent = 0
        self.begin = time.monotonic()

    async def recv(self):
        await asyncio.sleep(self.begin + self.sent / SAMPLE_RATE - time.monotonic())
        times = numpy.arange(self.sent, self.sent + FRAME) / SAMPLE_RATE
        samples = (16384 * numpy.sin(2 * numpy.pi * self.hz * times)).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self.sent
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        self.sent += FRAME
        return frame


class Caller:
    """One aiortc peer connection that sends a tone and keeps what it hears."""

    def __init__(self, server, hz):
        self.server = server
        self.hz = hz
        self.leg = None
        self.heard = []
        self.listening = None
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.peer.addTrack(Tone(hz))
        self.peer.on("track", self.on_track)

    def on_track(self, track):
        self.listening = asyncio.ensure_future(self.listen(track))

    async def listen(self, track):
        with contextlib.suppress(MediaStreamError):  # raised at the end of the track
            while True:
                frame = await track.recv()
                self.heard.append(frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0])

    async def call(self, room, trickle):
        """aiortc gathers before it offers, so to trickle is to hold its candidates back."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        candidates = re.findall(r"^a=(candidate:.*?)\r?$", offer, re.MULTILINE)
        if trickle:
            offer = re.sub(r"^a=(candidate:.*|end-of-candidates)\r?\n", "", offer, flags=re.MULTILINE)
        answer = await self.server.api("POST", "/webrtc/offer", {"sdp": offer})
        self.leg = answer["leg_id"]
        await self.server.api("POST", f"/rooms/{room}/legs", {"leg_id": self.leg})
        await self.peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        for candidate in [*candidates, ""] if trickle else []:
            await self.server.api("POST", f"/legs/{self.leg}/ice-candidates", {"candidate": candidate, "sdpMid": "0"})
        await until("connected", lambda: self.peer.connectionState == "connected")

    async def record(self, seconds):
        self.heard.clear()
        await until(f"{seconds} s of sound", lambda: sum(map(len, self.heard)) >= seconds * SAMPLE_RATE)
        return numpy.concatenate(self.heard)[: seconds * SAMPLE_RATE].astype(float)


async def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain waited for: {what}")
        await asyncio.sleep(0.01)


def share(samples, hz):
    """Which share of the power is within 20 Hz of the frequency: the mean over windows of 200 ms.

    The mean, because aiortc conceals nothing and shares one interpreter with this test: a busy machine makes holes.
    How good it sounds is for the browsers' tests to say.
    """
    spectra = numpy.abs(numpy.fft.rfft(samples.reshape(-1, WINDOW) * numpy.hanning(WINDOW), axis=1)) ** 2
    near = numpy.abs(numpy.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE) - hz) <= 20
    return float(numpy.mean(spectra[:, near].sum(axis=1) / numpy.maximum(spectra.sum(axis=1), 1)))


class Calls(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)  # unittest's default is too slow for media
        self.server = Server()
        self.low = Caller(self.server, 440)
        self.high = Caller(self.server, 660)

    async def asyncTearDown(self):
        await asyncio.gather(self.low.peer.close(), self.high.peer.close())
        self.assertEqual(self.server.stop(), 0)

    async def talk(self, **how):
        await asyncio.gather(self.low.call("lobby", **how), self.high.call("lobby", **how))
        await asyncio.gather(self.low.record(1), self.high.record(1))  # aiortc's jitter buffer settles
        at_low, at_high = await asyncio.gather(self.low.record(SECONDS), self.high.record(SECONDS))
        heard = min(share(at_low, 660), share(at_high, 440))
        echoed = max(share(at_low, 440), share(at_high, 660))
        print(f"share of the other's tone {heard:.3f}, of the own {echoed:.4f}", file=sys.stderr)
        self.assertGreater(heard, HEARD)
        self.assertLess(echoed, NOT_HEARD)

    async def test_candidates_in_the_offer(self):
        await self.talk(trickle=False)

    async def test_trickled_candidates(self):
        await self.talk(trickle=True)

    async def test_both_sides_notice_the_end(self):
        await asyncio.gather(self.low.call("lobby", trickle=False), self.high.call("lobby", trickle=False))
        await self.server.api("DELETE", f"/legs/{self.low.leg}")
        await until("the hang-up ends the caller's track", self.low.listening.done)
        await self.high.peer.close()
        await until("the server notices that the other has gone", lambda: not self.server.request("GET", "/legs"))


if __name__ == "__main__":
    if not aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True):
        print("skipped: aiortc knows no loopback, and there is no other interface", file=sys.stderr)
        sys.exit(77)
    unittest.main()
