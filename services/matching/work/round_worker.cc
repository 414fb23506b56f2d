#include "services/matching/work/round_worker.h"

#include <atomic>
#include <utility>

#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/time/periodic.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(20);
constexpr absl::Duration kProposeTimeout = absl::Minutes(5);  // Up to a hundred thousand rows; else it is solved again.

Origin Work(absl::Duration timeout = kWriteTimeout) {
  return {.actor = "service:matching", .method = "work/round", .deadline = absl::Now() + timeout};
}

// The code that a round carries which could not be computed.
std::string FailureOf(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "COHORT_TOO_LARGE") return "TOO_LARGE";
  if (reason == "INVALID_FIELDS") return "INVALID_INPUT";
  if (reason == "NOT_FOUND") return "COHORT_GONE";
  if (reason == "INVALID_CERTIFICATE") return "NOT_CERTIFIED";
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
  Heart(RoundWorker& worker, const Round& claimed)
      : worker_(worker), claimed_(claimed), beats_(worker.options_.beat, [this] { Beat(); }) {
    worker_.SetHeart(this);
  }
  ~Heart() { worker_.SetHeart(nullptr); }

  const RoundId& round() const { return claimed_.id; }
  bool lost() const { return lost_; }
  void Lose() { lost_ = true; }
  void At(RoundPhase phase, int permille) {
    phase_ = phase;
    permille_ = permille;
  }
  Position position() const { return {.phase = phase_, .permille = permille_}; }

 private:
  void Beat() {
    const absl::Status alive = worker_.rounds_.Beat(Work(), claimed_, phase_, permille_, worker_.options_.claim);
    if (alive.code() == absl::StatusCode::kAborted || worker_.loop_.stopping()) lost_ = true;
  }

  RoundWorker& worker_;
  const Round claimed_;
  std::atomic<bool> lost_ = false;
  std::atomic<RoundPhase> phase_ = RoundPhase::kPeople;
  std::atomic<int> permille_ = 0;
  const Periodic beats_;  // Last: it uses the others.
};

RoundWorker::RoundWorker(RoundStore& rounds, Proposer& proposer, RoundWorkerOptions options, std::shared_ptr<Log> log)
    : rounds_(rounds),
      proposer_(proposer),
      options_(std::move(options)),
      log_(std::move(log)),
      loop_(options_.poll, [this] { RunOnce(); }) {}

void RoundWorker::Cancel(const RoundId& round) {
  const MutexLock lock(&mutex_);
  if (heart_ != nullptr && heart_->round() == round) heart_->Lose();
}

std::optional<RoundWorker::Position> RoundWorker::PositionOf(const RoundId& round) const {
  const MutexLock lock(&mutex_);
  if (heart_ == nullptr || heart_->round() != round) return std::nullopt;
  return heart_->position();
}

void RoundWorker::SetHeart(Heart* heart) {
  const MutexLock lock(&mutex_);
  heart_ = heart;
}

int RoundWorker::RunOnce() {
  const auto claimable = rounds_.ListClaimable(absl::Now() + kWriteTimeout);
  if (!claimable.ok()) {
    if (log_) log_->Warning("rounds cannot be read", {{"error", std::string(claimable.status().message())}});
    return 0;
  }
  int taken = 0;
  for (const Round& round : *claimable) {
    if (loop_.stopping()) break;
    taken += Compute(round) ? 1 : 0;
  }
  return taken;
}

bool RoundWorker::Compute(const Round& queued) {
  const auto claimed = rounds_.ClaimRound(Work(), queued.id, options_.id, options_.claim);
  if (!claimed.ok() || !*claimed || (*claimed)->state != RoundState::kRunning) return false;
  const Round& round = **claimed;
  Heart heart(*this, round);
  const auto proposal =
      proposer_.Propose(round, absl::Now() + options_.people_timeout,
                        {.cancelled = [&heart] { return heart.lost(); },
                         .progress = [&heart](RoundPhase phase, int permille) { heart.At(phase, permille); }});
  absl::Status kept = proposal.status();
  if (proposal.ok()) {
    heart.At(RoundPhase::kStoring, 0);
    kept = rounds_.Propose(Work(kProposeTimeout), round, *proposal);
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

}  // namespace brygga::matching
