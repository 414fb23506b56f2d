#include "services/matching/work/allocation_worker.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/local_time.h"
#include "common/time/periodic.h"
#include "services/matching/domain/allocate.h"
#include "services/matching/domain/allocation_errors.h"

namespace brygga::matching {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(60);
constexpr size_t kSeatsAtOnce = 500;

Origin Work() {
  return {.actor = "service:matching", .method = "work/allocation", .deadline = absl::Now() + kWriteTimeout};
}

std::string FailureOf(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "ALLOCATION_TOO_LARGE") return "TOO_LARGE";
  if (reason == "INVALID_FIELDS") return "INVALID_INPUT";
  if (reason == "INVALID_CERTIFICATE") return "NOT_CERTIFIED";
  if (reason == "OPENING_UNUSABLE") return "OPENING_GONE";
  return reason.empty() ? "INTERNAL" : reason;
}

// Errors that another attempt may not meet, and that nobody has to be told of.
bool IsPassing(const absl::Status& status) {
  return status.code() == absl::StatusCode::kCancelled || status.code() == absl::StatusCode::kAborted ||
         status.code() == absl::StatusCode::kDeadlineExceeded ||
         (status.code() == absl::StatusCode::kUnavailable && ReasonOf(status) != "PARTNER_UNAVAILABLE" &&
          ReasonOf(status) != "PEOPLE_UNAVAILABLE");
}

// Partner said no, and would say so again.
bool IsRefusal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kFailedPrecondition || status.code() == absl::StatusCode::kNotFound;
}

std::vector<SeatRef> SeatsOf(const AllocationInput& input) {
  std::vector<SeatRef> seats;
  for (const Application& application : input.applications) {
    if (!application.match.empty()) {
      seats.push_back({.opening = application.placement, .match = NameOf(input.allocation.cohort, application.match)});
    }
  }
  std::sort(seats.begin(), seats.end(), [](const SeatRef& a, const SeatRef& b) {
    return std::tie(a.opening, a.match) < std::tie(b.opening, b.match);
  });
  return seats;
}

SeatRef RefOf(const UnsettledSeat& seat) { return {.opening = seat.opening, .match = NameOf(seat.cohort, seat.match)}; }
SeatRef RefOf(const Offer& offer) { return {.opening = offer.opening, .match = NameOf(offer.cohort, offer.match)}; }

// Calls `call` with [from, to) of `size` things, so many at a time.
template <typename F>
absl::Status InBatches(size_t size, size_t at_once, const F& call) {
  for (size_t from = 0; from < size; from += at_once) {
    BRYGGA_RETURN_IF_ERROR(call(from, std::min(size, from + at_once)));
  }
  return absl::OkStatus();
}

}  // namespace

// Says on a thread of its own that the worker lives and how far it is, and hears
// whether the allocation is still the worker's.
class AllocationWorker::Heart {
 public:
  Heart(AllocationWorker& worker, const Allocation& claimed)
      : worker_(worker),
        claimed_(claimed),
        phase_(claimed.phase),
        beats_(std::in_place, worker.options_.beat, [this] { Beat(); }) {}

  void Stop() { beats_.reset(); }  // No beat follows.
  bool lost() const { return lost_; }
  void At(AllocationPhase phase, size_t done, size_t total) {
    phase_ = phase;
    permille_ = total == 0 ? 0 : static_cast<int>(done * 1000 / total);
  }

 private:
  void Beat() {
    const absl::Status alive =
        worker_.store_.BeatAllocation(Work(), claimed_, phase_, permille_, worker_.options_.claim);
    if (alive.code() == absl::StatusCode::kAborted || worker_.loop_.stopping()) lost_ = true;
  }

  AllocationWorker& worker_;
  const Allocation claimed_;
  std::atomic<bool> lost_ = false;
  std::atomic<AllocationPhase> phase_;
  std::atomic<int> permille_ = 0;
  std::optional<Periodic> beats_;  // Last: it uses the others.
};

AllocationWorker::AllocationWorker(AllocationStore& store, Openings& openings, AgeCheck& ages,
                                   AllocationWorkerOptions options, std::shared_ptr<Log> log)
    : store_(store),
      openings_(openings),
      options_(std::move(options)),
      facts_(openings, ages, options_.call_timeout),
      log_(std::move(log)),
      loop_(options_.poll, [this] { RunOnce(); }) {}

absl::Time AllocationWorker::Soon() const { return absl::Now() + options_.call_timeout; }

int AllocationWorker::RunOnce() {
  int handled = 0;
  const auto claimable = store_.ListClaimableAllocations(absl::Now() + kWriteTimeout);
  if (!claimable.ok()) {
    if (log_) log_->Warning("allocations cannot be read", {{"error", std::string(claimable.status().message())}});
    return 0;
  }
  for (const Allocation& allocation : *claimable) {
    if (loop_.stopping()) break;
    handled += Handle(allocation) ? 1 : 0;
  }
  handled += SettleSeats();
  const int offered = PursueOffers();
  // The seats of what was offered on are settled at once.
  return handled + offered + (offered > 0 ? SettleSeats() : 0);
}

bool AllocationWorker::Handle(const Allocation& queued) {
  const auto claimed = store_.ClaimAllocation(Work(), queued.id, options_.id, options_.claim);
  if (!claimed.ok() || !*claimed || (*claimed)->state == AllocationState::kFailed) return false;
  const Allocation& allocation = **claimed;
  const bool is_publication = allocation.state == AllocationState::kPublishing;
  Heart heart(*this, allocation);
  absl::Status done = is_publication ? Publish(allocation, heart) : Compute(allocation, heart);
  heart.Stop();
  if (done.ok()) {
    if (log_)
      log_->Info(is_publication ? "allocation published" : "allocation proposed", {{"allocation", allocation.name()}});
    return true;
  }
  // One that is lost is somebody else's by now. A publication that could not go on
  // is taken up again when the claim has run out; so is what failed in passing.
  if (!is_publication && !heart.lost() && !IsPassing(done)) {
    done.Update(store_.FailAllocation(Work(), allocation, FailureOf(done), std::string(done.message())));
  }
  if (log_) {
    log_->Warning("allocation not done", {{"allocation", allocation.name()}, {"error", std::string(done.message())}});
  }
  return true;
}

absl::Status AllocationWorker::Compute(const Allocation& claimed, Heart& heart) {
  BRYGGA_ASSIGN_OR_RETURN(AllocationInput input, store_.LoadAllocation(claimed.cohort, claimed.id, Soon()));
  const auto heard = [&](size_t asked, size_t of) { heart.At(AllocationPhase::kFacts, asked, of); };
  BRYGGA_RETURN_IF_ERROR(facts_.Gather(input, absl::InfiniteFuture(), heard));
  heart.At(AllocationPhase::kSolving, 0, 1);
  engine::Control control;
  control.cancelled = [&] { return heart.lost() || loop_.stopping(); };
  control.progress = [&](const engine::Progress& progress) {
    heart.At(AllocationPhase::kSolving, static_cast<size_t>(progress.done), static_cast<size_t>(progress.total));
  };
  const absl::Time begun = absl::Now();
  BRYGGA_ASSIGN_OR_RETURN(AllocationProposal proposal, Propose(input, control));
  proposal.statistics.solve_us = absl::ToInt64Microseconds(absl::Now() - begun);
  heart.At(AllocationPhase::kChecking, 0, 1);
  const AllocationInput answer{
      .allocation = input.allocation, .openings = proposal.openings, .applications = proposal.applications};
  BRYGGA_RETURN_IF_ERROR(CheckProposal(answer, proposal.certificate));
  heart.At(AllocationPhase::kStoring, 0, 1);
  return store_.ProposeAllocation(Work(), claimed, proposal);
}

absl::Status AllocationWorker::Publish(const Allocation& claimed, Heart& heart) {
  BRYGGA_ASSIGN_OR_RETURN(const AllocationInput input, store_.LoadAllocation(claimed.cohort, claimed.id, Soon()));
  const std::vector<SeatRef> seats = SeatsOf(input);
  const absl::Status held = InBatches(seats.size(), kSeatsAtOnce, [&](size_t from, size_t to) -> absl::Status {
    if (heart.lost() || Killed("hold")) return AllocationLost(claimed.id);
    BRYGGA_RETURN_IF_ERROR(openings_.Hold({seats.begin() + from, seats.begin() + to}, Soon()));
    heart.At(AllocationPhase::kHolding, to, seats.size());
    return absl::OkStatus();
  });
  if (IsRefusal(held)) return Undo(claimed, seats, held, heart);
  BRYGGA_RETURN_IF_ERROR(held);
  if (Killed("match")) return AllocationLost(claimed.id);
  BRYGGA_ASSIGN_OR_RETURN(const std::string document, store_.GetDocument(claimed.cohort, claimed.id, Soon()));
  const absl::Status finished = store_.FinishPublication(Work(), claimed, document);
  if (IsRefusal(finished)) return Undo(claimed, seats, finished, heart);
  return finished;  // The seats are confirmed by SettleSeats.
}

absl::Status AllocationWorker::Undo(const Allocation& claimed, const std::vector<SeatRef>& seats,
                                    const absl::Status& why, Heart& heart) {
  BRYGGA_RETURN_IF_ERROR(InBatches(seats.size(), kSeatsAtOnce, [&](size_t from, size_t to) -> absl::Status {
    if (heart.lost() || Killed("release")) return AllocationLost(claimed.id);
    const absl::Status released = openings_.Release({seats.begin() + from, seats.begin() + to}, Soon());
    if (absl::IsNotFound(released)) {
      // One of the openings is gone: what else there is, one by one.
      for (size_t i = from; i < to; ++i) {
        const absl::Status one = openings_.Release({seats[i]}, Soon());
        if (!one.ok() && !absl::IsNotFound(one)) return one;
      }
    } else if (!released.ok()) {
      return released;
    }
    heart.At(AllocationPhase::kUndoing, to, seats.size());
    return absl::OkStatus();
  }));
  const std::string reason = ReasonOf(why) == "APPLICANT_HAS_MATCH" ? "APPLICANT_HAS_MATCH" : "OPENING_TAKEN";
  heart.Stop();
  return store_.UndoPublication(Work(), claimed, reason, std::string(why.message()));
}

absl::Status AllocationWorker::SettleOneByOne(const std::vector<UnsettledSeat>& seats) {
  std::vector<UnsettledSeat> settled, lost;
  for (const UnsettledSeat& seat : seats) {
    const SeatRef ref = RefOf(seat);
    const bool confirm = seat.wanted == PlacementSeat::kConfirmed;
    const absl::Status told = confirm ? openings_.Confirm({ref}, Soon()) : openings_.Release({ref}, Soon());
    // A seat whose opening is gone cannot be given back, and need not be.
    const bool is_settled = told.ok() || (!confirm && absl::IsNotFound(told));
    if (!is_settled && !IsRefusal(told)) return told;
    if (!is_settled && !confirm) return told;
    (is_settled ? settled : lost).push_back(seat);
  }
  if (!settled.empty()) BRYGGA_RETURN_IF_ERROR(store_.SettleSeats(Work(), settled));
  if (!lost.empty()) BRYGGA_RETURN_IF_ERROR(store_.LoseSeats(Work(), lost));
  return absl::OkStatus();
}

int AllocationWorker::SettleSeats() {
  int batches = 0;
  while (!loop_.stopping()) {
    const auto unsettled = store_.ListUnsettledSeats(static_cast<int>(kSeatsAtOnce), Soon());
    if (!unsettled.ok() || unsettled->empty() || Killed("settle")) break;
    // One allocation and one wish at a time.
    std::vector<UnsettledSeat> batch;
    std::vector<SeatRef> refs;
    for (const UnsettledSeat& seat : *unsettled) {
      if (seat.allocation != unsettled->front().allocation || seat.wanted != unsettled->front().wanted) continue;
      batch.push_back(seat);
      refs.push_back(RefOf(seat));
    }
    const bool confirm = batch.front().wanted == PlacementSeat::kConfirmed;
    absl::Status told = confirm ? openings_.Confirm(refs, Soon()) : openings_.Release(refs, Soon());
    if (told.ok()) {
      told = store_.SettleSeats(Work(), batch);
    } else if (IsRefusal(told)) {
      // One of them is not as we think: the others need not suffer for it.
      told = SettleOneByOne(batch);
    }
    if (!told.ok()) {
      if (log_) log_->Warning("seats not settled", {{"error", std::string(told.message())}});
      break;
    }
    ++batches;
  }
  return batches;
}

int AllocationWorker::PursueOffers() {
  int moved = 0;
  for (int again = 1; again > 0 && !loop_.stopping() && !Killed("offer");) {
    const auto decided = store_.OfferFreedSeats(Work(), [] { return MatchId(NewUuid(absl::Now())); });
    const auto under_way = store_.ListOffersUnderWay(static_cast<int>(kSeatsAtOnce), Soon());
    if (!decided.ok() || !under_way.ok()) {
      if (log_) log_->Warning("offers cannot be read", {{"error", std::string(decided.status().message())}});
      break;
    }
    again = *decided;
    for (const Offer& offer : under_way->offers) {
      if (loop_.stopping()) break;
      const absl::Status done = offer.state == OfferState::kOffering ? Pursue(offer, under_way->now) : TakeBack(offer);
      // What another worker has moved on is no concern of this one.
      if (!done.ok() && !absl::IsAborted(done)) {
        if (log_) log_->Warning("seat not offered on", {{"error", std::string(done.message())}});
        return moved;
      }
      again += done.ok() ? 1 : 0;
    }
    moved += again;
  }
  return moved;
}

absl::Status AllocationWorker::Pursue(const Offer& offer, absl::Time now) {
  const auto application = store_.GetApplication(offer.cohort, offer.allocation, offer.participant, Soon());
  if (absl::IsNotFound(application.status())) return store_.GiveUpOffer(Work(), offer, kPersonGone);
  BRYGGA_RETURN_IF_ERROR(application.status());
  BRYGGA_ASSIGN_OR_RETURN(const auto standing, facts_.Ask(*application, offer.opening, absl::InfiniteFuture()));
  if (standing.last_day && *standing.last_day < StockholmDate(now)) {
    return store_.GiveUpOffer(Work(), offer, kOpeningOver);
  }
  if (standing.bar != UnplacedReason::kNone) {
    const bool is_closed = standing.bar == UnplacedReason::kNoSeats;
    return store_.GiveUpOffer(Work(), offer, is_closed ? kOpeningTaken : NameOf(standing.bar));
  }
  if (Killed("offer-hold")) return OfferLost(offer);
  const absl::Status held = openings_.Hold({RefOf(offer)}, Soon());
  if (IsRefusal(held)) return store_.GiveUpOffer(Work(), offer, kOpeningTaken);
  BRYGGA_RETURN_IF_ERROR(held);
  if (Killed("offer-match")) return OfferLost(offer);
  const absl::Status made = store_.MakeOffer(Work(), offer);
  return IsRefusal(made) ? store_.GiveUpOffer(Work(), offer, kApplicantHasMatch) : made;
}

// After this partner will not hold a seat for the match again, however late somebody
// asks who was stopped on the way.
absl::Status AllocationWorker::TakeBack(const Offer& offer) {
  if (Killed("offer-release")) return OfferLost(offer);
  const absl::Status released = openings_.Release({RefOf(offer)}, Soon());
  if (!released.ok() && !absl::IsNotFound(released)) return released;
  if (Killed("offer-close")) return OfferLost(offer);
  return store_.CloseOffer(Work(), offer);
}

}  // namespace brygga::matching
