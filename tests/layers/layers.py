#!/usr/bin/env python3
"""Reads every #include of ours and proves that dependencies point one way.

usage: layers.py ROOT [--self-test]

Prints each offending line as FILE:LINE: what it includes and why it may not,
and exits with 1. Nothing is inferred from the build: the includes are the truth.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')

# common/, from the bottom: each may include itself and what stands before it.
COMMON = ["status", "wait", "time", "ids", "mutation", "list", "log", "config", "redis", "sql", "rpc", "feed", "testing"]
# Within a service: what each layer may include of its own service.
LAYERS = {
    "domain": {"domain"},
    "store": {"domain", "store"},
    "store/sql": {"domain", "store", "store/sql"},
    "store/redis": {"domain", "store", "store/redis"},
    "work": {"domain", "store", "work"},
    "rpc": {"domain", "store", "rpc", "work"},
}
# What a layer may not see outside its service.
COMMON_BY_LAYER = {
    "domain": {"status", "time", "ids", "list"},
    "store": {"status", "time", "ids", "list", "mutation", "testing"},
    "store/sql": {"status", "time", "ids", "list", "mutation", "sql", "log", "testing"},
    "store/redis": {"status", "time", "ids", "redis", "log", "testing"},
}
SERVICES = ["partner", "participant", "matching", "events", "gateway"]  # Each knows the protos of those before it.
GRPC = re.compile(r"^(grpc|grpcpp)/")
GRPC_HOMES = ("common/rpc/", "services/gateway/", "tests/bench/")


def layer_of(parts):
    """The layer of a path below services/<service>, or '' for its assembly."""
    if parts[0] == "store" and "/".join(parts[:2]) in LAYERS:
        return "/".join(parts[:2])
    return parts[0] if len(parts) > 1 and parts[0] in LAYERS else ""


def is_test(path):
    """True for test code: beside what it tests, or a double, or a conformance suite."""
    name = path.name
    return bool(re.search(r"(_test|_conformance|_probe|testing)\.(cc|h)$|^fake_", name)) or "testing" in path.parts


def fault(path, included):
    """Why `path` may not include `included`, or None."""
    parts = list(path.parts)
    target = included.split("/")
    top = parts[0]
    if GRPC.match(included) and not str(path).startswith(GRPC_HOMES) and not is_test(path):
        return "gRPC is met in common/rpc and in the gateway's proxy alone"
    if target[0] not in ("common", "engine", "services", "cli", "brygga", "tests"):
        return None
    if top == "engine":
        if target[0] == "engine" or target[:2] == ["common", "status"]:
            return None
        return "engine includes nothing of ours but common/status"
    if top == "common":
        if target[0] == "common":
            mine, theirs = COMMON.index(parts[1]), COMMON.index(target[1])
            if theirs <= mine or (is_test(path) and target[1] == "testing"):
                return None
            return f"common/{parts[1]} stands below common/{target[1]}"
        if target[0] == "brygga" and parts[1] in ("rpc", "feed", "testing"):
            return None if target[1] == "common" or is_test(path) else "common knows no service"
        return "common knows no service"
    if top == "services" and parts[1] != "suite":
        return service_fault(path, parts[1], layer_of(parts[2:]), target, included)
    if top == "cli" and target[0] == "services" and not is_test(path):
        return "the command line speaks to services through their protos"
    if top == "cli" and target[0] == "engine" and not str(path).startswith("cli/commands/solve") and not is_test(path):
        return "the command line leaves matching to the service, but for `brygga solve`"
    return None


def service_fault(path, service, layer, target, included):
    if target[0] == "tests":
        return "product code includes no tests"
    if target[0] == "cli":
        return "a service knows no client"
    if target[0] == "services":
        if target[1] != service:
            return None if is_test(path) and allowed_peer(service, target[1]) else f"{service} sees inside {target[1]}"
        if not layer or is_test(path):
            return None
        theirs = layer_of(target[2:])
        if theirs in LAYERS[layer]:
            return None
        return f"{layer} may not include {theirs or 'the assembly'}"
    if target[0] == "engine":
        return None if service == "matching" else "matching alone links the engine"
    if target[0] == "brygga":
        if layer in COMMON_BY_LAYER and not is_test(path):
            return f"{layer} does not see proto"
        if target[1] in SERVICES and not allowed_peer(service, target[1]):
            return f"{service} may not know {target[1]}: dependencies point one way"
        return None
    if target[0] == "common" and layer in COMMON_BY_LAYER and not is_test(path):
        if target[1] not in COMMON_BY_LAYER[layer]:
            return f"{layer} may not include common/{target[1]}"
        if layer in ("domain",) and included == "common/time/clock.h":
            return "domain has no clock: time is an argument"
    if target[0] == "common" and layer == "rpc" and target[1] == "sql" and not is_test(path):
        return "handlers do not see SQL"
    return None


def allowed_peer(service, other):
    if other == service:
        return True
    return SERVICES.index(other) < SERVICES.index(service)


def check(root):
    faults = []
    for top in ("common", "engine", "services", "cli"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            path = file.relative_to(root)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                why = match and fault(path, match.group(1))
                if why:
                    faults.append(f"{path}:{number}: includes {match.group(1)}: {why}")
    return faults


def self_test():
    """The guard itself: includes that must be refused, and neighbours that must not."""
    bad = [
        ("services/matching/domain/a.h", "services/matching/store/b.h"),
        ("services/matching/domain/a.h", "brygga/matching/v1/matching.pb.h"),
        ("services/matching/domain/a.cc", "common/sql/database.h"),
        ("services/matching/domain/a.cc", "common/time/clock.h"),
        ("services/matching/rpc/a.cc", "common/sql/database.h"),
        ("services/matching/rpc/a.cc", "services/matching/store/sql/b.h"),
        ("services/matching/store/redis/a.cc", "common/sql/database.h"),
        ("services/matching/work/a.cc", "services/matching/store/redis/b.h"),
        ("common/redis/a.cc", "common/rpc/server.h"),
        ("services/matching/rpc/a.cc", "brygga/events/v1/events.pb.h"),
        ("services/partner/rpc/a.cc", "brygga/participant/v1/a.pb.h"),
        ("services/partner/rpc/a.cc", "services/participant/domain/a.h"),
        ("services/partner/rpc/a.cc", "grpcpp/grpcpp.h"),
        ("services/events/domain/a.cc", "engine/solve.h"),
        ("engine/a.cc", "common/time/local_time.h"),
        ("common/status/a.cc", "common/sql/database.h"),
        ("common/rpc/a.cc", "services/partner/domain/a.h"),
        ("cli/a.cc", "services/partner/domain/a.h"),
        ("cli/commands/match.cc", "engine/solve.h"),
    ]
    good = [
        ("services/matching/store/sql/a.cc", "common/sql/database.h"),
        ("services/matching/store/redis/a.cc", "common/redis/client.h"),
        ("services/matching/rpc/a.cc", "brygga/participant/v1/a.pb.h"),
        ("services/matching/main.cc", "services/matching/store/sql/a.h"),
        ("services/matching/work/a.cc", "engine/solve.h"),
        ("services/suite/main.cc", "services/partner/service.h"),
        ("common/rpc/a.cc", "grpcpp/grpcpp.h"),
        ("engine/a.cc", "common/status/error.h"),
        ("cli/commands/solve.cc", "engine/instance.h"),
    ]
    wrong = [case for case in bad if not fault(pathlib.PurePosixPath(case[0]), case[1])]
    wrong += [case for case in good if fault(pathlib.PurePosixPath(case[0]), case[1])]
    for case in wrong:
        print("self-test: wrong verdict on", *case)
    return not wrong


def main():
    root = pathlib.Path(sys.argv[1])
    if not self_test():
        return 1
    faults = check(root)
    print("\n".join(faults) if faults else "layers: every include points the right way")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
