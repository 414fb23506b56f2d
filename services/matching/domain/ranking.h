// The best counterparts of one person, as a list that can be kept elsewhere.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_RANKING_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_RANKING_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "services/matching/domain/match.h"
#include "services/matching/domain/names.h"

namespace brygga::matching {

// The most that a kept ranking lists.
inline constexpr size_t kMostListed = 4096;

struct Ranked {
  ParticipantId id;
  int32_t score = 0;  // Micro-units.

  friend bool operator==(const Ranked&, const Ranked&) = default;
};

// Ranked people, packed: about 20 bytes each, in the form in which they are sealed.
// Who answers from a list looks at its beginning, and makes ids of no more than that.
class RankedList {
 public:
  RankedList() = default;
  RankedList(std::initializer_list<Ranked> all) {
    for (const Ranked& ranked : all) push_back(ranked);
  }

  // What Packed() gave of a list of `size`; nothing where `packed` is no such thing.
  static std::optional<RankedList> Of(std::string_view packed, size_t size);

  void push_back(const Ranked& ranked);
  // Of a list that is kept: gives back what room it has left.
  void Shrink() { packed_.shrink_to_fit(); }
  size_t size() const { return size_; }
  // The first of them; all where there are fewer.
  std::string_view Packed(size_t most) const;

  // One after the other, each unpacked when it is come to.
  class Iterator {
   public:
    explicit Iterator(std::string_view rest) : rest_(rest) { ++*this; }
    const Ranked& operator*() const { return now_; }
    const Ranked* operator->() const { return &now_; }
    Iterator& operator++();
    bool operator==(std::default_sentinel_t) const { return at_end_; }

   private:
    std::string_view rest_;
    Ranked now_;
    bool at_end_ = false;
  };
  Iterator begin() const { return Iterator(packed_); }
  std::default_sentinel_t end() const { return {}; }

  friend bool operator==(const RankedList&, const RankedList&) = default;

 private:
  // Of each: the id's length, the id, the score. Numbers are base 128, least first. A
  // UUID has the length 0 and 16 bytes.
  std::string packed_;
  size_t size_ = 0;
};

// The counterparts of one person whom no rule and no veto forbids, whether they
// are free or not.
struct Ranking {
  Side side = Side::kMentor;  // Of those who are listed.
  int64_t total = 0;          // All of them.
  RankedList listed;          // The first of them, best first.

  bool complete() const { return total == static_cast<int64_t>(listed.size()); }

  friend bool operator==(const Ranking&, const Ranking&) = default;
};

// Grows whenever the same people would be ranked otherwise than before: replicas of two
// releases that share a Redis are not to take each other's rankings. A test knows the
// scores of each version.
inline constexpr int kScoringVersion = 1;

// What a ranking is a function of: the cohort at one epoch, the policy and whose
// ranking it is. Equal keys, equal rankings, on every replica of one release with the
// same tables of reference.
struct RankingKey {
  CohortId cohort;
  int64_t epoch = 0;
  ParticipantId subject;
  std::string policy_hash;

  friend bool operator==(const RankingKey&, const RankingKey&) = default;
};

// Whether a key names its epoch. Off only to show what it is for.
enum class EpochInKey { kYes, kNo };

// "brygga:cand:1:{cohort}:e<epoch>:<subject>:<policy hash>:<made by>". `made_by` tells
// the release and the tables of reference.
std::string TextOf(const RankingKey& key, std::string_view made_by, EpochInKey epoch = EpochInKey::kYes);

// `ranking` as bytes: ids and scores, and a seal over them and `key`, its text,
// that nobody can make without `secret`. Who is listed beyond kMostListed is left
// out.
std::string Seal(const Ranking& ranking, std::string_view key, std::string_view secret);

// Whether a seal is looked at. Off only to show what it is for.
enum class SealCheck { kYes, kNo };

// What was sealed under this key with this secret; nothing where `bytes` are
// anything else: damaged, cut off, of another key, secret or version, or forged.
std::optional<Ranking> Unseal(std::string_view bytes, std::string_view key, std::string_view secret,
                              SealCheck check = SealCheck::kYes);

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_RANKING_H_
