#include "services/gateway/rpc/sections.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace brygga::gateway {
namespace {

enum class Part { kPairs, kEvents };

struct Named {
  void Add(Part part) { parts.push_back(part); }
  std::vector<Part> parts;
};

TEST(SectionsTest, AnAnswerIsPassedOn) {
  Sections<Part> sections(/*allow_partial=*/true);

  EXPECT_EQ(*sections.Optional<std::string>(Part::kPairs, std::string("two")), "two");
  EXPECT_FALSE(sections.IsMissing(Part::kPairs));
}

TEST(SectionsTest, AnUnreachableSectionIsEmptyAndNamedWhereThatIsAccepted) {
  for (const absl::Status& away :
       {absl::UnavailableError(""), absl::DeadlineExceededError(""), absl::ResourceExhaustedError("")}) {
    Sections<Part> sections(/*allow_partial=*/true);

    EXPECT_EQ(*sections.Optional<std::string>(Part::kEvents, away), "");

    Named named;
    sections.NameIn(&named);
    EXPECT_EQ(named.parts, std::vector<Part>{Part::kEvents});
  }
}

TEST(SectionsTest, AnUnreachableSectionFailsTheCallWhereThatIsNotAccepted) {
  Sections<Part> sections(/*allow_partial=*/false);

  EXPECT_TRUE(absl::IsUnavailable(sections.Optional<int>(Part::kEvents, absl::UnavailableError("")).status()));
}

TEST(SectionsTest, ARealErrorIsNeverTurnedIntoAnEmptySection) {
  Sections<Part> sections(/*allow_partial=*/true);

  EXPECT_TRUE(absl::IsNotFound(sections.Optional<int>(Part::kEvents, absl::NotFoundError("")).status()));
  EXPECT_TRUE(absl::IsInternal(sections.Optional<int>(Part::kEvents, absl::InternalError("")).status()));
}

}  // namespace
}  // namespace brygga::gateway
