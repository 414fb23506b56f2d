#include "engine/ties.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/auction.h"
#include "engine/components.h"
#include "engine/market.h"
#include "engine/shortest_paths.h"
#include "engine/workers.h"

namespace brygga::engine {
namespace {

size_t At(int32_t i) { return static_cast<size_t>(i); }

// The people and seats among whom best answers may differ. Everybody sits
// somewhere; the room for those who stay out is the host after the last.
struct Face {
  std::vector<int32_t> agent;  // As the graph counts them, as is `host`.
  std::vector<int32_t> host;
  std::vector<int64_t> offset = {0};
  std::vector<int32_t> pair;     // Agents' hosts, as this counts them.
  std::vector<uint8_t> waits;    // Per agent: the room would do.
  std::vector<int32_t> host_of;  // Per agent.
  std::vector<int32_t> seats;    // Per host and, last, the room.
  std::vector<uint8_t> spare;    // Per host and room: a seat may stay free.

  int32_t room() const { return static_cast<int32_t>(host.size()); }
};

// Takes a face's fixed people and seats away.
class Reduction {
 public:
  Reduction(const Face& face, Ticker& ticker) : face_(face), ticker_(ticker) {}

  Face Run() {
    FindComponents();
    Face small;
    if (ticker_.stopped()) return small;
    number_.assign(face_.host.size(), kNobody);
    for (size_t a = 0; a < face_.agent.size(); ++a) AddIfFree(a, small);
    CountSeats(small);
    return small;
  }

 private:
  bool Together(int32_t a, int32_t b) const { return component_[At(a)] == component_[At(b)]; }

  // Free seats can be moved about among the spare hosts: by way of a pool, which
  // each host with a free seat leads to, and which leads to every spare host.
  void FindComponents() {
    const int32_t pool = face_.room() + 1;
    std::vector<int64_t> offset = {0};
    std::vector<int32_t> pair, host_of = face_.host_of;
    const auto end_row = [&] { offset.push_back(static_cast<int64_t>(pair.size())); };
    for (size_t a = 0; a < face_.agent.size(); ++a) {
      pair.insert(pair.end(), face_.pair.begin() + face_.offset[a], face_.pair.begin() + face_.offset[a + 1]);
      if (face_.waits[a]) pair.push_back(face_.room());
      end_row();
    }
    taken_.assign(face_.seats.size(), 0);
    for (const int32_t host : face_.host_of) ++taken_[At(host)];
    for (int32_t h = 0; h <= face_.room(); ++h) {
      if (taken_[At(h)] == face_.seats[At(h)]) continue;
      pair.push_back(pool);
      host_of.push_back(h);
      end_row();
    }
    for (int32_t h = 0; h <= face_.room(); ++h) {
      if (face_.spare[At(h)]) pair.push_back(h);
    }
    host_of.push_back(pool);
    end_row();
    component_ = StrongComponents(offset, pair, host_of, At(pool) + 1, ticker_);
  }

  void AddIfFree(size_t a, Face& small) {
    const int32_t own = face_.host_of[a];
    const auto begin = face_.pair.begin() + face_.offset[a], end = face_.pair.begin() + face_.offset[a + 1];
    const auto leads_on = [&](int32_t host) { return host != own && Together(host, own); };
    const bool waits = face_.waits[a] && Together(face_.room(), own);
    if (!std::any_of(begin, end, leads_on) && !(waits && own != face_.room())) return;
    small.agent.push_back(face_.agent[a]);
    small.waits.push_back(waits ? 1 : 0);
    small.host_of.push_back(own);  // Renumbered below.
    for (auto pair = begin; pair != end; ++pair) {
      if (Together(*pair, own)) small.pair.push_back(Renumber(*pair, small));
    }
    small.offset.push_back(static_cast<int64_t>(small.pair.size()));
  }

  int32_t Renumber(int32_t host, Face& small) {
    if (number_[At(host)] == kNobody) {
      number_[At(host)] = small.room();
      old_.push_back(host);
      small.host.push_back(face_.host[At(host)]);
    }
    return number_[At(host)];
  }

  void CountSeats(Face& small) {
    const int32_t pool = face_.room() + 1;
    for (const int32_t host : old_) {
      const bool spare = face_.spare[At(host)] && Together(host, pool);
      small.spare.push_back(spare ? 1 : 0);
      small.seats.push_back(spare ? face_.seats[At(host)] - taken_[At(host)] : 0);
    }
    const bool spare_room = face_.spare[At(face_.room())] != 0;
    small.spare.push_back(spare_room ? 1 : 0);
    small.seats.push_back(spare_room ? 1 : 0);
    for (size_t a = 0; a < small.agent.size(); ++a) {
      int32_t& host = small.host_of[a];
      host = host == face_.room() ? small.room() : number_[At(host)];
      if (!spare_room || host != small.room()) ++small.seats[At(host)];
      if (spare_room && small.waits[a]) ++small.seats.back();
    }
    // More seats than people who would sit there, and one, make no difference.
    std::vector<int32_t> wanted(old_.size(), 1);
    for (const int32_t host : small.pair) ++wanted[At(host)];
    for (size_t h = 0; h < wanted.size(); ++h) small.seats[h] = std::min(small.seats[h], wanted[h]);
  }

  const Face& face_;
  Ticker& ticker_;
  std::vector<int32_t> taken_, component_, number_, old_;
};

// Seats a face's people at the highest total of `weight`, and leaves of it what
// is tight then. False: `ticker` stopped it.
template <typename W, typename P, typename Weight>
bool SolveFace(Face& face, const Weight& weight, Workers& workers, Ticker& ticker) {
  Bipartite<W> graph;
  graph.offset = face.offset;
  graph.host = face.pair;
  graph.seats.assign(face.seats.begin(), face.seats.end() - 1);
  graph.weight.reserve(face.pair.size());
  for (size_t a = 0; a < face.agent.size(); ++a) {
    for (int64_t e = face.offset[a]; e < face.offset[a + 1]; ++e) {
      graph.weight.push_back(weight(face.agent[a], face.host[At(face.pair[static_cast<size_t>(e)])]));
    }
    ticker.Step(face.offset[a + 1] - face.offset[a]);
  }
  Market<W, P> market(graph, face.seats.back());
  market.waits = face.waits;
  market.spare = face.spare;
  Auction<W, P>(market, workers, ticker).Run();
  ShortestPaths<W, P> paths(market);
  if (ticker.stopped() || !paths.Run(workers, ticker)) return false;

  face.host_of = market.host_of;
  P floor = market.kFar;
  for (size_t h = 0; h < market.host_count(); ++h) floor = market.spare[h] ? std::min(floor, market.price[h]) : floor;
  for (size_t h = 0; h < market.host_count(); ++h) face.spare[h] = market.spare[h] && market.price[h] == floor;
  size_t kept = 0;
  for (size_t a = 0; a < face.agent.size(); ++a) {
    const size_t begin = static_cast<size_t>(graph.offset[a]), end = static_cast<size_t>(graph.offset[a + 1]);
    face.offset[a] = static_cast<int64_t>(kept);
    for (size_t e = begin; e < end; ++e) {
      const P worth = static_cast<P>(graph.weight[e]) - market.price[At(graph.host[e])];
      if (worth == paths.gain()[a]) face.pair[kept++] = graph.host[e];
    }
    face.waits[a] = face.waits[a] && paths.gain()[a] == -market.price[At(market.room)];
  }
  face.offset.back() = static_cast<int64_t>(kept);
  face.pair.resize(kept);
  return true;
}

template <typename W>
class TieBreaker {
 public:
  TieBreaker(const Bipartite<W>& graph, PricedMatching& solved, const TieOrder& order, int threads, Ticker& ticker)
      : graph_(graph), solved_(solved), order_(order), workers_(threads), ticker_(ticker) {}

  bool Run() {
    Face face = Reduction(TightFace(), ticker_).Run();
    if (face.agent.empty() || ticker_.stopped()) return !ticker_.stopped();
    if (RoundsMatter(face)) {
      const auto waited = [&](int32_t agent, int32_t) { return order_.rounds_waited(agent); };
      if (!SolveFace<int32_t, int64_t>(face, waited, workers_, ticker_)) return false;
      Seat(face);
      face = Reduction(face, ticker_).Run();
      if (face.agent.empty() || ticker_.stopped()) return !ticker_.stopped();
    }
    const auto lot = [&](int32_t agent, int32_t host) { return order_.lot(agent, host); };
    const bool narrow = face.agent.size() + face.host.size() < kMostNarrow;
    if (narrow ? !SolveFace<int64_t, int64_t>(face, lot, workers_, ticker_)
               : !SolveFace<int64_t, __int128>(face, lot, workers_, ticker_)) {
      return false;
    }
    Seat(face);
    return true;
  }

 private:
  static constexpr size_t kPiece = 512;
  static constexpr size_t kMostNarrow = size_t{1} << 18;  // People whose lots' prices fit 64 bits.

  Face TightFace() {
    Face face;
    const size_t agents = graph_.agent_count(), hosts = graph_.host_count();
    std::vector<std::vector<int32_t>> pairs((agents + kPiece - 1) / kPiece);
    std::vector<int32_t> count(agents, 0);
    workers_.For(agents, kPiece, [&](size_t begin, size_t end) {
      for (size_t a = begin; a < end; ++a) AddTight(a, pairs[a / kPiece], count[a]);
    });
    ticker_.Step(static_cast<int64_t>(graph_.host.size()));
    for (auto& piece : pairs) {
      face.pair.insert(face.pair.end(), piece.begin(), piece.end());
      std::vector<int32_t>().swap(piece);
    }
    const bool has_room = order_.anyone_may_stay_out || solved_.size < static_cast<int64_t>(agents);
    for (size_t a = 0; a < agents; ++a) {
      face.agent.push_back(static_cast<int32_t>(a));
      face.offset.push_back(face.offset.back() + count[a]);
      face.waits.push_back(has_room && solved_.agent_price[a] + solved_.unmatched_price == 0 ? 1 : 0);
      face.host_of.push_back(solved_.host[a] == kNobody ? static_cast<int32_t>(hosts) : solved_.host[a]);
    }
    for (size_t h = 0; h < hosts; ++h) {
      face.host.push_back(static_cast<int32_t>(h));
      face.spare.push_back(solved_.host_price[h] == 0 ? 1 : 0);
    }
    face.seats = graph_.seats;
    face.seats.push_back(static_cast<int32_t>(static_cast<int64_t>(agents) - solved_.size));
    if (order_.anyone_may_stay_out) ++face.seats.back();
    face.spare.push_back(order_.anyone_may_stay_out ? 1 : 0);
    return face;
  }

  void AddTight(size_t agent, std::vector<int32_t>& pairs, int32_t& count) const {
    for (int64_t e = graph_.offset[agent]; e < graph_.offset[agent + 1]; ++e) {
      const int32_t host = graph_.host[static_cast<size_t>(e)];
      const int64_t prices = solved_.agent_price[agent] + solved_.host_price[At(host)];
      if (prices != static_cast<int64_t>(graph_.weight[static_cast<size_t>(e)])) continue;
      pairs.push_back(host);
      ++count;
    }
  }

  // Whether who stays out is open, and makes a difference.
  bool RoundsMatter(const Face& face) const {
    int32_t least = kNobody, most = 0;
    for (size_t a = 0; a < face.agent.size(); ++a) {
      if (!face.waits[a]) continue;
      const int32_t rounds = order_.rounds_waited(face.agent[a]);
      least = least == kNobody ? rounds : std::min(least, rounds);
      most = std::max(most, rounds);
    }
    return order_.anyone_may_stay_out ? most > 0 : most > least;
  }

  void Seat(const Face& face) {
    for (size_t a = 0; a < face.agent.size(); ++a) {
      int32_t& host = solved_.host[At(face.agent[a])];
      solved_.size -= host == kNobody ? 0 : 1;
      host = face.host_of[a] == face.room() ? kNobody : face.host[At(face.host_of[a])];
      solved_.size += host == kNobody ? 0 : 1;
    }
  }

  const Bipartite<W>& graph_;
  PricedMatching& solved_;
  const TieOrder& order_;
  Workers workers_;
  Ticker& ticker_;
};

}  // namespace

template <typename W>
bool BreakTies(const Bipartite<W>& graph, PricedMatching& solved, const TieOrder& order, int threads, Ticker& ticker) {
  return TieBreaker<W>(graph, solved, order, threads, ticker).Run();
}

template bool BreakTies(const Bipartite<int32_t>& graph, PricedMatching& solved, const TieOrder& order, int threads,
                        Ticker& ticker);
template bool BreakTies(const Bipartite<int64_t>& graph, PricedMatching& solved, const TieOrder& order, int threads,
                        Ticker& ticker);

}  // namespace brygga::engine
