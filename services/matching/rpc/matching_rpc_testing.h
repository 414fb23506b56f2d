// The matching service behind a real channel, for the tests of its methods.
#ifndef BRYGGA_SERVICES_MATCHING_RPC_MATCHING_RPC_TESTING_H_
#define BRYGGA_SERVICES_MATCHING_RPC_MATCHING_RPC_TESTING_H_

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "brygga/matching/v1/meeting_service.pb.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "services/matching/service.h"
#include "services/matching/store/fake_people_source.h"

namespace brygga::matching {

inline constexpr char kCohort[] = "programmes/p/cohorts/c";

// A request in text format.
template <typename Request>
Request Parse(const std::string& text) {
  Request request;
  BRYGGA_CHECK(google::protobuf::TextFormat::ParseFromString(text, &request));
  return request;
}

inline CohortKey KeyOf(const std::string& cohort = kCohort) { return ParseCohortName(cohort).value(); }

// Two of these satisfy every hard rule of the vocational policy.
inline Person PersonOf(const std::string& id, Side role) {
  Person person{.id = ParticipantId(id), .role = role};
  engine::Person& f = person.features;
  f.tie_key = "tie-" + id;
  f.ssyk4 = "2512";
  f.languages = {{"sv", "C1"}, {"en", "C2"}};
  f.municipality_code = "0180";
  f.format = engine::MeetingFormat::kEither;
  f.slots = {"mon_evening", "tue_lunch"};
  f.years_experience = 5;
  return person;
}
inline Person MentorOf(const std::string& id, int capacity = 1) {
  Person person = PersonOf(id, Side::kMentor);
  person.person_capacity = person.features.capacity = capacity;
  person.features.organisation = "employer-of-" + id;
  person.features.agreement_active = true;
  return person;
}
inline Person AdeptOf(const std::string& id) { return PersonOf(id, Side::kAdept); }

// Over a temporary SQLite database; the clock stands at noon on 15 August 2022,
// UTC. Rounds are computed when RunRounds is called, on the test's thread.
class MatchingRpcTest : public ::testing::Test {
 protected:
  MatchingRpcTest() {
    auto people = std::make_unique<FakePeopleSource>(clock_);
    people_ = people.get();
    service_ = MatchingService::Open("sqlite::memory:", {}, std::move(people), {.clock = &clock_}).value();
    server_ = std::make_unique<rpc::TestServer>(service_->services());
  }

  // What participant says of a cohort from now on.
  void Enrol(std::vector<Person> people, const std::string& cohort = kCohort, const std::string& kind = "VOCATIONAL",
             const std::string& state = "OPEN") {
    people_->Set({.cohort = {.key = KeyOf(cohort), .kind = kind, .state = state}, .people = std::move(people)});
  }

  // Calls `method` of the service; makes a request id where the request takes
  // one and has none.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const rpc::Identity& caller, std::string_view method, const Request& request) {
    return server_->Call<Response>(caller, "brygga.matching.v1.MatchingService/" + std::string(method),
                                   rpc::WithRequestId(request));
  }

  // The same of another service of matching.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Meet(const rpc::Identity& caller, std::string_view method, const Request& request) {
    return server_->Call<Response>(caller, "brygga.matching.v1.MeetingService/" + std::string(method),
                                   rpc::WithRequestId(request));
  }

  absl::StatusOr<v1::StartRoundResponse> Start(const std::string& cohort = kCohort, const std::string& more = "") {
    return Call<v1::StartRoundResponse>(coordinator_, "StartRound",
                                        Parse<v1::StartRoundRequest>("parent: '" + cohort + "' seed: 'seed' " + more));
  }
  void RunRounds() { service_->worker().RunOnce(); }
  v1::MatchingRound Get(const std::string& round) {
    const auto response =
        Call<v1::GetRoundResponse>(rpc::Admin(), "GetRound", Parse<v1::GetRoundRequest>("name: '" + round + "'"));
    EXPECT_THAT(response, brygga::testing::IsOk());
    return response.ok() ? response->round() : v1::MatchingRound();
  }
  // Starts a round, computes it and gives it as it is then.
  v1::MatchingRound Solve(const std::string& cohort = kCohort) {
    const auto started = Start(cohort);
    EXPECT_THAT(started, brygga::testing::IsOk());
    if (!started.ok()) return {};
    RunRounds();
    return Get(started->round().name());
  }
  absl::StatusOr<v1::PublishRoundResponse> Publish(const v1::MatchingRound& round, const std::string& more = "") {
    return Call<v1::PublishRoundResponse>(coordinator_, "PublishRound",
                                          Parse<v1::PublishRoundRequest>("name: '" + round.name() + "' " + more));
  }
  // Adept to mentor.
  std::map<std::string, std::string> PairsOf(const v1::MatchingRound& round) {
    const auto response = Call<v1::ListRoundPairsResponse>(
        coordinator_, "ListRoundPairs",
        Parse<v1::ListRoundPairsRequest>("parent: '" + round.name() + "' page_size: 1000"));
    EXPECT_THAT(response, brygga::testing::IsOk());
    std::map<std::string, std::string> pairs;
    if (response.ok()) {
      for (const v1::RoundPair& pair : response->pairs()) pairs[pair.adept()] = pair.mentor();
    }
    return pairs;
  }
  std::vector<v1::Match> MatchesOf(const std::string& participant) {
    const auto response = Call<v1::ListParticipantMatchesResponse>(
        rpc::Admin(), "ListParticipantMatches",
        Parse<v1::ListParticipantMatchesRequest>("participant: '" + participant + "'"));
    EXPECT_THAT(response, brygga::testing::IsOk());
    return response.ok() ? std::vector<v1::Match>(response->matches().begin(), response->matches().end())
                         : std::vector<v1::Match>();
  }
  absl::StatusOr<v1::AcceptMatchResponse> Accept(const rpc::Identity& caller, const std::string& match,
                                                 const std::string& side, const std::string& more = "") {
    return Call<v1::AcceptMatchResponse>(
        caller, "AcceptMatch", Parse<v1::AcceptMatchRequest>("name: '" + match + "' side: SIDE_" + side + " " + more));
  }
  // A match of mentor "m" and adept "a" that has just been published.
  v1::Match PublishedMatch() {
    Enrol({MentorOf("m"), AdeptOf("a")});
    EXPECT_THAT(Publish(Solve()), brygga::testing::IsOk());
    return MatchesOf("participants/a").at(0);
  }
  absl::StatusOr<v1::RepairRoundResponse> Repair(const std::string& more = "") {
    return Call<v1::RepairRoundResponse>(
        coordinator_, "RepairRound",
        Parse<v1::RepairRoundRequest>(std::string("parent: '") + kCohort + "' seed: 'seed' " + more));
  }
  // Starts a repair, computes it and gives it as it is then.
  v1::MatchingRound Mend(const std::string& more = "") {
    const auto started = Repair(more);
    EXPECT_THAT(started, brygga::testing::IsOk());
    if (!started.ok()) return {};
    RunRounds();
    return Get(started->round().name());
  }
  absl::StatusOr<v1::CreateMatchResponse> MatchByHand(const std::string& mentor, const std::string& adept,
                                                      const std::string& more = "",
                                                      const std::string& cohort = kCohort) {
    return Call<v1::CreateMatchResponse>(
        coordinator_, "CreateMatch",
        Parse<v1::CreateMatchRequest>("parent: '" + cohort + "' mentor: 'participants/" + mentor +
                                      "' adept: 'participants/" + adept + "' reason: 'HAND_PICKED' " + more));
  }
  absl::StatusOr<v1::ReplayRoundResponse> Replay(const v1::MatchingRound& round) {
    return Call<v1::ReplayRoundResponse>(coordinator_, "ReplayRound",
                                         Parse<v1::ReplayRoundRequest>("name: '" + round.name() + "'"));
  }
  absl::StatusOr<v1::CreateLockResponse> Lock(const std::string& mentor, const std::string& adept,
                                              const std::string& more = "") {
    return Call<v1::CreateLockResponse>(
        coordinator_, "CreateLock",
        Parse<v1::CreateLockRequest>(std::string("parent: '") + kCohort + "' lock { mentor: 'participants/" + mentor +
                                     "' adept: 'participants/" + adept + "' reason: 'HAND_PICKED' " + more + " }"));
  }
  absl::StatusOr<v1::CreateVetoResponse> Veto(const rpc::Identity& caller, const std::string& mentor,
                                              const std::string& adept) {
    return Call<v1::CreateVetoResponse>(
        caller, "CreateVeto",
        Parse<v1::CreateVetoRequest>(std::string("parent: '") + kCohort + "' veto { mentor: 'participants/" + mentor +
                                     "' adept: 'participants/" + adept + "' reason: 'KNOW_EACH_OTHER' }"));
  }
  absl::StatusOr<v1::ListCandidatesResponse> Candidates(const std::string& participant, const std::string& more = "") {
    return Call<v1::ListCandidatesResponse>(
        coordinator_, "ListCandidates",
        Parse<v1::ListCandidatesRequest>(std::string("parent: '") + kCohort + "' participant: 'participants/" +
                                         participant + "' " + more));
  }
  static std::vector<std::string> Names(const v1::ListCandidatesResponse& response) {
    std::vector<std::string> names;
    for (const v1::Candidate& candidate : response.candidates()) names.push_back(candidate.participant());
    return names;
  }
  absl::StatusOr<v1::ExplainPairResponse> Explain(const std::string& mentor, const std::string& adept) {
    return Call<v1::ExplainPairResponse>(
        coordinator_, "ExplainPair",
        Parse<v1::ExplainPairRequest>(std::string("parent: '") + kCohort + "' mentor: 'participants/" + mentor +
                                      "' adept: 'participants/" + adept + "'"));
  }

  const rpc::Identity coordinator_ = rpc::CoordinatorOf("programmes/p");
  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  FakePeopleSource* people_;  // The service owns it.
  std::unique_ptr<MatchingService> service_;
  std::unique_ptr<rpc::TestServer> server_;
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_RPC_MATCHING_RPC_TESTING_H_
