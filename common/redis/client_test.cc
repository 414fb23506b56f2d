#include "common/redis/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/redis/client_testing.h"
#include "common/testing/matchers.h"
#include "common/testing/redis.h"

namespace brygga::redis {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using ::testing::Optional;
using testing::RedisServer;

ClientOptions On(const RedisServer& server) {
  // The machine of a test may be busy: what is late here is late on purpose.
  return {.address = {.socket = server.socket()}, .command_timeout = absl::Seconds(2)};
}

int RunCli(const RedisServer& server, std::vector<std::string> words) {
  std::vector<std::string> command = {"redis-cli", "-s", server.socket()};
  command.insert(command.end(), words.begin(), words.end());
  return testing::RunCommand(command, {.log = "/dev/null"});
}

TEST(ClientTest, KeepsWhatItIsGivenForAsLongAsItIsTold) {
  RedisServer server;
  const auto client = Connected(On(server));
  const std::string bytes("\0\r\n$-1\xff", 7);

  ASSERT_THAT(client->Set("key", bytes, absl::Minutes(1), Soon()), IsOk());
  ASSERT_THAT(client->Set("short", "gone soon", absl::Milliseconds(1), Soon()), IsOk());

  EXPECT_THAT(client->Get("key", Soon()), IsOkAndHolds(Optional(bytes)));
  EXPECT_THAT(client->Get("other", Soon()), IsOkAndHolds(std::nullopt));
  EXPECT_TRUE(Eventually([&] { return client->Get("short", Soon()) == Client::Value(std::nullopt); }));
}

TEST(ClientTest, EachOfManyCallersGetsItsOwnAnswer) {
  RedisServer server;
  ClientOptions options = On(server);
  options.most_waiting = 100'000;
  const auto client = Connected(options);
  constexpr int kThreads = 4, kEach = 2000;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::atomic<int> left = 2 * kEach;
      for (int i = 0; i < kEach; ++i) {
        const std::string text = absl::StrCat(t, "-", i);
        client->Set(text, text, absl::Minutes(1), Soon(), [&](const absl::Status& status) {
          if (!status.ok()) ++wrong;
          --left;
        });
        client->Get(text, Soon(), [&, text](Client::Value value) {
          if (!value.ok() || *value != text) ++wrong;
          --left;
        });
      }
      EXPECT_TRUE(Eventually([&] { return left == 0; }));
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(client->counts().answered, 2 * kThreads * kEach);
  EXPECT_EQ(client->counts().connections, 1);
}

// More than a socket takes at once, from many threads: what one writes does not end
// up in the middle of what another does.
TEST(ClientTest, ManyWhoWriteAtOnceDoNotMixTheirValues) {
  RedisServer server;
  ClientOptions options = On(server);
  options.command_timeout = absl::Seconds(20);
  const auto client = Connected(options);
  constexpr int kThreads = 4, kEach = 40;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::string key = absl::StrCat("key", t);
      for (int i = 0; i < kEach; ++i) {
        const std::string value(static_cast<size_t>(150'000 + i * 1000), static_cast<char>('a' + t * 5 + i % 5));
        std::atomic<int> left = 3;
        for (int j = 0; j < 3; ++j) {
          client->Set(key, value, absl::Minutes(1), absl::InfiniteFuture(), [&](const absl::Status& status) {
            if (!status.ok()) ++wrong;
            --left;
          });
        }
        if (client->Get(key, absl::InfiniteFuture()) != Client::Value(value) || left != 0) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(client->counts().connections, 1);
}

TEST(ClientTest, SpeaksAsAUserWithTheLeastRights) {
  RedisServer server({"--user", "brygga", "on", ">pass word", "~brygga:*", "-@all", "+get", "+set", "+select", "+ping",
                      "--user", "default", "off"});
  ClientOptions options = On(server);
  options.address.user = "brygga";
  options.address.database = 3;
  options.password = "pass word";
  const auto client = Connected(options);

  EXPECT_THAT(client->Set("brygga:x", "1", absl::Minutes(1), Soon()), IsOk());
  EXPECT_THAT(client->Get("brygga:x", Soon()), IsOkAndHolds(Optional(std::string("1"))));
  const Client::Value other = client->Get("elsewhere", Soon());
  EXPECT_EQ(other.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(other.status().message(), HasSubstr("NOPERM"));
  EXPECT_EQ(client->counts().refused, 1);
}

TEST(ClientTest, AWrongPasswordIsLoggedWithoutItAndNothingIsSent) {
  RedisServer server({"--user", "brygga", "on", ">right", "~*", "+@all"});
  ClientOptions options = On(server);
  options.address.user = "brygga";
  options.password = "wrong-one";
  options.log = Log::ToMemory("test");
  const auto client = Client::Start(options);

  ASSERT_TRUE(Eventually([&] { return !options.log->lines().empty(); }));

  EXPECT_THAT(options.log->lines()[0], HasSubstr("WRONGPASS"));
  EXPECT_THAT(options.log->lines()[0], Not(HasSubstr("wrong-one")));
  EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(client->counts().connections, 0);
}

TEST(ClientTest, FindsAServerThatWasKilledAndStartedAgain) {
  RedisServer server;
  const auto client = Connected(On(server));
  for (int i = 0; i < 3; ++i) {
    server.Kill();
    EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
    ASSERT_TRUE(Eventually([&] { return !client->usable(); }));
    const absl::Time asked = absl::Now();
    EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
    EXPECT_LT(absl::Now() - asked, absl::Milliseconds(100));

    server.Start();

    EXPECT_TRUE(Eventually([&] { return client->Get("key", Soon()).ok(); }, absl::Seconds(5)));
  }
}

// A callback that takes long keeps the client from reading, not the server from answering.
TEST(ClientTest, WhatCameInTimeAndWasNotReadIsNotLate) {
  RedisServer server;
  const auto client = Connected(On(server));
  ASSERT_THAT(client->Set("key", "value", absl::Minutes(1), Soon()), IsOk());
  std::atomic<bool> busy = false, over = false;

  client->Get("key", Soon(), [&](const Client::Value&) {
    busy = true;
    while (!over) absl::SleepFor(absl::Milliseconds(1));
  });
  ASSERT_TRUE(Eventually([&] { return busy.load(); }));
  std::atomic<int> ended = 0;
  Client::Value value = absl::UnknownError("");
  client->Get("key", absl::Now() + absl::Milliseconds(20), [&](Client::Value got) {
    value = std::move(got);
    ++ended;
  });
  absl::SleepFor(absl::Milliseconds(100));
  over = true;

  ASSERT_TRUE(Eventually([&] { return ended == 1; }));
  EXPECT_THAT(value, IsOkAndHolds(Optional(std::string("value"))));
  EXPECT_EQ(client->counts().late, 0);
}

TEST(ClientTest, LeavesAFrozenServerAloneAndComesBack) {
  RedisServer server;
  ClientOptions options = On(server);
  options.command_timeout = absl::Milliseconds(50);
  options.connect_timeout = absl::Milliseconds(200);
  const auto client = Connected(options);
  server.process().Signal(SIGSTOP);

  for (int i = 0; i < 20; ++i) {
    const absl::Time asked = absl::Now();
    EXPECT_FALSE(client->Get("key", absl::Now() + absl::Milliseconds(10)).ok());
    EXPECT_LT(absl::Now() - asked, absl::Seconds(1));
  }
  EXPECT_TRUE(Eventually([&] { return !client->usable(); }));
  EXPECT_GT(client->counts().not_sent, 0);

  server.process().Signal(SIGCONT);
  EXPECT_TRUE(Eventually([&] { return client->Get("key", Soon()).ok(); }, absl::Seconds(5)));
}

// Whether it is over the client finds out by itself: callers are refused at once.
TEST(ClientTest, OnlyTheFirstFewWaitForAFrozenServer) {
  RedisServer server;
  ClientOptions options = On(server);
  options.command_timeout = absl::Seconds(20);
  options.breaker = {.first_pause = absl::Milliseconds(5), .longest_pause = absl::Milliseconds(10)};
  const auto client = Connected(options);
  server.process().Signal(SIGSTOP);

  int waited = 0;
  for (int i = 0; i < 300; ++i) {
    const Client::Value value = client->Get("key", absl::Now() + absl::Milliseconds(20));
    if (value.status().code() == absl::StatusCode::kDeadlineExceeded) ++waited;
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(waited, options.breaker.late);
  EXPECT_GT(client->counts().late, waited);  // And what the client has asked by itself.

  server.process().Signal(SIGCONT);
  EXPECT_TRUE(Eventually([&] { return client->Get("key", Soon()).ok(); }));
  EXPECT_EQ(client->counts().connections, 1);  // What comes late is no greeting.
}

TEST(ClientTest, AFullServerRefusesToKeepAndStillGives) {
  RedisServer server({"--maxmemory", "2mb", "--maxmemory-policy", "noeviction"});
  const auto client = Connected(On(server));
  ASSERT_THAT(client->Set("first", "1", absl::Minutes(1), Soon()), IsOk());
  const std::string large(300'000, 'x');

  absl::Status kept;
  for (int i = 0; i < 20 && kept.ok(); ++i) {
    kept = client->Set(absl::StrCat("large", i), large, absl::Minutes(1), Soon());
  }

  EXPECT_THAT(kept.message(), HasSubstr("OOM"));
  EXPECT_THAT(client->Get("first", Soon()), IsOkAndHolds(Optional(std::string("1"))));
  EXPECT_TRUE(client->usable());
}

TEST(ClientTest, WhatWasFlushedIsGone) {
  RedisServer server;
  const auto client = Connected(On(server));
  ASSERT_THAT(client->Set("key", "1", absl::Minutes(1), Soon()), IsOk());

  ASSERT_EQ(RunCli(server, {"flushall"}), 0);

  EXPECT_THAT(client->Get("key", Soon()), IsOkAndHolds(std::nullopt));
}

TEST(ClientTest, TakesNoValueThatIsTooLongAndGoesOn) {
  RedisServer server;
  ClientOptions options = On(server);
  options.longest_value = 1000;
  const auto client = Connected(options);
  ASSERT_EQ(RunCli(server, {"set", "long", std::string(100'000, 'x')}), 0);

  EXPECT_EQ(client->Set("key", std::string(1001, 'x'), absl::Minutes(1), Soon()).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client->Get("long", Soon()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Eventually([&] { return client->Get("key", Soon()).ok(); }));
}

TEST(ClientTest, TakesNoMoreThanSoManyAtATimeAndAnswersAllWhenItEnds) {
  RedisServer server;
  ClientOptions options = On(server);
  options.most_waiting = 4;
  options.command_timeout = absl::Minutes(1);
  auto client = Connected(options);
  server.process().Signal(SIGSTOP);
  std::vector<absl::StatusCode> answers;
  for (int i = 0; i < 5; ++i) {
    client->Get("key", absl::InfiniteFuture(),
                [&](const Client::Value& value) { answers.push_back(value.status().code()); });
  }
  EXPECT_THAT(answers, ::testing::ElementsAre(absl::StatusCode::kResourceExhausted));

  client.reset();

  EXPECT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers.back(), absl::StatusCode::kUnavailable);
}

TEST(ClientTest, ACallbackMayAskAgain) {
  RedisServer server;
  const auto client = Connected(On(server));
  constexpr int kTimes = 500;
  std::atomic<int> answered = 0;
  std::function<void()> ask = [&] {
    client->Get("key", Soon(), [&](const Client::Value& value) {
      EXPECT_THAT(value, IsOk());
      if (++answered < kTimes) ask();
    });
  };

  ask();

  EXPECT_TRUE(Eventually([&] { return answered == kTimes; }));
}

}  // namespace
}  // namespace brygga::redis
