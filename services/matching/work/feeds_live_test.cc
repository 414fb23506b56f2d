// Matching follows the real participant and partner services, each on SQLite,
// through real channels.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <iostream>

#include "absl/time/clock.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/participant_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "brygga/partner/v1/opening_service.pb.h"
#include "brygga/partner/v1/partner_service.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "services/matching/service.h"
#include "services/participant/service.h"
#include "services/partner/service.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;
namespace participant_v1 = ::brygga::participant::v1;
namespace partner_v1 = ::brygga::partner::v1;

class FeedsLiveTest : public ::testing::Test {
 protected:
  FeedsLiveTest() {
    operator_ = MakeOrganisation("Operator");
    programme_ = Participant<participant_v1::CreateProgrammeRequest, participant_v1::CreateProgrammeResponse>(
                     "ProgrammeService/CreateProgramme",
                     "programme { display_name: 'Mitt Livs Chans' kind: PROGRAMME_KIND_VOCATIONAL operator: '" +
                         operator_ + "' roles: PROGRAMME_ROLE_ADEPT roles: PROGRAMME_ROLE_MENTOR }")
                     .programme()
                     .name();
    cohort_ = Participant<participant_v1::CreateCohortRequest, participant_v1::CreateCohortResponse>(
                  "ProgrammeService/CreateCohort", "parent: '" + programme_ + "' cohort { display_name: 'Autumn' }")
                  .cohort()
                  .name();
    MoveCohort("OPEN");
    StartMatching();
  }
  ~FeedsLiveTest() override { matching_->Stop(); }

  void StartMatching() {
    // The safety net is far away: what happens, the feeds have done.
    matching_ = *MatchingService::Open("sqlite:" + folder_.path() + "/matching.db",
                                       {.projection_interval = absl::Hours(1)}, participant_server_.shared_channel(),
                                       partner_server_.shared_channel(), *matching_tokens_);
    matching_->Start();
  }
  void StopMatching() {
    matching_->Stop();
    matching_.reset();
  }

  // Calls as an administrator, with a request id where one is taken.
  template <typename Request, typename Response>
  static Response Call(rpc::TestServer& server, const std::string& method, const std::string& text) {
    Request request;
    BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
    if constexpr (requires { request.set_request_id(""); }) request.set_request_id(NewUuid(absl::Now()));
    const auto response = server.Call<Response>(rpc::Admin(), method, request);
    EXPECT_THAT(response, IsOk()) << method;
    return response.value_or(Response());
  }
  template <typename Request, typename Response>
  Response Participant(const std::string& method, const std::string& text) {
    return Call<Request, Response>(participant_server_, "brygga.participant.v1." + method, text);
  }
  template <typename Request, typename Response>
  Response Opening(const std::string& method, const std::string& text) {
    return Call<Request, Response>(partner_server_, "brygga.partner.v1.OpeningService/" + method, text);
  }
  template <typename Request, typename Response>
  Response Partner(const std::string& method, const std::string& text) {
    return Call<Request, Response>(partner_server_, "brygga.partner.v1.PartnerService/" + method, text);
  }

  std::string MakeOrganisation(const std::string& name) {
    return Partner<partner_v1::CreateOrganisationRequest, partner_v1::CreateOrganisationResponse>(
               "CreateOrganisation",
               "organisation { display_name: '" + name + "' sector: SECTOR_PRIVATE kind: ORGANISATION_KIND_COMPANY }")
        .organisation()
        .name();
  }
  void MoveCohort(const std::string& state) {
    Participant<participant_v1::ChangeCohortStateRequest, participant_v1::ChangeCohortStateResponse>(
        "ProgrammeService/ChangeCohortState", "name: '" + cohort_ + "' state: COHORT_STATE_" + state);
  }
  // Somebody who is enrolled.
  struct Joined {
    std::string person;
    std::string consent;  // For MATCHING.
  };
  Joined Join(const std::string& role, const std::string& profile = "goals: 'NETWORK'") {
    Joined joined;
    joined.person =
        Participant<participant_v1::CreateParticipantRequest, participant_v1::CreateParticipantResponse>(
            "ParticipantService/CreateParticipant", "programme: '" + programme_ + "' participant { given_name: 'P" +
                                                        std::to_string(++people_) + "' profile { " + profile + " } }")
            .participant()
            .name();
    Consent(joined.person, "PROGRAMME");
    joined.consent = Consent(joined.person, "MATCHING");
    const auto enrolment = Participant<participant_v1::CreateEnrolmentRequest, participant_v1::CreateEnrolmentResponse>(
        "EnrolmentService/CreateEnrolment", "parent: '" + cohort_ + "' enrolment { participant: '" + joined.person +
                                                "' role: PROGRAMME_ROLE_" + role + " }");
    Participant<participant_v1::DecideEnrolmentRequest, participant_v1::DecideEnrolmentResponse>(
        "EnrolmentService/DecideEnrolment", "name: '" + enrolment.enrolment().name() + "'");
    return joined;
  }
  std::string Consent(const std::string& person, const std::string& purpose) {
    return Participant<participant_v1::GiveConsentRequest, participant_v1::GiveConsentResponse>(
               "ParticipantService/GiveConsent", "parent: '" + person + "' consent { purpose: PURPOSE_" + purpose +
                                                     " notice { version: '1' } channel: CONSENT_CHANNEL_WEB }")
        .consent()
        .name();
  }
  void Withdraw(const Joined& joined) {
    Participant<participant_v1::WithdrawConsentRequest, participant_v1::WithdrawConsentResponse>(
        "ParticipantService/WithdrawConsent", "name: '" + joined.consent + "'");
  }

  CohortKey Key() const { return *ParseCohortName(cohort_); }
  std::vector<Person> Known() {
    const auto input = matching_->store().LoadInput(Key(), 0, absl::Now() + absl::Seconds(20));
    return input.ok() ? input->people : std::vector<Person>();
  }
  template <typename F>
  bool Eventually(F holds) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (!holds()) {
      if (absl::Now() > until) return false;
      absl::SleepFor(absl::Microseconds(200));
    }
    return true;
  }
  bool KnowsSoon(size_t people) {
    return Eventually([&] { return Known().size() == people; });
  }
  // The cohort is known and both feeds are followed.
  void Follow() {
    ASSERT_THAT(matching_->projection().Refresh(Key(), absl::Now() + absl::Seconds(20)), IsOk());
    ASSERT_TRUE(matching_->feeds().participant()->WaitFor(absl::Now(), absl::Now() + absl::Seconds(20)));
  }

  const testing::TempDir folder_;
  const std::unique_ptr<rpc::TokenSource> participant_tokens_ = rpc::TestIssuer().ServiceTokens("participant");
  const std::unique_ptr<rpc::TokenSource> matching_tokens_ = rpc::TestIssuer().ServiceTokens("matching");
  const std::unique_ptr<partner::PartnerService> partner_ =
      *partner::PartnerService::Open("sqlite:" + folder_.path() + "/partner.db", {});
  rpc::TestServer partner_server_{partner_->services()};
  const std::unique_ptr<participant::ParticipantService> participant_ = *participant::ParticipantService::Open(
      "sqlite:" + folder_.path() + "/participant.db", partner_server_.shared_channel(), *participant_tokens_);
  rpc::TestServer participant_server_{participant_->services()};
  std::unique_ptr<MatchingService> matching_;
  std::string operator_, programme_, cohort_;
  int people_ = 0;
};

TEST_F(FeedsLiveTest, PeopleComeChangeAndGo) {
  Follow();

  const Joined joined = Join("ADEPT");
  ASSERT_TRUE(KnowsSoon(1));
  Participant<participant_v1::UpdateParticipantRequest, participant_v1::UpdateParticipantResponse>(
      "ParticipantService/UpdateParticipant",
      "participant { name: '" + joined.person + "' given_name: 'P1' profile { goals: 'CV_FEEDBACK' } }");
  EXPECT_TRUE(Eventually([&] {
    const auto known = Known();
    return known.size() == 1 && known[0].features.goals == std::vector<std::string>{"cv_feedback"};
  }));
  Withdraw(joined);
  EXPECT_TRUE(KnowsSoon(0));
  Consent(joined.person, "MATCHING");
  EXPECT_TRUE(KnowsSoon(1));
  MoveCohort("CLOSED");

  EXPECT_TRUE(Eventually(
      [&] { return matching_->store().GetCohort(Key(), absl::Now() + absl::Seconds(20))->state == "CLOSED"; }));
}

TEST_F(FeedsLiveTest, AnAgreementReachesThoseWhomItsOrganisationEmploys) {
  const std::string employer = MakeOrganisation("Volvo");
  Join("MENTOR", "employer: '" + employer + "'");
  Follow();
  ASSERT_TRUE(KnowsSoon(1));
  ASSERT_FALSE(Known().at(0).features.agreement_active);

  Partner<partner_v1::CreateAgreementRequest, partner_v1::CreateAgreementResponse>(
      "CreateAgreement", "parent: '" + employer + "' agreement { operator: '" + operator_ +
                             "' terms { kind: AGREEMENT_KIND_MENTOR_PARTNER valid_from: '2020-01-01' } }");

  EXPECT_TRUE(Eventually([&] {
    const auto known = Known();
    return known.size() == 1 && known[0].features.agreement_active;
  }));
}

TEST_F(FeedsLiveTest, AnOpeningIsKnownWellBelowASecondAfterItChanges) {
  const auto make = [&] {
    return Opening<partner_v1::CreateOpeningRequest, partner_v1::CreateOpeningResponse>(
               "CreateOpening", "parent: '" + operator_ +
                                    "' opening { display_name: 'Park' kind: OPENING_KIND_INTERNSHIP seats: 1 "
                                    "start_date: '2023-06-12' }")
        .opening()
        .name();
  };
  const auto state = [&](const std::string& name) {
    const auto known = matching_->places().opening_store().GetOpenings({name}, absl::Now() + absl::Seconds(20));
    return known.ok() && known->front() ? std::optional(known->front()->state) : std::nullopt;
  };
  absl::Duration slowest;
  const auto becomes = [&](const std::string& name, OpeningState wanted) {
    const absl::Time acknowledged = absl::Now();
    const bool holds = Eventually([&] { return state(name) == wanted; });
    slowest = std::max(slowest, absl::Now() - acknowledged);
    return holds;
  };
  ASSERT_TRUE(becomes(make(), OpeningState::kDraft));  // The feed is followed, or its beginning read.
  slowest = absl::ZeroDuration();

  const std::string park = make();
  EXPECT_TRUE(becomes(park, OpeningState::kDraft));
  Opening<partner_v1::OpenOpeningRequest, partner_v1::OpenOpeningResponse>("OpenOpening", "name: '" + park + "'");
  EXPECT_TRUE(becomes(park, OpeningState::kOpen));
  const std::string seat = "name: '" + park + "' match: 'programmes/p/cohorts/c/matches/m'";
  Opening<partner_v1::HoldOpeningSeatRequest, partner_v1::HoldOpeningSeatResponse>("HoldOpeningSeat", seat);
  EXPECT_TRUE(becomes(park, OpeningState::kFull));
  Opening<partner_v1::ReleaseOpeningSeatRequest, partner_v1::ReleaseOpeningSeatResponse>("ReleaseOpeningSeat", seat);
  EXPECT_TRUE(becomes(park, OpeningState::kOpen));
  StopMatching();
  Opening<partner_v1::CancelOpeningRequest, partner_v1::CancelOpeningResponse>("CancelOpening", "name: '" + park + "'");
  EXPECT_LT(slowest, absl::Seconds(1));
  std::cout << "openings: known after at most " << slowest << "\n";
  StartMatching();

  EXPECT_TRUE(becomes(park, OpeningState::kCancelled));
}

TEST_F(FeedsLiveTest, WhatHappenedWhileMatchingWasAwayIsCaughtUpWith) {
  const Joined joined = Join("ADEPT");
  Join("ADEPT");
  Follow();
  ASSERT_TRUE(KnowsSoon(2));

  StopMatching();
  Withdraw(joined);
  StartMatching();

  EXPECT_TRUE(KnowsSoon(1));
  EXPECT_EQ(matching_->feeds().participant()->status().snapshots, 0);
}

TEST_F(FeedsLiveTest, AWithdrawalIsGoneWellBelowASecondAfterItIsAcknowledged) {
  constexpr int kAlone = 20, kInARow = 40;
  std::vector<Joined> people;
  for (int i = 0; i < kAlone + kInARow; ++i) people.push_back(Join("ADEPT"));
  Follow();
  ASSERT_TRUE(KnowsSoon(people.size()));
  const auto measure = [&](size_t begin, size_t end, absl::Duration pause) {
    std::vector<absl::Duration> took;
    for (size_t i = begin; i < end; ++i) {
      absl::SleepFor(pause);
      const ParticipantId person = *ParseParticipantName(people[i].person);
      Withdraw(people[i]);
      const absl::Time acknowledged = absl::Now();
      EXPECT_TRUE(Eventually([&] {
        const auto known = Known();
        return std::none_of(known.begin(), known.end(), [&](const Person& other) { return other.id == person; });
      }));
      took.push_back(absl::Now() - acknowledged);
    }
    std::sort(took.begin(), took.end());
    return took;
  };

  const auto alone = measure(0, kAlone, absl::Milliseconds(250));
  const auto in_a_row = measure(kAlone, people.size(), absl::ZeroDuration());

  for (const auto& [name, took] : {std::pair("alone", alone), std::pair("in a row", in_a_row)}) {
    const absl::Duration p50 = took[took.size() / 2], p99 = took[took.size() * 99 / 100];
    std::cout << "withdrawn, " << name << ": gone after p50 " << p50 << ", p99 " << p99 << "\n";
    EXPECT_LT(p99, absl::Seconds(1));
  }
}

}  // namespace
}  // namespace brygga::matching
