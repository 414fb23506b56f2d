#include "services/matching/domain/offers.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "common/status/check.h"

namespace brygga::matching {
namespace {

constexpr auto kStates = std::to_array<std::string_view>({"OFFERING", "RETURNING", "OFFERED", "LAPSED"});

bool IsIn(const Application& application, const std::string& group) {
  return application.priority == group ||
         std::find(application.groups.begin(), application.groups.end(), group) != application.groups.end();
}

// Which of the person's choices `opening` is, from 1; 0: none that they may have.
int ChoiceOf(const Application& application, const std::string& opening) {
  const auto found = std::find(application.choices.begin(), application.choices.end(), opening);
  if (found == application.choices.end()) return 0;
  const auto i = static_cast<size_t>(found - application.choices.begin());
  const bool is_barred = !application.barred.empty() && application.barred[i] != UnplacedReason::kNone;
  return is_barred ? 0 : static_cast<int>(i) + 1;
}

// Hands out seats along the reserve list.
class Handout {
 public:
  Handout(const Allocation& allocation, const std::vector<FreedPlace>& freed) : allocation_(allocation), left_(freed) {
    for (const FreedPlace& place : freed) contenders_[{place.opening, place.seat_group}] = 0;
  }

  void AddWaiting(const Application& application) {
    waiting_.push_back(&application);
    Count(application, 1);
  }

  std::vector<Offer> Run() {
    std::sort(waiting_.begin(), waiting_.end(),
              [](const Application* a, const Application* b) { return a->reserve_position < b->reserve_position; });
    // Who has got a seat no longer keeps others from a reserved one: then there may
    // be something for somebody who came before.
    for (bool again = true; again;) {
      again = false;
      std::vector<const Application*> without;
      for (const Application* application : waiting_) {
        if (!left_.empty() && Take(*application)) {
          Count(*application, -1);
          again = true;
        } else {
          without.push_back(application);
        }
      }
      waiting_ = std::move(without);
    }
    return offers_;
  }

  // Seats that nobody got.
  const std::vector<FreedPlace>& left() const { return left_; }
  bool Wants(const Application& application, const FreedPlace& place) const {
    return ChoiceOf(application, place.opening) > 0 && MayHave(application, place);
  }

 private:
  // Notes who of a group contends for its reserved seats.
  void Count(const Application& application, int by) {
    for (auto& [seat, count] : contenders_) {
      const auto& [opening, group] = seat;
      if (!group.empty() && IsIn(application, group) && ChoiceOf(application, opening) > 0) count += by;
    }
  }

  bool MayHave(const Application& application, const FreedPlace& place) const {
    if (place.seat_group.empty() || IsIn(application, place.seat_group)) return true;
    const auto reserve = std::find_if(allocation_.reserves.begin(), allocation_.reserves.end(),
                                      [&](const auto& one) { return one.group == place.seat_group; });
    const bool opens =
        reserve == allocation_.reserves.end() || reserve->fallback == AllocationReserveFallback::kOpenToAll;
    return opens && contenders_.at({place.opening, place.seat_group}) == 0;
  }

  bool Take(const Application& application) {
    auto best = left_.end();
    const auto rank = [&](const FreedPlace& place) {
      const bool is_own = !place.seat_group.empty() && IsIn(application, place.seat_group);
      return std::pair(ChoiceOf(application, place.opening), is_own ? 0 : 1);
    };
    for (auto place = left_.begin(); place != left_.end(); ++place) {
      if (Wants(application, *place) && (best == left_.end() || rank(*place) < rank(*best))) best = place;
    }
    if (best == left_.end()) return false;
    offers_.push_back({.cohort = allocation_.cohort,
                       .allocation = allocation_.id,
                       .freed_by = best->freed_by,
                       .opening = best->opening,
                       .seat_group = best->seat_group,
                       .participant = application.participant,
                       .choice = ChoiceOf(application, best->opening)});
    left_.erase(best);
    return true;
  }

  const Allocation& allocation_;
  std::vector<FreedPlace> left_;
  std::vector<const Application*> waiting_;
  std::map<std::pair<std::string, std::string>, int> contenders_;  // By opening and group.
  std::vector<Offer> offers_;
};

}  // namespace

std::string_view NameOf(OfferState state) { return kStates[static_cast<size_t>(state) - 1]; }

OfferState OfferStateOf(std::string_view name) {
  const auto found = std::find(kStates.begin(), kStates.end(), name);
  BRYGGA_CHECK(found != kStates.end());  // Words come from our own tables.
  return static_cast<OfferState>(found - kStates.begin() + 1);
}

FreedSeat FreedSeatOf(OfferState state) {
  if (state == OfferState::kOffered) return FreedSeat::kOffered;
  return state == OfferState::kLapsed ? FreedSeat::kLapsed : FreedSeat::kOffering;
}

bool IsAboutPerson(std::string_view reason) {
  constexpr std::array kReasons = {kApplicantHasMatch, kPersonGone, kTooYoungOrOld, kAgeNeedsEvidence,
                                   kMissesRequirements};
  return std::find(kReasons.begin(), kReasons.end(), reason) != kReasons.end();
}

std::vector<Offer> OfferOn(const Allocation& allocation, const std::vector<Application>& applications,
                           const Excluded& excluded, const std::vector<FreedPlace>& freed) {
  Handout handout(allocation, freed);
  std::vector<const Application*> maybe;  // Who might be back.
  for (const Application& application : applications) {
    if (!application.placement.empty() || application.gone || application.reserve_position == 0) continue;
    if (excluded.placed.contains(application.participant)) continue;
    if (excluded.waiting.contains(application.participant)) {
      maybe.push_back(&application);
    } else {
      handout.AddWaiting(application);
    }
  }
  std::vector<Offer> offers = handout.Run();
  for (const FreedPlace& place : handout.left()) {
    const bool is_wanted =
        std::any_of(maybe.begin(), maybe.end(), [&](const auto* person) { return handout.Wants(*person, place); });
    if (is_wanted) continue;
    offers.push_back({.cohort = allocation.cohort,
                      .allocation = allocation.id,
                      .freed_by = place.freed_by,
                      .opening = place.opening,
                      .seat_group = place.seat_group,
                      .state = OfferState::kLapsed,
                      .reason = std::string(kNobodyWaiting)});
  }
  return offers;
}

Application PassOver(Application application, const Offer& offer) {
  if (offer.reason == kApplicantHasMatch) return application;
  const UnplacedReason reason = UnplacedReasonOf(offer.reason);
  if (reason == UnplacedReason::kPersonGone) {
    application.gone = true;
  } else if (ChoiceOf(application, offer.opening) > 0) {
    if (application.barred.empty()) application.barred.assign(application.choices.size(), UnplacedReason::kNone);
    application.barred[static_cast<size_t>(ChoiceOf(application, offer.opening)) - 1] = reason;
  }
  const bool may_have_another =
      application.barred.empty() || std::any_of(application.barred.begin(), application.barred.end(),
                                                [](UnplacedReason bar) { return bar == UnplacedReason::kNone; });
  if (application.gone || !may_have_another) {
    application.reserve_position = 0;
    application.reason = reason;
  }
  return application;
}

}  // namespace brygga::matching
