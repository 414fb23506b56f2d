#include "services/participant/domain/participant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"

namespace brygga::participant {
namespace {

using ::brygga::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const absl::Time kNoon = absl::FromUnixSeconds(1660557600);

Participant Somebody() {
  Participant person{.id = ParticipantId("p-1"),
                     .external_ref = ExternalRef{"sample", "A00001"},
                     .given_name = "Fatima",
                     .family_name = "Zaidan",
                     .email = "fatima@post.example",
                     .birth_year = 1984};
  person.profile.languages = {{"ar", CefrLevel::kNative}, {"sv", CefrLevel::kA2}};
  return Completed(person);
}

TEST(CheckParticipantTest, AWellFormedPersonHasNothingWrong) {
  EXPECT_THAT(CheckParticipant(Somebody(), {.origin_country = "EG"}), IsEmpty());
}

TEST(CheckParticipantTest, NamesEveryWrongFieldAtOnce) {
  Participant person = Somebody();
  person.given_name = "";
  person.email = "fatima";
  person.birth_date = Date(1985, 1, 2);
  person.profile.languages.push_back({"AR", CefrLevel::kUnspecified});
  person.profile.languages.push_back({"sv", CefrLevel::kB1});
  person.profile.ssyk4 = "335";
  person.profile.slots = {Slot::kMonLunch, Slot::kMonLunch};
  person.profile.goals = {"network"};
  person.profile.employer = "P0001";

  EXPECT_THAT(CheckParticipant(person, {.origin_country = "Egypt"}),
              ElementsAre(Field(&FieldViolation::field, "participant.given_name"),
                          Field(&FieldViolation::field, "participant.email"),
                          Field(&FieldViolation::field, "participant.birth_year"),
                          Field(&FieldViolation::field, "participant.profile.languages[2].language"),
                          Field(&FieldViolation::field, "participant.profile.languages[2].level"),
                          Field(&FieldViolation::field, "participant.profile.languages[3].language"),
                          Field(&FieldViolation::field, "participant.profile.ssyk4"),
                          Field(&FieldViolation::field, "participant.profile.slots[1]"),
                          Field(&FieldViolation::field, "participant.profile.employer"),
                          Field(&FieldViolation::field, "participant.profile.goals[0]"),
                          Field(&FieldViolation::field, "participant.background.origin_country")));
}

TEST(UpdateParticipantTest, AChangedProfileIsANewVersion) {
  Participant wanted = Somebody();
  wanted.profile.languages[1].level = CefrLevel::kB1;

  const auto updated = UpdateParticipant(Somebody(), wanted, "1", kNoon);

  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->profile.version, 2);
  EXPECT_EQ(updated->revision, 2);
  EXPECT_EQ(updated->updated_at, kNoon);
}

TEST(UpdateParticipantTest, AChangedNameKeepsTheVersionOfTheProfile) {
  Participant wanted = Somebody();
  wanted.family_name = "Berg";

  EXPECT_EQ(UpdateParticipant(Somebody(), wanted, "", kNoon)->profile.version, 1);
}

TEST(UpdateParticipantTest, NothingChangedIsNoChange) {
  EXPECT_EQ(*UpdateParticipant(Somebody(), Somebody(), "1", kNoon), Somebody());
}

TEST(UpdateParticipantTest, AnOldEtagIsRefused) {
  EXPECT_THAT(UpdateParticipant(Somebody(), Somebody(), "7", kNoon), HasReason("ETAG_MISMATCH"));
}

TEST(UpdateParticipantTest, TheExternalRefStays) {
  Participant wanted = Somebody();
  wanted.external_ref->key = "A00002";

  EXPECT_THAT(UpdateParticipant(Somebody(), wanted, "", kNoon), HasReason("INVALID_FIELDS"));
}

TEST(LikenessTest, LetterCaseAndSpacingDoNotMatterAndTheYearDoes) {
  Participant shouting = Somebody();
  shouting.given_name = "FATIMA ";
  Participant younger = Somebody();
  younger.birth_year = 1985;

  EXPECT_EQ(LikenessOf(shouting), LikenessOf(Somebody()));
  EXPECT_NE(LikenessOf(younger), LikenessOf(Somebody()));
}

TEST(LikenessTest, WithoutAYearNobodyIsAlike) {
  Participant person = Somebody();
  person.birth_year = 0;

  EXPECT_EQ(LikenessOf(person), "");
}

TEST(CheckAgeTest, ADateOfBirthDecidesToTheDay) {
  Participant person = Somebody();
  person.birth_date = Date(2006, 8, 15);

  EXPECT_EQ(CheckAge(person, Date(2022, 8, 14), 16, 21), AgeAnswer::kNo);
  EXPECT_EQ(CheckAge(person, Date(2022, 8, 15), 16, 21), AgeAnswer::kYes);
  EXPECT_EQ(CheckAge(person, Date(2028, 8, 14), 16, 21), AgeAnswer::kYes);
  EXPECT_EQ(CheckAge(person, Date(2028, 8, 15), 16, 21), AgeAnswer::kNo);
}

TEST(CheckAgeTest, AYearAloneDecidesExceptAtABoundary) {
  Participant person = Somebody();
  person.birth_year = 2006;

  EXPECT_EQ(CheckAge(person, Date(2021, 12, 31), 16, 21), AgeAnswer::kNo);
  EXPECT_EQ(CheckAge(person, Date(2022, 8, 15), 16, 21), AgeAnswer::kNeedsEvidence);
  EXPECT_EQ(CheckAge(person, Date(2023, 1, 1), 16, 21), AgeAnswer::kYes);
  EXPECT_EQ(CheckAge(person, Date(2028, 6, 1), 16, 21), AgeAnswer::kNeedsEvidence);
  EXPECT_EQ(CheckAge(person, Date(2029, 1, 1), 16, 21), AgeAnswer::kNo);
}

TEST(CheckAgeTest, NothingKnownNeedsEvidence) {
  Participant person = Somebody();
  person.birth_year = 0;

  EXPECT_EQ(CheckAge(person, Date(2022, 8, 15), 16, std::nullopt), AgeAnswer::kNeedsEvidence);
}

TEST(TieKeyTest, IsTheHashOfTheExternalRef) {
  // printf %s sample/A00001 | sha256sum
  EXPECT_EQ(TieKeyOf(Somebody()), "e06d918dc78f4742993ffe4b79ad5eb5e9ceba49810ee60cc735bce1bf678fab");
}

}  // namespace
}  // namespace brygga::participant
