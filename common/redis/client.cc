#include "common/redis/client.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <signal.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <initializer_list>
#include <thread>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/redis/connection.h"
#include "common/status/check.h"
#include "common/time/steady.h"
#include "common/wait/no_wait.h"

namespace brygga::redis {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(1);
constexpr int kStill = 4;

uint64_t ToMilliseconds(absl::Duration duration) {
  return static_cast<uint64_t>(std::max(int64_t{1}, absl::ToInt64Milliseconds(duration)));
}

// A server's error is its first word here: the rest may hold what we sent.
std::string FirstWord(std::string_view text) { return std::string(text.substr(0, text.find(' '))); }

// How often something happened; also as a metric once there is one.
class Tally {
 public:
  void Add() {
    count_.fetch_add(1, std::memory_order_relaxed);
    AddToShown();
  }
  // The same and cheaper, where one thread alone adds.
  void AddAlone() {
    count_.store(count() + 1, std::memory_order_relaxed);
    AddToShown();
  }
  int64_t count() const { return count_.load(std::memory_order_relaxed); }
  void Show(prometheus::Counter& counter) {
    counter.Increment(static_cast<double>(count()));
    shown_.store(&counter, std::memory_order_release);
  }

 private:
  void AddToShown() {
    if (prometheus::Counter* const shown = shown_.load(std::memory_order_acquire)) shown->Increment();
  }

  std::atomic<int64_t> count_ = 0;
  std::atomic<prometheus::Counter*> shown_ = nullptr;
};

// All times in here are SteadyNow's; the callers' deadlines are made such.
class PipelinedClient final : public Client {
 public:
  explicit PipelinedClient(ClientOptions options)
      : options_(std::move(options)),
        breaker_(options_.breaker),
        connection_(&loop_, options_.longest_value, MakeEvents()) {
    BRYGGA_CHECK(uv_loop_init(&loop_) == 0);
    BRYGGA_CHECK(uv_async_init(&loop_, &wake_, [](uv_async_t* wake) { Of(wake).Woken(); }) == 0);
    wake_.data = this;
    for (uv_timer_t* timer : {&tick_, &retry_, &greeting_}) {
      BRYGGA_CHECK(uv_timer_init(&loop_, timer) == 0);
      timer->data = this;
    }
    lookup_.data = this;
    thread_ = std::thread([this] { Speak(); });
  }

  ~PipelinedClient() override {
    BRYGGA_CHECK(std::this_thread::get_id() != thread_.get_id());
    ready_ = false;
    stopping_ = true;
    uv_async_send(&wake_);
    thread_.join();
    BRYGGA_CHECK(uv_loop_close(&loop_) == 0);
  }

  void Get(std::string_view key, absl::Time deadline, GotValue got) override {
    Submit({"GET", key}, deadline, std::move(got));
  }

  void Set(std::string_view key, std::string_view value, absl::Duration ttl, absl::Time deadline, Done done) override {
    if (value.size() > options_.longest_value) return done(absl::InvalidArgumentError("the value is too long"));
    const std::string milliseconds = absl::StrCat(ToMilliseconds(ttl));
    Submit({"SET", key, value, "PX", milliseconds}, deadline,
           [done = std::move(done)](const Value& value) mutable { done(value.status()); });
  }

  bool usable() const override { return ready_.load(std::memory_order_acquire) && !breaker_.open(); }

  ClientCounts counts() const override {
    return {.answered = answered_.count(),
            .refused = refused_.count(),
            .late = late_.count(),
            .lost = lost_.count(),
            .not_sent = not_sent_.count(),
            .connections = connections_.count()};
  }

  void Expose(std::shared_ptr<prometheus::Registry> shared) override {
    registry_ = std::move(shared);
    prometheus::Registry& registry = *registry_;
    auto& commands = prometheus::BuildCounter()
                         .Name("brygga_redis_commands_total")
                         .Help("Commands by how they ended; not_sent were refused here.")
                         .Register(registry);
    answered_.Show(commands.Add({{"outcome", "answered"}}));
    refused_.Show(commands.Add({{"outcome", "refused"}}));
    late_.Show(commands.Add({{"outcome", "late"}}));
    lost_.Show(commands.Add({{"outcome", "lost"}}));
    not_sent_.Show(commands.Add({{"outcome", "not_sent"}}));
    connections_.Show(prometheus::BuildCounter()
                          .Name("brygga_redis_connections_total")
                          .Help("Connections that were made and greeted.")
                          .Register(registry)
                          .Add({}));
    opened_.Show(prometheus::BuildCounter()
                     .Name("brygga_redis_breaker_opened_total")
                     .Help("How often the breaker opened.")
                     .Register(registry)
                     .Add({}));
    auto& usable = prometheus::BuildGauge()
                       .Name("brygga_redis_usable")
                       .Help("1 while connected and the breaker is closed. 0 costs time and nothing else.")
                       .Register(registry)
                       .Add({});
    usable.Set(this->usable() ? 1 : 0);
    usable_shown_ = &usable;
  }

 private:
  template <typename Handle>
  static PipelinedClient& Of(Handle* handle) {
    return *static_cast<PipelinedClient*>(handle->data);
  }

  Connection::Events MakeEvents() {
    return {.connected = [this] { Greet(); },
            .answered = [this](Reply& reply, GotValue& got) { got ? Ended(reply, got) : Greeting(reply); },
            .lost = [this](std::string_view why) { Lost(why); },
            .turned = [this] { turn_.reset(); },
            .wanted = [this] { uv_async_send(&wake_); }};
  }

  // On any thread.

  void Submit(std::initializer_list<std::string_view> words, absl::Time deadline, GotValue&& got) {
    absl::Status refusal = Refusal();
    if (refusal.ok() && IsSpeaker() && answering_) {
      // Goes out at the end of the turn, with what others ask who are answered in it.
      const Turn& turn = ThisTurn();
      deadline = SteadyDeadline(deadline, turn.now, turn.wall);
      return connection_.Send(words, turn.now, std::min(deadline, turn.latest), std::move(got));
    }
    const absl::Time now = SteadyNow();
    deadline = SteadyDeadline(deadline, now, absl::Now());
    if (refusal.ok()) refusal = Ask(words, now, std::min(deadline, now + options_.command_timeout), got);
    if (refusal.ok()) return;
    not_sent_.Add();
    got(std::move(refusal));
    // Asks by itself whether it is over, so that no caller has to wait for that.
    const bool is_time = breaker_.open() && ready_.load(std::memory_order_acquire) && breaker_.Allows(now);
    if (!is_time) return;
    waiting_.fetch_add(1, std::memory_order_relaxed);
    GotValue nobody = [](const Value&) {};
    Ask({"PING"}, now, std::min(deadline, now + options_.probe_timeout), nobody).IgnoreError();
  }

  // Of one more that waits. Refused, it does not, and `got` is left alone.
  absl::Status Ask(std::initializer_list<std::string_view> words, absl::Time now, absl::Time deadline, GotValue& got) {
    if (connection_.Ask(words, now, deadline, got)) return absl::OkStatus();
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return NotConnected();
  }

  bool IsSpeaker() const { return std::this_thread::get_id() == speaker_.load(std::memory_order_relaxed); }

  static absl::Status NotConnected() { return absl::UnavailableError("not connected to Redis"); }

  // Why nothing is sent now. Otherwise one more waits, and the breaker is told how
  // it ends.
  absl::Status Refusal() {
    if (!ready_.load(std::memory_order_acquire)) return NotConnected();
    if (breaker_.open()) return absl::UnavailableError("Redis is left alone after failures");
    if (waiting_.fetch_add(1, std::memory_order_relaxed) >= options_.most_waiting) {
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      return absl::ResourceExhaustedError("too many commands wait for Redis");
    }
    return absl::OkStatus();
  }

  // All below on the thread that speaks.

  void Speak() {
    // Signals are for main() alone.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    speaker_ = std::this_thread::get_id();
    Connect();
    uv_run(&loop_, UV_RUN_DEFAULT);
  }

  void Woken() {
    if (stopping_) return Stop();
    if (!uv_is_active(reinterpret_cast<uv_handle_t*>(&tick_))) {
      still_ = 0;
      uv_timer_start(
          &tick_, [](uv_timer_t* timer) { Of(timer).Tick(); }, ToMilliseconds(kTick), ToMilliseconds(kTick));
    }
    connection_.Flush();
  }

  // A turn is much shorter than a deadline is exact. `wall`: the same instant by the
  // callers' clock.
  struct Turn {
    absl::Time now, latest, wall;
  };
  const Turn& ThisTurn() {
    if (!turn_) {
      const absl::Time now = SteadyNow();
      turn_ = {.now = now, .latest = now + options_.command_timeout, .wall = absl::Now()};
    }
    return *turn_;
  }

  void Stop() {
    if (std::exchange(stopped_, true)) return;
    connection_.Close("the client stops");
    uv_cancel(reinterpret_cast<uv_req_t*>(&lookup_));
    for (uv_timer_t* timer : {&tick_, &retry_, &greeting_}) uv_close(reinterpret_cast<uv_handle_t*>(timer), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
  }

  void Ended(Reply& reply, GotValue& got) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    still_ = 0;
    switch (reply.kind) {
      case Reply::Kind::kText:
      case Reply::Kind::kNothing:
        answered_.AddAlone();
        Judge(Judgement::kGood);
        answering_ = true;
        got(reply.kind == Reply::Kind::kText ? std::optional(std::move(reply.text)) : std::nullopt);
        answering_ = false;
        return;
      case Reply::Kind::kError:
        refused_.Add();
        Judge(Judgement::kBad);
        return got(absl::UnavailableError(absl::StrCat("Redis refused: ", FirstWord(reply.text))));
      case Reply::Kind::kLate:
        late_.Add();
        Judge(Judgement::kLate);
        return got(absl::DeadlineExceededError("Redis did not answer in time"));
      case Reply::Kind::kLost:
        lost_.Add();
        Judge(Judgement::kBad);
        return got(absl::UnavailableError("the connection to Redis was lost"));
    }
  }

  enum class Judgement { kGood, kBad, kLate };

  void Judge(Judgement judgement) {
    const bool was_open = breaker_.open();
    switch (judgement) {
      case Judgement::kGood:
        breaker_.Succeeded();
        break;
      case Judgement::kBad:
        breaker_.Failed(SteadyNow());
        break;
      case Judgement::kLate:
        breaker_.Late(SteadyNow());
        break;
    }
    if (breaker_.open() == was_open) return;
    if (!was_open) opened_.Add();
    ShowUsable();
    if (options_.log != nullptr) {
      options_.log->Info(was_open ? "redis answers again" : "redis is left alone after failures");
    }
  }

  void ShowUsable() {
    if (prometheus::Gauge* const shown = usable_shown_.load()) shown->Set(usable() ? 1 : 0);
  }

  void Tick() {
    const absl::Time now = SteadyNow();
    connection_.Expire(now);
    // A greeting has a time of its own.
    if (ready_ && now - connection_.WaitingSince() >= options_.command_timeout + kTick) {
      connection_.Close("it does not answer");
    }
    connection_.Flush();
    // To begin again costs a caller more than a few ticks for nothing.
    if (!stopped_ && ++still_ > kStill && connection_.Rest()) uv_timer_stop(&tick_);
  }

  // Connecting: look the host up, connect, greet; or pause and begin again.

  void Connect() {
    if (stopped_ || connection_.open()) return;
    uv_timer_start(
        &greeting_, [](uv_timer_t* timer) { Of(timer).GreetingIsLate(); }, ToMilliseconds(options_.connect_timeout), 0);
    if (!options_.address.socket.empty()) return ConnectTo("");
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    looking_ = uv_getaddrinfo(
                   &loop_, &lookup_,
                   [](uv_getaddrinfo_t* lookup, int status, addrinfo* found) { Of(lookup).Found(status, found); },
                   options_.address.host.c_str(), nullptr, &hints) == 0;
    if (!looking_) Lost("the host cannot be looked up");
  }

  void Found(int status, addrinfo* found) {
    looking_ = false;
    std::vector<std::string> addresses;
    for (const addrinfo* one = found; status == 0 && one != nullptr; one = one->ai_next) {
      std::array<char, 64> text = {};
      const int named =
          one->ai_family == AF_INET
              ? uv_ip4_name(reinterpret_cast<const sockaddr_in*>(one->ai_addr), text.data(), text.size())
              : uv_ip6_name(reinterpret_cast<const sockaddr_in6*>(one->ai_addr), text.data(), text.size());
      if (named == 0) addresses.emplace_back(text.data());
    }
    uv_freeaddrinfo(found);
    if (stopped_) return;
    if (addresses.empty()) return Lost("the host is not known");
    ConnectTo(addresses[static_cast<size_t>(attempts_) % addresses.size()]);
  }

  void ConnectTo(const std::string& ip) {
    if (!connection_.Connect(options_.address, ip)) Lost("the connection was refused");
  }

  // AUTH, SELECT and PING at once; the last one's answer opens the door.
  void Greet() {
    const Address& address = options_.address;
    const auto say = [this](std::initializer_list<std::string_view> words) {
      connection_.Send(words, SteadyNow(), absl::InfiniteFuture(), nullptr);
    };
    if (!options_.password.empty() && !address.user.empty()) {
      say({"AUTH", address.user, options_.password});
    } else if (!options_.password.empty()) {
      say({"AUTH", options_.password});
    }
    if (address.database != 0) say({"SELECT", absl::StrCat(address.database)});
    say({"PING"});
  }

  // Who may not speak as the user that they name would else speak as another: one
  // refusal is the end.
  void Greeting(const Reply& reply) {
    if (reply.kind == Reply::Kind::kError) connection_.Doom(absl::StrCat("it says ", FirstWord(reply.text)));
    if (!connection_.doomed() && reply.kind == Reply::Kind::kText && reply.text == "PONG") Greeted();
  }

  void Greeted() {
    uv_timer_stop(&greeting_);
    connections_.Add();
    attempts_ = 0;
    connection_.Admit();
    ready_ = true;
    ShowUsable();
    if (options_.log != nullptr) options_.log->Info("redis is connected");
    told_ = false;
  }

  void GreetingIsLate() {
    if (looking_) {
      uv_cancel(reinterpret_cast<uv_req_t*>(&lookup_));
      uv_timer_start(
          &greeting_, [](uv_timer_t* timer) { Of(timer).GreetingIsLate(); }, ToMilliseconds(options_.connect_timeout),
          0);
      return;  // The system's own time-out ends what cannot be cancelled.
    }
    connection_.Close("it did not greet in time");
  }

  void Lost(std::string_view why) {
    ready_ = false;
    ShowUsable();
    if (stopped_) return;
    uv_timer_stop(&greeting_);
    if (options_.log != nullptr && !std::exchange(told_, true)) {
      options_.log->Warning("redis is not connected: answers take longer, and are the same", {{"why", why}});
    }
    const absl::Duration pause =
        std::min(options_.longest_pause, options_.first_pause * (1 << std::min(attempts_++, 20)));
    uv_timer_start(
        &retry_, [](uv_timer_t* timer) { Of(timer).Connect(); },
        ToMilliseconds(pause * absl::Uniform(chance_, 0.5, 1.5)), 0);
  }

  const ClientOptions options_;
  std::atomic<bool> ready_ = false;
  std::atomic<int> waiting_ = 0;
  std::atomic<std::thread::id> speaker_ = {};
  Breaker breaker_;
  Tally answered_, refused_, late_, lost_, not_sent_, connections_, opened_;
  std::shared_ptr<prometheus::Registry> registry_;  // Shared with the server, which may go first.
  std::atomic<prometheus::Gauge*> usable_shown_ = nullptr;
  std::atomic<bool> stopping_ = false;
  // Of the thread that speaks.
  uv_loop_t loop_;
  uv_async_t wake_;
  uv_timer_t tick_, retry_, greeting_;
  uv_getaddrinfo_t lookup_ = {};
  bool looking_ = false;
  bool stopped_ = false;
  bool told_ = false;  // Of an outage, once.
  int attempts_ = 0;   // Since the last greeting.
  absl::InsecureBitGen chance_;
  int still_ = 0;           // Ticks since something was answered.
  bool answering_ = false;  // A caller has just been told what the server answered, and may ask on.
  std::optional<Turn> turn_;
  Connection connection_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Client> Client::Start(ClientOptions options) {
  return std::make_unique<PipelinedClient>(std::move(options));
}

Client::Value Client::Get(std::string_view key, absl::Time deadline) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  std::promise<Value> promise;
  Get(key, deadline, [&](Value value) { promise.set_value(std::move(value)); });
  return promise.get_future().get();
}

absl::Status Client::Set(std::string_view key, std::string_view value, absl::Duration ttl, absl::Time deadline) {
  if (NoWait::Refuses()) return NoWait::Refusal();
  std::promise<absl::Status> promise;
  Set(key, value, ttl, deadline, [&](absl::Status status) { promise.set_value(std::move(status)); });
  return promise.get_future().get();
}

}  // namespace brygga::redis
