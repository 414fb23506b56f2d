#include "tests/bench/candidates_contender.h"

#include <unistd.h>

#include <random>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/status/check.h"
#include "services/matching/store/fake_people_source.h"
#include "tests/bench/engine/people.h"

namespace brygga::bench {
namespace {

using matching::Person;
using matching::Side;

constexpr char kPrefix[] = "candidates-";
constexpr char kCohort[] =
    "programmes/01890a5d-ac96-774b-bcce-b302099a8057/cohorts/01890a5d-ac96-774b-bcce-b302099a8058";

// Every second one an adept.
std::string IdOf(int i) { return absl::StrFormat("01890a5d-ac96-774b-bcce-%012x", i); }

std::vector<Person> PeopleOf(int count) {
  const Sample sample = Sample::Load("data");
  std::mt19937_64 random(1);
  std::vector<Person> people;
  for (int i = 0; i < count; ++i) {
    const bool is_adept = i % 2 == 0;
    Person person{.id = matching::ParticipantId(IdOf(i)), .role = is_adept ? Side::kAdept : Side::kMentor};
    person.features = DrawPerson(is_adept ? sample.adepts : sample.mentors, i, random);
    person.features.id.clear();
    person.features.capacity = person.person_capacity = is_adept ? 1 : 2;
    person.enrolment = absl::StrCat(kCohort, "/enrolments/", i);
    people.push_back(std::move(person));
  }
  return people;
}

}  // namespace

bool IsCandidatesContender(std::string_view name) { return name.starts_with(kPrefix); }

CandidatesContender OpenCandidates(std::string_view name, const std::string& folder) {
  const std::vector<std::string> words = absl::StrSplit(std::string(name), '-');
  int people = 0;
  BRYGGA_CHECK(words.size() == 3 && absl::SimpleAtoi(words[1], &people));
  CandidatesContender contender;
  const bool in_process = words[2] == "memory" || words[2] == "ranking" || words[2].starts_with("full");
  matching::KeptRankingsSettings rankings = {.memory_mb = in_process ? 64 : 0};
  if (words[2] == "ranking" || words[2] == "fullnew") rankings.cache.keep_pages = matching::KeepPages::kNo;
  if (words[2] == "redis" || words[2] == "miss") {
    contender.redis = std::make_unique<testing::RedisServer>();
    rankings.redis = "unix://" + contender.redis->socket();
    if (words[2] == "miss") {
      rankings.cache.ttl = absl::Milliseconds(1);
    } else {
      // A hit is what is measured, also where the machine is busy.
      rankings.cache.patience = rankings.cache.least_patience = absl::Milliseconds(100);
    }
  }
  const matching::CohortKey key = matching::ParseCohortName(kCohort).value();
  auto source = std::make_unique<matching::FakePeopleSource>(Clock::System());
  source->Set({.cohort = {.key = key, .kind = "VOCATIONAL", .state = "OPEN"}, .people = PeopleOf(people)});
  contender.service = matching::MatchingService::Open(absl::StrCat("sqlite:", folder, "/", getpid(), ".db"),
                                                      {.rankings = std::move(rankings)}, std::move(source))
                          .value();
  BRYGGA_CHECK(contender.service->projection().Refresh(key, absl::Now() + absl::Minutes(5)).ok());
  return contender;
}

std::string CandidatesRequest(int people, int subjects, matching::v1::CandidateView view, int n) {
  matching::v1::ListCandidatesRequest request;
  request.set_parent(kCohort);
  request.set_participant("participants/" + IdOf(n % subjects * 2 % people));
  request.set_page_size(10);
  request.set_view(view);
  return request.SerializeAsString();
}

}  // namespace brygga::bench
