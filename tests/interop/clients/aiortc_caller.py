"""A caller made of aiortc: says one tone, listens for another. See lines.py.

    aiortc_caller.py SAYS_HZ LISTENS_HZ
"""

import asyncio
import contextlib
import fractions
import sys
import time

import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

from lines import SAMPLE_RATE, Ear, messages, say

FRAME = SAMPLE_RATE // 50


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


async def listen(track, ear):
    with contextlib.suppress(MediaStreamError):  # raised at the end of the track
        while True:
            frame = await track.recv()
            ear.hear(frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0] / 32768)


async def look(ear):
    while True:
        await asyncio.sleep(0.02)
        ear.look()


async def obey(peer):
    """Takes the messages, which a thread waits for."""
    incoming = messages()
    while message := await asyncio.to_thread(next, incoming, None):
        if "answer" in message:
            await peer.setRemoteDescription(RTCSessionDescription(message["answer"], "answer"))


def tell(peer):
    if peer.connectionState == "connected":
        say(connected=True)
    elif peer.connectionState == "failed":
        say(failed="connectionState")


async def main(says_hz, listens_hz):
    ear = Ear(listens_hz)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(Tone(says_hz))
    tasks = [asyncio.ensure_future(look(ear))]
    peer.on("track", lambda track: tasks.append(asyncio.ensure_future(listen(track, ear))))
    peer.on("connectionstatechange", lambda: tell(peer))
    await peer.setLocalDescription(await peer.createOffer())
    say(offer=peer.localDescription.sdp)
    await obey(peer)
    await peer.close()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), float(sys.argv[2])))
