#include "services/partner/domain/contact_person.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'600'000'000);

TEST(ContactPersonTest, NeedsAnAddressOrANumber) {
  EXPECT_THAT(Problems({}, "contact_person"), ElementsAre(Field(&FieldViolation::field, "contact_person.email")));
  EXPECT_THAT(Problems({.phone = "08-465 004 00"}, "contact_person"), IsEmpty());
}

TEST(ContactPersonTest, EveryProblemIsNamed) {
  const ContactPerson person = {.start_date = Date(2022, 2, 1), .end_date = Date(2022, 1, 1)};

  EXPECT_THAT(Problems(person, "p"),
              ElementsAre(Field(&FieldViolation::field, "p.email"), Field(&FieldViolation::field, "p.end_date")));
}

TEST(ContactPersonTest, AnUpdateKeepsWhoItIsAndCounts) {
  const ContactPerson before = {
      .id = ContactPersonId("c"), .organisation = OrganisationId("o"), .email = "a@b.example"};
  ContactPerson wanted = {.email = "c@d.example"};

  const auto after = Update(before, wanted, "1", kNow);

  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->organisation, before.organisation);
  EXPECT_EQ(after->revision, 2);
  EXPECT_EQ(after->updated_at, kNow);
}

TEST(ContactPersonTest, AnUpdateToTheSameChangesNothing) {
  const ContactPerson before = {.email = "a@b.example"};

  EXPECT_THAT(Update(before, before, "", kNow), IsOkAndHolds(before));
  EXPECT_THAT(Update(before, before, "2", kNow), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(Update(before, {}, "", kNow), HasReason("INVALID_FIELDS"));
}

TEST(ContactPersonTest, AddressesCompareWithoutLetterCase) {
  EXPECT_EQ(EmailKey("Anna@Exempel.SE"), EmailKey("anna@exempel.se"));
}

}  // namespace
}  // namespace brygga::partner
