#include "services/matching/work/round_worker.h"

#include <atomic>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/matching/domain/errors.h"
#include "services/matching/domain/solve.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(20);

Origin Work() { return {.actor = "service:matching", .method = "work/round", .deadline = absl::Now() + kWriteTimeout}; }

// The code that a round carries which could not be computed.
std::string FailureOf(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "COHORT_TOO_LARGE") return "TOO_LARGE";
  if (reason == "INVALID_FIELDS") return "INVALID_INPUT";
  if (reason == "NOT_FOUND") return "COHORT_GONE";
  return reason.empty() ? "INTERNAL" : reason;
}

// Errors that another attempt may not meet.
bool IsPassing(const absl::Status& status) {
  return status.code() == absl::StatusCode::kCancelled || status.code() == absl::StatusCode::kAborted ||
         (status.code() == absl::StatusCode::kUnavailable && ReasonOf(status) != "PEOPLE_UNAVAILABLE") ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

}  // namespace

// Says on a thread of its own that the worker lives and how far it is, and
// hears whether the round is still the worker's.
class RoundWorker::Heart {
 public:
  Heart(RoundWorker& worker, const Round& claimed) : worker_(worker), claimed_(claimed), thread_([this] { Beat(); }) {}
  ~Heart() {
    {
      const absl::MutexLock lock(&mutex_);
      done_ = true;
    }
    thread_.join();
  }

  bool lost() const { return lost_; }
  void At(RoundPhase phase, int permille) {
    phase_ = phase;
    permille_ = permille;
  }

 private:
  void Beat() {
    int64_t nudges = 0;
    while (!Wait(nudges)) {
      const absl::Status alive = worker_.rounds_.Beat(Work(), claimed_, phase_, permille_, worker_.options_.claim);
      if (alive.code() == absl::StatusCode::kAborted || worker_.stopping()) lost_ = true;
    }
  }

  // True once the work is done; false after a while, or after a nudge.
  bool Wait(int64_t& nudges) {
    const absl::Time until = absl::Now() + worker_.options_.beat;
    while (absl::Now() < until) {
      {
        const absl::MutexLock lock(&mutex_);
        if (mutex_.AwaitWithTimeout(absl::Condition(&done_), absl::Milliseconds(10))) return true;
      }
      const absl::MutexLock lock(&worker_.mutex_);
      if (std::exchange(nudges, worker_.nudges_) != worker_.nudges_) return false;
    }
    return false;
  }

  RoundWorker& worker_;
  const Round claimed_;
  std::atomic<bool> lost_ = false;
  std::atomic<RoundPhase> phase_ = RoundPhase::kPeople;
  std::atomic<int> permille_ = 0;
  absl::Mutex mutex_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

RoundWorker::RoundWorker(CohortStore& cohorts, RoundStore& rounds, Projection& projection,
                         const engine::Reference& reference, RoundWorkerOptions options, std::shared_ptr<Log> log)
    : cohorts_(cohorts),
      rounds_(rounds),
      projection_(projection),
      reference_(reference),
      options_(std::move(options)),
      log_(std::move(log)) {}

RoundWorker::~RoundWorker() { Stop(); }

void RoundWorker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RoundWorker::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void RoundWorker::Nudge() {
  const absl::MutexLock lock(&mutex_);
  ++nudges_;
}

bool RoundWorker::stopping() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_;
}

void RoundWorker::Run() {
  int64_t seen = 0;
  while (!stopping()) {
    RunOnce();
    const auto woken = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || nudges_ != seen; };
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&woken), options_.poll);
    seen = nudges_;
  }
}

int RoundWorker::RunOnce() {
  const auto claimable = rounds_.ListClaimable(absl::Now() + kWriteTimeout);
  if (!claimable.ok()) {
    if (log_) log_->Warning("rounds cannot be read", {{"error", std::string(claimable.status().message())}});
    return 0;
  }
  int taken = 0;
  for (const Round& round : *claimable) {
    if (stopping()) break;
    taken += Compute(round) ? 1 : 0;
  }
  return taken;
}

bool RoundWorker::Compute(const Round& queued) {
  const auto claimed = rounds_.ClaimRound(Work(), queued.id, options_.id, options_.claim);
  if (!claimed.ok() || !*claimed || (*claimed)->state != RoundState::kRunning) return false;
  const Round& round = **claimed;
  Heart heart(*this, round);
  const auto proposal = Propose(round, heart);
  absl::Status kept = proposal.status();
  if (proposal.ok()) {
    heart.At(RoundPhase::kStoring, 0);
    kept = rounds_.Propose(Work(), round, *proposal);
  }
  if (kept.ok()) {
    if (log_) log_->Info("round proposed", {{"round", round.name()}, {"pairs", proposal->statistics.matched}});
    return true;
  }
  // A lost round is somebody else's by now; one that failed in passing is left
  // to the next attempt.
  if (!heart.lost() && !IsPassing(kept)) {
    kept.Update(rounds_.FailRound(Work(), round, FailureOf(kept), std::string(kept.message())));
  }
  if (log_) log_->Warning("round not proposed", {{"round", round.name()}, {"error", FailureOf(kept)}});
  return true;
}

absl::StatusOr<Proposal> RoundWorker::Propose(const Round& round, Heart& heart) {
  BRYGGA_RETURN_IF_ERROR(projection_.Refresh(round.cohort, absl::Now() + options_.people_timeout));
  BRYGGA_ASSIGN_OR_RETURN(CohortInput input,
                          cohorts_.LoadInput(round.cohort, round.policy_version, absl::Now() + kWriteTimeout));
  if (!IsMatchable(input.cohort.state)) return CohortNotMatchable(input.cohort);
  const auto begun = std::chrono::steady_clock::now();
  BRYGGA_ASSIGN_OR_RETURN(Proposal proposal,
                          Solve(reference_, std::move(input), round.seed,
                                {.cancelled = [&heart] { return heart.lost(); },
                                 .progress = [&heart](RoundPhase phase, int permille) { heart.At(phase, permille); }}));
  proposal.statistics.solve_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
  return proposal;
}

}  // namespace brygga::matching
