// Answers that come after the handler has returned, through a real channel.
#include "common/rpc/later.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/probe_handler.h"
#include "common/rpc/testing.h"
#include "common/status/error.h"
#include "common/testing/matchers.h"
#include "common/wait/no_wait.h"

namespace brygga::rpc {
namespace {

using ::brygga::testing::HasReason;
using testing::EchoRequest;
using testing::EchoResponse;
using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(20);

EchoResponse Saying(const std::string& text) {
  EchoResponse response;
  response.set_text(text);
  return response;
}

// Where handlers leave their replies and tests fetch them.
class Owed {
 public:
  Later<EchoResponse> Keep() {
    return Later<EchoResponse>([this](Reply<EchoResponse> reply) {
      const std::lock_guard lock(mutex_);
      replies_.push_back(std::move(reply));
      wake_.notify_all();
    });
  }
  Reply<EchoResponse> Take() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !replies_.empty(); });
    Reply<EchoResponse> reply = std::move(replies_.back());
    replies_.pop_back();
    return reply;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Reply<EchoResponse>> replies_;  // Guarded by mutex_.
};

class LaterTest : public ::testing::Test {
 protected:
  LaterTest() {
    handler_.on_later = [this](const EchoRequest&, const Call&) { return owed_.Keep(); };
  }

  std::future<absl::StatusOr<EchoResponse>> Start(absl::Duration timeout = kLong,
                                                  const std::string& method = "EchoLater") {
    EchoRequest request;
    request.set_text("hello");
    return server_.CallAsync<EchoResponse>(Anonymous(), kProbe + method, request, timeout);
  }
  nlohmann::json LastLine() { return nlohmann::json::parse(server_.log().lines().back()); }
  // How many calls of EchoLater ended with `code`.
  double Ended(const std::string& code) {
    double calls = 0;
    for (const auto& family : server_.server().metrics().Collect()) {
      if (family.name != "brygga_rpc_calls_total") continue;
      for (const auto& metric : family.metric) {
        bool later = false, with_code = false;
        for (const auto& label : metric.label) {
          later = later || label.value == std::string(kProbe) + "EchoLater";
          with_code = with_code || label.value == code;
        }
        if (later && with_code) calls += metric.counter.value;
      }
    }
    return calls;
  }
  // Until so many calls are in flight: a call leaves a little after its caller
  // has the answer.
  void WaitForInFlight(double calls) {
    while (InFlight() != calls) std::this_thread::yield();
  }
  double InFlight() {
    for (const auto& family : server_.server().metrics().Collect()) {
      if (family.name == "brygga_rpc_in_flight") return family.metric.front().gauge.value;
    }
    return -1;
  }
  // Keeps the one thread of the executor busy until `release` opens.
  std::future<absl::StatusOr<EchoResponse>> Occupy(Latch& release) {
    auto began = std::make_shared<Latch>();  // Shared with the handler, which may still be opening it.
    handler_.on_echo = [began, &release](const Call&) {
      began->Open();
      release.Wait();
      return "occupied";
    };
    auto running = server_.CallAsync<EchoResponse>(Admin(), std::string(kProbe) + "AdminOnly", EchoRequest(), kLong);
    began->Wait();
    return running;
  }

  Owed owed_;
  ProbeHandler handler_;
  // One thread, so that a call that held it would be noticed.
  TestServer server_{ProbeService(handler_, kPointRead), {.name = "test", .address = "", .threads = 1, .queue = 1}};
};

TEST_F(LaterTest, AnAnswerMayComeFromAnotherThread) {
  auto call = Start();

  std::thread([this] { owed_.Take().Answer(Saying("later")); }).join();

  const auto answer = call.get();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->text(), "later");
  EXPECT_EQ(LastLine()["code"], "OK");
  EXPECT_EQ(Ended("OK"), 1);
}

TEST_F(LaterTest, AnAnswerMayComeAtOnce) {
  handler_.on_later = nullptr;
  EXPECT_EQ(Start().get()->text(), "hello");

  handler_.on_later = [](const EchoRequest& request, const Call&) {
    return Later<EchoResponse>(
        [&request](Reply<EchoResponse> reply) { std::move(reply).Answer(Saying(request.text() + " again")); });
  };
  EXPECT_EQ(Start().get()->text(), "hello again");
  EXPECT_EQ(Ended("OK"), 2);
}

TEST_F(LaterTest, AnAnswerThatIsRenderedIsSentAsItIs) {
  const Rendered<EchoResponse> rendered = {.bytes = Saying("rendered").SerializeAsString()};

  auto call = Start();
  owed_.Take().Answer(rendered);
  EXPECT_EQ(call.get()->text(), "rendered");

  call = Start();
  owed_.Take().AnswerOnThread([&]() -> absl::StatusOr<Rendered<EchoResponse>> { return rendered; });
  EXPECT_EQ(call.get()->text(), "rendered");

  handler_.on_later = [&](const EchoRequest&, const Call&) { return Later<EchoResponse>(rendered); };
  EXPECT_EQ(Start().get()->text(), "rendered");
  EXPECT_EQ(Ended("OK"), 3);
}

TEST_F(LaterTest, AnErrorMayComeLater) {
  auto call = Start();

  owed_.Take().Answer(NotFound("organisations/o"));

  EXPECT_EQ(call.get().status(), NotFound("organisations/o"));
  EXPECT_EQ(Ended("NOT_FOUND"), 1);
}

TEST_F(LaterTest, AnAnswerGivenBeforeMayComeLater) {
  auto call = Start();

  owed_.Take().Answer(Replay(Saying("first").SerializeAsString()));

  EXPECT_EQ(call.get()->text(), "first");
}

TEST_F(LaterTest, CallsThatWaitHoldNoThread) {
  std::vector<std::future<absl::StatusOr<EchoResponse>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(Start());
  std::vector<Reply<EchoResponse>> replies;
  for (int i = 0; i < 50; ++i) replies.push_back(owed_.Take());

  const auto meanwhile = server_.Call<EchoResponse>(Admin(), std::string(kProbe) + "AdminOnly", EchoRequest(), kLong);
  EXPECT_TRUE(meanwhile.ok()) << meanwhile.status();
  WaitForInFlight(50);

  for (auto& reply : replies) std::move(reply).Answer(Saying("all"));
  for (auto& call : calls) EXPECT_EQ(call.get()->text(), "all");
}

TEST_F(LaterTest, TheRequestAndTheCallLiveUntilTheAnswer) {
  const EchoRequest* request = nullptr;
  const Call* call = nullptr;
  handler_.on_later = [&](const EchoRequest& given, const Call& of) {
    request = &given;
    call = &of;
    return owed_.Keep();
  };
  auto answer = Start();

  Reply<EchoResponse> reply = owed_.Take();
  std::move(reply).Answer(Saying(request->text() + " " + call->caller().subject));

  EXPECT_EQ(answer.get()->text(), "hello anonymous");
}

// What is never answered.

TEST_F(LaterTest, AReplyThatIsLetGoOfIsAnInternalError) {
  auto call = Start();

  { const Reply<EchoResponse> forgotten = owed_.Take(); }

  EXPECT_EQ(call.get().status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(LastLine()["error"], HasSubstr("let go of a call"));
}

TEST_F(LaterTest, AnExceptionOnTheWayIsAnInternalError) {
  handler_.on_later = [](const EchoRequest&, const Call&) {
    return Later<EchoResponse>([](Reply<EchoResponse>) { throw std::runtime_error("bound value"); });
  };
  EXPECT_EQ(Start().get().status().code(), absl::StatusCode::kInternal);

  handler_.on_later = [](const EchoRequest&, const Call&) -> Later<EchoResponse> {
    throw std::runtime_error("bound value");
  };
  EXPECT_EQ(Start().get().status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(server_.log().lines().back(), ::testing::Not(HasSubstr("bound value")));
}

// Threads.

TEST_F(LaterTest, AnAnswerThatMustBlockIsMadeOnAThread) {
  auto call = Start();
  Reply<EchoResponse> reply = owed_.Take();

  const std::thread::id here = std::this_thread::get_id();
  std::move(reply).AnswerOnThread([here]() -> absl::StatusOr<EchoResponse> {
    return Saying(std::this_thread::get_id() == here || NoWait::Refuses() ? "must not block" : "may block");
  });

  EXPECT_EQ(call.get()->text(), "may block");
}

TEST_F(LaterTest, WithoutAFreeThreadItIsRefused) {
  Latch release;
  auto running = Occupy(release);
  auto waiting = Start(), refused = Start();
  const auto answer = [] { return absl::StatusOr<EchoResponse>(Saying("on a thread")); };

  owed_.Take().AnswerOnThread(answer);  // Takes the queue's one place,
  owed_.Take().AnswerOnThread(answer);  // so that there is none for this.

  // Whichever came second; the other one cannot answer before `release`.
  while (refused.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) std::swap(waiting, refused);
  EXPECT_THAT(refused.get(), HasReason("OVERLOADED"));
  release.Open();
  EXPECT_EQ(waiting.get()->text(), "on a thread");
  EXPECT_TRUE(running.get().ok());
}

TEST_F(LaterTest, AnExceptionOnAThreadIsAnInternalError) {
  auto call = Start();

  owed_.Take().AnswerOnThread([]() -> absl::StatusOr<EchoResponse> { throw std::runtime_error("bound value"); });

  EXPECT_EQ(call.get().status().code(), absl::StatusCode::kInternal);
}

TEST_F(LaterTest, WhatWasReadInVainBeginsNothing) {
  std::atomic<int> begun = 0, tried = 0;
  handler_.on_later = [&](const EchoRequest&, const Call&) {
    ++tried;
    (void)NoWait::Refuses();  // As a read does that would wait; its handler goes on, as it may.
    return Later<EchoResponse>([&](Reply<EchoResponse> reply) {
      ++begun;
      std::move(reply).Answer(Saying("once"));
    });
  };

  EXPECT_EQ(Start().get()->text(), "once");
  EXPECT_EQ(tried, 2);  // In vain on gRPC's thread, and on the executor.
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(Ended("OK"), 1);
}

// Deadlines and those who leave.

TEST_F(LaterTest, AnAnswerAfterTheDeadlineIsNone) {
  auto call = Start(absl::Milliseconds(50));
  Reply<EchoResponse> reply = owed_.Take();
  EXPECT_THAT(call.get(), HasReason("DEADLINE_EXCEEDED"));
  WaitForInFlight(1);  // The server still owes it.

  std::move(reply).Answer(Saying("too late"));

  EXPECT_EQ(LastLine()["code"], "DEADLINE_EXCEEDED");
  EXPECT_EQ(Ended("DEADLINE_EXCEEDED"), 1);
}

TEST_F(LaterTest, WorkOnAThreadIsNotBegunAfterTheDeadline) {
  auto call = Start(absl::Milliseconds(50));
  Reply<EchoResponse> reply = owed_.Take();
  EXPECT_FALSE(call.get().ok());
  bool ran = false;

  std::move(reply).AnswerOnThread([&]() -> absl::StatusOr<EchoResponse> {
    ran = true;
    return Saying("too late");
  });

  WaitForInFlight(0);
  EXPECT_FALSE(ran);
  EXPECT_EQ(Ended("DEADLINE_EXCEEDED"), 1);
}

TEST_F(LaterTest, ACallerThatLeavesIsNoticed) {
  const Call* waiting = nullptr;
  handler_.on_later = [&](const EchoRequest&, const Call& call) {
    waiting = &call;
    return owed_.Keep();
  };
  // Called by a handler of another server that is itself left by its caller.
  ProbeHandler front_handler;
  front_handler.on_echo = [&](const Call& call) -> absl::StatusOr<std::string> {
    const auto answer = server_.channel().Call<EchoResponse>(call, std::string(kProbe) + "EchoLater", EchoRequest());
    return answer.status();
  };
  TestServer front(ProbeService(front_handler));
  auto call =
      front.CallAsync<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest(), absl::Milliseconds(100));
  Reply<EchoResponse> reply = owed_.Take();
  EXPECT_FALSE(call.get().ok());
  while (!waiting->cancelled()) std::this_thread::yield();

  std::move(reply).Answer(Saying("to nobody"));

  WaitForInFlight(0);
  EXPECT_EQ(Ended("OK"), 0);
}

// Drain.

TEST_F(LaterTest, ADrainWaitsForWhatIsOwed) {
  auto call = Start();
  Reply<EchoResponse> reply = owed_.Take();

  std::thread drain([this] { server_.server().Drain(); });
  absl::Status refused;
  while (refused.ok()) refused = Start(kLong, "EchoInline").get().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  WaitForInFlight(1);
  std::move(reply).Answer(Saying("finished"));
  drain.join();

  const auto answer = call.get();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->text(), "finished");
}

TEST_F(LaterTest, AServerThatEndsWaitsForAReplyAndItsWorkOnAThread) {
  std::optional<TestServer> server;
  server.emplace(ProbeService(handler_, kPointRead));
  auto call = server->CallAsync<EchoResponse>(Anonymous(), std::string(kProbe) + "EchoLater", EchoRequest(), kLong);
  Reply<EchoResponse> reply = owed_.Take();
  std::atomic<bool> gone = false;

  std::thread end([&] {
    server.reset();
    gone = true;
  });
  EXPECT_FALSE(call.get().ok());  // Cancelled by the end.
  EXPECT_FALSE(gone);
  std::move(reply).AnswerOnThread([]() -> absl::StatusOr<EchoResponse> { return Saying("to nobody"); });
  end.join();

  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace brygga::rpc
