// A Redis, to whom one may speak and on whom nothing depends.
//
//   auto client = redis::Client::Start({.address = *redis::ParseAddress("redis://127.0.0.1"), .password = …});
//   client->Get(key, deadline, [](absl::StatusOr<std::optional<std::string>> value) { … });
#ifndef BRYGGA_COMMON_REDIS_CLIENT_H_
#define BRYGGA_COMMON_REDIS_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/log/log.h"
#include "common/redis/address.h"
#include "common/redis/breaker.h"

namespace prometheus {
class Registry;
}

namespace brygga::redis {

struct ClientOptions {
  Address address;
  std::string password = {};  // Empty: the server asks for none.
  // From the first packet to the answer to the first PING.
  absl::Duration connect_timeout = absl::Seconds(1);
  // The longest that a command may take, whatever its deadline. A connection whose
  // oldest command takes longer is given up.
  absl::Duration command_timeout = absl::Milliseconds(100);
  // While the breaker is open: a PING that is answered later than this, or than the
  // deadline of who asked, does not close it.
  absl::Duration probe_timeout = absl::Milliseconds(10);
  // Between two attempts to connect, give or take a half: at first and at most.
  absl::Duration first_pause = absl::Milliseconds(20);
  absl::Duration longest_pause = absl::Seconds(1);
  int most_waiting = 10'000;       // Commands that are not answered yet; more are refused.
  size_t longest_value = 1 << 20;  // Bytes, either way.
  BreakerOptions breaker = {};
  std::shared_ptr<Log> log = nullptr;  // Shared with the server. Null: no log.
};

// What a client has seen since its start.
struct ClientCounts {
  int64_t answered = 0;     // Commands that the server answered, with a value, nothing or OK.
  int64_t refused = 0;      // That it answered with an error.
  int64_t late = 0;         // Whose deadline passed first.
  int64_t lost = 0;         // Whose connection ended first.
  int64_t not_sent = 0;     // That were refused here: not connected, breaker open, too many waiting.
  int64_t connections = 0;  // That were made and greeted.
};

// One connection, one thread of its own that speaks over it, and as many commands
// on the way as callers like: they are pipelined. Safe for concurrent use.
//
// Whatever becomes of the server, a call ends at once or by its deadline, and the
// client connects again by itself: after a failure soon, then less and less often.
// While there is no connection, and while the breaker is open because commands fail
// or come late, calls are refused at once; the client finds out by itself, at the
// next call after a pause, whether that is over.
class Client {
 public:
  using Value = absl::StatusOr<std::optional<std::string>>;  // Nothing: there is no such key.
  using GotValue = absl::AnyInvocable<void(Value value)>;
  using Done = absl::AnyInvocable<void(absl::Status status)>;

  // Begins to connect, and does not wait for it.
  static std::unique_ptr<Client> Start(ClientOptions options);
  // Answers whatever is on the way with kUnavailable, and waits until it has. Not
  // from within a callback.
  virtual ~Client() = default;

  // Each calls its function once: here, where it is refused, else on the client's
  // thread, within a few milliseconds of `deadline` at the latest. The function
  // must not wait, throw, or end the client; it may call again.
  //
  // kUnavailable: not connected, the breaker is open, the connection was lost, or
  // the server refused. kDeadlineExceeded. kResourceExhausted: too many wait.
  // kInvalidArgument: the value is too long.
  virtual void Get(std::string_view key, absl::Time deadline, GotValue got) = 0;
  // Keeps `value` for `ttl`, of at least a millisecond.
  virtual void Set(std::string_view key, std::string_view value, absl::Duration ttl, absl::Time deadline,
                   Done done) = 0;

  // The same for a caller that waits. Not from within a callback, nor on a thread
  // that must not wait.
  Value Get(std::string_view key, absl::Time deadline);
  absl::Status Set(std::string_view key, std::string_view value, absl::Duration ttl, absl::Time deadline);

  // True while commands are sent: connected, and the breaker is closed.
  virtual bool usable() const = 0;
  virtual ClientCounts counts() const = 0;
  // Shows counts, connection and breaker as metrics from now on. Once.
  virtual void Expose(std::shared_ptr<prometheus::Registry> registry) = 0;
};

}  // namespace brygga::redis

#endif  // BRYGGA_COMMON_REDIS_CLIENT_H_
