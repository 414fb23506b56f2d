// Server streams, through a real channel.
#include "common/rpc/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "common/rpc/probe_handler.h"
#include "common/rpc/testing.h"
#include "common/status/error.h"
#include "common/testing/matchers.h"

namespace brygga::rpc {
namespace {

using ::brygga::testing::HasReason;
using testing::EchoRequest;
using testing::EchoResponse;
using testing::WatchRequest;
using testing::WatchResponse;

class StreamTest : public ::testing::Test {
 protected:
  StreamReader<WatchResponse> Watch(int count, int bytes = 0, const Identity& caller = Admin(),
                                    absl::Duration timeout = absl::Seconds(20)) {
    WatchRequest request;
    request.set_count(count);
    request.set_bytes(bytes);
    return server_.Open<WatchResponse>(caller, std::string(kProbe) + "Watch", request, timeout);
  }

  // Lets the handler of every stream run until something ends it, and keeps
  // what that was.
  std::future<absl::Status> WatchUntilEnded() {
    handler_.on_watch = [this](const Call&, Stream<WatchResponse>& stream) {
      if (absl::Status first = stream.Write(WatchResponse()); !first.ok()) return first;
      absl::Status status = stream.Wait(absl::Seconds(20));
      ended_.set_value(status);
      return status;
    };
    return ended_.get_future();
  }

  ProbeHandler handler_;
  std::promise<absl::Status> ended_;
  TestServer server_{ProbeService(handler_), {.name = "test", .address = "", .threads = 1, .queue = 0, .streams = 2}};
};

TEST_F(StreamTest, MessagesArriveInOrderAndThenTheEnd) {
  auto reader = Watch(1000);
  WatchResponse response;
  for (int i = 1; i <= 1000; ++i) {
    ASSERT_TRUE(reader.Read(&response));
    ASSERT_EQ(response.number(), i);
  }
  EXPECT_FALSE(reader.Read(&response));
  EXPECT_TRUE(reader.Finish().ok());
}

TEST_F(StreamTest, AStreamMayBeEmptyOrEndWithAnError) {
  handler_.on_watch = [](const Call&, Stream<WatchResponse>&) {
    return MakeError(absl::StatusCode::kOutOfRange, "too old", {.reason = "TOKEN_COMPACTED"});
  };
  auto reader = Watch(1);
  WatchResponse response;

  EXPECT_FALSE(reader.Read(&response));
  EXPECT_THAT(reader.Finish(), HasReason("TOKEN_COMPACTED"));
}

TEST_F(StreamTest, AStreamPassesTheSamePipeline) {
  WatchResponse response;
  auto anonymous = Watch(1, 0, Anonymous());
  EXPECT_FALSE(anonymous.Read(&response));
  EXPECT_THAT(anonymous.Finish(), HasReason("TOKEN_MISSING"));

  auto wrong = Watch(-1);
  EXPECT_FALSE(wrong.Read(&response));
  EXPECT_THAT(wrong.Finish(), HasReason("INVALID_FIELDS"));
}

TEST_F(StreamTest, ASlowReaderSlowsTheWriter) {
  auto reader = Watch(0, 64 << 10);
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  // The writer stops by itself, with little ahead of the reader.
  int before = -1;
  while (before != handler_.written) {
    before = handler_.written;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_LT(before, 200);

  ASSERT_TRUE(reader.Read(&response));
  reader.Cancel();
  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kCancelled);
}

TEST_F(StreamTest, AHandlerLearnsThatItsCallerLeft) {
  auto ended = WatchUntilEnded();
  auto reader = Watch(0);
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  reader.Cancel();

  EXPECT_EQ(ended.get().code(), absl::StatusCode::kCancelled);
}

TEST_F(StreamTest, AHandlerLearnsThatTheTimeIsUp) {
  auto ended = WatchUntilEnded();
  auto reader = Watch(0, 0, Admin(), absl::Milliseconds(200));
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  EXPECT_FALSE(reader.Read(&response));
  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(ended.get().ok());
}

TEST_F(StreamTest, ADrainEndsAStreamWithAClearStatus) {
  auto ended = WatchUntilEnded();
  auto reader = Watch(0);
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  server_.server().Drain();

  EXPECT_EQ(ReasonOf(ended.get()), "DRAINING");
  EXPECT_FALSE(reader.Read(&response));
  const absl::Status status = reader.Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "DRAINING");
}

TEST_F(StreamTest, ADrainEndsAStreamWhoseReaderSleeps) {
  auto reader = Watch(0, 1 << 20);
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));
  const absl::Time before = absl::Now();

  std::thread drain([this] { server_.server().Drain(); });
  // The reader wakes late and reads what there is.
  while (reader.Read(&response)) {
  }
  drain.join();

  EXPECT_THAT(reader.Finish(), HasReason("DRAINING"));
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));
}

TEST_F(StreamTest, OnlySoManyStreamsAreOpenAtOnce) {
  WatchResponse response;
  auto first = Watch(0, 1 << 20), second = Watch(0, 1 << 20);
  ASSERT_TRUE(first.Read(&response));
  ASSERT_TRUE(second.Read(&response));

  auto third = Watch(1);

  EXPECT_FALSE(third.Read(&response));
  EXPECT_THAT(third.Finish(), HasReason("TOO_MANY_STREAMS"));
}

TEST_F(StreamTest, StreamsTakeNoThreadFromUnaryCalls) {
  WatchResponse response;
  auto first = Watch(0, 1 << 20), second = Watch(0, 1 << 20);
  ASSERT_TRUE(first.Read(&response));
  ASSERT_TRUE(second.Read(&response));

  EXPECT_TRUE(server_.Call<EchoResponse>(Anonymous(), std::string(kProbe) + "Echo", EchoRequest()).ok());
}

TEST_F(StreamTest, ADrainedStreamMaySayOneLastThing) {
  handler_.on_watch = [](const Call&, Stream<WatchResponse>& stream) {
    if (absl::Status first = stream.Write(WatchResponse()); !first.ok()) return first;
    const absl::Status status = stream.Wait(absl::Seconds(20));
    WatchResponse last;
    last.set_number(7);
    EXPECT_FALSE(stream.Write(last).ok());
    EXPECT_TRUE(stream.WriteLast(last).ok());
    return status;
  };
  auto reader = Watch(0);
  WatchResponse response;
  ASSERT_TRUE(reader.Read(&response));

  std::thread drain([this] { server_.server().Drain(); });

  ASSERT_TRUE(reader.Read(&response));
  EXPECT_EQ(response.number(), 7);
  EXPECT_FALSE(reader.Read(&response));
  EXPECT_THAT(reader.Finish(), HasReason("DRAINING"));
  drain.join();
}

TEST_F(StreamTest, AnotherThreadMayEndAWait) {
  std::promise<absl::Duration> waited;
  handler_.on_watch = [&](const Call&, Stream<WatchResponse>& stream) {
    stream.Wake();  // Before the wait: it is not lost.
    const absl::Time begun = absl::Now();
    EXPECT_TRUE(stream.Wait(absl::Seconds(20)).ok());
    std::thread other([&] { stream.Wake(); });
    EXPECT_TRUE(stream.Wait(absl::Seconds(20)).ok());
    other.join();
    waited.set_value(absl::Now() - begun);
    return absl::OkStatus();
  };
  auto reader = Watch(0);
  EXPECT_LT(waited.get_future().get(), absl::Seconds(10));
}

TEST_F(StreamTest, AReaderThatIsDroppedEndsItsStream) {
  auto ended = WatchUntilEnded();
  {
    auto reader = Watch(0);
    WatchResponse response;
    ASSERT_TRUE(reader.Read(&response));
  }
  EXPECT_EQ(ended.get().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace brygga::rpc
