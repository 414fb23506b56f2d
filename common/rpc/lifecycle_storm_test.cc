// Servers that start and stop while calls of every kind are under way: answered
// inline, by a thread, later and never, forwarded, streamed, cancelled, out of
// time, over TCP and within the process. What is tested is that nothing is
// touched after its end (the sanitizers say so), that every call ends, and that
// every server stops. BRYGGA_SERVERS says how many servers.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/probe_handler.h"
#include "common/rpc/testing.h"
#include "common/testing/setting.h"

namespace brygga::rpc {
namespace {

using ::brygga::testing::Setting;
using testing::EchoRequest;
using testing::EchoResponse;
using testing::WatchRequest;
using testing::WatchResponse;

constexpr int kCallers = 6;

// Answers by and by what handlers left with it: rightly, wrongly, from the
// executor or by letting go.
class Answerer {
 public:
  Answerer() : thread_([this] { Loop(); }) {}
  ~Answerer() {
    stopping_ = true;
    thread_.join();
  }

  Later<EchoResponse> Keep() {
    return Later<EchoResponse>([this](Reply<EchoResponse> reply) {
      const std::lock_guard lock(mutex_);
      owed_.push_back(std::move(reply));
    });
  }

 private:
  void Loop() {
    for (int turn = 0; !stopping_ || !owed().empty(); ++turn) {
      for (Reply<EchoResponse>& reply : Taken()) Settle(std::move(reply), turn++ % 4);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
  static void Settle(Reply<EchoResponse> reply, int how) {
    switch (how) {
      case 0:
        return std::move(reply).Answer(EchoResponse());
      case 1:
        return std::move(reply).Answer(absl::UnavailableError("not now"));
      case 2:
        return std::move(reply).AnswerOnThread([]() -> absl::StatusOr<EchoResponse> { return EchoResponse(); });
      default:
        return;  // Unanswered.
    }
  }
  std::vector<Reply<EchoResponse>> Taken() {
    const std::lock_guard lock(mutex_);
    return std::exchange(owed_, {});
  }
  const std::vector<Reply<EchoResponse>>& owed() {
    const std::lock_guard lock(mutex_);
    return owed_;
  }

  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<Reply<EchoResponse>> owed_;  // Guarded by mutex_.
  std::thread thread_;
};

// One server behind another that forwards to it, and all ways to reach both.
struct Servers {
  explicit Servers(ProbeHandler& handler)
      : back(ProbeService(handler, kPointRead), Options("back")),
        front(Service::Forward("brygga.rpc.testing.ProbeService", back.shared_channel()), Options("front")),
        ways({back.shared_channel(), front.shared_channel(), Channel::Connect(back.server().address()),
              Channel::Connect(front.server().address())}) {}

  static ServerOptions Options(const std::string& name) {
    return {.name = name,
            .metrics_address = "127.0.0.1:0",
            .threads = 3,
            .queue = 4,
            .streams = 3,
            .drain_grace = absl::Milliseconds(20)};
  }

  TestServer back, front;
  std::vector<std::shared_ptr<Channel>> ways;
};

// Calls at random, and goes on for a little when there is nobody to call.
class Caller {
 public:
  Caller(std::vector<std::shared_ptr<Channel>> ways, unsigned seed) : ways_(std::move(ways)), random_(seed) {}

  void Run(const std::atomic<bool>& gone, std::atomic<int>& calls) {
    while (!gone) {
      CallOnce();
      ++calls;
    }
    for (int i = 0; i < 8; ++i) CallOnce();
    for (auto& answer : pending_) answer.wait();
  }

 private:
  void CallOnce() {
    Channel& channel = *ways_[random_() % ways_.size()];
    const auto options =
        CallOptions::Within(random_() % 4 == 0 ? absl::Microseconds(random_() % 3000) : absl::Seconds(20));
    static constexpr const char* kMethods[] = {"Echo", "EchoInline", "EchoLater"};
    const std::string method = std::string(kProbe) + kMethods[random_() % 3];
    switch (random_() % 4) {
      case 0:
        return (void)channel.Call<EchoResponse>(options, method, EchoRequest());
      case 1:
        pending_.push_back(channel.CallAsync<EchoResponse>(options, method, EchoRequest()));
        if (pending_.size() > 20) pending_.front().wait();
        if (pending_.size() > 40) pending_.clear();
        return;
      case 2:
        return (void)channel.CallAsync<EchoResponse>(options, method, EchoRequest());
      default:
        return Watch(channel, options);
    }
  }

  void Watch(Channel& channel, const CallOptions& options) {
    WatchRequest request;
    request.set_count(static_cast<int>(random_() % 40));  // 0: for ever.
    auto reader = channel.Open<WatchResponse>(options, std::string(kProbe) + "Watch", request);
    WatchResponse response;
    for (unsigned left = random_() % 60; left > 0 && reader.Read(&response);) --left;
    if (random_() % 2 == 0) return;  // Cancels.
    reader.Cancel();
    reader.Finish().IgnoreError();
  }

  const std::vector<std::shared_ptr<Channel>> ways_;
  std::mt19937 random_;
  std::vector<std::future<absl::StatusOr<EchoResponse>>> pending_;
};

TEST(LifecycleStormTest, ServersMayStopUnderWhateverIsCalled) {
  const auto seed = static_cast<unsigned>(Setting("BRYGGA_SEED", static_cast<int>(std::random_device()() >> 1)));
  std::cout << "BRYGGA_SEED=" << seed << "\n" << std::flush;
  std::mt19937 random(seed);
  for (int round = 0; round < Setting("BRYGGA_SERVERS", 10); ++round) {
    Answerer answerer;
    ProbeHandler handler;
    handler.on_later = [&](const EchoRequest&, const Call&) { return answerer.Keep(); };
    std::atomic<unsigned> turns = 0;
    handler.on_echo = [&](const Call& call) -> absl::StatusOr<std::string> {
      if (++turns % 16 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return call.cancelled() ? "nobody listens" : "hello";
    };
    auto servers = std::make_unique<Servers>(handler);
    std::atomic<bool> gone = false;
    std::atomic<int> calls = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back(
          [&, ways = servers->ways, own = static_cast<unsigned>(random())] { Caller(ways, own).Run(gone, calls); });
    }
    const int enough = static_cast<int>(random() % 400);
    while (calls < enough) std::this_thread::yield();

    if (random() % 2 == 0) servers->front.server().Drain();
    if (random() % 2 == 0) servers->back.server().Drain();
    servers.reset();
    gone = true;

    for (std::thread& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace brygga::rpc
