// The contract of ParticipantStore as tests: the fake, SQLite and PostgreSQL run
// the same suite. List the .cc in each store's test and instantiate with one
// line.
#ifndef BRYGGA_SERVICES_PARTICIPANT_STORE_PARTICIPANT_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_PARTICIPANT_STORE_PARTICIPANT_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <string>

#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/participant/store/fake_participant_store.h"
#include "services/participant/store/participant_store.h"

namespace brygga::participant {

class ParticipantStoreConformance : public ::testing::TestWithParam<testing::MakeStore<ParticipantStore>> {
 protected:
  ParticipantStoreConformance();

  // A mutation under `request_id`, answered with the word "answer".
  template <typename T>
  static Mutation<T> Request(const std::string& request_id, const std::string& digest = "digest") {
    return {{.actor = "test",
             .method = "test/Method",
             .request_id = request_id,
             .request_digest = digest,
             .deadline = absl::InfiniteFuture()},
            [](const T&) { return std::string("answer"); }};
  }

  // Make and store a person, an enrolment, a consent.
  Participant AddPerson(const std::string& id);
  Enrolment AddEnrolment(const std::string& person, Role role = Role::kMentor);
  Consent AddConsent(const std::string& id, const std::string& person, Purpose purpose,
                     const std::string& notice = "n-1");
  void MoveTo(CohortState state);
  FeaturesPage Features();
  // Erases a person whom matching alone holds besides.
  absl::StatusOr<DataSubjectRequest> Erase(const std::string& person, const std::string& key = "k");

  // How many of 8 adepts who are decided at the same moment are enrolled in a
  // cohort of one place.
  int EnrolledInTheLastPlace();

  // A row of a file for a person with this key.
  ImportRow RowOf(const std::string& key) const;
  ImportBatch BatchOf(std::vector<ImportRow> rows) const;

  ManualClock clock_{absl::FromUnixSeconds(1660557600)};  // 2022-08-15 10:00 UTC
  testing::StoreUnderTest<ParticipantStore> under_test_ = GetParam()(clock_);
  ParticipantStore& store_ = *under_test_.store;

  // A programme in which mentors need no consent, and its open cohort.
  Programme programme_;
  Cohort cohort_;
};

}  // namespace brygga::participant

#endif  // BRYGGA_SERVICES_PARTICIPANT_STORE_PARTICIPANT_STORE_CONFORMANCE_H_
