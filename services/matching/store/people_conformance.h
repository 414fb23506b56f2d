// What every MatchingStore keeps its word on when people change.
#ifndef BRYGGA_SERVICES_MATCHING_STORE_PEOPLE_CONFORMANCE_H_
#define BRYGGA_SERVICES_MATCHING_STORE_PEOPLE_CONFORMANCE_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/matching/store/matching_store_conformance.h"

namespace brygga::matching {

class PeopleConformance : public MatchingStoreConformance {
 protected:
  // People as participant would give them, with an enrolment in `key`.
  static Person In(const CohortKey& key, Person person) {
    person.enrolment = NameOf(key, "enrolments", person.id.value());
    return person;
  }
  void Enrol(std::vector<Person> people, const CohortKey& key = Key()) {
    for (Person& person : people) person = In(key, std::move(person));
    Know(std::move(people), key);
  }
  int64_t Mark() { return *store_.ReadingMark(Soon()); }
  int64_t Epoch(const CohortKey& key = Key()) { return store_.GetCohort(key, Soon())->epoch; }
  std::vector<std::string> Ids(const CohortKey& key = Key()) {
    std::vector<std::string> ids;
    const auto input = store_.LoadInput(key, 0, Soon());
    for (const Person& person : input->people) ids.push_back(person.id.value());
    return ids;
  }
  // What is said of `asked`, who are found as `people`.
  PeopleChange Said(std::set<ParticipantId> asked, std::vector<Person> people, const CohortKey& key = Key()) {
    PeopleChange change{.mark = Mark(), .participants = std::move(asked)};
    for (Person& person : people) change.found.push_back({.cohort = key, .person = In(key, std::move(person))});
    return change;
  }
  absl::StatusOr<PeopleApplied> Apply(const PeopleChange& change, const std::optional<feed::Step>& step = {}) {
    return store_.ApplyPeople(Work(), change, step);
  }
  absl::StatusOr<std::vector<std::string>> Replace(std::vector<Person> people, int64_t mark) {
    for (Person& person : people) person = In(Key(), std::move(person));
    return store_.ReplacePeople(Work(),
                                {.cohort = {.key = Key(), .kind = "VOCATIONAL", .state = "OPEN", .as_of = clock_.Now()},
                                 .people = std::move(people),
                                 .mark = mark},
                                Policy());
  }
  static feed::Step StepTo(const std::string& token, std::optional<std::string> from) {
    return {.feed = "participant", .from = std::move(from), .to = {.token = token, .as_of = absl::FromUnixSeconds(9)}};
  }
};

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_STORE_PEOPLE_CONFORMANCE_H_
