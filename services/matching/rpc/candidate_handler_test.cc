#include "services/matching/rpc/candidate_handler.h"

#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;

using CandidateHandlerTest = MatchingRpcTest;

Person InOccupation(Person person, const std::string& ssyk4) {
  person.features.ssyk4 = ssyk4;
  return person;
}

TEST_F(CandidateHandlerTest, RanksTheFeasibleBestFirstWithWhatTheScoresAreMadeOf) {
  Enrol(
      {MentorOf("same"), InOccupation(MentorOf("near"), "2511"), InOccupation(MentorOf("far"), "5132"), AdeptOf("a")});

  const auto candidates = Candidates("a");

  ASSERT_THAT(candidates, IsOk());
  EXPECT_THAT(Names(*candidates), ElementsAre("participants/same", "participants/near"));
  EXPECT_EQ(candidates->total_size(), 2);
  for (const v1::Candidate& candidate : candidates->candidates()) {
    int sum = 0;
    for (const v1::Contribution& part : candidate.contributions()) sum += part.micro();
    EXPECT_EQ(sum, candidate.score());
  }
  EXPECT_EQ(candidates->policy(), "programmes/p/cohorts/c/policies/1");
  EXPECT_TRUE(candidates->has_as_of());
}

TEST_F(CandidateHandlerTest, PagesTogetherGiveEveryFeasibleCounterpart) {
  std::vector<Person> people = {AdeptOf("a")};
  for (int i = 0; i < 25; ++i) people.push_back(MentorOf("m" + std::to_string(i)));
  Enrol(std::move(people));
  const auto all = Candidates("a", "page_size: 1000");
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->candidates_size(), 25);

  std::vector<std::string> paged;
  std::string token;
  do {
    const auto page = Candidates("a", "page_size: 7 page_token: '" + token + "'");
    ASSERT_THAT(page, IsOk());
    for (const v1::Candidate& candidate : page->candidates()) {
      paged.push_back(candidate.participant());
      EXPECT_EQ(candidate.rank(), static_cast<int>(paged.size()));
    }
    token = page->next_page_token();
  } while (!token.empty());

  EXPECT_EQ(paged, Names(*all));
}

TEST_F(CandidateHandlerTest, AMentorsCandidatesAreAdeptsWithTheSameScores) {
  Enrol({MentorOf("m"), AdeptOf("a")});

  const auto of_mentor = Candidates("m"), of_adept = Candidates("a");

  ASSERT_THAT(of_mentor, IsOk());
  EXPECT_THAT(Names(*of_mentor), ElementsAre("participants/a"));
  EXPECT_EQ(of_mentor->candidates(0).score(), of_adept->candidates(0).score());
}

TEST_F(CandidateHandlerTest, WhoTakesNoPartHasNoCandidates) {
  Enrol({MentorOf("m")});

  EXPECT_THAT(Candidates("nobody"), HasReason("NOT_FOUND"));
}

TEST_F(CandidateHandlerTest, ANewPolicyRanksAtOnce) {
  Enrol({InOccupation(MentorOf("far"), "5132"), AdeptOf("a")});
  ASSERT_EQ(Candidates("a")->total_size(), 0);
  v1::CreatePolicyRequest request;
  request.set_parent(kCohort);
  std::string document =
      Call<v1::GetPolicyResponse>(coordinator_, "GetPolicy",
                                  Parse<v1::GetPolicyRequest>(std::string("name: '") + kCohort + "/policies/1'"))
          ->policy()
          .document();
  const std::string rule = "\"minimum_closeness\": 0.25";
  document.replace(document.find(rule), rule.size(), "\"minimum_closeness\": null");
  request.mutable_policy()->set_document(document);

  const auto made = Call<v1::CreatePolicyResponse>(coordinator_, "CreatePolicy", request);

  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->policy().version(), 2);
  EXPECT_EQ(Candidates("a")->total_size(), 1);
  const auto policies = Call<v1::ListPoliciesResponse>(
      coordinator_, "ListPolicies",
      Parse<v1::ListPoliciesRequest>(std::string("parent: '") + kCohort + "' order_by: 'version desc'"));
  ASSERT_THAT(policies, IsOk());
  EXPECT_EQ(policies->policies(0).version(), 2);
}

TEST_F(CandidateHandlerTest, ExplainsSeatsMatchesAndLocksAsTheyAreNow) {
  Enrol({MentorOf("m", 2), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Lock("m", "a"), IsOk());
  EXPECT_THAT(Explain("m", "a")->lock(), ::testing::Not(""));
  EXPECT_EQ(Explain("m", "a")->free_seats(), 2);

  ASSERT_THAT(Publish(Solve()), IsOk());

  EXPECT_EQ(Explain("m", "b")->free_seats(), 0);
  EXPECT_EQ(Explain("m", "b")->adept_match(), MatchesOf("participants/b").at(0).name());
}

TEST_F(CandidateHandlerTest, OneUnknownCodeDoesNotStopACohort) {
  Person mentor = MentorOf("m");
  mentor.features.skills = {"no-such-skill"};
  mentor.features.municipality_code = "9999";
  Enrol({mentor, AdeptOf("a")});

  EXPECT_EQ(Candidates("a")->total_size(), 1);
}

TEST_F(CandidateHandlerTest, AnotherProgrammesCoordinatorSeesNothing) {
  Enrol({MentorOf("m"), AdeptOf("a")});
  const auto request =
      Parse<v1::ListCandidatesRequest>(std::string("parent: '") + kCohort + "' participant: 'participants/a'");

  EXPECT_THAT(Call<v1::ListCandidatesResponse>(rpc::CoordinatorOf("programmes/other"), "ListCandidates", request),
              HasReason("NOT_FOUND"));
}

}  // namespace
}  // namespace brygga::matching
