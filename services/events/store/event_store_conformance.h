// The contract of EventStore as tests: the fake, SQLite and PostgreSQL each run
// them with one line.
#ifndef BRYGGA_SERVICES_EVENTS_STORE_EVENT_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_EVENTS_STORE_EVENT_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "services/events/domain/testing.h"
#include "services/events/store/event_store.h"

namespace brygga::events {

class EventStoreConformance : public ::testing::TestWithParam<testing::MakeStore<EventStore>> {
 protected:
  // A mutation under a request id of its own, or under `request_id`.
  template <typename T>
  Mutation<T> Request(const std::string& request_id = "", const std::string& digest = "d") {
    const std::string id = request_id.empty() ? "r" + std::to_string(++requests_) : request_id;
    return {{.actor = "tester", .method = "m", .request_id = id, .request_digest = digest},
            [](const T&) { return std::string("answer"); }};
  }

  // Creates and publishes an event; by default 3 seats and a waiting list.
  Event Publish(Event draft);
  Event Publish(const std::string& id, int capacity, bool waiting_list = true);
  absl::StatusOr<Event> Change(const EventId& id, const Decide<Event>& decide, const Ineligible& ineligible = {});
  absl::StatusOr<Registration> Register(const EventId& event, const std::string& person);
  absl::StatusOr<Registration> Cancel(const Registration& registration, const Ineligible& ineligible = {});
  Registration Get(const Registration& registration);
  std::vector<Registration> All(const EventId& event);
  // Fails the test unless the counts are those of the rows, and no seat is idle.
  void ExpectConsistent(const EventId& event);

  const absl::Time never_ = absl::InfiniteFuture();
  ManualClock clock_{kNow};
  testing::StoreUnderTest<EventStore> under_test_ = GetParam()(clock_);
  EventStore& store_ = *under_test_.store;

 private:
  std::atomic<int> requests_ = 0;
};

Applicant ApplicantFor(const std::string& person);

}  // namespace brygga::events

#endif  // BRYGGA_SERVICES_EVENTS_STORE_EVENT_STORE_CONFORMANCE_H_
