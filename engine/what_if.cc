#include "engine/what_if.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <set>
#include <tuple>

#include "common/status/check.h"

namespace brygga::engine {
namespace {

constexpr Change kFar = {std::numeric_limits<int64_t>::max() / 4, 0};

}  // namespace

// One search over places. An arc is somebody's move from one place to another,
// or (kNone) a seat that becomes or stays free.
struct WhatIf::Search {
  explicit Search(size_t places) : distance(places, kFar), from(places, kNone), mover(places, kNone) {}

  void Reach(Place place, const Change& at, Place before, int32_t who) {
    if (at >= distance[At(place)]) return;
    distance[At(place)] = at;
    from[At(place)] = before;
    mover[At(place)] = who;
    queue.emplace(at, place);
  }
  bool Reached(Place place) const { return distance[At(place)] < kFar; }

  int32_t without = kNone;       // An adept who takes no part.
  bool passes_outside = true;    // Whether the way may lead over outside.
  std::vector<Change> distance;  // Of reduced costs.
  std::vector<Place> from;       // The place before.
  std::vector<int32_t> mover;    // Who moves from there.
  std::priority_queue<std::pair<Change, Place>, std::vector<std::pair<Change, Place>>, std::greater<>> queue;
};

WhatIf::WhatIf(const Problem& problem, Objective objective, const Assignment& assignment,
               const Certificate& certificate)
    : problem_(problem),
      is_largest_(objective == Objective::kCoverageThenScore || objective == Objective::kFairest),
      has_prices_((objective == Objective::kCoverageThenScore || objective == Objective::kScore) &&
                  certificate.adept_price.size() == problem.rounds_waited.size() &&
                  certificate.mentor_price.size() == problem.capacity.size()),
      locked_(problem.rounds_waited.size(), 0),
      place_of_(problem.rounds_waited.size(), static_cast<Place>(problem.capacity.size())),
      seats_(problem.capacity),
      taken_(problem.capacity.size(), 0),
      overfull_(problem.capacity.size(), 0),
      sits_(problem.capacity.size() + 1),
      previous_(problem.rounds_waited.size(), kNone),
      adept_price_(problem.rounds_waited.size()),
      price_(problem.capacity.size()) {
  for (const Lock& lock : problem.locks) {
    locked_[At(lock.adept)] = 1;
    if (--seats_[At(lock.mentor)] >= 0) continue;
    seats_[At(lock.mentor)] = 0;
    overfull_[At(lock.mentor)] = 1;
  }
  for (const MatchedPair& pair : assignment.pairs) {
    if (!pair.locked) place_of_[At(pair.adept)] = pair.mentor;
    if (!pair.locked) ++taken_[At(pair.mentor)];
  }
  for (int32_t a = 0; a < problem.adept_count(); ++a) {
    if (!locked_[At(a)]) sits_[At(place_of_[At(a)])].push_back(a);
  }
  if (problem.repair) {
    for (const auto& [adept, mentor] : problem.repair->previous) previous_[At(adept)] = mentor;
  }
  if (has_prices_) ReadPrices(certificate);
}

// Prices and cover as one potential that is compared pairs first. Whoever is not
// in the cover may pay up to the price of staying unmatched, and seats that are
// in it get as much less, so that being unmatched costs nothing. Where nobody is
// unmatched any price that is high enough will do. SCORE has prices alone.
void WhatIf::ReadPrices(const Certificate& certificate) {
  int64_t unmatched_price = certificate.unmatched_price;
  if (is_largest_ && sits_[At(outside())].empty()) {
    for (const int64_t price : certificate.adept_price) unmatched_price = std::max(unmatched_price, -price);
  }
  for (size_t a = 0; a < adept_price_.size(); ++a) {
    const bool covers = is_largest_ && certificate.adept_cover[a] != 0;
    adept_price_[a] = {covers ? 1 : 0, certificate.adept_price[a] + (covers ? 0 : unmatched_price)};
  }
  for (size_t m = 0; m < price_.size(); ++m) {
    const bool covers = is_largest_ && certificate.mentor_cover[m] != 0;
    price_[m] = {covers ? 1 : 0, certificate.mentor_price[m] - (covers ? unmatched_price : 0)};
  }
}

Change WhatIf::Worth(int32_t adept, int64_t pair) const {
  if (!has_prices_) return {};
  const bool kept =
      problem_.repair && problem_.repair->price && previous_[At(adept)] == problem_.edges.mentor[At(pair)];
  return {is_largest_ ? 1 : 0, problem_.edges.score[At(pair)] + (kept ? *problem_.repair->price : 0)};
}

void WhatIf::ExpandAdept(Search& search, Place from, int32_t adept, const Change& distance) const {
  if (adept == search.without) return;
  const Change base = distance + adept_price_[At(adept)];
  for (int64_t e = problem_.edges.offset[At(adept)]; e < problem_.edges.offset[At(adept) + 1]; ++e) {
    const Place to = problem_.edges.mentor[At(e)];
    if (to != from) search.Reach(to, base + price_[At(to)] - Worth(adept, e), from, adept);
  }
  if (from != outside()) search.Reach(outside(), base, from, adept);
}

void WhatIf::Expand(Search& search, Place place, const Change& distance) const {
  if (place == outside() && !search.passes_outside) return;
  for (const int32_t adept : sits_[At(place)]) ExpandAdept(search, place, adept, distance);
  if (place != outside()) {
    if (taken_[At(place)] < seats_[At(place)]) search.Reach(outside(), distance, place, kNone);
    return;
  }
  for (Place other = 0; other < outside(); ++other) {
    if (taken_[At(other)] > 0) search.Reach(other, distance + price_[At(other)], place, kNone);
  }
}

// Until the nearest place left is `until`, or none is.
void WhatIf::Run(Search& search, Place until) const {
  while (!search.queue.empty()) {
    const auto [distance, place] = search.queue.top();
    if (place == until) return;
    search.queue.pop();
    if (distance == search.distance[At(place)]) Expand(search, place, distance);
  }
}

std::vector<Move> WhatIf::Chain(const Search& search, Place source, Place target) const {
  std::vector<Move> moves;
  const auto row = [&](Place place) { return place == outside() ? kNone : place; };
  for (Place place = target; place != source; place = search.from[At(place)]) {
    const int32_t mover = search.mover[At(place)];
    if (mover != kNone) moves.push_back({.adept = mover, .from = row(search.from[At(place)]), .to = row(place)});
  }
  std::reverse(moves.begin(), moves.end());
  return moves;
}

// The forced adept leaves a seat (or outside) and takes one (or one that nobody
// needs); the way from the taken place to the left one re-seats the others.
std::optional<Forced> WhatIf::Force(int32_t adept, int32_t mentor) const {
  if (locked_[At(adept)]) {
    const bool same = std::any_of(problem_.locks.begin(), problem_.locks.end(),
                                  [&](const Lock& lock) { return lock.adept == adept && lock.mentor == mentor; });
    return same ? std::optional<Forced>(Forced()) : std::nullopt;
  }
  const Place left = place_of_[At(adept)];
  if (left == mentor) return Forced();
  const bool displaces = seats_[At(mentor)] > 0 && taken_[At(mentor)] == seats_[At(mentor)];
  const Place source = displaces ? mentor : outside();

  Search search(seats_.size() + 1);
  search.without = adept;
  search.Reach(source, {}, kNone, kNone);
  Run(search, left);
  BRYGGA_CHECK(search.Reached(left));  // Whoever is displaced may stay unmatched, whoever leaves may leave a free seat.

  const auto worth = [&](Place place) {
    if (place == outside()) return Change();
    const int64_t pair = problem_.edges.Find(adept, place);
    return pair < 0 ? Change{is_largest_ ? 1 : 0, 0} : Worth(adept, pair);
  };
  const Change loss = search.distance[At(left)] + PriceOf(source) - PriceOf(left);
  Forced forced{.change = worth(mentor) - worth(left) - loss};
  forced.moves.push_back({.adept = adept, .from = left == outside() ? kNone : left, .to = mentor});
  const std::vector<Move> chain = Chain(search, source, left);
  forced.moves.insert(forced.moves.end(), chain.begin(), chain.end());
  return forced;
}

WhatIf::Search WhatIf::FromAdept(int32_t adept) const {
  Search search(seats_.size() + 1);
  search.passes_outside = false;
  ExpandAdept(search, outside(), adept, {});
  Run(search, kNone);
  return search;
}

WhatIf::Search WhatIf::FromOutside(int32_t without) const {
  Search search(seats_.size() + 1);
  search.without = without;
  search.Reach(outside(), {}, kNone, kNone);
  Run(search, kNone);
  return search;
}

// One more seat is worth what the best way from outside to it gains.
std::vector<SeatOption> WhatIf::MoreSeats(int32_t adept) const {
  const Search own = FromAdept(adept), others = FromOutside(adept);
  std::vector<SeatOption> options;
  for (Place mentor = 0; mentor < outside(); ++mentor) {
    if (!own.Reached(mentor) || overfull_[At(mentor)]) continue;
    const bool certain = has_prices_ && own.distance[At(mentor)] < others.distance[At(mentor)];
    options.push_back({.mentor = mentor, .certain = certain});
  }
  return options;
}

bool WhatIf::IsCertainWith(const NewMentor& mentor, int32_t adept) const {
  const Search own = FromAdept(adept), others = FromOutside(adept);
  Change with = kFar, without = {};  // Losses; the new seat may stay free.
  for (const auto& [candidate, score] : mentor) {
    if (locked_[At(candidate)]) continue;
    const Change worth{1, score};
    const Place place = place_of_[At(candidate)];
    if (candidate == adept) {
      with = std::min(with, Change() - worth);
    } else {
      const Change price = adept_price_[At(candidate)];
      const auto loss = [&](const Search& search) {
        return search.Reached(place) ? search.distance[At(place)] + price - worth : kFar;
      };
      // Nobody but `adept` starts from outside in the adept's own search.
      if (place != outside()) with = std::min(with, loss(own));
      without = std::min(without, loss(others));
    }
  }
  return has_prices_ && with < without;
}

// Backwards from free seats over everybody who may move there.
std::vector<bool> WhatIf::WithRoom() const {
  const Edges& edges = problem_.edges;
  std::vector<int64_t> begin(seats_.size() + 1, 0);
  for (const int32_t mentor : edges.mentor) ++begin[At(mentor) + 1];
  for (size_t m = 0; m < seats_.size(); ++m) begin[m + 1] += begin[m];
  std::vector<int32_t> who(edges.mentor.size());
  std::vector<int64_t> next(begin.begin(), begin.end() - 1);
  for (int32_t a = 0; a < problem_.adept_count(); ++a) {
    for (int64_t e = edges.offset[At(a)]; e < edges.offset[At(a) + 1]; ++e) {
      who[At(next[At(edges.mentor[At(e)])]++)] = a;
    }
  }
  std::vector<bool> room(seats_.size());
  std::vector<int32_t> queue;
  const auto add = [&](Place mentor) {
    if (mentor == outside() || room[At(mentor)]) return;
    room[At(mentor)] = true;
    queue.push_back(mentor);
  };
  for (Place mentor = 0; mentor < outside(); ++mentor) {
    if (taken_[At(mentor)] < seats_[At(mentor)]) add(mentor);
  }
  for (size_t i = 0; i < queue.size(); ++i) {
    for (int64_t e = begin[At(queue[i])]; e < begin[At(queue[i]) + 1]; ++e) {
      if (!locked_[At(who[At(e)])]) add(place_of_[At(who[At(e)])]);
    }
  }
  return room;
}

}  // namespace brygga::engine
