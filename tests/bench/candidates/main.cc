// brygga-bench-candidates: what one person's ranking costs without a cache, and
// what it costs to keep a cohort ready for it.
//
//   brygga-bench-candidates [--people N]... [--calls N]
//
// For each number of people, half of them adepts: reading and building the whole
// snapshot, reading and putting in 1 and 100 changed people, memory a person, and
// ListCandidates over TCP as one client sees it (p50 and p99), for an adept and
// for a mentor, in both views, with authentication, metrics, logs and validation
// on and nothing kept of rankings. Medians; SQLite in a temporary folder.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "brygga/matching/v1/matching_service.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/testing.h"
#include "common/status/check.h"
#include "common/testing/temp_dir.h"
#include "services/matching/service.h"
#include "services/matching/store/fake_people_source.h"
#include "services/matching/work/cohort_snapshots.h"
#include "tests/bench/engine/people.h"
#include "tests/bench/figure.h"

namespace brygga::bench {
namespace {

namespace v1 = ::brygga::matching::v1;
using matching::CohortKey;
using matching::ParticipantId;
using matching::Person;
using matching::Side;

constexpr char kCohort[] = "programmes/p/cohorts/c";

double Milliseconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double Quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

std::vector<Person> PeopleOf(int count) {
  const Sample sample = Sample::Load("data");
  std::mt19937_64 random(1);
  std::vector<Person> people;
  for (int i = 0; i < count; ++i) {
    const bool is_adept = i % 2 == 0;
    Person person{.id = ParticipantId(NewUuid(absl::Now())), .role = is_adept ? Side::kAdept : Side::kMentor};
    person.features = DrawPerson(is_adept ? sample.adepts : sample.mentors, i, random);
    person.features.id.clear();
    person.features.capacity = person.person_capacity = is_adept ? 1 : 2;
    person.enrolment = absl::StrCat(kCohort, "/enrolments/", i);
    people.push_back(std::move(person));
  }
  return people;
}

void Run(int count, int calls) {
  testing::TempDir folder;
  const Clock& clock = Clock::System();
  std::vector<Person> people = PeopleOf(count);
  const CohortKey key = matching::ParseCohortName(kCohort).value();
  auto source = std::make_unique<matching::FakePeopleSource>(clock);
  matching::FakePeopleSource& told = *source;
  const auto tell = [&] {
    told.Set({.cohort = {.key = key, .kind = "VOCATIONAL", .state = "OPEN"}, .people = people});
  };
  tell();
  auto service = matching::MatchingService::Open(absl::StrCat("sqlite:", folder.path(), "/matching.db"),
                                                 {.rankings = {.memory_mb = 0}}, std::move(source))
                     .value();
  const auto refresh = [&] { BRYGGA_CHECK(service->projection().Refresh(key, absl::Now() + absl::Minutes(5)).ok()); };
  refresh();

  const engine::Reference reference = engine::Reference::Load("data/reference").value();
  const auto epoch = [&] { return service->store().GetCohort(key, absl::Now() + absl::Seconds(20))->epoch; };
  std::vector<double> builds;
  int64_t bytes = 0;
  for (int i = 0; i < 3; ++i) {
    matching::CohortSnapshots fresh(service->store(), reference);
    builds.push_back(
        Milliseconds([&] { bytes = fresh.Get(key, epoch(), absl::Now() + absl::Minutes(1)).value()->bytes(); }));
  }
  std::printf("%7d people  snapshot: read and built whole %.0f ms, %.0f bytes a person", count, Median(builds),
              static_cast<double>(bytes) / count);
  matching::CohortSnapshots lived(service->store(), reference);
  BRYGGA_CHECK(lived.Get(key, epoch(), absl::Now() + absl::Minutes(1)).ok());
  std::mt19937_64 random(2);
  for (const int changes : {1, 100}) {
    std::vector<double> applies;
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < changes; ++j) ++people[random() % people.size()].features.rounds_before;
      tell();
      refresh();
      const int64_t now = epoch();
      applies.push_back(Milliseconds([&] { BRYGGA_CHECK(lived.Get(key, now, absl::Now() + absl::Minutes(1)).ok()); }));
    }
    std::printf(", %d changed %.2f ms", changes, Median(applies));
  }
  std::printf("\n");
  BRYGGA_CHECK(lived.rebuilt() == 1);

  rpc::ServerOptions options = rpc::TestServer::InProcess();
  options.address = "127.0.0.1:0";
  rpc::TestServer server(service->services(), options);
  const auto channel = rpc::Channel::Connect(absl::StrCat("127.0.0.1:", server.server().port()));
  const std::string token = rpc::TokenOf(rpc::CoordinatorOf("programmes/p"));
  for (const bool is_adept : {true, false}) {
    for (const auto& [view, size] : {std::pair(v1::CANDIDATE_VIEW_BASIC, 10), std::pair(v1::CANDIDATE_VIEW_BASIC, 50),
                                     std::pair(v1::CANDIDATE_VIEW_FULL, 50)}) {
      std::vector<double> times;
      for (int i = 0; i < calls + 20; ++i) {
        const Person& person = people[(random() % (people.size() / 2)) * 2 + (is_adept ? 0 : 1)];
        v1::ListCandidatesRequest request;
        request.set_parent(kCohort);
        request.set_participant(matching::NameOf(person.id));
        request.set_page_size(size);
        request.set_view(view);
        const double time = Milliseconds([&] {
          const auto response =
              channel->Call<v1::ListCandidatesResponse>(rpc::CallOptions::Within(absl::Minutes(1), token),
                                                        "brygga.matching.v1.MatchingService/ListCandidates", request);
          BRYGGA_CHECK(response.ok());
        });
        if (i >= 20) times.push_back(time);
      }
      std::printf("%7d people  ListCandidates of %s, %s, page of %d: p50 %.2f ms, p99 %.2f ms\n", count,
                  is_adept ? "an adept " : "a mentor", view == v1::CANDIDATE_VIEW_BASIC ? "BASIC" : "FULL ", size,
                  Quantile(times, 0.5), Quantile(times, 0.99));
    }
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace brygga::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("What one person's ranking costs without a cache.");
  std::vector<int> people = {1000, 10'000, 100'000};
  int calls = 400;
  app.add_option("--people", people, "So many in the cohort")->check(CLI::Range(10, 1'000'000));
  app.add_option("--calls", calls, "For each figure")->check(CLI::Range(1, 100'000));
  CLI11_PARSE(app, argc, argv);
  for (const int count : people) brygga::bench::Run(count, calls);
  return 0;
}
