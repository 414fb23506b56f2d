// ListCandidates under test: a cohort of so many people behind one of several
// caches.
#ifndef BRYGGA_TESTS_BENCH_CANDIDATES_CONTENDER_H_
#define BRYGGA_TESTS_BENCH_CANDIDATES_CONTENDER_H_

#include <memory>
#include <string>
#include <string_view>

#include "brygga/matching/v1/matching_service.pb.h"
#include "common/testing/redis.h"
#include "services/matching/service.h"

namespace brygga::bench {

// "candidates-10000-memory": rankings and pages are kept in memory; "-ranking":
// rankings in memory, and no pages; "-redis": rankings in Redis alone; "-miss": in
// Redis, and have expired when they are asked for; "-bypass": nowhere. "-full" and
// "-fullnew" are as "-memory" and "-ranking".
struct CandidatesContender {
  std::unique_ptr<testing::RedisServer> redis;  // Of those that use one. Outlives the service.
  std::unique_ptr<matching::MatchingService> service;
};
bool IsCandidatesContender(std::string_view name);
CandidatesContender OpenCandidates(std::string_view name, const std::string& folder);

// The n-th of the serialised requests that go round `subjects` adepts of a cohort
// of so many people; the first ten candidates.
std::string CandidatesRequest(int people, int subjects, matching::v1::CandidateView view, int n);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_CANDIDATES_CONTENDER_H_
