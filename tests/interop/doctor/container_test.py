"""A server in a container, without Docker: two callers outside reach it by the ports that are published for it.

    here 203.0.113.9 -- 203.0.113.7 host 172.17.0.1 -- 172.17.0.2 container

The host does what Docker does with `-p 8080:8080 -p 10000:10000/udp`: it rewrites what comes to the published ports,
and what the container sends. By hand, as root:

    LEGROOM_BINARY=build/release/legroom /usr/bin/python3 tests/interop/doctor/container_test.py -v
"""

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import unittest

from outside import Machine, enter_namespaces, run

sys.path.append(str(pathlib.Path(__file__).parents[1] / "aiortc"))

HOST_RULES = """
table ip docker {
    chain published {
        type nat hook prerouting priority dstnat
        iifname "h0" udp dport 10000 dnat to 172.17.0.2
        iifname "h0" tcp dport { 8080, 10000 } dnat to 172.17.0.2
    }
    chain outgoing {
        type nat hook postrouting priority srcnat
        oifname "h0" ip saddr 172.17.0.0/16 masquerade
    }
}
"""
# The callers' own firewall: nobody gets in whom they have not sent to.
CALLER_RULES = """
table ip firewall {
    chain incoming {
        type filter hook input priority filter
        iifname "p0" meta l4proto udp ct state new drop
    }
}
"""
SETTINGS = {"HTTP_ADDR": ":8080", "RTP_PORT_MIN": "10000", "PATH": os.environ["PATH"]}


class Topology:
    def __init__(self):
        self.host = Machine()
        self.container = Machine()
        run("ip link set lo up; ip link add p0 type veth peer name h0")
        run(f"ip link set h0 netns {self.host.holder.pid}")
        run("ip link set p0 up; ip addr add 203.0.113.9/24 dev p0")
        self.host.shell("ip link set h0 up; ip addr add 203.0.113.7/24 dev h0; sysctl -qw net.ipv4.ip_forward=1")
        self.host.shell("ip link add docker0 type veth peer name eth0; ip link set docker0 up")
        self.host.shell("ip addr add 172.17.0.1/16 dev docker0")
        self.host.shell(f"ip link set eth0 netns {self.container.holder.pid}")
        self.container.shell("ip link set eth0 up; ip addr add 172.17.0.2/16 dev eth0")
        self.container.shell("ip route add default via 172.17.0.1")
        subprocess.run(self.host.inside(["nft", "-f", "-"]), input=HOST_RULES, text=True, check=True)
        subprocess.run(["nft", "-f", "-"], input=CALLER_RULES, text=True, check=True)

    def close(self):
        self.container.close()
        self.host.close()

    def doctor(self, **settings):
        command = self.container.inside([os.environ["LEGROOM_BINARY"], "doctor", "--json"])
        done = subprocess.run(command, env={**SETTINGS, **settings}, capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout)


class ContainerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machines = Topology()
        cls.addClassCleanup(cls.machines.close)

    def call(self, patience=30.0, **settings):
        """Whether two callers are connected within `patience` seconds and hear each other."""
        import aiortc_test  # its library looks for the network's addresses when it is loaded

        aiortc_test.PATIENCE = patience

        class Server(aiortc_test.Server):
            def __init__(server):
                command = self.machines.container.inside([os.environ["LEGROOM_BINARY"]])
                server.process = subprocess.Popen(
                    command, env={**SETTINGS, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
                )
                server.announced_address()
                server.address = "203.0.113.7:8080"

        async def talk():
            server = Server()
            callers = [aiortc_test.Caller(server, hz) for hz in (440, 660)]
            try:
                await asyncio.gather(*[caller.call("lobby", trickle=True) for caller in callers])
                await asyncio.gather(*[caller.record(1) for caller in callers])
                low, high = await asyncio.gather(*[caller.record(2) for caller in callers])
                return min(aiortc_test.share(low, 660), aiortc_test.share(high, 440)) > aiortc_test.HEARD
            except AssertionError as error:
                if "connected" not in str(error):
                    raise
                return False
            finally:
                await asyncio.gather(*[caller.peer.close() for caller in callers])
                self.assertEqual(server.stop(), 0)

        return asyncio.run(talk())

    def test_callers_reach_it_by_the_address_of_the_host(self):
        self.assertTrue(self.call(WEBRTC_EXTERNAL_IPS="203.0.113.7"))

    def test_the_address_of_the_container_is_of_no_use(self):
        self.assertFalse(self.call(patience=8.0))

    def test_callers_reach_it_by_an_address_announced_besides(self):
        self.assertTrue(self.call(WEBRTC_EXTERNAL_IPS="add:203.0.113.7"))

    def test_the_doctor_knows_the_difference(self):
        codes = [finding["code"] for finding in self.machines.doctor()["findings"]]
        self.assertEqual(codes[-2:], ["private_only", "container_address"])
        codes = [finding["code"] for finding in self.machines.doctor(WEBRTC_EXTERNAL_IPS="203.0.113.7")["findings"]]
        self.assertEqual(codes[-1], "public_address")


if __name__ == "__main__":
    enter_namespaces()
    run("mount -t tmpfs tmpfs /run; touch /run/.containerenv")  # what says that this is a container
    unittest.main()
