#include "common/rpc/update_mask.h"

#include <gmock/gmock.h>
#include <google/protobuf/field_mask.pb.h>
#include <gtest/gtest.h>

#include "common/rpc/testing_proto/probe.pb.h"
#include "common/status/error.h"
#include "common/testing/proto_matchers.h"

namespace brygga::rpc {
namespace {

using ::brygga::testing::EqualsProto;
using ::google::protobuf::FieldMask;
using ::testing::ElementsAre;
using testing::Thing;

FieldMask Mask(std::initializer_list<const char*> paths) {
  FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

Thing Full() {
  Thing thing;
  thing.set_name("things/1");
  thing.set_title("old");
  thing.set_size(3);
  thing.add_tags("a");
  thing.mutable_nested()->set_word("x");
  thing.set_state("OPEN");
  return thing;
}

TEST(UpdateMaskTest, WithoutPathsEverySetFieldOfTheCallerIsMeant) {
  EXPECT_THAT(ParseUpdateMask({}, Full())->paths(), ElementsAre("nested", "size", "tags", "title"));
}

TEST(UpdateMaskTest, AStarMeansEveryFieldOfTheCaller) {
  EXPECT_THAT(ParseUpdateMask(Mask({"*"}), Thing())->paths(), ElementsAre("nested", "size", "tags", "title"));
}

TEST(UpdateMaskTest, EveryPathThatDoesNotExistOrIsNotTheCallersIsNamed) {
  const auto mask = ParseUpdateMask(Mask({"titel", "title", "state", "name", "tags.x", "nested.word"}), Thing());

  const ErrorDetails details = DetailsOf(mask.status());
  ASSERT_EQ(details.fields.size(), 4u);
  EXPECT_EQ(details.fields[0].field, "update_mask.paths[0]");
  EXPECT_EQ(details.fields[1].field, "update_mask.paths[2]");
  EXPECT_EQ(details.fields[2].field, "update_mask.paths[3]");
  EXPECT_EQ(details.fields[3].field, "update_mask.paths[4]");
}

TEST(UpdateMaskTest, APathCoversWhatLiesUnderIt) {
  const UpdateMask mask({"nested", "size"});

  EXPECT_TRUE(mask.Has("nested"));
  EXPECT_TRUE(mask.Has("nested.word"));
  EXPECT_FALSE(mask.Has("title"));
}

TEST(UpdateMaskTest, AnUpdateReplacesListsAndEmptiesWhatIsUnset) {
  Thing from;
  from.add_tags("b");
  Thing to = Full();

  ApplyUpdateMask(UpdateMask({"title", "size", "tags", "nested"}), from, &to);

  EXPECT_THAT(to, EqualsProto<Thing>(R"pb(name: "things/1" tags: "b" state: "OPEN")pb"));
}

TEST(UpdateMaskTest, AnUpdateLeavesTheRestAlone) {
  Thing from;
  from.set_title("new");
  from.set_size(9);
  Thing to = Full();

  ApplyUpdateMask(UpdateMask({"title"}), from, &to);

  Thing expected = Full();
  expected.set_title("new");
  EXPECT_THAT(to, EqualsProto(expected));
}

}  // namespace
}  // namespace brygga::rpc
