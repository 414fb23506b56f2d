"""One client process of a seat rush. usage: rush_client.py ADDRESS EVENT CALLS CHANNELS IN_FLIGHT <TOKEN

Registers CALLS new people, IN_FLIGHT at a time over CHANNELS connections, and
prints one line per call as it ends: the registration's state, name and person,
or the reason of the refusal. A call that times out or loses its server is
repeated with the same request id until it is answered: what is printed was
acknowledged.
"""

import sys
import threading
import time
import uuid

import harness  # Finds the stubs.
import grpc

from brygga.events.v1 import registration_service_pb2 as registrations
from brygga.events.v1 import registration_service_pb2_grpc

LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED, grpc.StatusCode.CANCELLED)


def main():
    address, event = sys.argv[1:3]
    calls, channels, in_flight = map(int, sys.argv[3:6])
    metadata = (("authorization", "Bearer " + sys.stdin.readline().strip()),)
    stubs = [
        registration_service_pb2_grpc.RegistrationServiceStub(grpc.insecure_channel(address, options=[
            ("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 500)]))
        for _ in range(channels)
    ]
    room = threading.Semaphore(in_flight)
    printing = threading.Lock()
    left = threading.Semaphore(0)

    def send(number, request):
        future = stubs[number % channels].Register.future(request, metadata=metadata, timeout=20)
        future.add_done_callback(lambda done: ended(number, request, done))

    def ended(number, request, done):
        error = done.exception()
        if error is not None and done.code() in LOST:
            timer = threading.Timer(0.1, send, (number, request))
            timer.daemon = True
            timer.start()
            return
        if error is None:
            registration = done.result().registration
            state = registrations.RegistrationState.Name(registration.state).removeprefix("REGISTRATION_STATE_")
            line = f"{state}\t{registration.name}\t{registration.participant}\t{request.request_id}"
        else:
            line = f"{harness.Failure(error).reason or done.code().name}\t-\t{request.participant}\t{request.request_id}"
        with printing:
            print(line, flush=True)
        room.release()
        left.release()

    for number in range(calls):
        room.acquire()
        send(number, registrations.RegisterRequest(parent=event, participant=f"participants/{uuid.uuid4()}",
                                                   request_id=str(uuid.uuid4())))
    for _ in range(calls):
        left.acquire()
    time.sleep(0)


if __name__ == "__main__":
    main()
