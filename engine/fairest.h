// The leximin of the pairs' scores: among the circulations that a network has
// left (the most pairs, say), as few pairs as can be of the lowest score; among
// those as few as can be of the next; and so on.
//
// Of the problem: C.-C. Huang, T. Kavitha, K. Mehlhorn and D. Michail, "Fair
// matchings and related problems", Algorithmica 74, 2016, who scale all levels at
// once. Here a level is one stage whose costs are 0 and 1, solved by the
// out-of-kilter method (D. R. Fulkerson, 1961): each pair of the level that the
// answer has is taken out if its unit finds another way, by a breadth-first
// search from both ends at once; if it finds none, the side that was searched to
// its end is a cut, and raising its price by one proves that the pair must stay.
// What a cut separates never meets again, but for pairs of its own level across
// it; where nothing could take their place, they too are settled by raising the
// price once more. So the network falls into ever smaller parts; levels that the
// answer has no pair of cost nothing.
//
// Time: one search for each pair of the answer and one for each that is taken out
// on the way, each O(pairs) at most and usually far less: it ends with the smaller
// side. Memory: 40 bytes a pair and 400 a person.
#ifndef BRYGGA_ENGINE_FAIREST_H_
#define BRYGGA_ENGINE_FAIREST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "engine/bipartite.h"
#include "engine/certificate.h"
#include "engine/flow.h"
#include "engine/network.h"

namespace brygga::engine {

// The distinct values of pairs, ascending, and each pair's rank among them. Sorts
// in steps, so that `ticker` can stop it; what is there then is of no use.
template <typename W>
struct LevelRanks {
  LevelRanks(const std::vector<W>& of_pairs, Ticker& ticker) {
    constexpr size_t kStep = 1 << 15;
    value.reserve(of_pairs.size());
    for (const W& of_pair : of_pairs) {
      value.push_back(of_pair);
      if (!ticker.Step(1)) return;
    }
    const auto at = [&](size_t i) { return value.begin() + static_cast<std::ptrdiff_t>(std::min(i, value.size())); };
    for (size_t i = 0; i < value.size(); i += kStep) {
      std::sort(at(i), at(i + kStep));
      if (!ticker.Step(16 * kStep)) return;
    }
    for (size_t step = kStep; step < value.size(); step *= 2) {
      for (size_t i = 0; i + step < value.size(); i += 2 * step) {
        std::inplace_merge(at(i), at(i + step), at(i + 2 * step));
        if (!ticker.Step(static_cast<int64_t>(2 * step))) return;
      }
    }
    value.erase(std::unique(value.begin(), value.end()), value.end());
    rank.reserve(of_pairs.size());
    for (const W& of_pair : of_pairs) {
      rank.push_back(static_cast<int32_t>(std::lower_bound(value.begin(), value.end(), of_pair) - value.begin()));
      if (!ticker.Step(16)) return;
    }
  }

  std::vector<W> value;
  std::vector<int32_t> rank;
};

// Not thread-safe. Runs once.
class FairestLevels {
 public:
  FairestLevels(const Network& network, FlowStart start);

  // `rank`: per pair of `start.free`, its level; 0 is the worst, and `levels` how
  // many there are. False where `ticker` stopped it.
  bool Run(const std::vector<int32_t>& rank, int32_t levels, Ticker& ticker);

  // The circulations that are left, and one of them; cut short where `ticker` stops it.
  FlowStart End(Ticker& ticker) const;
  // One for each level at which a pair must stay, ascending; Stage::level is the rank.
  const std::vector<Stage>& stages() const { return stages_; }

 private:
  struct Entry {    // Without initial values, so that pages are touched one by one.
    int32_t other;  // The host's or the agent's node.
    int32_t rank;
  };
  struct Matched {
    int32_t other = 0;
    int32_t rank = 0;  // -1: of a level that was over when it was matched.
  };
  // One end of a search.
  struct Front {
    std::vector<int32_t> seen;  // By node: the number of the last search that came here.
    std::vector<int32_t> from;  // The node before it, seen from this end.
    std::vector<int32_t> via;   // The pair's rank, or the link.
    std::vector<int32_t> queue;
    size_t next = 0;
    int64_t work = 0;
  };
  struct Waiting {
    int32_t rank, agent, host;
    bool operator>(const Waiting& other) const { return rank > other.rank; }
  };

  using Pairs = std::vector<std::pair<int32_t, int32_t>>;  // Agent and host.

  static size_t At(int64_t i) { return static_cast<size_t>(i); }
  bool IsAgent(int32_t node) const { return node < network_.agents; }
  bool IsHost(int32_t node) const { return node >= network_.agents && node < network_.agents + network_.hosts; }

  bool SortPairs(const std::vector<int32_t>& rank, int32_t levels, Ticker& ticker);
  void SeatPairs(const std::vector<int32_t>& rank);
  int64_t ReducedCost(int32_t agent, int32_t host, int32_t rank) const;
  const Matched* FindMatched(int32_t agent, int32_t host) const;
  void Match(int32_t agent, int32_t host, int32_t rank);
  bool Unmatch(int32_t agent, int32_t host);

  bool RunLevel(int32_t rank, Ticker& ticker);
  bool Replace(int32_t agent, int32_t host, Ticker& ticker);
  // Goes one node further; returns the node where both fronts met, or -1.
  int32_t Expand(bool forward);
  bool Reach(bool forward, int32_t from, int32_t node, int32_t via);
  int32_t ScanPairs(bool forward, int32_t node);
  int32_t ScanRest(bool forward, int32_t node);
  void Shift(int32_t meeting);
  void Move(int32_t from, int32_t to, int32_t via);
  void Raise(bool forward);
  Pairs Alternatives() const;
  void DrawApart(const Pairs& in_answer, const Pairs& alternatives);
  void EndLevel(Pairs pairs);
  void DropKept();
  void Keep(int32_t agent, int32_t host);
  void Relabel();

  const Network& network_;
  FlowStart start_;
  int32_t level_ = 0;

  // Pairs from both sides, best first within a person.
  std::vector<size_t> begin_, end_;  // By node.
  std::unique_ptr<Entry[]> entry_;
  std::vector<std::vector<Matched>> matched_;  // By node; without those that are fixed.
  std::vector<std::vector<int32_t>> kept_;     // By node: free pairs of levels that are over.
  std::vector<std::vector<size_t>> links_;     // By node.
  std::vector<std::pair<int32_t, int32_t>> fixed_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;

  // Nodes that some level's prices told apart have different labels.
  std::vector<int32_t> label_;
  int32_t labels_ = 1;
  std::vector<int32_t> price_;    // Of this level.
  std::vector<int32_t> touched_;  // Nodes whose price may not be 0.
  std::vector<uint8_t> is_touched_;

  Front front_[2];  // 0: from the agent on; 1: from the host back.
  int32_t search_ = 0;
  std::vector<int64_t> mark_;  // By node: who has it as a partner now.
  int64_t marks_ = 0;
  std::vector<Stage> stages_;
};

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_FAIREST_H_
