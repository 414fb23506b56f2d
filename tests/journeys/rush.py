"""Seats under a rush, told by many client processes."""

import collections
import subprocess
import sys

import harness
from harness import request_id

from brygga.events.v1 import event_pb2, event_service_pb2

Answer = collections.namedtuple("Answer", "state registration participant request")


def published_event(client, capacity, waiting_list):
    """An event next year with `capacity` seats, open for registration."""
    made = client.events.CreateEvent(event_service_pb2.CreateEventRequest(
        event=event_pb2.Event(
            kind=event_pb2.EVENT_KIND_JOB_FAIR, title_sv="Sommarjobbsmässa", title_en="Summer job fair",
            municipality="0180", venue="Arena", mode=event_pb2.ATTENDANCE_MODE_ONSITE, time_zone="Europe/Stockholm",
            organiser="organisations/01890a5d-ac96-774b-bcce-b302099a8057",
            sessions=[event_pb2.Session(local_start="2099-02-16T10:00:00", local_end="2099-02-16T15:00:00")],
            capacity=capacity, waiting_list=waiting_list, audience=[event_pb2.AUDIENCE_PUBLIC], languages=["sv"]),
        request_id=request_id())).event
    return client.events.PublishEvent(
        event_service_pb2.PublishEventRequest(name=made.name, request_id=request_id())).event.name


def start(address, event, calls, token, processes=3, channels=64, in_flight=256):
    """Starts client processes that share `calls` and `channels`."""
    started = []
    for number in range(processes):
        def share(total):
            return total // processes + (1 if number < total % processes else 0)

        process = subprocess.Popen(
            [sys.executable, str(harness.ROOT / "tests/journeys/rush_client.py"), address, event, str(share(calls)),
             str(share(channels)), str(share(in_flight))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdin.write(token + "\n")
        process.stdin.flush()
        started.append(process)
    return started


def answers(started):
    """What was acknowledged, by all clients together."""
    rows = []
    for process in started:
        out, _ = process.communicate()
        assert process.returncode == 0, out[-2000:]
        rows += [Answer(*line.split("\t")) for line in out.splitlines()]
    return rows
