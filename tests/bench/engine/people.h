// People like the sample's: as many as are asked for, seeded.
#ifndef BRYGGA_TESTS_BENCH_ENGINE_PEOPLE_H_
#define BRYGGA_TESTS_BENCH_ENGINE_PEOPLE_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/people.h"

namespace brygga::bench {

// The rows of data/sample as the engine takes them.
struct Sample {
  std::vector<engine::Person> adepts, mentors;

  // `data` is the repository's folder of that name.
  static Sample Load(const std::string& data);
};

// A person put together from rows of one side of the sample: what goes together
// in life comes from the same row. Occupation, target, competences, education
// and experience are one such part; languages, age and gender another;
// municipality, distance and format the third; slots, goals and employer one
// each; some have the slots of two. So the marginals and the strong correlations
// are the sample's, but for slots, and no two people are alike. Identity comes from `number`.
engine::Person DrawPerson(const std::vector<engine::Person>& rows, int number, std::mt19937_64& random);

std::vector<engine::Person> DrawPeople(const std::vector<engine::Person>& rows, int count, std::mt19937_64& random);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ENGINE_PEOPLE_H_
