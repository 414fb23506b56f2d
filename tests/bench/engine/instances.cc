#include "tests/bench/engine/instances.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "engine/policy.h"
#include "engine/reference.h"
#include "engine/score.h"
#include "tests/bench/engine/people.h"

namespace brygga::bench {
namespace {

using engine::Instance;

constexpr int32_t kOpeningsPerPerson = 100;
constexpr int64_t kSeatsOfOpenings = 18'676;
constexpr int kPeopleAtATime = 500;

struct Shape {
  int32_t left, right;
};

Instance Empty(Shape shape) {
  Instance instance;
  instance.left_capacity.assign(static_cast<size_t>(shape.left), 1);
  instance.right_capacity.assign(static_cast<size_t>(shape.right), 1);
  return instance;
}

// Every pair, with what `score(i, j)` gives.
template <typename Score>
Instance Dense(Shape shape, Score score) {
  Instance instance = Empty(shape);
  for (int32_t i = 0; i < shape.left; ++i) {
    for (int32_t j = 0; j < shape.right; ++j) {
      instance.right.push_back(j);
      instance.score.push_back(score(i, j));
    }
    instance.offset.push_back(instance.pair_count());
  }
  return instance;
}

int32_t Below(std::mt19937_64& random, uint64_t n) { return static_cast<int32_t>(random() % n); }

Instance Uniform(int32_t n, std::mt19937_64& random) {
  return Dense({n, n}, [&](int32_t, int32_t) { return Below(random, 1'000'001); });
}

Instance Sparse(int32_t n, int32_t each, std::mt19937_64& random) {
  Instance instance = Empty({n, n});
  std::vector<int32_t> chosen;
  for (int32_t i = 0; i < n; ++i) {
    chosen.clear();
    while (static_cast<int32_t>(chosen.size()) < each) {
      for (int32_t k = static_cast<int32_t>(chosen.size()); k < each; ++k)
        chosen.push_back(Below(random, static_cast<uint64_t>(n)));
      std::sort(chosen.begin(), chosen.end());
      chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    }
    for (const int32_t j : chosen) {
      instance.right.push_back(j);
      instance.score.push_back(Below(random, 1'000'001));
    }
    instance.offset.push_back(instance.pair_count());
  }
  return instance;
}

enum class Seats { kOne, kOneToFour, kOfOpenings };

struct Cohort {
  Shape shape;
  Seats seats = Seats::kOne;
  int32_t best = 0;  // Keeps so many pairs of each adept; 0: all.
};

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  BRYGGA_CHECK(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

int32_t DrawSeats(Seats seats, std::mt19937_64& random) {
  if (seats == Seats::kOne) return 1;
  if (seats == Seats::kOneToFour) return Below(random, 4) + 1;
  const int32_t dice = Below(random, 1000);
  return dice < 380 ? 1 : dice < 695 ? 2 : dice < 850 ? 3 : 4;
}

// Gives and takes single seats until there are `total`.
void SettleSeats(int64_t total, std::vector<int32_t>& seats, std::mt19937_64& random) {
  int64_t sum = std::accumulate(seats.begin(), seats.end(), int64_t{0});
  while (sum != total) {
    int32_t& one = seats[random() % seats.size()];
    const int32_t change = sum < total && one < 4 ? 1 : sum > total && one > 1 ? -1 : 0;
    one += change;
    sum += change;
  }
}

void AddPairs(const engine::Edges& edges, int32_t best, Instance& instance) {
  std::vector<std::pair<int32_t, int32_t>> pairs;  // Score, row.
  for (int32_t a = 0; a < edges.adept_count(); ++a) {
    pairs.clear();
    for (int64_t e = edges.offset[static_cast<size_t>(a)]; e < edges.offset[static_cast<size_t>(a) + 1]; ++e) {
      pairs.emplace_back(-edges.score[static_cast<size_t>(e)], edges.mentor[static_cast<size_t>(e)]);
    }
    if (best > 0 && pairs.size() > static_cast<size_t>(best)) {
      std::nth_element(pairs.begin(), pairs.begin() + best, pairs.end());
      pairs.resize(static_cast<size_t>(best));
      std::sort(pairs.begin(), pairs.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
    }
    for (const auto& [score, mentor] : pairs) {
      instance.right.push_back(mentor);
      instance.score.push_back(-score);
    }
    instance.offset.push_back(instance.pair_count());
  }
}

Instance People(const Cohort& cohort, const std::string& data, std::mt19937_64& random) {
  const Sample sample = Sample::Load(data);
  const engine::Reference reference = engine::Reference::Load(absl::StrCat(data, "/reference")).value();
  engine::Policy policy = engine::ParsePolicy(ReadAll(absl::StrCat(data, "/policy/vocational.json"))).value();
  policy.minimum_closeness.reset();
  policy.adept_level = policy.mentor_level = "A1";
  const engine::Scorer scorer = engine::Scorer::Create(reference, policy).value();
  const std::vector<engine::Person> adepts = DrawPeople(sample.adepts, cohort.shape.left, random);
  const engine::People mentors =
      engine::BuildPeople(reference, DrawPeople(sample.mentors, cohort.shape.right, random)).value();
  Instance instance = Empty(cohort.shape);
  for (int32_t& seats : instance.right_capacity) seats = DrawSeats(cohort.seats, random);
  if (cohort.seats == Seats::kOfOpenings) SettleSeats(kSeatsOfOpenings, instance.right_capacity, random);
  for (size_t from = 0; from < adepts.size(); from += kPeopleAtATime) {
    const size_t to = std::min(adepts.size(), from + kPeopleAtATime);
    const std::vector<engine::Person> some(adepts.begin() + static_cast<std::ptrdiff_t>(from),
                                           adepts.begin() + static_cast<std::ptrdiff_t>(to));
    const engine::People people = engine::BuildPeople(reference, some).value();
    AddPairs(scorer.ScoreAll(people, mentors, {}).value(), cohort.best, instance);
  }
  return instance;
}

using Make = std::function<Instance(const std::string&, std::mt19937_64&)>;

Make CohortOf(Cohort cohort) {
  return [cohort](const std::string& data, std::mt19937_64& random) { return People(cohort, data, random); };
}

const std::map<std::string, Make, std::less<>>& Makers() {
  static const auto* const kMakers = new std::map<std::string, Make, std::less<>>{
      {"cohort-50", CohortOf({.shape = {50, 50}})},
      {"cohort-100", CohortOf({.shape = {100, 100}})},
      {"cohort-200", CohortOf({.shape = {200, 200}})},
      {"cohort-1000", CohortOf({.shape = {1000, 1000}})},
      {"cohort-4000", CohortOf({.shape = {4000, 4000}})},
      {"capacity-4000", CohortOf({.shape = {4000, 1600}, .seats = Seats::kOneToFour})},
      {"places-20000", CohortOf({.shape = {20'000, 9'000}, .seats = Seats::kOfOpenings, .best = kOpeningsPerPerson})},
      {"uniform-1000", [](const std::string&, std::mt19937_64& random) { return Uniform(1000, random); }},
      {"uniform-4000", [](const std::string&, std::mt19937_64& random) { return Uniform(4000, random); }},
      {"product-1000",
       [](const std::string&, std::mt19937_64&) {
         return Dense({1000, 1000}, [](int32_t i, int32_t j) { return (i + 1) * (j + 1); });
       }},
      {"dense-800",
       [](const std::string&, std::mt19937_64& random) {
         return Dense({800, 800}, [&](int32_t, int32_t) { return Below(random, 100) + 1; });
       }},
      {"sparse-5000", [](const std::string&, std::mt19937_64& random) { return Sparse(5000, 100, random); }},
  };
  return *kMakers;
}

}  // namespace

std::vector<std::string> InstanceNames() {
  std::vector<std::string> names;
  for (const auto& [name, make] : Makers()) names.push_back(name);
  return names;
}

Instance MakeInstance(std::string_view name, const std::string& data, uint64_t seed) {
  const auto found = Makers().find(name);
  BRYGGA_CHECK(found != Makers().end());
  std::mt19937_64 random(seed);
  return found->second(data, random);
}

}  // namespace brygga::bench
