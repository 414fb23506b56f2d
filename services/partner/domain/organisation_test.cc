#include "services/partner/domain/organisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "services/partner/domain/errors.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'600'000'000);

TEST(OrganisationTest, NumbersAreKeptAsDigitsAndShownWithAHyphen) {
  EXPECT_EQ(DigitsOf("299999-0340"), "2999990340");
  EXPECT_EQ(FormatOrganisationNumber("2999990340"), "299999-0340");
  EXPECT_EQ(FormatOrganisationNumber(""), "");
}

TEST(OrganisationTest, AnUpdateKeepsIdentityAndParent) {
  const Organisation before = {.id = OrganisationId("o"),
                               .created_at = kNow,
                               .updated_at = kNow,
                               .external_ref = ExternalRef{"sample", "P1"},
                               .display_name = "Ljungholm Bank",
                               .parent = OrganisationId("p")};
  const Organisation wanted = {.display_name = "Ljungholm Bank AB", .employees = 135};

  const auto after = Update(before, wanted, "1", kNow + absl::Hours(1));

  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->external_ref, before.external_ref);
  EXPECT_EQ(after->parent, before.parent);
  EXPECT_EQ(after->display_name, "Ljungholm Bank AB");
  EXPECT_EQ(after->revision, 2);
  EXPECT_EQ(after->updated_at, kNow + absl::Hours(1));
}

TEST(OrganisationTest, AnUpdateToTheSameChangesNothing) {
  const Organisation before = {.id = OrganisationId("o"), .display_name = "Region Ekfors"};

  EXPECT_THAT(Update(before, {.display_name = "Region Ekfors"}, "", kNow), IsOkAndHolds(before));
  EXPECT_THAT(Update(before, before, "3", kNow), HasReason("ETAG_MISMATCH"));
}

TEST(WordsTest, AWordAndItsValueBelongTogether) {
  EXPECT_THAT(AllNames<Sector>(), ElementsAre("PRIVATE", "CIVIL_SOCIETY", "PUBLIC"));
  EXPECT_EQ(NameOf(OrganisationKind::kUnion), "UNION");
  EXPECT_EQ(FromName<ServiceKind>("TRAINING"), ServiceKind::kTraining);
}

TEST(ErrorsTest, NameTheHolderOfWhatIsTaken) {
  const absl::Status status = OrganisationNumberTaken(OrganisationId("o"));

  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(DetailsOf(status).metadata.at("resource"), "organisations/o");
  EXPECT_THAT(std::string(status.message()), HasSubstr("organisations/o"));
}

}  // namespace
}  // namespace brygga::partner
