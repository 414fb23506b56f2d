#include "common/feed/consumer.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/steady.h"

namespace brygga::feed {
namespace {

constexpr size_t kMostWaiting = 64;                           // Messages read and not looked at yet.
constexpr absl::Duration kAnswerTimeout = absl::Seconds(10);  // Where the feed stands, or what is stored of it.

// The token leads nowhere: only a snapshot helps.
bool IsLost(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == "TOKEN_COMPACTED" || reason == "RESUME_TOKEN_FOREIGN" || reason == "RESUME_TOKEN_INVALID";
}

}  // namespace

absl::Duration ConsumerStatus::Lag(absl::Time now) const {
  return std::max(now - progress.as_of, absl::ZeroDuration());
}

struct Consumer::Metrics {
  std::shared_ptr<prometheus::Registry> registry;  // It holds the others.
  prometheus::Gauge& lag;
  prometheus::Counter& changes;
  prometheus::Counter& skipped;
  prometheus::Counter& gaps;
  prometheus::Counter& snapshots;
  prometheus::Counter& failures;
};

// Changes on their way into one apply.
struct Consumer::Pending {
  std::vector<Change> changes;
  absl::flat_hash_map<std::string, Last> last;  // Of these.
  std::string token;                            // Empty: nothing has come.
  std::optional<absl::Time> as_of;
  absl::Time due = absl::InfiniteFuture();
};

// Reads a stream on a thread of its own, a little ahead of who takes from it: a
// slow taker stops the reading, and so, in the end, the sender.
class Consumer::Pump {
 public:
  explicit Pump(std::unique_ptr<ChangeStream> stream) : stream_(std::move(stream)), thread_([this] { Read(); }) {}
  ~Pump() {
    Cancel();
    thread_.join();
  }

  // The next message; nothing at `deadline`; the error that ended the stream,
  // behind all that came before.
  absl::StatusOr<std::optional<ChangeBatch>> Take(absl::Time deadline) {
    const MutexLock lock(&mutex_);
    const auto ready = [this] {
      mutex_.AssertReaderHeld();
      return !waiting_.empty() || !end_.ok();
    };
    if (!mutex_.AwaitWithDeadline(Condition(&ready), deadline)) return std::nullopt;
    if (waiting_.empty()) return end_;
    ChangeBatch batch = std::move(waiting_.front());
    waiting_.pop_front();
    return batch;
  }

  void Cancel() {
    {
      const MutexLock lock(&mutex_);
      cancelled_ = true;
      if (end_.ok()) end_ = absl::CancelledError();
    }
    stream_->Cancel();
  }

 private:
  void Read() {
    for (;;) {
      absl::StatusOr<ChangeBatch> batch = stream_->Next();
      const MutexLock lock(&mutex_);
      if (!batch.ok()) {
        if (end_.ok()) end_ = batch.status();
        return;
      }
      const auto room = [this] {
        mutex_.AssertReaderHeld();
        return waiting_.size() < kMostWaiting || cancelled_;
      };
      mutex_.Await(Condition(&room));
      if (cancelled_) return;
      waiting_.push_back(*std::move(batch));
    }
  }

  const std::unique_ptr<ChangeStream> stream_;
  Mutex mutex_;
  std::deque<ChangeBatch> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses the others.
};

Consumer::Consumer(ChangeSource& source, Derivation& derivation, ConsumerOptions options)
    : source_(source), derivation_(derivation), options_(std::move(options)) {
  status_.progress.as_of = absl::InfinitePast();
}

Consumer::~Consumer() { Stop(); }

void Consumer::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Consumer::Stop() {
  {
    const MutexLock lock(&mutex_);
    stopping_ = true;
    if (pump_ != nullptr) pump_->Cancel();
  }
  if (thread_.joinable()) thread_.join();
}

ConsumerStatus Consumer::status() const {
  const MutexLock lock(&mutex_);
  return status_;
}

bool Consumer::WaitFor(absl::Time as_of, absl::Time deadline) {
  const MutexLock lock(&mutex_);
  const auto reached = [&] {
    mutex_.AssertReaderHeld();
    return status_.progress.as_of >= as_of || stopping_;
  };
  return mutex_.AwaitWithDeadline(Condition(&reached), deadline) && status_.progress.as_of >= as_of;
}

bool Consumer::stopping() const {
  const MutexLock lock(&mutex_);
  return stopping_;
}

bool Consumer::Sleep(absl::Duration duration) {
  const MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(Condition(&stopping_), duration);
}

template <typename F>
void Consumer::Count(F count) {
  const MutexLock lock(&mutex_);
  count(status_);
}

void Consumer::Run() {
  while (!stopping()) {
    const absl::Status ended = Follow();
    Count([](ConsumerStatus& status) { status.reading = false; });
    if (stopping()) return;
    last_.clear();             // What comes next may begin anywhere.
    if (ended.ok()) continue;  // A snapshot was taken.
    if (IsFeedMoved(ended)) {
      Count([](ConsumerStatus& status) { ++status.moved; });
      StandBy();
      continue;
    }
    Count([](ConsumerStatus& status) { ++status.failures; });
    if (Metrics* metrics = metrics_) metrics->failures.Increment();
    if (options_.log) {
      options_.log->Warning("feed interrupted", {{"feed", options_.feed}, {"error", std::string(ended.message())}});
    }
    BackOff();
  }
}

absl::Status Consumer::Follow() {
  BRYGGA_ASSIGN_OR_RETURN(stored_, derivation_.Load(absl::Now() + kAnswerTimeout));
  if (!stored_) return TakeSnapshot(stored_);
  stored_at_ = SteadyNow();
  Count([&](ConsumerStatus& status) { status.progress = *stored_; });
  const absl::Status ended = Pumping(stored_->token, [this](Pump& pump) { return Read(pump); });
  const bool lost = IsLost(ended) || gap_;
  gap_ = false;
  return lost && !stopping() ? TakeSnapshot(stored_) : ended;
}

absl::Status Consumer::TakeSnapshot(const std::optional<Progress>& known) {
  if (options_.log) {
    options_.log->Info("feed begins with a snapshot", {{"feed", options_.feed}, {"again", known.has_value()}});
  }
  if (failures_in_a_row_ > 0) BackOff();
  ++failures_in_a_row_;  // Until a message comes that needs nothing, or one was applied.
  // Where the feed stands is asked before anything is read: what changes while it
  // is read comes again behind that place.
  Progress begin;
  BRYGGA_RETURN_IF_ERROR(Pumping("", [&](Pump& pump) -> absl::Status {
    BRYGGA_ASSIGN_OR_RETURN(const auto first, pump.Take(absl::Now() + kAnswerTimeout));
    if (!first) return absl::DeadlineExceededError("the feed says nothing");
    begin = {.token = first->token, .as_of = first->as_of.value_or(absl::UnixEpoch())};
    return absl::OkStatus();
  }));
  const Step step{
      .feed = options_.feed, .from = known ? std::optional(known->token) : std::nullopt, .to = std::move(begin)};
  BRYGGA_RETURN_IF_ERROR(derivation_.Snapshot(step, absl::Now() + options_.snapshot_timeout));
  Count([](ConsumerStatus& status) { ++status.snapshots; });
  if (Metrics* metrics = metrics_) metrics->snapshots.Increment();
  return absl::OkStatus();
}

template <typename F>
absl::Status Consumer::Pumping(const std::string& token, F read) {
  Pump pump(source_.Open(token));
  {
    const MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError();
    pump_ = &pump;
  }
  const absl::Status ended = read(pump);
  const MutexLock lock(&mutex_);
  pump_ = nullptr;
  return ended;
}

absl::Status Consumer::Read(Pump& pump) {
  Pending pending;
  for (;;) {
    if (Metrics* metrics = metrics_) metrics->lag.Set(absl::ToDoubleSeconds(status().Lag(absl::Now())));
    const auto taken = pump.Take(pending.changes.empty() ? absl::Now() + absl::Seconds(1) : pending.due);
    if (taken.ok() && *taken) {
      Count([](ConsumerStatus& status) { status.reading = true; });
      Add(**taken, pending);
      if (pending.changes.empty()) failures_in_a_row_ = 0;
      if (gap_) return absl::DataLossError("a revision was left out");
      if (!pending.changes.empty() && pending.changes.size() < options_.most) continue;  // With what else waits.
    }
    const bool bookmark_due = !pending.token.empty() && SteadyNow() - stored_at_ >= options_.bookmark;
    if ((!pending.changes.empty() || bookmark_due) && !stopping()) {
      BRYGGA_RETURN_IF_ERROR(Apply(pending));
      pending = {};
    }
    BRYGGA_RETURN_IF_ERROR(taken);
  }
}

void Consumer::Add(const ChangeBatch& batch, Pending& pending) {
  int64_t skipped = 0;
  for (const Change& change : batch.changes) {
    if (IsNews(change, pending)) {
      pending.changes.push_back(change);
    } else {
      ++skipped;
    }
  }
  pending.token = batch.token;
  if (batch.as_of) pending.as_of = batch.as_of;
  if (!pending.changes.empty() && pending.due == absl::InfiniteFuture()) pending.due = DueTime();
  if (Metrics* metrics = metrics_) metrics->skipped.Increment(static_cast<double>(skipped));
  Count([&](ConsumerStatus& status) {
    status.skipped += skipped;
    // Nothing waits: so far everything is applied.
    if (pending.changes.empty() && batch.as_of) status.progress.as_of = *batch.as_of;
  });
}

bool Consumer::IsNews(const Change& change, Pending& pending) {
  const auto waiting = pending.last.find(change.resource);
  const auto applied = last_.find(change.resource);
  std::optional<Last> last;
  if (waiting != pending.last.end()) {
    last = waiting->second;
  } else if (applied != last_.end()) {
    last = applied->second;
  }
  // A name that comes back begins anew.
  if (last && last->deleted && change.kind == ChangeKind::kCreated) last = Last{.revision = change.revision - 1};
  if (last && change.revision <= last->revision) return false;
  if (last && change.revision > last->revision + 1) {
    Count([](ConsumerStatus& status) { ++status.gaps; });
    if (Metrics* metrics = metrics_) metrics->gaps.Increment();
    gap_ = options_.snapshot_on_gap;
    if (options_.log) {
      options_.log->Warning("revisions left out", {{"feed", options_.feed}, {"resource", change.resource}});
    }
  }
  pending.last[change.resource] = {.revision = change.revision, .deleted = change.kind == ChangeKind::kDeleted};
  return true;
}

// At once, or with what else comes where much has been applied lately.
absl::Time Consumer::DueTime() const {
  const absl::Time now = absl::Now(), steady_now = SteadyNow();
  const auto lately = std::count_if(applies_.begin(), applies_.end(),
                                    [&](absl::Time at) { return steady_now - at < absl::Seconds(1); });
  return lately < options_.burst ? now : now + options_.pace;
}

absl::Status Consumer::Apply(Pending& pending) {
  const Step step{.feed = options_.feed,
                  .from = stored_->token,
                  .to = {.token = pending.token, .as_of = pending.as_of.value_or(stored_->as_of)}};
  BRYGGA_RETURN_IF_ERROR(derivation_.Apply(pending.changes, step, absl::Now() + options_.apply_timeout));
  failures_in_a_row_ = 0;
  stored_ = step.to;
  stored_at_ = SteadyNow();
  if (pending.changes.empty()) return absl::OkStatus();
  Applied(pending);
  return absl::OkStatus();
}

void Consumer::Applied(const Pending& pending) {
  if (last_.size() > options_.remembered) last_.clear();
  for (const auto& [resource, last] : pending.last) last_[resource] = last;
  applies_.push_back(stored_at_);
  while (applies_.size() > static_cast<size_t>(std::max(options_.burst, 1))) applies_.pop_front();
  if (Metrics* metrics = metrics_) metrics->changes.Increment(static_cast<double>(pending.changes.size()));
  Count([&](ConsumerStatus& status) {
    status.changes += static_cast<int64_t>(pending.changes.size());
    ++status.applies;
    status.progress = *stored_;
  });
}

void Consumer::StandBy() {
  std::optional<Progress> before = stored_;
  for (;;) {
    if (!Sleep(options_.standby * absl::Uniform(random_, 0.8, 1.2))) return;
    const auto now = derivation_.Load(absl::Now() + kAnswerTimeout);
    if (!now.ok()) continue;
    if (*now == before) return;  // Nobody takes steps any more.
    before = *now;
    if (before) Count([&](ConsumerStatus& status) { status.progress = *before; });
    if (Metrics* metrics = metrics_) metrics->lag.Set(absl::ToDoubleSeconds(status().Lag(absl::Now())));
  }
}

void Consumer::BackOff() {
  const absl::Duration wait =
      std::min(options_.most_wait, options_.least_wait * (int64_t{1} << std::min(failures_in_a_row_, 20)));
  ++failures_in_a_row_;
  Sleep(wait * absl::Uniform(random_, 0.5, 1.0));
}

void Consumer::Measure(const std::shared_ptr<prometheus::Registry>& registry) {
  const prometheus::Labels labels = {{"feed", options_.feed}};
  const auto counter = [&](const char* name, const char* help) -> prometheus::Counter& {
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry).Add(labels);
  };
  made_metrics_.reset(
      new Metrics{.registry = registry,
                  .lag = prometheus::BuildGauge()
                             .Name("brygga_feed_lag_seconds")
                             .Help("How old what is derived from a feed may be")
                             .Register(*registry)
                             .Add(labels),
                  .changes = counter("brygga_feed_changes_applied_total", "Changes of a feed that were applied"),
                  .skipped = counter("brygga_feed_changes_skipped_total", "Changes that were known already"),
                  .gaps = counter("brygga_feed_gaps_total", "Revisions that a feed left out"),
                  .snapshots = counter("brygga_feed_snapshots_total", "Times that everything was read anew"),
                  .failures = counter("brygga_feed_failures_total", "Streams and applies that ended in an error")});
  metrics_ = made_metrics_.get();
}

}  // namespace brygga::feed
