#include "services/participant/rpc/convert.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"

namespace brygga::participant {
namespace {

// The words of a domain enum are those of the proto enum, behind its prefix.
template <typename Domain>
void ExpectSameWords(const google::protobuf::EnumDescriptor& proto, const std::string& prefix) {
  ASSERT_EQ(static_cast<size_t>(proto.value_count()), kWords<Domain>.size()) << proto.name();
  for (int number = 1; number < proto.value_count(); ++number) {
    const auto* const value = proto.FindValueByNumber(number);
    ASSERT_NE(value, nullptr) << proto.name() << " " << number;
    EXPECT_EQ(value->name(), prefix + WordOf(static_cast<Domain>(number)));
    EXPECT_EQ(FromWord<Domain>(WordOf(static_cast<Domain>(number))), static_cast<Domain>(number));
  }
}

TEST(ConvertTest, DomainAndProtoHaveTheSameWordsUnderTheSameNumbers) {
  ExpectSameWords<Gender>(*v1::Gender_descriptor(), "GENDER_");
  ExpectSameWords<CefrLevel>(*v1::CefrLevel_descriptor(), "CEFR_LEVEL_");
  ExpectSameWords<MeetingFormat>(*v1::MeetingFormat_descriptor(), "MEETING_FORMAT_");
  ExpectSameWords<Slot>(*v1::Slot_descriptor(), "SLOT_");
  ExpectSameWords<Availability>(*v1::Availability_descriptor(), "AVAILABILITY_");
  ExpectSameWords<ResidenceStatus>(*v1::ResidenceStatus_descriptor(), "RESIDENCE_STATUS_");
  ExpectSameWords<Purpose>(*v1::Purpose_descriptor(), "PURPOSE_");
  ExpectSameWords<ConsentChannel>(*v1::ConsentChannel_descriptor(), "CONSENT_CHANNEL_");
  ExpectSameWords<ProgrammeKind>(*v1::ProgrammeKind_descriptor(), "PROGRAMME_KIND_");
  ExpectSameWords<Role>(*v1::ProgrammeRole_descriptor(), "PROGRAMME_ROLE_");
  ExpectSameWords<LegalBasis>(*v1::LegalBasis_descriptor(), "LEGAL_BASIS_");
  ExpectSameWords<RuleOperator>(*v1::RuleOperator_descriptor(), "RULE_OPERATOR_");
  ExpectSameWords<CohortState>(*v1::CohortState_descriptor(), "COHORT_STATE_");
  ExpectSameWords<EnrolmentState>(*v1::EnrolmentState_descriptor(), "ENROLMENT_STATE_");
  ExpectSameWords<ReferralSource>(*v1::ReferralSource_descriptor(), "REFERRAL_SOURCE_");
  ExpectSameWords<Verdict>(*v1::Verdict_descriptor(), "VERDICT_");
  ExpectSameWords<CriterionOutcome>(*v1::CriterionOutcome_descriptor(), "CRITERION_OUTCOME_");
  ExpectSameWords<ScreeningKind>(*v1::ScreeningKind_descriptor(), "SCREENING_KIND_");
  ExpectSameWords<ScreeningState>(*v1::ScreeningState_descriptor(), "SCREENING_STATE_");
  ExpectSameWords<RowConsent>(*v1::RowConsent_descriptor(), "ROW_CONSENT_");
  ExpectSameWords<ImportOutcome>(*v1::ImportOutcome_descriptor(), "IMPORT_OUTCOME_");
  ExpectSameWords<AgeAnswer>(*v1::AgeAnswer_descriptor(), "AGE_ANSWER_");
  ExpectSameWords<EnquiryState>(*v1::EnquiryState_descriptor(), "ENQUIRY_STATE_");
}

TEST(ConvertTest, ANumberThatTheDomainDoesNotKnowIsUnspecified) {
  EXPECT_EQ(ToDomain<Gender>(static_cast<v1::Gender>(9)), Gender::kUnspecified);
  EXPECT_EQ(ToDomain<Gender>(static_cast<v1::Gender>(-1)), Gender::kUnspecified);
}

TEST(ConvertTest, TheBackgroundIsReadAndNeverWritten) {
  v1::Participant proto;
  proto.mutable_background()->set_origin_country("SY");

  EXPECT_EQ(ToDomain(proto.background()).origin_country, "SY");
  EXPECT_FALSE(ToProto(ToDomain(proto)).has_background());
}

TEST(ConvertTest, ARuleSetsVersionIsANumberFromOne) {
  EXPECT_EQ(ToRuleSetRef("programmes/v/ruleSets/3").version, 3);
  EXPECT_EQ(ToRuleSetRef("programmes/v/ruleSets/0").version, -1);
  EXPECT_EQ(ToRuleSetRef("programmes/v/ruleSets/x").version, -1);
}

}  // namespace
}  // namespace brygga::participant
