// The client and one that is anything but a Redis.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/redis/client_testing.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"

namespace brygga::redis {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Optional;

// Listens on a port of its own and lets `talk` speak to each who connects, one
// after the other, on a thread of its own.
class Peer {
 public:
  explicit Peer(std::function<void(int socket_fd)> talk) : talk_(std::move(talk)) {
    ListenOnPort();
    thread_ = std::thread([this] { Serve(); });
  }
  // On a unix socket of this path.
  Peer(const std::string& path, std::function<void(int socket_fd)> talk) : talk_(std::move(talk)) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    EXPECT_EQ(path.copy(address.sun_path, sizeof(address.sun_path) - 1), path.size());
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Peer() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    if (const int talking = talking_) shutdown(talking, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  int port() const { return port_; }
  int served() const { return served_; }

  // Reads until `text` has come; false where it does not.
  static bool Await(int socket_fd, const std::string& text) {
    std::string heard;
    char byte;
    while (heard.find(text) == std::string::npos) {
      if (read(socket_fd, &byte, 1) != 1) return false;
      heard += byte;
    }
    return true;
  }
  // Reads `bytes`, or until nothing comes any more.
  static std::string Take(int socket_fd, size_t bytes) {
    std::string taken(bytes, '\0');
    size_t have = 0;
    for (ssize_t got; have < bytes && (got = read(socket_fd, taken.data() + have, bytes - have)) > 0;) {
      have += static_cast<size_t>(got);
    }
    taken.resize(have);
    return taken;
  }
  static bool Say(int socket_fd, const std::string& text) {
    return send(socket_fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  static bool Greet(int socket_fd) { return Await(socket_fd, "PING\r\n") && Say(socket_fd, "+PONG\r\n"); }

 private:
  void ListenOnPort() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    socklen_t length = sizeof(address);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
    EXPECT_EQ(listen(listener_, 8), 0);
  }

  void Serve() {
    for (int socket_fd; !ending_ && (socket_fd = accept(listener_, nullptr, nullptr)) >= 0; close(socket_fd)) {
      if (port_ != 0) {
        const int at_once = 1;
        EXPECT_EQ(setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once)), 0);
      }
      talking_ = socket_fd;
      ++served_;
      talk_(socket_fd);
      talking_ = 0;
    }
  }

  const std::function<void(int)> talk_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> talking_ = 0, served_ = 0;
  std::thread thread_;
};

ClientOptions On(const Peer& peer) {
  return {.address = {.host = "127.0.0.1", .port = peer.port()},
          .connect_timeout = absl::Milliseconds(200),
          .command_timeout = absl::Milliseconds(100),
          .longest_value = 1000,
          .breaker = {.first_pause = absl::Milliseconds(5), .longest_pause = absl::Milliseconds(10)}};
}

void Hold(int socket_fd) { Peer::Await(socket_fd, "never said"); }

const std::string kNonsense[] = {
    "\r\n",
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "$5\r\nab",
    "$",
    "$-7\r\n",
    "$99999999999999999999\r\n",
    "$2147483647\r\nxx",
    "$3\r\nabcXY",
    ":not a number\r\n",
    "*1000000000\r\n",
    "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
    "*-1\r\n",
    "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    "+OK\r\n+OK\r\n+OK\r\n",
    "-ERR no\r\n-ERR no\r\n",
    "$1\r\na\r\n$1\r\nb\r\n:1\r\n$-1\r\n",
    std::string("\0\0\0\0\0\0", 6),
    std::string(100'000, 'x'),
    "$100000\r\n" + std::string(100'000, 'x'),
};

TEST(HostilePeerTest, NonsenseForAnAnswerEndsTheCallAndNothingElse) {
  for (const std::string& nonsense : kNonsense) {
    Peer peer([&](int socket_fd) {
      if (Peer::Greet(socket_fd) && Peer::Await(socket_fd, "GET\r\n") && Peer::Say(socket_fd, nonsense))
        Hold(socket_fd);
    });
    const auto client = Connected(On(peer));

    for (int i = 0; i < 3; ++i) {
      const absl::Time asked = absl::Now();
      const Client::Value value = client->Get("key", absl::Now() + absl::Milliseconds(50));
      EXPECT_LT(absl::Now() - asked, absl::Seconds(2));
      EXPECT_LE(value.value_or(std::nullopt).value_or("").size(), 1000u);
    }
  }
}

TEST(HostilePeerTest, NonsenseForAGreetingIsNoConnection) {
  for (const std::string& nonsense : kNonsense) {
    Peer peer([&](int socket_fd) {
      if (Peer::Say(socket_fd, nonsense)) Hold(socket_fd);
    });
    ClientOptions options = On(peer);
    options.connect_timeout = absl::Milliseconds(20);
    const auto client = Client::Start(options);

    EXPECT_TRUE(Eventually([&] { return peer.served() >= 2; }));
    EXPECT_FALSE(client->usable());
  }
}

TEST(HostilePeerTest, RandomBytesNeverEndTheProcess) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const std::string alphabet = "$*+-:\r\n0123456789ab";
  std::atomic<int> rounds = 0;
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd) || !Peer::Await(socket_fd, "GET\r\n")) return;
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) {
      byte = random() % 8 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    }
    Peer::Say(socket_fd, bytes);
    ++rounds;
  });
  ClientOptions options = On(peer);
  options.first_pause = options.longest_pause = absl::Milliseconds(1);
  options.breaker.failures = options.breaker.late = 1'000'000;
  const auto client = Client::Start(options);

  EXPECT_TRUE(Eventually([&] {
    (void)client->Get("key", absl::Now() + absl::Milliseconds(5));
    return rounds >= 300;
  }));
}

TEST(HostilePeerTest, AnAnswerInSlicesIsAnAnswer) {
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd) || !Peer::Await(socket_fd, "key\r\n")) return;
    for (const char byte : std::string("$5\r\nslice\r\n")) {
      Peer::Say(socket_fd, std::string(1, byte));
      absl::SleepFor(absl::Milliseconds(1));
    }
    Hold(socket_fd);
  });
  ClientOptions options = On(peer);
  options.command_timeout = absl::Seconds(5);
  const auto client = Connected(options);

  EXPECT_THAT(client->Get("key", Soon()), IsOkAndHolds(Optional(std::string("slice"))));
}

// In two slices, cut at each byte.
TEST(HostilePeerTest, AnswersMayBeCutAnywhere) {
  const std::string said = "$5\r\nslice\r\n-ERR no\r\n$0\r\n\r\n:-7\r\n$-1\r\n+OK\r\n";
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd)) return;
    for (size_t cut = 1; cut < said.size(); ++cut) {
      if (!Peer::Await(socket_fd, "last\r\n") || !Peer::Say(socket_fd, said.substr(0, cut))) return;
      absl::SleepFor(absl::Milliseconds(2));
      if (!Peer::Say(socket_fd, said.substr(cut))) return;
    }
    Hold(socket_fd);
  });
  ClientOptions options = On(peer);
  options.command_timeout = absl::Seconds(20);
  const auto client = Connected(options);

  for (size_t cut = 1; cut < said.size(); ++cut) {
    SCOPED_TRACE(cut);
    std::vector<std::string> heard;
    for (int i = 0; i < 5; ++i) {
      client->Get("key", Soon(), [&](const Client::Value& value) {
        heard.push_back(value.ok() ? value->value_or("nothing") : std::string(value.status().message()));
      });
    }
    ASSERT_THAT(client->Get("last", Soon()), IsOkAndHolds(Optional(std::string("OK"))));
    EXPECT_THAT(heard, ::testing::ElementsAre("slice", "Redis refused: ERR", "", "-7", "nothing"));
  }
  EXPECT_EQ(client->counts().connections, 1);
}

TEST(HostilePeerTest, LongAnswersThatComeAtOnceAreToldApart) {
  constexpr int kAnswers = 300;
  const auto answer = [](int i) {
    return std::string(static_cast<size_t>(i * 37 % 5000), static_cast<char>('a' + i % 26));
  };
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd) || !Peer::Await(socket_fd, "last\r\n")) return;
    std::string said;
    for (int i = 0; i < kAnswers; ++i) absl::StrAppend(&said, "$", answer(i).size(), "\r\n", answer(i), "\r\n");
    if (Peer::Say(socket_fd, said + "$-1\r\n")) Hold(socket_fd);
  });
  ClientOptions options = On(peer);
  options.longest_value = 5000;
  options.command_timeout = absl::Seconds(20);
  const auto client = Connected(options);

  std::vector<std::string> heard;
  for (int i = 0; i < kAnswers; ++i) {
    client->Get("key", Soon(),
                [&](const Client::Value& value) { heard.push_back(value.value_or("lost").value_or("none")); });
  }
  ASSERT_THAT(client->Get("last", Soon()), IsOkAndHolds(std::nullopt));

  ASSERT_EQ(heard.size(), static_cast<size_t>(kAnswers));
  for (int i = 0; i < kAnswers; ++i) EXPECT_EQ(heard[static_cast<size_t>(i)], answer(i));
}

// It goes out in pieces, between which deadlines pass as ever.
TEST(HostilePeerTest, APeerThatTakesALargeValueSlowlyGetsAllOfIt) {
  constexpr size_t kBytes = 8'000'000;
  std::string value(kBytes, ' ');
  for (size_t i = 0; i < kBytes; ++i) value[i] = static_cast<char>(i * i % 251);
  const std::string before = absl::StrCat("*5\r\n$3\r\nSET\r\n$3\r\nkey\r\n$", kBytes, "\r\n");
  std::atomic<bool> read_on = false;
  std::string taken;
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd)) return;
    while (!read_on) absl::SleepFor(absl::Milliseconds(1));
    EXPECT_EQ(Peer::Take(socket_fd, before.size()), before);
    taken = Peer::Take(socket_fd, kBytes);
    if (Peer::Await(socket_fd, "GET\r\n") && Peer::Say(socket_fd, "+OK\r\n$4\r\nlate\r\n")) Hold(socket_fd);
  });
  ClientOptions options = On(peer);
  options.longest_value = kBytes;
  options.command_timeout = absl::Seconds(20);
  const auto client = Connected(options);
  std::atomic<bool> kept = false;

  client->Set("key", value, absl::Minutes(1), Soon(), [&](const absl::Status& status) {
    EXPECT_THAT(status, IsOk());
    kept = true;
  });
  const Client::Value late = client->Get("key", absl::Now() + absl::Milliseconds(20));
  EXPECT_FALSE(kept);
  read_on = true;

  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Eventually([&] { return kept.load(); }));
  EXPECT_EQ(taken, value);
  EXPECT_EQ(client->counts().connections, 1);
}

// Whoever hangs up while there is something to send is no signal to anybody.
TEST(HostilePeerTest, APeerThatHangsUpInTheMiddleOfAValueEndsTheCall) {
  constexpr size_t kBytes = 8'000'000;
  Peer peer([](int socket_fd) {
    if (Peer::Greet(socket_fd)) Peer::Await(socket_fd, "SET\r\n");
  });
  ClientOptions options = On(peer);
  options.longest_value = kBytes;
  options.command_timeout = absl::Seconds(20);
  const auto client = Connected(options);

  EXPECT_EQ(client->Set("key", std::string(kBytes, 'x'), absl::Minutes(1), Soon()).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Eventually([&] { return peer.served() >= 2; }));
}

TEST(HostilePeerTest, WhoHangsUpWhileNobodyWaitsIsCalledAgain) {
  Peer peer(&Peer::Greet);
  const auto client = Client::Start(On(peer));

  EXPECT_TRUE(Eventually([&] { return client->counts().connections >= 2; }));
}

// To write to whom does not listen is an error and no signal, on any thread.
TEST(HostilePeerTest, APeerThatDoesNotListenIsNoSignalToWhoAsks) {
  const testing::TempDir folder;
  Peer peer(folder.File("peer"), [](int socket_fd) {
    if (Peer::Greet(socket_fd) && shutdown(socket_fd, SHUT_RD) == 0) {
      while (Peer::Say(socket_fd, "")) absl::SleepFor(absl::Milliseconds(1));
    }
  });
  const auto client = Connected({.address = {.socket = folder.File("peer")}});

  EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Eventually([&] { return client->counts().lost >= 1; }));
}

TEST(HostilePeerTest, EachOfManyIsAnsweredOnceWhileConnectionsComeAndGo) {
  std::atomic<int> hung_up = 0;
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd)) return;
    for (int i = 0; i < 20; ++i) {
      if (!Peer::Await(socket_fd, "GET\r\n") || !Peer::Say(socket_fd, "$-1\r\n")) return;
    }
    ++hung_up;
  });
  ClientOptions options = On(peer);
  options.command_timeout = absl::Seconds(20);
  options.connect_timeout = absl::Seconds(20);
  options.first_pause = options.longest_pause = absl::Milliseconds(1);
  options.breaker.failures = options.breaker.late = 1'000'000;
  const auto client = Connected(options);
  std::atomic<int64_t> asked = 0, answered = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (hung_up < 100) {
        if (asked - answered > 50) continue;
        ++asked;
        client->Get("key", absl::InfiniteFuture(), [&](const Client::Value&) { ++answered; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_TRUE(Eventually([&] { return answered >= asked; }));
  const ClientCounts counts = client->counts();
  EXPECT_EQ(answered, asked);
  EXPECT_EQ(counts.answered + counts.lost + counts.not_sent, asked);
  EXPECT_GE(counts.connections, 100);
}

TEST(HostilePeerTest, WhatNobodyAskedForEndsTheConnection) {
  Peer peer([](int socket_fd) {
    if (Peer::Greet(socket_fd) && Peer::Say(socket_fd, "$1\r\n1\r\n")) Hold(socket_fd);
  });
  const auto client = Client::Start(On(peer));

  EXPECT_TRUE(Eventually([&] { return peer.served() >= 2; }));
}

TEST(HostilePeerTest, WhatIsNoAnswerToAGetEndsTheConnectionAtOnce) {
  for (const std::string list : {"*1\r\n:1\r\n", "*0\r\n", "*1000000000\r\n", "?\r\n", "$-7\r\n"}) {
    SCOPED_TRACE(list);
    Peer peer([&](int socket_fd) {
      if (Peer::Greet(socket_fd) && Peer::Await(socket_fd, "GET\r\n") && Peer::Say(socket_fd, list)) Hold(socket_fd);
    });
    ClientOptions options = On(peer);
    options.command_timeout = absl::Seconds(20);
    const auto client = Connected(options);

    EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(client->counts().lost, 1);
  }
}

// Neither a long text nor a line is waited for to its end.
TEST(HostilePeerTest, AnAnswerWithoutEndEndsTheConnectionSoon) {
  for (const std::string begin : {"$2000000000\r\n", "+"}) {
    SCOPED_TRACE(begin);
    std::atomic<size_t> said = 0;
    Peer peer([&](int socket_fd) {
      const std::string more(1000, 'x');
      if (!Peer::Greet(socket_fd) || !Peer::Await(socket_fd, "GET\r\n") || !Peer::Say(socket_fd, begin)) return;
      while (said < 100'000'000 && Peer::Say(socket_fd, more)) said += more.size();
    });
    ClientOptions options = On(peer);
    options.command_timeout = absl::Seconds(20);
    const auto client = Connected(options);

    EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(client->counts().lost, 1);
    EXPECT_LT(said, 50'000'000u);  // What the system keeps on its way included.
  }
}

TEST(HostilePeerTest, AGreetingMayTakeLongerThanACommand) {
  Peer peer([](int socket_fd) {
    if (!Peer::Await(socket_fd, "PING\r\n")) return;
    absl::SleepFor(absl::Milliseconds(100));
    if (Peer::Say(socket_fd, "+PONG\r\n")) Hold(socket_fd);
  });
  ClientOptions options = On(peer);
  options.command_timeout = absl::Milliseconds(10);
  options.connect_timeout = absl::Seconds(20);
  const auto client = Connected(options);

  EXPECT_EQ(client->counts().connections, 1);
  EXPECT_EQ(peer.served(), 1);
}

TEST(HostilePeerTest, WhatACallbackAsksHasADeadlineToo) {
  Peer peer([](int socket_fd) {
    if (Peer::Greet(socket_fd) && Peer::Await(socket_fd, "first\r\n") && Peer::Say(socket_fd, "$1\r\n1\r\n")) {
      Hold(socket_fd);
    }
  });
  ClientOptions options = On(peer);
  options.command_timeout = absl::Seconds(20);
  const auto client = Connected(options);
  std::atomic<absl::StatusCode> first = absl::StatusCode::kUnknown, second = absl::StatusCode::kUnknown;

  client->Get("first", Soon(), [&](const Client::Value& value) {
    first = value.status().code();
    client->Get("second", absl::Now() + absl::Milliseconds(20),
                [&](const Client::Value& none) { second = none.status().code(); });
  });

  EXPECT_TRUE(Eventually([&] { return second != absl::StatusCode::kUnknown; }));
  EXPECT_EQ(first, absl::StatusCode::kOk);
  EXPECT_EQ(second, absl::StatusCode::kDeadlineExceeded);
}

TEST(HostilePeerTest, ALateAnswerIsNotTakenForTheNext) {
  Peer peer([&](int socket_fd) {
    if (!Peer::Greet(socket_fd)) return;
    if (!Peer::Await(socket_fd, "second\r\n")) return;
    Peer::Say(socket_fd, "$1\r\n1\r\n$1\r\n2\r\n");
    Hold(socket_fd);
  });
  ClientOptions options = On(peer);
  options.command_timeout = absl::Seconds(5);
  const auto client = Connected(options);

  EXPECT_EQ(client->Get("first", absl::Now()).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(client->Get("second", Soon()), IsOkAndHolds(Optional(std::string("2"))));
}

TEST(HostilePeerTest, ARefusedConnectionIsTriedAgainUntilThereIsOne) {
  int port;
  {
    const Peer gone([](int) {});
    port = gone.port();
  }
  ClientOptions options = {.address = {.host = "127.0.0.1", .port = port}, .log = Log::ToMemory("test")};
  const auto client = Client::Start(options);

  EXPECT_TRUE(Eventually([&] { return !options.log->lines().empty(); }));
  EXPECT_THAT(options.log->lines()[0], HasSubstr("refused"));
  EXPECT_FALSE(client->usable());
}

TEST(HostilePeerTest, AHostThatIsNotKnownIsAnOutageAndNoMore) {
  ClientOptions options = {.address = {.host = "no-such-host.invalid"}, .log = Log::ToMemory("test")};
  const auto client = Client::Start(options);

  EXPECT_TRUE(Eventually([&] { return !options.log->lines().empty(); }));
  EXPECT_EQ(client->Get("key", Soon()).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace brygga::redis
