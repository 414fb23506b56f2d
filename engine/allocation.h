// Openings for people: places by ranked wishes, priority, reserves and lottery.
#ifndef BRYGGA_ENGINE_ALLOCATION_H_
#define BRYGGA_ENGINE_ALLOCATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/control.h"

namespace brygga::engine {

enum class AllocationMechanism {
  kDeferredAcceptance,
  kMaxPlaced,
};

// The codes of these, and back: "DEFERRED_ACCEPTANCE", "MAX_PLACED".
std::string_view MechanismCode(AllocationMechanism mechanism);

// One wish. A rule that bars the applicant from the opening (an age window, say)
// is the caller's to apply; its code then stands here.
struct Wish {
  int32_t opening = 0;
  std::string barred;  // Empty: nothing is in the way.

  friend bool operator==(const Wish&, const Wish&) = default;
};

struct Applicant {
  std::string reference;        // Opaque, published; distinct.
  std::vector<Wish> wishes;     // The most wanted first, each opening once.
  std::vector<int32_t> groups;  // Of AllocationProblem::groups, each once.
  std::string barred;           // The code of the rule that bars from every opening. Empty: none does.

  friend bool operator==(const Applicant&, const Applicant&) = default;
};

struct Opening {
  std::string reference;  // Opaque, published; distinct.
  int32_t seats = 0;

  friend bool operator==(const Opening&, const Opening&) = default;
};

// Seats that members of a group have before everybody else.
struct Reserve {
  enum class Scope {
    // `share` or `count` of each opening's seats.
    kEachOpening,
    // `share` or `count` of all seats together, spread over the openings in
    // proportion to their seats before anybody's wishes are looked at (SpreadSeats).
    kAllSeats,
  };
  enum class Fallback {
    kOpenToAll,  // Seats that too few members want go to everybody.
    kKeepEmpty,  // They stay empty.
  };
  int32_t group = 0;  // Of AllocationProblem::groups.
  Scope scope = Scope::kAllSeats;
  // One of the two. A share is in millionths, and what it gives is rounded down.
  std::optional<int32_t> share;
  std::optional<int32_t> count;
  Fallback fallback = Fallback::kOpenToAll;

  friend bool operator==(const Reserve&, const Reserve&) = default;
};

// Who is asked first for a seat at an opening that has reserves.
enum class Precedence {
  // Reserved seats first: a reserve is a minimum for the group. Members take part
  // in the open seats as well, once the reserve is full.
  kReservedFirst,
  // Open seats first, over everybody: a reserve comes on top of what members win
  // there.
  kOpenFirst,
};

// Everybody's order at every opening ("the order", below): members of guaranteed
// groups first, then by priority class, then by lottery number, the lowest first.
struct AllocationProblem {
  std::vector<std::string> groups;  // Codes, distinct.
  std::vector<int32_t> guaranteed;  // Groups whose members come first.
  std::vector<int32_t> priorities;  // Groups in order: a member's class is the first one that it is in; the
                                    // class of those who are in none comes last.
  std::vector<Reserve> reserves;    // In the order in which seats are taken out and filled; each group once.
  Precedence precedence = Precedence::kReservedFirst;
  std::vector<Opening> openings;
  std::vector<Applicant> applicants;
  std::string seed;  // Of the lottery.
};

// kInvalidArgument, reason INVALID_FIELDS: references and codes that are empty,
// repeated or not printable ASCII without spaces, rows out of range, an opening
// twice in a list of wishes, negative or too many seats (10^6 in all are the most),
// shares that are not from 0 to 10^6, a reserve with neither or both of share and
// count, a seed shorter than 16 or longer than 1,000 bytes; up to 100 are named.
absl::Status Validate(const AllocationProblem& problem);

// The seats of one opening by kind.
struct SeatPlan {
  std::vector<int32_t> reserved;  // Per reserve of the problem.
  int32_t open = 0;               // The others.

  friend bool operator==(const SeatPlan&, const SeatPlan&) = default;
};

// Divides every opening's seats. Reserves take theirs one after the other, from
// what is left of each opening:
// - kEachOpening: floor(seats × share / 10^6), or count; no more than is left.
// - kAllSeats: T = floor(all seats × share / 10^6), or count. Each opening gives
//   floor(T × seats / all seats), no more than is left. What is missing to T is
//   then taken one seat at a time from the openings that have one left, in the order
//   of the largest remainder (T × seats modulo all seats), then of the opening's
//   lottery number (DrawLotteryNumber with "opening:" before its reference), again
//   from the start until T is reached or nothing is left.
// Nothing here depends on wishes, so nobody gains by stating other ones.
//
// `problem` is valid.
std::vector<SeatPlan> SpreadSeats(const AllocationProblem& problem);

inline constexpr int32_t kNoOpening = -1;
inline constexpr int32_t kOpenSeat = -1;

struct Placement {
  int32_t opening = kNoOpening;
  int32_t rank = 0;          // Of the opening among the applicant's wishes, from 1; barred ones count.
  int32_t seat = kOpenSeat;  // The reserve whose seat it is, or kOpenSeat.

  friend bool operator==(const Placement&, const Placement&) = default;
};

enum class UnplacedReason {
  kPlaced,           // Is placed.
  kBarred,           // Applicant::barred says why.
  kNoWishes,         // Named no opening.
  kAllWishesBarred,  // Each wish says why.
  kNoSeats,          // The openings that are left have no seats that the applicant may have.
  kOthersCameFirst,  // Stands on the reserve lists of all openings that are left.
};

// "PLACED", "BARRED", "NO_WISHES", "ALL_WISHES_BARRED", "NO_SEATS", "OTHERS_CAME_FIRST".
std::string_view UnplacedReasonCode(UnplacedReason reason);

struct AllocationCounts {
  int64_t placed = 0;
  int64_t guaranteed = 0, guaranteed_placed = 0;   // Who is barred from everything is not counted.
  int64_t rank_sum = 0;                            // Of the placed.
  std::vector<int64_t> by_rank;                    // Placed at rank i + 1.
  std::vector<int64_t> reserved, reserved_filled;  // Per reserve: its seats, and those that members have.
  int64_t seats = 0, seats_empty = 0;

  friend bool operator==(const AllocationCounts&, const AllocationCounts&) = default;
};

// Prices that prove MAX_PLACED best. Each host is a kind of seats at an opening:
// host o × (reserves + 1) + k is the k-th reserve of opening o, or its open seats
// where k is the number of reserves. With the weights w of the two stages (below),
// u + v >= w for every applicant and host that may meet, u, v >= 0, and
// sum(u) + sum(seats × v) is what the answer weighs. In the second stage only pairs
// with u + v = w in the first may meet; a seat with v > 0 there weighs more than all
// else here; and u may be negative for those with u > 0 there, who must be placed.
// Decimal numbers of up to 128 bits.
struct AllocationPrices {
  std::vector<std::string> applicant, host;

  friend bool operator==(const AllocationPrices&, const AllocationPrices&) = default;
};

struct AllocationCertificate {
  // Two of them for MAX_PLACED: the declared objectives, then the tie-break by
  // lottery among answers that are best. None for DEFERRED_ACCEPTANCE, which is
  // checked by itself: nobody is passed over.
  std::vector<AllocationPrices> prices;

  friend bool operator==(const AllocationCertificate&, const AllocationCertificate&) = default;
};

struct Allocation {
  std::vector<Placement> placements;    // Per applicant.
  std::vector<UnplacedReason> reasons;  // Per applicant.
  // Per opening: every applicant who may have it and would rather have it than what
  // the allocation gives, placed elsewhere or not, in the order. A seat that becomes
  // free goes to the first who still wants it; a reserved seat to the first member
  // of its group, and only then (kOpenToAll) to the first of all. Nobody is left out.
  std::vector<std::vector<int32_t>> reserve_lists;
  std::vector<int32_t> lottery;  // Applicants in the order of their numbers.
  std::vector<SeatPlan> seats;   // Per opening.
  AllocationCounts counts;
  AllocationCertificate certificate;
};

struct AllocationOptions {
  // A problem that would need more is refused before it is started.
  int64_t memory_limit_bytes = int64_t{2} << 30;
  Control control;  // Phases "lottery", "places" and, with MAX_PLACED, "ties".
};

// What Allocate needs beside the problem, at most: 96 bytes a wish and 256 an
// applicant or opening; with MAX_PLACED 160 a wish for each kind of seats.
int64_t AllocationMemoryBound(const AllocationProblem& problem, AllocationMechanism mechanism);

// kDeferredAcceptance: applicants propose, best wish first (D. Gale and L. Shapley,
// 1962). Each opening chooses among those who asked: with kReservedFirst, for each
// reserve in turn the first of its members in the order, as far as the seats go;
// then, for the open seats and for those of kOpenToAll that no member took, the
// first of all who are left. With kOpenFirst the open seats are filled from all
// first, then the reserves, then what is left of those of kOpenToAll from all.
// (Minimum guarantees: I. Hafalir, M. B. Yenmez and M. A. Yildirim, "Effective
// affirmative action in school choice", Theoretical Economics 8, 2013. Precedence:
// S. D. Kominers and T. Sönmez, "Matching with slot-specific priorities",
// Theoretical Economics 11, 2016; seats that pass on: A. Westkamp, "An analysis of the
// German university admissions system", Economic Theory 53, 2013.) Ties fall by the
// lottery alone, one number for all openings. So: nobody is passed over for somebody
// whom the opening would choose after them; it is the best such allocation for every
// applicant at once; and nobody gains by stating other wishes than their own.
// O(wishes × log(seats) × reserves).
//
// kMaxPlaced: the best in this order: (1) most members of guaranteed groups placed;
// (2) most reserved seats with members of their group; (3) most people placed;
// (4) those of earlier priority classes; (5) the lowest sum of ranks; then, among
// all answers that are best so far, by lottery: (6) the lowest sum over applicants of
// rank × weight, the weight being n for the first in the lottery and 1 for the last of n
// and an unplaced applicant's rank one more than the longest list has wishes; (7) the
// highest sum of lots of the chosen pairs, a pair's lot being the first 5 bytes of
// DrawLotteryNumber over the applicant's reference, a line feed and the opening's.
// Which of an opening's seats its people have changes none of these: as many members
// as can sit on reserved seats, first on those that would stay empty, in the order.
// Exact: an assignment with weights in lexicographic layers, twice (the layers
// 1 to 5, then 6 and 7 among the answers that are best in those), each with its prices,
// by successive shortest paths: O(people × wishes × kinds of seats × log) at worst.
// It can pay to state other wishes than one's own; it places more people.
//
// kInvalidArgument: Validate refuses the problem. kCancelled: the control said so.
// kResourceExhausted, reason ALLOCATION_TOO_LARGE: AllocationMemoryBound is above
// the limit, there are more than 2^20 applicants or openings, or the layers of
// MAX_PLACED do not fit in 125 bits (which 10^5 applicants do).
absl::StatusOr<Allocation> Allocate(const AllocationProblem& problem, AllocationMechanism mechanism,
                                    const AllocationOptions& options = {});

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_ALLOCATION_H_
