#include "common/redis/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/testing/redis.h"

namespace brygga::redis {
namespace {

// A connection on a loop that this thread turns.
class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    EXPECT_EQ(uv_loop_init(&loop_), 0);
    EXPECT_EQ(uv_async_init(&loop_, &wake_,
                            [](uv_async_t* wake) {
                              auto& test = *static_cast<ConnectionTest*>(wake->data);
                              if (test.flushes_) test.connection_.Flush();
                            }),
              0);
    wake_.data = this;
    EXPECT_EQ(uv_timer_init(&loop_, &patience_), 0);
    const auto over = [](uv_timer_t*) { FAIL() << "nothing happens any more"; };
    EXPECT_EQ(uv_timer_start(&patience_, over, 20'000, 1), 0);
    EXPECT_TRUE(connection_.Connect({.socket = server_.socket()}, ""));
  }
  ~ConnectionTest() override {
    connection_.Close("over");
    uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&patience_), nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }

  void TurnUntil(const std::function<bool()>& condition) {
    while (!condition() && !HasFailure()) uv_run(&loop_, UV_RUN_ONCE);
  }
  bool Ask(std::initializer_list<std::string_view> words = {"PING"}, absl::Time deadline = absl::InfiniteFuture()) {
    Connection::Caller caller = [](const auto&) {};
    const bool is_asked = connection_.Ask(words, absl::Now(), deadline, caller);
    EXPECT_NE(caller == nullptr, !is_asked);
    return is_asked;
  }

  testing::RedisServer server_;
  uv_loop_t loop_;
  uv_async_t wake_;
  uv_timer_t patience_;
  bool flushes_ = true;  // When it is wanted.
  bool connected_ = false;
  std::atomic<int> wanted_ = 0;
  std::vector<std::string> texts_;
  Connection connection_{&loop_,
                         1000,
                         {.connected = [this] { connected_ = true; },
                          .answered =
                              [this](Reply& reply, Connection::Caller&) {
                                texts_.push_back(reply.kind == Reply::Kind::kText ? reply.text : "none");
                              },
                          .lost = [](std::string_view) {},
                          .turned = [] {},
                          .wanted =
                              [this] {
                                ++wanted_;
                                uv_async_send(&wake_);
                              }}};
};

// So that nobody speaks before it is known as whom.
TEST_F(ConnectionTest, NobodyAsksBeforeTheyAreAdmittedNorAfterItsEnd) {
  EXPECT_FALSE(Ask());
  TurnUntil([&] { return connected_; });
  EXPECT_FALSE(Ask());
  connection_.Admit();

  EXPECT_TRUE(Ask());
  TurnUntil([&] { return !texts_.empty(); });
  EXPECT_THAT(texts_, ::testing::ElementsAre("PONG"));

  connection_.Close("enough");
  EXPECT_FALSE(Ask());
  EXPECT_TRUE(connection_.Connect({.socket = server_.socket()}, ""));
  EXPECT_FALSE(Ask());
}

// Its own thread is called for the first alone, until it has said that nothing waits.
TEST_F(ConnectionTest, WhoAsksWritesAndSeldomCallsTheLoop) {
  TurnUntil([&] { return connected_; });
  connection_.Admit();

  EXPECT_TRUE(Ask());
  EXPECT_TRUE(Ask());
  EXPECT_EQ(wanted_, 1);
  EXPECT_FALSE(connection_.Rest());
  TurnUntil([&] { return texts_.size() == 2; });
  EXPECT_TRUE(Ask());
  EXPECT_EQ(wanted_, 1);
  TurnUntil([&] { return texts_.size() == 3; });

  EXPECT_TRUE(connection_.Rest());
  EXPECT_TRUE(Ask());
  EXPECT_EQ(wanted_, 2);
}

// What a socket does not take is left to the loop, which is called for that and goes
// on when there is room, whether anybody asks or not.
TEST_F(ConnectionTest, WhatTheSocketDoesNotTakeTheLoopSends) {
  TurnUntil([&] { return connected_; });
  connection_.Admit();
  ASSERT_TRUE(Ask());
  ASSERT_EQ(wanted_, 1);
  server_.process().Signal(SIGSTOP);
  const std::string value(4'000'000, 'x');

  ASSERT_TRUE(Ask({"SET", "key", value}));
  EXPECT_EQ(wanted_, 2);
  ASSERT_TRUE(Ask());  // Behind it.
  EXPECT_EQ(wanted_, 2);
  connection_.Flush();
  flushes_ = false;
  server_.process().Signal(SIGCONT);

  TurnUntil([&] { return texts_.size() == 3; });
  EXPECT_THAT(texts_, ::testing::ElementsAre("PONG", "OK", "PONG"));
}

// Without a clock that looks after them: whoever writes, nothing is left lying.
TEST_F(ConnectionTest, WhatIsAskedWhileAnotherWritesIsSentToo) {
  TurnUntil([&] { return connected_; });
  connection_.Admit();
  constexpr size_t kThreads = 3, kEach = 20;
  for (int round = 0; round < 1000 && !HasFailure(); ++round) {
    const std::string value(round % 10 == 0 ? 20'000 : 3, 'x');
    texts_.clear();
    std::vector<std::thread> threads;
    for (size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (size_t i = 0; i < kEach; ++i) EXPECT_TRUE(Ask({"SET", "key", value}));
      });
    }
    TurnUntil([&] { return texts_.size() == kThreads * kEach; });
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_F(ConnectionTest, WhoeverHasAskedHasADeadline) {
  TurnUntil([&] { return connected_; });
  connection_.Admit();
  const absl::Time deadline = absl::Now() + absl::Hours(1);
  ASSERT_TRUE(Ask({"PING"}, deadline));

  connection_.Expire(deadline - absl::Seconds(1));
  EXPECT_THAT(texts_, ::testing::IsEmpty());
  EXPECT_LE(connection_.WaitingSince(), absl::Now());
  connection_.Expire(deadline);

  EXPECT_THAT(texts_, ::testing::ElementsAre("none"));
}

}  // namespace
}  // namespace brygga::redis
