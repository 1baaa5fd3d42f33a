"""A caller made of GStreamer's webrtcbin: says one tone, listens for another. See lines.py.

    gstreamer_caller.py SAYS_HZ LISTENS_HZ
"""

import sys
import threading

import gi
import numpy

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

from lines import Ear, messages, say  # noqa: E402

SPEAK = (
    "webrtcbin name=peer bundle-policy=max-bundle "
    "audiotestsrc is-live=true wave=sine volume=0.5 freq={hz} samplesperbuffer=960 "
    "! audio/x-raw,rate=48000,channels=1 ! audioconvert ! opusenc ! rtpopuspay pt=96 "
    "! application/x-rtp,media=audio,encoding-name=OPUS,payload=96,clock-rate=48000 ! peer."
)
LISTEN = (
    "rtpopusdepay ! opusdec ! audioconvert ! audioresample ! audio/x-raw,format=F32LE,rate=48000,channels=1 "
    "! appsink name=ear emit-signals=true sync=false"
)


class Caller:
    def __init__(self, says_hz, listens_hz):
        self.ear = Ear(listens_hz)
        self.loop = GLib.MainLoop()
        self.kept = []  # promises and replies live as long as someone holds them
        self.pipeline = Gst.parse_launch(SPEAK.format(hz=says_hz))
        self.peer = self.pipeline.get_by_name("peer")
        self.peer.connect("on-negotiation-needed", self.on_negotiation_needed)
        self.peer.connect("notify::ice-gathering-state", self.on_gathering)
        self.peer.connect("notify::connection-state", self.on_state)
        self.peer.connect("pad-added", self.on_pad)

    def run(self):
        GLib.timeout_add(20, self.look)
        threading.Thread(target=self.listen_to_orders, daemon=True).start()
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)

    def listen_to_orders(self):
        for message in messages():
            if "answer" in message:
                GLib.idle_add(self.accept, message["answer"])
        GLib.idle_add(self.loop.quit)

    def look(self):
        self.ear.look()
        return True

    def on_negotiation_needed(self, peer):
        promise = Gst.Promise.new_with_change_func(self.on_offer, None)
        self.kept.append(promise)
        peer.emit("create-offer", None, promise)

    def on_offer(self, promise, _):
        reply = promise.get_reply()
        offer = reply.get_value("offer")
        self.kept += [reply, offer]
        self.peer.emit("set-local-description", offer, Gst.Promise.new())

    def on_gathering(self, peer, _):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            say(offer=peer.get_property("local-description").sdp.as_text())

    def accept(self, text):
        _, message = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.kept.append(answer)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new())

    def on_state(self, peer, _):
        state = peer.get_property("connection-state")
        if state == GstWebRTC.WebRTCPeerConnectionState.CONNECTED:
            say(connected=True)
        elif state == GstWebRTC.WebRTCPeerConnectionState.FAILED:
            say(failed="connection-state")

    def on_pad(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        listener = Gst.parse_bin_from_description(LISTEN, True)
        self.pipeline.add(listener)
        listener.get_by_name("ear").connect("new-sample", self.on_sample)
        pad.link(listener.get_static_pad("sink"))
        listener.sync_state_with_parent()

    def on_sample(self, sink):
        buffer = sink.emit("pull-sample").get_buffer()
        samples = numpy.frombuffer(buffer.extract_dup(0, buffer.get_size()), dtype=numpy.float32)
        self.ear.hear(samples.astype(float))
        return Gst.FlowReturn.OK


if __name__ == "__main__":
    Gst.init(None)
    Caller(float(sys.argv[1]), float(sys.argv[2])).run()
