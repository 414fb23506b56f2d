// A closed loop of unary calls against one server, and what it cost: the same
// client for every contender, so that ratios compare servers.
#ifndef BRYGGA_TESTS_BENCH_LOAD_H_
#define BRYGGA_TESTS_BENCH_LOAD_H_

#include <sys/types.h>

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace brygga::bench {

// What to call. `request` makes the serialised request of the n-th call; it may
// be called by several threads at once.
struct Target {
  std::string address;  // "127.0.0.1:1234".
  pid_t process = 0;    // Whose CPU time is counted.
  std::string method;   // "/brygga.bench.v1.EchoService/Echo".
  std::function<std::string(int n)> request;
  std::string token;  // Bearer token, or empty.
};

struct Load {
  int calls = 10'000;
  int in_flight = 16;
  int channels = 4;
};

struct Cost {
  double cpu_us = 0;    // Server CPU time per call, user and system.
  double whole_us = 0;  // The same and the client's own: what the call costs at both ends.
  double p50_us = 0;    // Latency as the client saw it.
  double p99_us = 0;
  double per_s = 0;   // Calls per second of wall time.
  int failed = 0;     // Calls that did not end with OK.
  std::string error;  // The first of them.
};

// Runs `load` against `target` and waits for its end. `first` numbers the
// calls, so that repeated runs send other requests.
Cost Run(const Target& target, const Load& load, int first);

// The CPU time that `process` has used so far.
absl::Duration CpuOf(pid_t process);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_LOAD_H_
