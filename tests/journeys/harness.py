"""Runs the five services as processes and speaks to them with generated stubs.

Shares no code with the product: Debian's grpcio and the stubs that protoc makes
from proto/ (CMake puts them into build/python). Everything lives in temporary
folders and on free ports, and is gone when the test is.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BRYGGA_BUILD_DIR", ROOT / "build"))
sys.path.insert(0, str(BUILD / "python"))

import grpc  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

from brygga.events.v1 import (  # noqa: E402
    event_service_pb2,
    event_service_pb2_grpc,
    registration_service_pb2,
    registration_service_pb2_grpc,
)
from brygga.gateway.v1 import gateway_service_pb2, gateway_service_pb2_grpc  # noqa: E402
from brygga.matching.v1 import (  # noqa: E402
    allocation_service_pb2_grpc,
    matching_service_pb2,
    matching_service_pb2_grpc,
    networking_service_pb2_grpc,
)
from brygga.participant.v1 import (  # noqa: E402
    data_subject_request_service_pb2_grpc,
    enquiry_service_pb2,
    enquiry_service_pb2_grpc,
    enrolment_service_pb2,
    enrolment_service_pb2_grpc,
    participant_service_pb2,
    participant_service_pb2_grpc,
    programme_service_pb2,
    programme_service_pb2_grpc,
)
from brygga.partner.v1 import opening_service_pb2_grpc, partner_service_pb2, partner_service_pb2_grpc  # noqa: E402

SERVICES = ["partner", "participant", "matching", "events", "gateway"]  # In the order they start.


def request_id():
    return str(uuid.uuid4())


# Below the ports that the system gives to whoever asks for any, so that nobody is
# given one while its service is down.
PORTS = range(20_000, 32_000)
_kept_ports = []


def free_port():
    """A port that no other test has, as long as this process lives."""
    folder = pathlib.Path(tempfile.gettempdir()) / f"brygga-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        lock = open(folder / str(port), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        _kept_ports.append(lock)
        return port
    raise AssertionError("no port is free")


def wait_until(condition, seconds=30, what="the condition"):
    """Polls `condition` until it holds; fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def once_back(condition):
    """The condition, which does not hold while somebody who was away is not found again by those who ask for them."""

    def holds():
        try:
            return condition()
        except Failure as failure:
            if failure.code != "UNAVAILABLE":
                raise
            return False

    return holds


class Postgres:
    """A PostgreSQL server of its own on a unix socket, with fsync on."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="brygga-pg-", dir="/tmp"))
        self.bin = pathlib.Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip())
        self.as_user = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root.
            user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.as_user = ["setpriv", "--reuid=nobody", "--regid", str(user.pw_gid), "--clear-groups"]
        self._run("initdb", "-D", self.folder / "data", "-U", "brygga", "--auth=trust", "-E", "UTF8", "--locale=C")
        self.start()

    def _run(self, program, *arguments):
        subprocess.run([*self.as_user, str(self.bin / program), *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=200"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def create(self, database):
        subprocess.run(["psql", "-q", "-h", str(self.folder), "-U", "brygga", "postgres", "-c",
                        f"CREATE DATABASE {database}"], check=True)
        return f"postgresql://brygga@/{database}?host={self.folder}"

    def query(self, database, sql):
        """The rows of `sql` as lists of texts."""
        out = subprocess.check_output(["psql", "-q", "-h", str(self.folder), "-U", "brygga", database, "-At", "-F", "\t",
                                       "-c", sql], text=True)
        return [line.split("\t") for line in out.splitlines()]

    def stop(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    """A Redis server of its own that writes nothing to disk."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                                         "--appendonly", "no"], stdout=subprocess.DEVNULL, cwd="/tmp")
        wait_until(self.answers, 20, "Redis")

    def answers(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, *command):
        """What redis-cli prints."""
        return subprocess.check_output(["redis-cli", "-p", str(self.port), "--no-raw", *command], text=True)

    def freeze(self):
        """It keeps its connections and answers nobody."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Proxy:
    """Passes TCP on to a port of this machine; while held, what that port says stays here."""

    def __init__(self, port):
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.flowing = threading.Event()
        self.flowing.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self):
        self.flowing.clear()

    def release(self):
        self.flowing.set()

    def stop(self):
        self.release()
        self.listener.shutdown(socket.SHUT_RDWR)  # Ends the accept.
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        with near, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as far:
            back = threading.Thread(target=self._pass, args=(far, near, True), daemon=True)
            back.start()
            self._pass(near, far, False)
            back.join()

    def _pass(self, source, target, holds):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if holds:
                    self.flowing.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Stack:
    """The five services, each a process with a database of its own."""

    def __init__(self, engine="sqlite", services=SERVICES, binaries=BUILD, redis=None, flags=None, through=()):
        self.redis = redis
        self.flags = flags or {}  # More of them, by service.
        self.ports = {name: free_port() for name in services}
        # Who calls whom through a Proxy: ("matching", "participant").
        self.proxies = {hop: Proxy(self.ports[hop[1]]) for hop in through}
        self.through = {hop: proxy.address for hop, proxy in self.proxies.items()}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="brygga-journey-"))
        self.binaries = binaries
        self.engine = engine
        self.postgres = Postgres() if engine == "postgresql" else None
        self.databases = {}
        self.processes = {}
        self.channels = {}
        for name in services:
            if name != "gateway":
                self.databases[name] = (self.postgres.create(name) if self.postgres
                                        else f"sqlite:{self.folder}/{name}.db")
            self.start(name)

    def address(self, name):
        return f"127.0.0.1:{self.ports[name]}"

    def command(self, name):
        flags = [str(self.binaries / f"brygga-{name}"), "--port", str(self.ports[name]), "--admin-port", "0",
                 "--metrics-port", "0", "--local-issuer", str(self.folder / "issuer")]
        if name in self.databases:
            flags += ["--database", self.databases[name]]
        upstream = {"participant": ["partner"], "matching": ["participant", "partner"],
                    "events": ["participant", "matching"], "gateway": ["partner", "participant", "matching", "events"]}
        for other in upstream.get(name, []):
            if other in self.ports:
                flags += [f"--{other}", self.through.get((name, other), self.address(other))]
        if name == "matching":
            flags += ["--data", str(ROOT / "data")]
            if self.redis:
                flags += ["--redis", f"redis://127.0.0.1:{self.redis.port}"]
        return flags + self.flags.get(name, [])

    def start(self, name):
        self.failpoints(name).mkdir(parents=True, exist_ok=True)
        env = {**os.environ, "BRYGGA_FAILPOINTS": str(self.failpoints(name))}
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(self.command(name), stdout=log, stderr=log, cwd=ROOT, env=env)
        self.wait_ready(name)

    def failpoints(self, name):
        return self.folder / "failpoints" / name

    def strike(self, name, place):
        """Kills the service when it next comes by `place`, once."""
        (self.failpoints(name) / place).touch()

    def wait_ready(self, name):
        def listening():
            if self.processes[name].poll() is not None:
                raise AssertionError(f"{name} ended:\n{self.log(name)[-3000:]}")
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.ports[name])) == 0

        wait_until(listening, 60, f"{name} to listen")

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kill(self, name):
        """SIGKILL: the process gets no chance to tidy up."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def restart(self, name):
        self.kill(name)
        self.start(name)

    def token(self, *arguments):
        """A token of the stack's local issuer: token("--admin"), token("--coordinator", "programmes/p")."""
        return subprocess.check_output([str(self.binaries / "brygga"), "token", "--issuer", str(self.folder / "issuer"),
                                        *arguments], text=True).strip()

    def client(self, token="", service="gateway"):
        # By itself gRPC waits twice as long after each try, and soon longer than a restart takes.
        return Client(self.address(service), token, options=[("grpc.max_reconnect_backoff_ms", 200)])

    def cli(self, *arguments, token=None, check=True, **options):
        """Runs the command line against the gateway and waits for it."""
        return subprocess.run(**self._cli(arguments, token), text=True, capture_output=True, check=check, **options)

    def start_cli(self, *arguments, token=None):
        """The same without waiting; what it prints is thrown away."""
        return subprocess.Popen(**self._cli(arguments, token), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _cli(self, arguments, token):
        env = {**os.environ, "BRYGGA_ADDRESS": self.address("gateway")}
        if token is not None:
            path = self.folder / f"token-{hashlib.sha256(token.encode()).hexdigest()[:12]}"
            path.write_text(token)
            env["BRYGGA_TOKEN_FILE"] = str(path)
        return {"args": [str(self.binaries / "brygga"), *map(str, arguments)], "env": env, "cwd": ROOT}

    def rows(self, service, sql):
        """What a service's database holds, read behind its back."""
        if self.postgres:
            return self.postgres.query(service, sql)
        import sqlite3
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/{service}.db?mode=ro", uri=True)) as database:
            return [[str(value) for value in row] for row in database.execute(sql)]

    def stop(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for proxy in self.proxies.values():
            proxy.stop()
        if self.postgres:
            self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()


class Failure(Exception):
    """An RPC that failed, with what its details say."""

    def __init__(self, error):
        super().__init__(f"{error.code().name}: {error.details()}")
        self.code = error.code().name
        self.message = error.details()
        self.reason = ""
        self.fields = []
        for key, value in error.trailing_metadata() or ():
            if key != "grpc-status-details-bin":
                continue
            for detail in status_pb2.Status.FromString(value).details:
                info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
                if detail.Unpack(info):
                    self.reason = info.reason
                if detail.Unpack(bad):
                    self.fields += [violation.field for violation in bad.field_violations]


class Client:
    """Calls any method of any service behind one address: client.partner.GetOrganisation(request)."""

    STUBS = {
        "partner": partner_service_pb2_grpc.PartnerServiceStub,
        "openings": opening_service_pb2_grpc.OpeningServiceStub,
        "participants": participant_service_pb2_grpc.ParticipantServiceStub,
        "programmes": programme_service_pb2_grpc.ProgrammeServiceStub,
        "enrolments": enrolment_service_pb2_grpc.EnrolmentServiceStub,
        "enquiries": enquiry_service_pb2_grpc.EnquiryServiceStub,
        "requests": data_subject_request_service_pb2_grpc.DataSubjectRequestServiceStub,
        "matching": matching_service_pb2_grpc.MatchingServiceStub,
        "allocations": allocation_service_pb2_grpc.AllocationServiceStub,
        "networking": networking_service_pb2_grpc.NetworkingServiceStub,
        "events": event_service_pb2_grpc.EventServiceStub,
        "registrations": registration_service_pb2_grpc.RegistrationServiceStub,
        "gateway": gateway_service_pb2_grpc.GatewayServiceStub,
    }

    def __init__(self, address, token, timeout=20, options=()):
        self.channel = grpc.insecure_channel(address, options=options)
        self.metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self.timeout = timeout

    def __getattr__(self, name):
        return _Service(self, self.STUBS[name](self.channel))


class _Service:
    def __init__(self, client, stub):
        self.client = client
        self.stub = stub

    def __getattr__(self, method):
        call = getattr(self.stub, method)

        def invoke(request):
            try:
                return call(request, metadata=self.client.metadata, timeout=self.client.timeout)
            except grpc.RpcError as error:
                raise Failure(error) from None

        return invoke
