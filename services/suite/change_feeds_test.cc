// What each service's Watch…Changes makes of bad input: one table for all four.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "brygga/events/v1/change_service.pb.h"
#include "brygga/matching/v1/change_service.pb.h"
#include "brygga/participant/v1/change_service.pb.h"
#include "brygga/partner/v1/change_service.pb.h"
#include "common/rpc/testing.h"
#include "common/testing/matchers.h"
#include "services/suite/testing.h"

namespace brygga::suite {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAreArray;
using ::testing::Not;
using ::testing::SizeIs;

struct Asked {
  std::string resume_token = {};
  std::vector<std::string> collections = {};
};

// The first token of a stream that was asked for so, or how it ended.
template <typename Request, typename Response>
absl::StatusOr<std::string> FirstToken(rpc::Channel& channel, const std::string& method, const std::string& token,
                                       const Asked& asked) {
  Request request;
  request.set_resume_token(asked.resume_token);
  for (const std::string& collection : asked.collections) request.add_collections(collection);
  auto stream = channel.Open<Response>(rpc::CallOptions::Within(absl::Seconds(20), token), method, request);
  Response first;
  if (!stream.Read(&first)) return stream.Finish();
  stream.Cancel();
  return first.resume_token();
}

struct Feed {
  std::string service;
  absl::StatusOr<std::string> (*first_token)(rpc::Channel&, const std::string&, const std::string&, const Asked&);
  std::string method;
  std::string collection;  // One that it has.
};

void PrintTo(const Feed& feed, std::ostream* out) { *out << feed.service; }

template <typename Request, typename Response>
Feed FeedOf(const std::string& service, const std::string& title, const std::string& collection) {
  return {service, &FirstToken<Request, Response>, "brygga." + service + ".v1.ChangeService/Watch" + title + "Changes",
          collection};
}

std::vector<Feed> AllFeeds() {
  return {FeedOf<partner::v1::WatchPartnerChangesRequest, partner::v1::WatchPartnerChangesResponse>(
              "partner", "Partner", "organisations"),
          FeedOf<participant::v1::WatchParticipantChangesRequest, participant::v1::WatchParticipantChangesResponse>(
              "participant", "Participant", "consents"),
          FeedOf<matching::v1::WatchMatchingChangesRequest, matching::v1::WatchMatchingChangesResponse>(
              "matching", "Matching", "matches"),
          FeedOf<events::v1::WatchEventsChangesRequest, events::v1::WatchEventsChangesResponse>("events", "Events",
                                                                                                "registrations")};
}

class ChangeFeedsTest : public SuiteTest, public ::testing::WithParamInterface<Feed> {
 protected:
  absl::StatusOr<std::string> Watch(const Asked& asked, const rpc::Identity& caller = rpc::Admin()) {
    return Watch(GetParam(), asked, caller);
  }
  absl::StatusOr<std::string> Watch(const Feed& feed, const Asked& asked, const rpc::Identity& caller) {
    return feed.first_token(*gateway(), feed.method, rpc::TokenOf(caller), asked);
  }
  // Of the refusal: which fields it names.
  std::vector<std::string> WrongFields(const Asked& asked) {
    const absl::Status refused = Watch(asked).status();
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(refused, HasReason("INVALID_FIELDS"));
    std::vector<std::string> fields;
    for (const FieldViolation& violation : DetailsOf(refused).fields) fields.push_back(violation.field);
    return fields;
  }
};

TEST_P(ChangeFeedsTest, BeginsNowAndResumes) {
  const auto token = Watch({.collections = {GetParam().collection}});

  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(Watch({.resume_token = *token}).ok());
}

TEST_P(ChangeFeedsTest, ACollectionThatItHasNotIsNamed) {
  EXPECT_THAT(WrongFields({.collections = {GetParam().collection, "unicorns"}}), SizeIs(1));
  EXPECT_THAT(WrongFields({.collections = {GetParam().collection, GetParam().collection}}),
              ElementsAreArray({"collections[1]"}));
  EXPECT_THAT(WrongFields({.collections = {""}}), ElementsAreArray({"collections[0]"}));
  EXPECT_THAT(WrongFields({.collections = {std::string(41, 'x')}}), ElementsAreArray({"collections[0]"}));
  EXPECT_THAT(WrongFields({.collections = std::vector<std::string>(21, GetParam().collection)}), Not(SizeIs(0)));
}

TEST_P(ChangeFeedsTest, ATokenThatIsNoneOfItsOwnIsRefused) {
  const std::string own = Watch({}).value();

  for (const std::string& bad : {std::string("x"), std::string("%%%"), std::string(4000, 'A'), own + "A",
                                 own.substr(0, own.size() / 2), std::string("\xc3\xa5\xc3\xa4\xc3\xb6")}) {
    const absl::Status refused = Watch({.resume_token = bad}).status();
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
    EXPECT_THAT(refused, HasReason("RESUME_TOKEN_INVALID")) << bad;
  }
  EXPECT_THAT(WrongFields({.resume_token = std::string(4001, 'A')}), ElementsAreArray({"resume_token"}));
}

TEST_P(ChangeFeedsTest, ATokenOfAnotherServiceIsForeign) {
  for (const Feed& other : AllFeeds()) {
    if (other.service == GetParam().service) continue;
    const std::string token = Watch(other, {}, rpc::Admin()).value();
    EXPECT_THAT(Watch({.resume_token = token}), HasReason("RESUME_TOKEN_FOREIGN")) << other.service;
  }
}

TEST_P(ChangeFeedsTest, OnlyServicesAndAdministratorsFollow) {
  EXPECT_TRUE(Watch({}, rpc::ServiceNamed("events")).ok());
  EXPECT_THAT(Watch({}, rpc::CoordinatorOf("programmes/p")), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Watch({}, rpc::ParticipantNamed("participants/p")), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Watch({}, rpc::Anonymous()), StatusIs(absl::StatusCode::kUnauthenticated));
}

INSTANTIATE_TEST_SUITE_P(EveryService, ChangeFeedsTest, ::testing::ValuesIn(AllFeeds()),
                         [](const auto& info) { return info.param.service; });

}  // namespace
}  // namespace brygga::suite
