"""Machines in network namespaces of their own. The calling process's namespace is to be a fresh one too.

Outside has coturn, and STUN servers as behind this or that NAT:

    10.0.0.4, fd00::4 (here) -- 10.0.0.1 (outside) with 198.51.100.53 to .56
"""

import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
MAGIC = 0x2112A442
PATIENCE = 10.0


def enter_namespaces():
    """Runs the calling script again where network and mounts are its own, unless it does already."""
    if os.environ.get("INSIDE_NAMESPACES") == "1":
        return
    if os.geteuid() != 0:
        print("skipped: only root may make network namespaces")
        sys.exit(77)
    os.environ["INSIDE_NAMESPACES"] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation=private", sys.executable, *sys.argv])


def run(command):
    subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)


def wait_until(what, reason):
    deadline = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(reason)
        time.sleep(0.05)


def stun_server(address, outside_ip, outside_port):
    """Answers Binding requests as if a NAT stood between; port 0 says the one the request came from."""
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    port.bind(address)
    while True:
        request, source = port.recvfrom(2048)
        mapped_port = (outside_port or source[1]) ^ MAGIC >> 16
        mapped_ip = struct.unpack("!I", socket.inet_aton(outside_ip))[0] ^ MAGIC
        value = struct.pack("!HHHHI", 0x0020, 8, 1, mapped_port, mapped_ip)
        port.sendto(struct.pack("!HH", 0x0101, len(value)) + request[4:20] + value, source)


class Machine:
    """A network namespace with processes in it."""

    def __init__(self):
        self.children = []
        self.folder = tempfile.TemporaryDirectory()
        self.holder = self.spawn(["unshare", "--net", "sleep", "infinity"])
        wait_until(self.is_apart, "no network namespace")
        self.shell("ip link set lo up")

    def is_apart(self):
        return os.readlink(f"/proc/{self.holder.pid}/ns/net") != os.readlink("/proc/self/ns/net")

    def inside(self, command):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *command]

    def shell(self, lines):
        subprocess.run(self.inside(["sh", "-ec", lines]), check=True)

    def spawn(self, command):
        # A file each for what they say: nobody reads on, and a full pipe would stop it.
        with open(os.path.join(self.folder.name, f"log{len(self.children)}"), "wb") as log:
            self.children.append(subprocess.Popen(command, stdout=log, stderr=log))
        return self.children[-1]

    def start(self, command):
        return self.spawn(self.inside(command))

    def close(self):
        for child in reversed(self.children):
            child.send_signal(signal.SIGKILL)
            child.wait()
        self.folder.cleanup()


class Outside(Machine):
    def __init__(self):
        super().__init__()
        run("ip link set lo up")
        run("ip link add v0 type veth peer name v1")
        run(f"ip link set v1 netns {self.holder.pid}")
        run("ip addr add 10.0.0.4/24 dev v0; ip addr add fd00::4/64 dev v0 nodad; ip link set v0 up")
        self.shell("ip link set v1 up; ip addr add 10.0.0.1/24 dev v1")
        self.shell("for last in 53 54 55 56; do ip addr add 198.51.100.$last/32 dev v1; done")
        run("ip route add default via 10.0.0.1")
        self.make_certificate()

    def make_certificate(self):
        self.certificate = os.path.join(self.folder.name, "certificate.pem")
        self.key = os.path.join(self.folder.name, "key.pem")
        run(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=turn.test"
            f" -addext subjectAltName=DNS:turn.test,IP:198.51.100.53 -keyout {self.key} -out {self.certificate}"
            " 2>/dev/null"
        )

    def start_coturn(self, address, arguments):
        """coturn at the address, and nowhere else; returns when it listens."""
        name = os.path.join(self.folder.name, f"coturn-{address}")
        options = [f"--listening-ip={address}", f"--relay-ip={address}", f"--pidfile={name}.pid"]
        self.start(["turnserver", *arguments, *options])
        wait_until(lambda: self.listens(address), f"coturn does not listen at {address}")

    def listens(self, address):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((address, 3478)) == 0

    def start_stun(self, address, port, outside_ip, outside_port):
        script = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})\n"
        script += f"import outside; outside.stun_server(({address!r}, {port}), {outside_ip!r}, {outside_port})"
        self.start(["/usr/bin/python3", "-c", script])
