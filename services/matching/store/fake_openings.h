// Partner's openings and participant's ages in memory, for tests.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_FAKE_OPENINGS_H_
#define BRYGGA_SERVICES_MATCHING_STORE_FAKE_OPENINGS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/status/error.h"
#include "common/wait/mutex.h"
#include "services/matching/domain/allocation_errors.h"
#include "services/matching/domain/errors.h"
#include "services/matching/store/openings.h"

namespace brygga::matching {

// Counts seats as partner promises. Safe for concurrent use.
class FakeOpenings final : public Openings {
 public:
  void Set(const std::string& name, OpeningFacts facts) {
    const MutexLock lock(&mutex_);
    openings_[name] = std::move(facts);
  }
  void Remove(const std::string& name) {
    const MutexLock lock(&mutex_);
    openings_.erase(name);
  }
  // What happens once, after the next Read has read and before it answers.
  void SetMeanwhile(std::function<void()> meanwhile) {
    const MutexLock lock(&mutex_);
    meanwhile_ = std::move(meanwhile);
  }
  int reads() {
    const MutexLock lock(&mutex_);
    return reads_;
  }
  void SetUnreachable(bool unreachable) {
    const MutexLock lock(&mutex_);
    unreachable_ = unreachable;
  }
  // The state of a match's seat: "HELD", "CONFIRMED", "RELEASED", or "".
  std::string SeatOf(const std::string& match) {
    const MutexLock lock(&mutex_);
    for (const auto& [ref, state] : seats_) {
      if (ref.second == match) return state;
    }
    return "";
  }
  int CountSeats(const std::string& state) {
    const MutexLock lock(&mutex_);
    int count = 0;
    for (const auto& [ref, seat] : seats_) count += seat == state ? 1 : 0;
    return count;
  }

  absl::StatusOr<std::vector<std::optional<OpeningFacts>>> Read(const std::vector<std::string>& names,
                                                                absl::Time) override {
    std::vector<std::optional<OpeningFacts>> facts;
    std::function<void()> meanwhile;
    {
      const MutexLock lock(&mutex_);
      if (unreachable_) return PartnerUnavailable();
      ++reads_;
      for (const std::string& name : names) {
        const auto found = openings_.find(name);
        facts.push_back(found == openings_.end() ? std::nullopt : std::optional(found->second));
      }
      std::swap(meanwhile, meanwhile_);
    }
    if (meanwhile) meanwhile();
    return facts;
  }
  // Two a page; `page_token` is the last name before it.
  absl::StatusOr<OpeningsPage> ListLive(const std::string& page_token, absl::Time) override {
    const MutexLock lock(&mutex_);
    if (unreachable_) return PartnerUnavailable();
    OpeningsPage page;
    for (auto next = openings_.upper_bound(page_token); next != openings_.end(); ++next) {
      if (IsOver(next->second.state)) continue;
      if (page.openings.size() == 2) {
        page.next = page.openings.rbegin()->first;
        break;
      }
      page.openings.insert(*next);
    }
    return page;
  }
  absl::Status Hold(const std::vector<SeatRef>& seats, absl::Time) override {
    const MutexLock lock(&mutex_);
    if (unreachable_) return PartnerUnavailable();
    const auto openings = openings_;
    const auto before = seats_;
    for (const SeatRef& seat : seats) {
      const absl::Status held = HoldOne(seat);
      if (held.ok()) continue;
      openings_ = openings;
      seats_ = before;
      return held;
    }
    return absl::OkStatus();
  }
  absl::Status Confirm(const std::vector<SeatRef>& seats, absl::Time) override {
    const MutexLock lock(&mutex_);
    if (unreachable_) return PartnerUnavailable();
    for (const SeatRef& seat : seats) {
      const auto known = seats_.find({seat.opening, seat.match});
      if (known == seats_.end()) return NotFound(seat.opening);
      if (known->second == "RELEASED") {
        return FailedPrecondition("SEAT_RELEASED",
                                  {.type = "STATE", .subject = seat.opening, .description = "was given back"});
      }
    }
    for (const SeatRef& seat : seats) seats_[{seat.opening, seat.match}] = "CONFIRMED";
    return absl::OkStatus();
  }
  absl::Status Release(const std::vector<SeatRef>& seats, absl::Time) override {
    const MutexLock lock(&mutex_);
    if (unreachable_) return PartnerUnavailable();
    for (const SeatRef& seat : seats) {
      std::string& state = seats_[{seat.opening, seat.match}];
      if (!state.empty() && state != "RELEASED") ++openings_[seat.opening].free_seats;
      state = "RELEASED";
    }
    return absl::OkStatus();
  }

 private:
  absl::Status HoldOne(const SeatRef& seat) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::string& state = seats_[{seat.opening, seat.match}];
    if (state == "HELD" || state == "CONFIRMED") return absl::OkStatus();
    const auto found = openings_.find(seat.opening);
    if (found == openings_.end()) return NotFound(seat.opening);
    if (state == "RELEASED" || found->second.state != OpeningState::kOpen || found->second.free_seats == 0) {
      return FailedPrecondition("OPENING_FULL",
                                {.type = "CAPACITY", .subject = seat.opening, .description = "is full"});
    }
    --found->second.free_seats;
    state = "HELD";
    return absl::OkStatus();
  }

  Mutex mutex_;
  std::map<std::string, OpeningFacts> openings_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<std::string, std::string>, std::string> seats_ ABSL_GUARDED_BY(mutex_);
  bool unreachable_ ABSL_GUARDED_BY(mutex_) = false;
  int reads_ ABSL_GUARDED_BY(mutex_) = 0;  // That were answered.
  std::function<void()> meanwhile_ ABSL_GUARDED_BY(mutex_);
};

// Knows dates of birth. Who is not known does not exist. Safe for concurrent use.
class FakeAgeCheck final : public AgeCheck {
 public:
  // An absent date: the person exists, and when they were born is not known.
  void Set(const std::string& participant, std::optional<Date> born) {
    const MutexLock lock(&mutex_);
    born_[participant] = born;
  }

  // The person does not exist any more.
  void Forget(const std::string& participant) {
    const MutexLock lock(&mutex_);
    born_.erase(participant);
  }

  absl::StatusOr<std::vector<AgeAnswer>> Ask(const std::vector<std::string>& participants, const AgeWindow& window,
                                             Date on, absl::Time) override {
    const MutexLock lock(&mutex_);
    std::vector<AgeAnswer> answers;
    for (const std::string& participant : participants) {
      const auto found = born_.find(participant);
      if (found == born_.end()) {
        answers.push_back(AgeAnswer::kNoSuchPerson);
      } else if (!found->second) {
        answers.push_back(AgeAnswer::kNeedsEvidence);
      } else {
        const int age = AgeOn(*found->second, on);
        const bool is_within = (!window.least || age >= *window.least) && (!window.most || age <= *window.most);
        answers.push_back(is_within ? AgeAnswer::kWithin : AgeAnswer::kOutside);
      }
    }
    return answers;
  }

 private:
  Mutex mutex_;
  std::map<std::string, std::optional<Date>> born_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_FAKE_OPENINGS_H_
