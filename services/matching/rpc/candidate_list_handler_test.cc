#include "services/matching/rpc/candidate_list_handler.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/digest.h"
#include "common/testing/proto_matchers.h"
#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::EqualsProto;
using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class CandidateListTest : public MatchingRpcTest {
 protected:
  // Enrols them and lets matching read them at once.
  void Change(std::vector<Person> people) {
    Enrol(std::move(people));
    clock_.Advance(absl::Seconds(1));
    ASSERT_THAT(service_->projection().Refresh(matching::KeyOf(kCohort), absl::Now() + absl::Seconds(20)), IsOk());
  }
  static Person With(Person person, const std::function<void(engine::Person&)>& change) {
    change(person.features);
    return person;
  }
  std::vector<std::string> Filtered(const std::string& filter, const std::string& person = "a") {
    const auto response = Candidates(person, "filter: '" + filter + "'");
    EXPECT_THAT(response, IsOk()) << filter;
    std::vector<std::string> names = response.ok() ? Names(*response) : std::vector<std::string>();
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(CandidateListTest, WhoIsTakenIsLeftOutUnlessAskedFor) {
  Enrol({MentorOf("m"), MentorOf("two", 2), AdeptOf("a"), AdeptOf("b")});
  ASSERT_THAT(Candidates("a"), IsOk());
  ASSERT_THAT(MatchByHand("m", "b"), IsOk());

  EXPECT_THAT(Names(*Candidates("a")), ElementsAre("participants/two"));
  EXPECT_THAT(Names(*Candidates("two")), ElementsAre("participants/a"));
  EXPECT_EQ(Candidates("a")->total_size(), 2);
  const auto all = Candidates("a", "show_unavailable: true");
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(all->candidates(), SizeIs(2));
  for (const v1::Candidate& candidate : all->candidates()) {
    EXPECT_EQ(candidate.free_seats(), candidate.participant() == "participants/m" ? 0 : 2);
  }
}

TEST_F(CandidateListTest, ASeatThatComesBackIsOfferedAtOnce) {
  Enrol({MentorOf("m"), AdeptOf("a"), AdeptOf("b")});
  const auto made = MatchByHand("m", "b");
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(Names(*Candidates("a")), IsEmpty());

  ASSERT_THAT(Call<v1::DeclineMatchResponse>(coordinator_, "DeclineMatch",
                                             Parse<v1::DeclineMatchRequest>("name: '" + made->match().name() +
                                                                            "' side: SIDE_ADEPT reason: 'NO_TIME'")),
              IsOk());

  EXPECT_THAT(Names(*Candidates("a")), ElementsAre("participants/m"));
}

TEST_F(CandidateListTest, WhoLeavesIsGoneFromTheNextAnswerAndAVetoTakesEffectAtOnce) {
  Change({MentorOf("m"), MentorOf("n"), MentorOf("o"), AdeptOf("a")});
  ASSERT_THAT(Candidates("a")->candidates(), SizeIs(3));

  ASSERT_THAT(Veto(coordinator_, "n", "a"), IsOk());
  EXPECT_THAT(Names(*Candidates("a", "view: CANDIDATE_VIEW_BASIC")), ElementsAre("participants/m", "participants/o"));
  Change({MentorOf("n"), MentorOf("o"), AdeptOf("a")});
  EXPECT_THAT(Names(*Candidates("a", "view: CANDIDATE_VIEW_BASIC")), ElementsAre("participants/o"));
  EXPECT_THAT(Names(*Candidates("a")), ElementsAre("participants/o"));
}

// A server without threads for what may wait: who needs one is refused.
TEST_F(CandidateListTest, WhatIsKeptIsAnsweredWithoutAThread) {
  Change({MentorOf("m"), MentorOf("n"), AdeptOf("a")});
  rpc::TestServer threadless(service_->services(), {.name = "test", .address = "", .threads = 0, .queue = 0});
  const auto ask = [&](const std::string& more) {
    return threadless.Call<v1::ListCandidatesResponse>(
        coordinator_, "brygga.matching.v1.MatchingService/ListCandidates",
        Parse<v1::ListCandidatesRequest>(std::string("parent: '") + kCohort + "' participant: 'participants/a' " +
                                         more));
  };
  ASSERT_THAT(ask(""), HasReason("OVERLOADED"));  // Nobody has asked before.
  const auto first = Candidates("a");
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(ask(""), IsOkAndHolds(EqualsProto(*first)));
  EXPECT_THAT(ask("page_size: 1"), IsOk());  // Another page, of the same ranking.
  EXPECT_THAT(ask("language_code: 'en' view: CANDIDATE_VIEW_FULL"), IsOk());
  EXPECT_THAT(ask("view: CANDIDATE_VIEW_BASIC"), IsOk());
  EXPECT_EQ(service_->rankings().cache->count(CacheEvent::kPageHit), 1);
  EXPECT_EQ(service_->rankings().cache->count(CacheEvent::kMemoryHit), 3);

  ASSERT_THAT(Veto(coordinator_, "n", "a"), IsOk());
  EXPECT_THAT(ask(""), HasReason("OVERLOADED"));
}

TEST_F(CandidateListTest, APageThatIsKeptSaysTheSameInTheLanguageAndSizeThatIsAskedFor) {
  Change({MentorOf("m"), MentorOf("n"), AdeptOf("a"), AdeptOf("b")});
  const std::string asked[] = {"",
                               "page_size: 1",
                               "language_code: 'sv'",
                               "language_code: 'en'",
                               "view: CANDIDATE_VIEW_BASIC",
                               "view: CANDIDATE_VIEW_BASIC page_size: 1",
                               "show_unavailable: true"};
  for (const char* person : {"a", "b", "m"}) {
    std::map<std::string, v1::ListCandidatesResponse> first;
    for (const std::string& more : asked) first[more] = Candidates(person, more).value();
    for (const std::string& more : asked) EXPECT_THAT(Candidates(person, more), IsOkAndHolds(EqualsProto(first[more])));
    EXPECT_THAT(Names(first[""]), Not(IsEmpty()));
    EXPECT_NE(first["language_code: 'sv'"].SerializeAsString(), first["language_code: 'en'"].SerializeAsString());
    EXPECT_THAT(first["page_size: 1"].candidates(), SizeIs(1));
  }
  EXPECT_GT(service_->rankings().cache->count(CacheEvent::kPageHit), 0);
}

TEST_F(CandidateListTest, FiltersByWhatIsNotPersonal) {
  Change({With(MentorOf("north"), [](auto& f) { f.municipality_code = "2480"; }),
          With(MentorOf("polyglot"),
               [](auto& f) {
                 f.languages.emplace_back("ar", "N");
                 f.format = engine::MeetingFormat::kDigital;
               }),
          With(MentorOf("near"), [](auto& f) { f.ssyk4 = "2511"; }), MentorOf("two", 2), AdeptOf("a")});

  EXPECT_THAT(Filtered("municipality = \"2480\""), ElementsAre("participants/north"));
  EXPECT_THAT(Filtered("language:ar"), ElementsAre("participants/polyglot"));
  EXPECT_THAT(Filtered("NOT language:ar AND municipality = \"0180\""),
              ElementsAre("participants/near", "participants/two"));
  EXPECT_THAT(Filtered("format = DIGITAL"), ElementsAre("participants/polyglot"));
  EXPECT_THAT(Filtered("occupation = \"2511\""), ElementsAre("participants/near"));
  EXPECT_THAT(Filtered("free_seats >= 2"), ElementsAre("participants/two"));
  EXPECT_THAT(Filtered("employer = \"organisations/employer-of-near\""), ElementsAre("participants/near"));
  EXPECT_THAT(Filtered("score < 0"), IsEmpty());
  const int best = Candidates("a")->candidates(0).score();
  for (const std::string& name : Filtered(absl::StrCat("score < ", best))) {
    EXPECT_NE(name, Candidates("a")->candidates(0).participant());
  }
  EXPECT_EQ(Candidates("a", "filter: 'free_seats >= 2'")->total_size(), 4);
}

TEST_F(CandidateListTest, RefusesWhatIsNoFilterAndATokenOfAnotherListing) {
  std::vector<Person> people = {AdeptOf("a"), AdeptOf("b")};
  for (int i = 0; i < 5; ++i) people.push_back(MentorOf(absl::StrCat("m", i)));
  Change(std::move(people));
  const std::string token = Candidates("a", "page_size: 2")->next_page_token();
  ASSERT_NE(token, "");

  EXPECT_THAT(Candidates("a", "filter: 'gender = FEMALE'"), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(Candidates("a", "filter: 'language = sv'").status().message(), HasSubstr("language:sv"));
  EXPECT_THAT(Candidates("a", "filter: 'id = x'"), HasReason("INVALID_FIELDS"));
  EXPECT_THAT(Candidates("b", "page_size: 2 page_token: '" + token + "'"), HasReason("PAGE_TOKEN_MISMATCH"));
  EXPECT_THAT(Candidates("a", "page_size: 2 filter: 'score > 0' page_token: '" + token + "'"),
              HasReason("PAGE_TOKEN_MISMATCH"));
  EXPECT_THAT(Candidates("a", "page_size: 2 show_unavailable: true page_token: '" + token + "'"),
              HasReason("PAGE_TOKEN_MISMATCH"));
  EXPECT_THAT(Candidates("a", "page_size: 4 page_token: '" + token + "'"), IsOk());

  // A token is no secret: whoever writes one gets a page or an error.
  const std::string binding = rpc::FromBase64Url(token)->substr(0, 19);
  for (const char* place : {",1,\"m1\",9223372036854775807]", ",1,\"m1\",2147483647]", ",1,\"m1\",-1]",
                            ",9223372036854775807,\"m1\",1]", ",-9223372036854775808,\"m1\",1]"}) {
    EXPECT_THAT(Candidates("a", "page_size: 2 page_token: '" + rpc::ToBase64Url(binding + place) + "'"),
                HasReason("PAGE_TOKEN_MISMATCH"))
        << place;
  }
}

TEST_F(CandidateListTest, TheNextPageGoesOnAtItsPlaceWhateverHasChanged) {
  std::vector<Person> people = {AdeptOf("a")};
  for (int i = 10; i < 30; ++i) people.push_back(MentorOf(absl::StrCat("m", i)));
  Change(people);
  const auto first = Candidates("a", "page_size: 8");
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Names(*first), SizeIs(8));

  people.erase(people.begin() + 8);   // "m17" was the last of the page and leaves,
  people.erase(people.begin() + 1);   // so does one who was listed,
  people.push_back(MentorOf("m00"));  // and somebody comes whose place has gone by.
  Change(people);
  std::vector<std::string> listed = Names(*first);
  std::string token = first->next_page_token();
  int rank = 8;
  while (!token.empty()) {
    const auto page = Candidates("a", "page_size: 8 page_token: '" + token + "'");
    ASSERT_THAT(page, IsOk());
    for (const v1::Candidate& candidate : page->candidates()) {
      EXPECT_EQ(candidate.rank(), ++rank);
      listed.push_back(candidate.participant());
    }
    token = page->next_page_token();
  }

  // Those who kept their place are all there. All scores are equal here, so the
  // page that went on without its last one lists that score once more.
  const std::set<std::string> once(listed.begin(), listed.end());
  for (int i = 10; i < 30; ++i) EXPECT_TRUE(once.contains(absl::StrCat("participants/m", i))) << i;
}

TEST_F(CandidateListTest, PagesListEachOnceWhileSomebodyElseChanges) {
  std::vector<Person> people = {AdeptOf("a")};
  for (int i = 10; i < 30; ++i) people.push_back(MentorOf(absl::StrCat("m", i)));
  Change(people);
  const auto first = Candidates("a", "page_size: 8");
  ASSERT_THAT(first, IsOk());

  people[2].features.ssyk4 = "5132";  // Was listed.
  people.push_back(MentorOf("m00"));  // Comes before the place.
  people.push_back(MentorOf("m99"));  // Comes after it.
  Change(people);
  const auto second = Candidates("a", "page_size: 100 page_token: '" + first->next_page_token() + "'");

  ASSERT_THAT(second, IsOk());
  std::vector<std::string> listed = Names(*first);
  for (const std::string& name : Names(*second)) listed.push_back(name);
  std::vector<std::string> expected;
  for (int i = 10; i < 30; ++i) expected.push_back(absl::StrCat("participants/m", i));
  expected.push_back("participants/m99");
  EXPECT_EQ(listed, expected);
}

TEST_F(CandidateListTest, BasicIsFullWithoutReasonsAndSeats) {
  std::vector<Person> people = {AdeptOf("a")};
  for (int i = 0; i < 70; ++i) people.push_back(MentorOf(absl::StrCat("m", i)));
  Change(std::move(people));

  for (const std::string more : {"", "page_size: 7", "page_size: 70", "page_size: 1000", "filter: 'score > 0'"}) {
    auto full = Candidates("a", more);
    const auto basic = Candidates("a", more + " view: CANDIDATE_VIEW_BASIC");
    ASSERT_THAT(full, IsOk());
    ASSERT_THAT(basic, IsOk());
    for (v1::Candidate& candidate : *full->mutable_candidates()) {
      int sum = 0;
      for (const v1::Contribution& part : candidate.contributions()) {
        sum += part.micro();
        EXPECT_NE(part.sentence().text(), "");
      }
      EXPECT_EQ(sum, candidate.score());
      EXPECT_EQ(candidate.free_seats(), 1);
      candidate.clear_contributions();
      candidate.clear_free_seats();
    }
    EXPECT_EQ(full->SerializeAsString(), basic->SerializeAsString()) << more;
  }
}

TEST_F(CandidateListTest, OneWhoTakesNoPartIsNotFoundInEveryView) {
  Change({MentorOf("m"), AdeptOf("a")});

  for (const std::string more : {"", "view: CANDIDATE_VIEW_BASIC", "filter: 'score > 0'"}) {
    EXPECT_THAT(Candidates("nobody", more), HasReason("NOT_FOUND"));
  }
}

TEST_F(CandidateListTest, SaysTheReasonsInTheLanguageAskedFor) {
  Change({MentorOf("m"), AdeptOf("a")});

  const std::string swedish = Candidates("a")->candidates(0).contributions(0).sentence().text();
  const std::string english = Candidates("a", "language_code: 'en'")->candidates(0).contributions(0).sentence().text();

  EXPECT_NE(swedish, english);
}

}  // namespace
}  // namespace brygga::matching
