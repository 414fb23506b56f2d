// brygga-bench-redis: our one pipelined connection beside redis-benchmark's, with
// the same depth, the same command and the same server, interleaved in one run.
//
//   brygga-bench-redis [--rounds N] [--calls N] [--only TEXT]
#include "common/testing/redis.h"

#include <stdio.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/redis/client.h"
#include "common/status/check.h"
#include "common/testing/process.h"
#include "tests/bench/figure.h"

namespace brygga::bench {
namespace {

constexpr char kKey[] =
    "brygga:cand:1:{01890a5d-ac96-774b-bcce-b302099a8057}:e12:01890a5d-ac96-774b-bcce-b302099a8058:h";

// GETs a second, as redis-benchmark counts them: `depth` at once, and when all of
// them are answered the next `depth`.
double Ours(redis::Client& client, int calls, int depth) {
  int left = calls, open = 0;  // Of the client's thread, once it has begun.
  absl::Notification over;
  std::function<void()> ask = [&] {
    const int now = std::min(left, depth);
    if (now == 0) return over.Notify();
    left -= now;
    open = now;
    for (int i = 0; i < now; ++i) {
      client.Get(kKey, absl::InfiniteFuture(), [&](const redis::Client::Value& value) {
        BRYGGA_CHECK(value.ok() && value->has_value());
        if (--open == 0) ask();
      });
    }
  };
  const auto begin = std::chrono::steady_clock::now();
  client.Get(kKey, absl::InfiniteFuture(), [&](const redis::Client::Value&) { ask(); });
  over.WaitForNotification();
  return calls / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The same by redis-benchmark, which goes on for ever where its server ends before it.
double Theirs(const std::string& socket, int calls, int depth) {
  const std::string line =
      testing::OutputOf(absl::StrCat("timeout --foreground 600 redis-benchmark -s ", socket, " -c 1 -P ", depth, " -n ",
                                     calls, " --csv GET '", kKey, "' | tail -n 1"));
  const std::vector<std::string> fields = absl::StrSplit(line, '"');  // "GET","81300.81",…
  double per_second = 0;
  BRYGGA_CHECK(fields.size() > 3 && absl::SimpleAtod(fields[3], &per_second));
  return per_second;
}

int Main(int argc, char** argv) {
  int rounds = 7, calls = 200'000;
  std::string only;
  CLI::App app("Our pipelined Redis connection beside redis-benchmark's.");
  app.add_option("--rounds", rounds, "Interleaved rounds, at least five")->check(CLI::Range(5, 101));
  app.add_option("--calls", calls, "Commands a round")->check(CLI::Range(1000, 10'000'000));
  app.add_option("--only", only, "Only the figures whose name holds this, e.g. \"3 bytes, 64 deep\"");
  CLI11_PARSE(app, argc, argv);

  const testing::RedisServer server;
  const auto client = redis::Client::Start(
      {.address = {.socket = server.socket()}, .command_timeout = absl::Seconds(10), .most_waiting = 100'000});
  while (!client->usable()) absl::SleepFor(absl::Milliseconds(1));
  std::printf("# %d rounds, interleaved; medians; ratio = median of the rounds' ratios; one connection, GET\n", rounds);
  for (const int bytes : {3, 1400}) {
    BRYGGA_CHECK(
        client->Set(kKey, std::string(static_cast<size_t>(bytes), 'x'), absl::Hours(1), absl::Now() + absl::Seconds(10))
            .ok());
    for (const int depth : {1, 16, 64}) {
      Figure figure = {.name = absl::StrCat("redis, ", bytes, " bytes, ", depth, " deep"), .unit = "/s"};
      if (figure.name.find(only) == std::string::npos) continue;
      if (depth > 1) {
        figure.goal = Goal::kAtLeast;
        figure.bound = 0.9;
      }
      const int count = depth == 1 ? calls / 10 : calls;
      Ours(*client, count / 4, depth);
      Theirs(server.socket(), count / 4, depth);
      for (int round = 0; round < rounds; ++round) {
        if (round % 2 == 0) figure.ours.push_back(Ours(*client, count, depth));
        figure.reference.push_back(Theirs(server.socket(), count, depth));
        if (round % 2 == 1) figure.ours.push_back(Ours(*client, count, depth));
      }
      std::printf("%s\n", Line(figure).c_str());
      std::fflush(stdout);
    }
  }
  return 0;
}

}  // namespace
}  // namespace brygga::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // As every program of ours.
  return brygga::bench::Main(argc, argv);
}
