#include "services/events/rpc/waiting_review.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/clock.h"

namespace brygga::events {
namespace {

constexpr int kPage = 100;
constexpr absl::Duration kLongest = absl::Seconds(1);

}  // namespace

Ineligible ReviewWaiting(EventStore& store, AgeCheck& ages, const Event& event, int seats, Consider consider,
                         absl::Time deadline) {
  Ineligible ineligible;
  if (event.ages.open() || event.waiting == 0) return ineligible;
  deadline = std::min(deadline, absl::Now() + kLongest);
  list::ListQuery query = {
      .filter = {{.field = "state", .value = NameOf(RegistrationState::kWaitlisted)}},
      .order = {{"queue_number", false}, {"id", false}},
      .limit = kPage,
  };
  for (bool more = true; more && seats > 0;) {
    const auto page = store.ListRegistrations({.viewer = {.all = true}, .event = event.id}, query, deadline);
    if (!page.ok()) return ineligible;
    std::vector<std::string> waiting;
    for (const Registration& registration : page->items) {
      if (consider == Consider::kEverybody || registration.waiting_reason == WaitingReason::kEventFull) {
        waiting.push_back(registration.participant);
      }
    }
    const auto answers = ages.Ask(waiting, event.ages, event.first_day, deadline);
    if (!answers.ok()) return ineligible;
    for (size_t i = 0; i < waiting.size() && seats > 0; ++i) {
      if ((*answers)[i] == AgeAnswer::kWithin) {
        --seats;
      } else {
        ineligible.insert(waiting[i]);
      }
    }
    query.after = page->next;
    more = page->next.has_value();
  }
  return ineligible;
}

}  // namespace brygga::events
