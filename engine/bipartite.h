// The graph that the solver works on, and how it is followed and stopped.
#ifndef BRYGGA_ENGINE_BIPARTITE_H_
#define BRYGGA_ENGINE_BIPARTITE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "engine/control.h"

namespace brygga::engine {

// Agents, each of whom takes one seat, and hosts with seats; the pairs of agent
// a are host[offset[a] .. offset[a + 1]).
template <typename W>
struct Bipartite {
  std::vector<int64_t> offset = {0};
  std::vector<int32_t> host;
  std::vector<W> weight;
  std::vector<int32_t> seats;  // Per host.

  size_t agent_count() const { return offset.size() - 1; }
  size_t host_count() const { return seats.size(); }
};

inline constexpr int32_t kNobody = -1;

// Divides weights by the largest number that divides them all, and returns it.
template <typename W>
W DivideByCommonFactor(std::vector<W>& weights) {
  W factor = 0;
  for (size_t i = 0; i < weights.size() && factor != 1; ++i) {
    if (factor == 0 || weights[i] % factor != 0) factor = std::gcd(factor, weights[i]);
  }
  if (factor > 1) {
    for (W& weight : weights) weight /= factor;
  }
  return std::max<W>(1, factor);
}

// Who sits where: agent to host and, per host, its agents in places of one array.
class Seating {
 public:
  // Room for `seats[h]` agents at host h.
  Seating(size_t agents, const std::vector<int32_t>& seats)
      : host_of_(agents, kNobody), place_(agents, 0), taken_(seats.size(), 0), seats_(seats), begin_(seats.size() + 1) {
    for (size_t h = 0; h < seats.size(); ++h) begin_[h + 1] = begin_[h] + static_cast<size_t>(seats[h]);
    agents_.resize(begin_.back(), kNobody);
  }

  int32_t HostOf(int32_t agent) const { return host_of_[static_cast<size_t>(agent)]; }
  bool IsFull(int32_t host) const { return taken_[static_cast<size_t>(host)] == seats_[static_cast<size_t>(host)]; }
  int32_t Taken(int32_t host) const { return taken_[static_cast<size_t>(host)]; }
  int32_t Seats(int32_t host) const { return seats_[static_cast<size_t>(host)]; }
  int32_t Agent(int32_t host, int32_t place) const {
    return agents_[begin_[static_cast<size_t>(host)] + static_cast<size_t>(place)];
  }

  // Puts a seatless agent on a free seat.
  void Sit(int32_t agent, int32_t host) {
    const size_t h = static_cast<size_t>(host);
    Place(agent, host, taken_[h]++);
  }
  // Puts `agent` on the seat of `other`, who is seatless then.
  void Replace(int32_t other, int32_t agent) {
    const size_t o = static_cast<size_t>(other);
    Place(agent, host_of_[o], place_[o]);
    host_of_[o] = kNobody;
  }

 private:
  void Place(int32_t agent, int32_t host, int32_t place) {
    const size_t a = static_cast<size_t>(agent);
    host_of_[a] = host;
    place_[a] = place;
    agents_[begin_[static_cast<size_t>(host)] + static_cast<size_t>(place)] = agent;
  }

  std::vector<int32_t> host_of_, place_, taken_, seats_;
  std::vector<size_t> begin_;
  std::vector<int32_t> agents_;
};

// Counts work and asks the control every so many steps.
class Ticker {
 public:
  Ticker(const Control& control, std::string_view phase, int64_t total)
      : control_(control), phase_(phase), total_(total) {}

  void Advance(int64_t done) { done_ = done; }
  // False once the work is to end.
  bool Step(int64_t steps) {
    left_ -= steps;
    steps_ += steps;
    if (left_ > 0 || stopped_) return !stopped_;
    left_ = kStepsBetween;
    if (control_.progress) control_.progress({phase_, done_, total_});
    stopped_ = control_.cancelled && control_.cancelled();
    return !stopped_;
  }
  bool stopped() const { return stopped_; }
  int64_t steps() const { return steps_; }  // So far.

 private:
  static constexpr int64_t kStepsBetween = 1 << 16;

  const Control& control_;
  const std::string_view phase_;
  const int64_t total_;
  int64_t done_ = 0;
  int64_t left_ = 0;
  int64_t steps_ = 0;
  bool stopped_ = false;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_BIPARTITE_H_
