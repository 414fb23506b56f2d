#include "common/rpc/wire_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace brygga::rpc {
namespace {

absl::Status RoundTrip(const absl::Status& status) {
  const WireStatus wire = ToWire(status, "trace-1");
  return FromWire(wire.code, wire.message, wire.details);
}

TEST(WireStatusTest, AnErrorArrivesAsItWasMade) {
  const ErrorDetails details{.reason = "SEATS_TAKEN",
                             .metadata = {{"event", "events/1"}},
                             .fields = {{"seats", "must be at least 1"}, {"name", "is required"}},
                             .preconditions = {{"CAPACITY", "events/1", "is full"}},
                             .retry_after = absl::Milliseconds(1250)};
  const absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, "full", details);

  const absl::Status arrived = RoundTrip(status);

  EXPECT_EQ(arrived.code(), status.code());
  EXPECT_EQ(arrived.message(), "full");
  EXPECT_EQ(DetailsOf(arrived), details);
}

TEST(WireStatusTest, EveryErrorCarriesExactlyOneErrorInfoOfOurs) {
  for (int code = 1; code <= 16; ++code) {
    google::rpc::Status proto;
    ASSERT_TRUE(proto.ParseFromString(ToWire(absl::Status(static_cast<absl::StatusCode>(code), "x"), "t").details));
    int infos = 0;
    google::rpc::ErrorInfo info;
    for (const auto& detail : proto.details()) infos += detail.UnpackTo(&info);
    EXPECT_EQ(infos, 1) << code;
    EXPECT_EQ(info.domain(), "brygga");
    EXPECT_EQ(info.reason(), CodeName(code));
  }
}

TEST(WireStatusTest, TheTextOfOurOwnBugsStaysWithUs) {
  for (const absl::Status& status :
       {absl::InternalError("SELECT * FROM secrets"), absl::UnknownError("/etc/shadow"),
        MakeError(absl::StatusCode::kInternal, "SELECT", {.reason = "SQL", .metadata = {{"file", "/etc"}}})}) {
    const absl::Status arrived = RoundTrip(status);
    EXPECT_THAT(std::string(arrived.message()), ::testing::HasSubstr("trace-1"));
    EXPECT_THAT(std::string(arrived.message()), ::testing::Not(::testing::HasSubstr("SELECT")));
    EXPECT_EQ(DetailsOf(arrived).metadata, (std::map<std::string, std::string>{{"trace_id", "trace-1"}}));
    EXPECT_EQ(ReasonOf(arrived), CodeName(static_cast<int>(status.code())));
  }
}

TEST(WireStatusTest, WhatDoesNotFitInTheTrailersIsCounted) {
  std::vector<FieldViolation> fields;
  for (int i = 0; i < 100; ++i) fields.push_back({"rows[" + std::to_string(i) + "].name", std::string(150, 'x')});
  const absl::Status status = InvalidFields(fields);

  const WireStatus wire = ToWire(status, "t");
  const ErrorDetails arrived = DetailsOf(FromWire(wire.code, wire.message, wire.details));

  EXPECT_LT(wire.message.size() + wire.details.size(), 7000u);
  EXPECT_GT(arrived.fields.size(), 20u);
  EXPECT_EQ(arrived.fields.back().description,
            "and " + std::to_string(100 - (arrived.fields.size() - 1)) + " more wrong fields");
}

TEST(WireStatusTest, ALongTextIsCutBetweenCharacters) {
  std::string text(1023, 'x');
  text += "åäö";

  const WireStatus wire = ToWire(absl::NotFoundError(text), "t");

  EXPECT_EQ(wire.message, std::string(1023, 'x') + "…");
}

TEST(WireStatusTest, BytesThatAreNoDetailsAreNoDetails) {
  const absl::Status status = FromWire(5, "gone", "\xff\xff not a message");

  EXPECT_EQ(status, absl::NotFoundError("gone"));
  EXPECT_EQ(FromWire(0, "", ""), absl::OkStatus());
}

}  // namespace
}  // namespace brygga::rpc
