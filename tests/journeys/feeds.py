"""Other teams follow Brygga: the example in docs/feeds.md, word for word, while partner is killed and restarted, on both
engines; and `brygga watch`, through the gateway.
"""

import json
import os
import random
import re
import signal
import subprocess
import threading
import time
import unittest

import harness
from harness import Failure, Stack, grpc, request_id

from brygga.partner.v1 import change_service_pb2, change_service_pb2_grpc  # noqa: E402
from brygga.partner.v1 import partner_service_pb2, partner_service_pb2_grpc  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

DOCS = harness.ROOT / "docs" / "feeds.md"
SEED = int(os.environ.get("BRYGGA_SEED", random.randrange(1 << 30)))
KILLS = int(os.environ.get("BRYGGA_KILLS", "4"))


def example():
    """The code of the docs, as a module would have it."""
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL).group(1)
    names = {"change_service_pb2": change_service_pb2, "change_service_pb2_grpc": change_service_pb2_grpc,
             "partner_service_pb2": partner_service_pb2, "partner_service_pb2_grpc": partner_service_pb2_grpc,
             "status_pb2": status_pb2, "error_details_pb2": error_details_pb2, "grpc": grpc, "time": time,
             "list_all": list_all}
    exec(compile(code, str(DOCS), "exec"), names)  # pylint: disable=exec-used
    return names


def list_all(partner):
    rows, token = [], ""
    while True:
        page = partner.ListOrganisations(
            partner_service_pb2.ListOrganisationsRequest(page_size=1000, page_token=token))
        rows += page.organisations
        token = page.next_page_token
        if not token:
            return rows


class Stopped(Exception):
    """The test has seen enough."""


class Store:
    """Rows and token, changed together."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rows, self.kept, self.stopping, self.snapshots = {}, "", False, 0

    def token(self):
        with self.lock:
            if self.stopping:
                raise Stopped
            return self.kept

    def replace(self, organisations, token):
        with self.lock:
            self.rows = {row.name: row.display_name for row in organisations}
            self.kept = token
            self.snapshots += 1

    def apply(self, organisations, token):
        with self.lock:
            if self.stopping:
                raise Stopped
            self.rows.update({row.name: row.display_name for row in organisations})
            self.kept = token

    def forget(self):
        with self.lock:
            self.kept = ""


class WithToken(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Sends the bearer token with every call."""

    def __init__(self, token):
        self.metadata = (("authorization", f"Bearer {token}"),)

    def _call(self, proceed, details, request):
        class Details(grpc.ClientCallDetails):
            method, timeout, metadata = details.method, details.timeout, self.metadata
            credentials, wait_for_ready, compression = details.credentials, None, None

        return proceed(Details(), request)

    def intercept_unary_unary(self, continuation, client_call_details, request):
        return self._call(continuation, client_call_details, request)

    def intercept_unary_stream(self, continuation, client_call_details, request):
        return self._call(continuation, client_call_details, request)


def create(client, name):
    """Makes an organisation; repeats with the same request id until it is answered."""
    request = partner_service_pb2.CreateOrganisationRequest(request_id=request_id())
    request.organisation.display_name = name
    request.organisation.sector = 1
    request.organisation.kind = 1
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return client.partner.CreateOrganisation(request).organisation
        except Failure as failure:
            if failure.code not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                raise
            time.sleep(0.05)
    raise AssertionError("partner does not come back")


class Feeds(unittest.TestCase):
    def setUp(self):
        print(f"BRYGGA_SEED={SEED}")
        self.random = random.Random(SEED)

    def follows(self, engine):
        with Stack(engine, services=["partner"]) as stack:
            admin = stack.token("--admin")
            client = stack.client(admin, "partner")
            before = create(client, "before")
            store = Store()
            channel = grpc.intercept_channel(
                grpc.insecure_channel(stack.address("partner"), options=[("grpc.max_reconnect_backoff_ms", 200)]),
                WithToken(stack.token("--service", "reports")))
            failures = []

            def run():
                try:
                    example()["follow"](channel, store)
                except Stopped:
                    pass
                except Exception as error:  # pylint: disable=broad-except
                    failures.append(error)

            follower = threading.Thread(target=run)
            follower.start()
            made = {before.name: "before"}
            stop = threading.Event()

            def write():
                while not stop.is_set():
                    organisation = create(client, f"organisation {len(made)}")
                    made[organisation.name] = organisation.display_name

            writer = threading.Thread(target=write)
            writer.start()
            for _ in range(KILLS):
                time.sleep(self.random.uniform(0.2, 0.8))
                stack.restart("partner")
            stop.set()
            writer.join()
            try:
                harness.wait_until(lambda: failures or store.rows == made, 60, "the follower to have all")
            finally:
                store.stopping = True
                create(client, "the last")  # Wakes the follower.
                follower.join(30)
            self.assertEqual(failures, [])
            self.assertEqual(store.snapshots, 1, "a restart must not need a new snapshot")

    def test_the_example_of_the_docs_follows_a_service_that_is_killed_on_sqlite(self):
        self.follows("sqlite")

    def test_the_example_of_the_docs_follows_a_service_that_is_killed_on_postgresql(self):
        self.follows("postgresql")

    def watch(self, stack, token, *arguments):
        """`brygga watch`, once it shows every change."""
        settings = stack._cli(["watch", *arguments], token)
        process = subprocess.Popen(**settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("Watching from", process.stderr.readline())
        return process

    def test_watch_shows_changes_through_the_gateway_and_ends_cleanly(self):
        with Stack("sqlite") as stack:
            admin = stack.token("--admin")
            client = stack.client(admin)
            first = create(client, "first")
            process = self.watch(stack, admin, "partner", "events")
            second = create(client, "second")
            lines = [process.stdout.readline() for _ in range(2)]
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 0, err)
            self.assertRegex(lines[0], r"^Time +Service +What +Rev +Resource$")
            self.assertRegex(lines[1], rf"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d  partner +created +1  {second.name}$")
            self.assertNotIn(first.name, out)
            token = re.search(r"brygga watch partner --from (\S+)", err).group(1)

            third = create(client, "third")
            done = stack.cli("watch", "partner", "--from", token, "--for", "2", "--json", token=admin)
            shown = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([line["change"]["resource"] for line in shown], [third.name])
            self.assertEqual(shown[0]["service"], "partner")

            refused = stack.cli("watch", "events", "--from", token, "--for", "5", token=admin, check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("belongs to another service", refused.stderr)


if __name__ == "__main__":
    unittest.main()
