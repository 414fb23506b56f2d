// What an answer would become if something else were decided: a pair forced, a
// seat added, a rule let go. Read off the answer and its certificate, never by
// solving again.
//
// Source: the certificate's prices and cover together are potentials of the
// answer's residual graph in which no arc is below zero (compared by pairs
// first, then by score), so one search by Dijkstra's method finds the cheapest
// way to re-seat whoever is displaced: sensitivity of a minimum-cost flow to one
// unit (Ahuja, Magnanti and Orlin, Network Flows, 9.7 and 9.11).
//
// Time: O(pairs + people × log(mentors)) an answer. Memory: 48 bytes a person
// and 4 a pair beside problem and answer.
#ifndef BRYGGA_ENGINE_WHAT_IF_H_
#define BRYGGA_ENGINE_WHAT_IF_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/certificate.h"
#include "engine/problem.h"

namespace brygga::engine {

// Pairs and total score, more or (below 0) fewer; compared in this order.
struct Change {
  int64_t pairs = 0;
  int64_t score = 0;

  friend auto operator<=>(const Change&, const Change&) = default;
  friend Change operator+(const Change& a, const Change& b) { return {a.pairs + b.pairs, a.score + b.score}; }
  friend Change operator-(const Change& a, const Change& b) { return {a.pairs - b.pairs, a.score - b.score}; }
};

// One adept who would sit elsewhere.
struct Move {
  int32_t adept = 0;
  int32_t from = -1;  // The mentor in the answer; -1: none.
  int32_t to = -1;    // The mentor instead; -1: none.

  friend bool operator==(const Move&, const Move&) = default;
};

// What becomes of the answer with a pair in it.
struct Forced {
  Change change;
  // The pair's adept first, then along the chain. Of several chains that cost
  // the same this is one, always the same.
  std::vector<Move> moves;

  friend bool operator==(const Forced&, const Forced&) = default;
};

// A mentor with whom one more seat would do.
struct SeatOption {
  int32_t mentor = 0;
  // True where every best answer with that seat pairs the adept; false where
  // some does, and others give the seat to somebody else who waits.
  bool certain = false;

  friend bool operator==(const SeatOption&, const SeatOption&) = default;
};

// Adepts whom a new mentor would be allowed to have, with their scores.
using NewMentor = std::vector<std::pair<int32_t, int32_t>>;

// Immutable, safe for concurrent use. Borrows what it is made from.
class WhatIf {
 public:
  // `problem` has no groups, and Check says that `certificate` proves
  // `assignment` best for it.
  WhatIf(const Problem& problem, Objective objective, const Assignment& assignment, const Certificate& certificate);

  // COVERAGE_THEN_SCORE and SCORE, where the certificate has prices (certificate.h),
  // can say what a forced pair costs.
  bool can_force() const { return has_prices_; }
  // COVERAGE_THEN_SCORE and FAIREST match as many as can be, so that it can be
  // said what would match one more.
  bool can_match_more() const { return is_largest_; }

  // What the answer would lose (and its people do) with this pair in it as a
  // lock: exactly what a solve with that lock loses. A pair that a rule forbids
  // counts 0, as an overriding lock does; where a mentor's locks hold every seat
  // the pair takes one more and displaces nobody. With SCORE `change.pairs` is 0:
  // the objective does not decide it. A price of changed pairs is part of the score.
  //
  // Nullopt: the adept is locked to another mentor. Needs can_force().
  std::optional<Forced> Force(int32_t adept, int32_t mentor) const;

  // Mentors, ascending, any one of whom with one more seat would make one more
  // match possible, with this unmatched adept in it and nobody who has a match
  // left without one. Nobody is certain with FAIREST. Needs can_match_more().
  std::vector<SeatOption> MoreSeats(int32_t adept) const;

  // Mentors (by row) who could take one more adept in while everybody who has a
  // match keeps one. An unmatched adept who were allowed one of them would be
  // matched in every best answer. Needs can_match_more().
  std::vector<bool> WithRoom() const;

  // Whether every best answer with one more mentor of one seat pairs `adept`,
  // who is unmatched and among `mentor`. False with FAIREST. Needs can_match_more().
  bool IsCertainWith(const NewMentor& mentor, int32_t adept) const;

 private:
  // A place to sit or to stay: a mentor's row, or outside (nobody's).
  using Place = int32_t;
  static constexpr int32_t kNone = -1;

  struct Search;

  Place outside() const { return static_cast<Place>(seats_.size()); }
  Change PriceOf(Place place) const { return place == outside() ? Change() : price_[At(place)]; }
  Change Worth(int32_t adept, int64_t pair) const;
  static size_t At(int64_t i) { return static_cast<size_t>(i); }

  void ReadPrices(const Certificate& certificate);
  void Expand(Search& search, Place place, const Change& distance) const;
  void ExpandAdept(Search& search, Place from, int32_t adept, const Change& distance) const;
  void Run(Search& search, Place until) const;
  Search FromAdept(int32_t adept) const;
  Search FromOutside(int32_t without) const;
  std::vector<Move> Chain(const Search& search, Place source, Place target) const;

  const Problem& problem_;
  const bool is_largest_, has_prices_;
  std::vector<uint8_t> locked_;             // Per adept.
  std::vector<Place> place_of_;             // Per adept without a lock.
  std::vector<int32_t> seats_, taken_;      // Per mentor, the locks' seats taken off.
  std::vector<uint8_t> overfull_;           // Per mentor: has more locks than seats.
  std::vector<std::vector<int32_t>> sits_;  // Per mentor and outside: adepts without a lock.
  std::vector<Place> previous_;             // Per adept: the mentor who is worth a price more.
  std::vector<Change> adept_price_, price_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_WHAT_IF_H_
