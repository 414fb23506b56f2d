// A service that passes its calls on, before one that answers them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/probe_handler.h"
#include "common/rpc/testing.h"
#include "common/status/error.h"
#include "common/testing/matchers.h"

namespace brygga::rpc {
namespace {

using ::brygga::testing::HasReason;
using testing::ChangeRequest;
using testing::ChangeResponse;
using testing::EchoRequest;
using testing::EchoResponse;
using testing::ScopedRequest;
using testing::WatchRequest;
using testing::WatchResponse;

class ForwardTest : public ::testing::Test {
 protected:
  absl::StatusOr<EchoResponse> Echo(const Identity& caller, const std::string& method = "Echo",
                                    absl::Duration timeout = absl::Seconds(20)) {
    EchoRequest request;
    request.set_text("hello");
    return front_.Call<EchoResponse>(caller, kProbe + method, request, timeout);
  }

  ProbeHandler handler_;
  TestServer back_{ProbeService(handler_)};
  TestServer front_{Service::Forward("brygga.rpc.testing.ProbeService", back_.shared_channel()),
                    {.name = "front", .address = "", .threads = 1, .queue = 100}};
};

TEST_F(ForwardTest, AnAnswerComesBack) { EXPECT_EQ(Echo(Anonymous())->text(), "hello"); }

TEST_F(ForwardTest, TheBackendKnowsTheCallerTheTraceAndTheDeadline) {
  std::string trace;
  absl::Duration left;
  handler_.on_echo = [&](const Call& call) {
    trace = call.state().traceparent.substr(3, 32);
    left = call.deadline() - absl::Now();
    return call.caller().subject;
  };

  EXPECT_EQ(Echo(Admin(), "AdminOnly", absl::Seconds(7))->text(), "admin-1");
  EXPECT_LE(left, absl::Seconds(7) + absl::Milliseconds(1));  // gRPC goes from clock to clock on the way.
  EXPECT_THAT(front_.log().lines().back(), ::testing::HasSubstr(trace));
}

TEST_F(ForwardTest, AnErrorComesBackAsItWasMade) {
  const ErrorDetails details{
      .reason = "EVENT_FULL", .preconditions = {{"CAPACITY", "events/1", "is full"}}, .retry_after = absl::Seconds(2)};
  handler_.on_echo = [&](const Call&) { return MakeError(absl::StatusCode::kResourceExhausted, "full", details); };

  const absl::Status status = Echo(Anonymous()).status();

  EXPECT_EQ(status.message(), "full");
  EXPECT_EQ(DetailsOf(status), details);
}

TEST_F(ForwardTest, WhoMayNotPassIsStoppedInFront) {
  EXPECT_THAT(Echo(Anonymous(), "AdminOnly"), HasReason("TOKEN_MISSING"));
  EXPECT_THAT(Echo(CoordinatorOf("programmes/p"), "AdminOnly"), HasReason("PERMISSION_DENIED"));
  ScopedRequest request;
  request.mutable_inner()->set_name("participants/y");
  EXPECT_EQ(front_.Call<EchoResponse>(ParticipantNamed("participants/x"), std::string(kProbe) + "Scoped", request)
                .status()
                .code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(back_.log().lines().empty());
}

TEST_F(ForwardTest, ValidationIsTheBackends) {
  EXPECT_THAT(front_.Call<ChangeResponse>(Admin(), std::string(kProbe) + "Change", ChangeRequest()),
              HasReason("INVALID_FIELDS"));
  EXPECT_EQ(back_.log().lines().size(), 1u);
}

TEST_F(ForwardTest, CallsInTheBackendHoldNoThreadInFront) {
  Latch release;
  std::atomic<int> inside = 0;
  handler_.on_echo = [&](const Call&) {
    ++inside;
    release.Wait();
    return "";
  };
  std::vector<std::future<absl::StatusOr<EchoResponse>>> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(front_.CallAsync<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest()));
  }
  while (inside < 4) std::this_thread::yield();
  release.Open();
  for (auto& call : calls) EXPECT_TRUE(call.get().ok());
}

TEST_F(ForwardTest, AStreamComesThroughAndEndsAsTheBackendEndedIt) {
  WatchRequest request;
  request.set_count(100);
  auto reader = front_.Open<WatchResponse>(Admin(), std::string(kProbe) + "Watch", request);
  WatchResponse response;
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(reader.Read(&response));
    ASSERT_EQ(response.number(), i);
  }
  EXPECT_FALSE(reader.Read(&response));
  EXPECT_TRUE(reader.Finish().ok());
}

TEST_F(ForwardTest, ACallerThatLeavesIsNoticedByTheBackend) {
  std::promise<absl::Status> ended;
  handler_.on_watch = [&](const Call&, Stream<WatchResponse>& stream) {
    if (absl::Status first = stream.Write(WatchResponse()); !first.ok()) return first;
    absl::Status status = stream.Wait(absl::Seconds(20));
    ended.set_value(status);
    return status;
  };
  auto reader = front_.Open<WatchResponse>(Admin(), std::string(kProbe) + "Watch", WatchRequest());
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  reader.Cancel();

  EXPECT_EQ(ended.get_future().get().code(), absl::StatusCode::kCancelled);
}

TEST_F(ForwardTest, ADrainInFrontEndsTheStreamThere) {
  handler_.on_watch = [&](const Call&, Stream<WatchResponse>& stream) {
    if (absl::Status first = stream.Write(WatchResponse()); !first.ok()) return first;
    return stream.Wait(absl::Seconds(20));
  };
  auto reader = front_.Open<WatchResponse>(Admin(), std::string(kProbe) + "Watch", WatchRequest());
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  front_.server().Drain();

  EXPECT_FALSE(reader.Read(&response));
  EXPECT_THAT(reader.Finish(), HasReason("DRAINING"));
}

TEST_F(ForwardTest, ABackendThatIsGoneIsNamedWithoutItsAddress) {
  TestServer alone(Service::Forward("brygga.rpc.testing.ProbeService", Channel::Connect("127.0.0.1:1")));

  const auto answer = alone.Call<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest());

  EXPECT_THAT(answer, HasReason("UNREACHABLE"));
  EXPECT_THAT(std::string(answer.status().message()), ::testing::Not(::testing::HasSubstr("127.0.0.1")));
}

}  // namespace
}  // namespace brygga::rpc
