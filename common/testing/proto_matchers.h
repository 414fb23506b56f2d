// EqualsProto: a message equals another, or a text in text format.
//
//   EXPECT_THAT(client.Get(name), IsOkAndHolds(EqualsProto(created)));
//   EXPECT_THAT(response, EqualsProto<v1::GetCohortResponse>(R"pb(cohort { state: STATE_OPEN })pb"));
#ifndef BRYGGA_COMMON_TESTING_PROTO_MATCHERS_H_
#define BRYGGA_COMMON_TESTING_PROTO_MATCHERS_H_

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <memory>
#include <string>

#include "common/status/check.h"

namespace brygga::testing {

class EqualsProtoMatcher {
 public:
  using is_gtest_matcher = void;

  explicit EqualsProtoMatcher(const google::protobuf::Message& expected) : expected_(expected.New()) {
    expected_->CopyFrom(expected);
  }

  bool MatchAndExplain(const google::protobuf::Message& actual, std::ostream* out) const {
    if (actual.GetDescriptor() != expected_->GetDescriptor()) {
      if (out != nullptr) *out << "is a " << actual.GetTypeName();
      return false;
    }
    std::string difference;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    const bool equal = differencer.Compare(*expected_, actual);
    if (out != nullptr) *out << difference;
    return equal;
  }
  void DescribeTo(std::ostream* out) const { *out << "equals " << expected_->ShortDebugString(); }
  void DescribeNegationTo(std::ostream* out) const { *out << "differs from " << expected_->ShortDebugString(); }

 private:
  std::shared_ptr<google::protobuf::Message> expected_;  // Shared by the copies that GoogleMock makes.
};

inline EqualsProtoMatcher EqualsProto(const google::protobuf::Message& expected) {
  return EqualsProtoMatcher(expected);
}

template <typename Message>
EqualsProtoMatcher EqualsProto(const std::string& text) {
  Message message;
  BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message));
  return EqualsProtoMatcher(message);
}

}  // namespace brygga::testing

#endif  // BRYGGA_COMMON_TESTING_PROTO_MATCHERS_H_
