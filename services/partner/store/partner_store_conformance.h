// What every PartnerStore keeps its word on: the fake, SQLite and PostgreSQL.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_PARTNER_STORE_CONFORMANCE_H_
#define BRYGGA_SERVICES_PARTNER_STORE_PARTNER_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/testing/stores.h"
#include "common/time/clock.h"
#include "services/partner/store/partner_store.h"

namespace brygga::partner {

class PartnerStoreConformance : public ::testing::TestWithParam<testing::MakeStore<PartnerStore>> {
 protected:
  // A mutation under a new request id, answered with `render`.
  template <typename T>
  Mutation<T> New(std::function<std::string(const T&)> render = nullptr) {
    return Repeat<T>("request-" + std::to_string(++requests_), std::move(render));
  }
  template <typename T>
  Mutation<T> Repeat(const std::string& request_id, std::function<std::string(const T&)> render = nullptr) {
    Mutation<T> mutation{{.actor = "test", .method = "Method", .request_id = request_id, .request_digest = "d"}};
    mutation.render = render ? std::move(render) : [](const T&) { return std::string("answer"); };
    return mutation;
  }

  absl::Time Soon() const { return absl::Now() + absl::Seconds(20); }

  // Makes things; the test fails where that fails.
  OrganisationId MakeOrganisation(const std::string& id, Organisation organisation = {});
  NetworkId MakeNetwork(const std::string& id);
  absl::StatusOr<Membership> Join(const std::string& id, const std::string& network, const std::string& organisation,
                                  Period period, MembershipKind kind = MembershipKind::kMember);
  absl::StatusOr<Agreement> Agree(const std::string& id, const std::string& organisation, Period period,
                                  AgreementKind kind = AgreementKind::kMentorPartner,
                                  const std::string& operator_id = "operator");
  absl::StatusOr<Agreement> CorrectTo(const Agreement& agreement, Period period);
  ContactPerson MakeContact(const std::string& id, const std::string& organisation, const std::string& email);

  // An OPEN opening of organisation "o".
  Opening MakeOpen(const std::string& id, int seats);
  absl::StatusOr<std::vector<Seat>> Hold(const std::vector<SeatKey>& keys);
  absl::StatusOr<std::vector<Seat>> Confirm(const std::vector<SeatKey>& keys);
  absl::StatusOr<std::vector<Seat>> Release(const std::vector<SeatKey>& keys);
  int TakenOf(const std::string& id);

  // The ids of all items of `page`, which must be OK.
  template <typename T>
  static std::vector<std::string> Ids(const absl::StatusOr<list::Page<T>>& page) {
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> ids;
    if (page.ok()) {
      for (const T& item : page->items) ids.push_back(std::get<std::string>(FieldOf(item, "id")));
    }
    return ids;
  }

  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  testing::StoreUnderTest<PartnerStore> under_test_ = GetParam()(clock_);
  PartnerStore& store_ = *under_test_.store;
  int requests_ = 0;
};

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_PARTNER_STORE_CONFORMANCE_H_
