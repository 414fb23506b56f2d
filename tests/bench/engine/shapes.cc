#include "tests/bench/engine/shapes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

namespace brygga::bench {
namespace {

using engine::Instance;
using Random = std::mt19937_64;

constexpr int64_t kMillion = 1'000'000;

int64_t Below(Random& random, int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); }
double Unit(Random& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

// Collects pairs in any order; of a pair that comes twice, the first counts.
class Builder {
 public:
  Builder(int32_t left, int32_t right) : pairs_(static_cast<size_t>(left)) {
    instance_.left_capacity.assign(static_cast<size_t>(left), 1);
    instance_.right_capacity.assign(static_cast<size_t>(right), 1);
  }

  std::vector<int32_t>& left_capacity() { return instance_.left_capacity; }
  std::vector<int32_t>& right_capacity() { return instance_.right_capacity; }

  void Add(int64_t i, int64_t j, int64_t score) {
    pairs_[static_cast<size_t>(i)].emplace_back(static_cast<int32_t>(j), score);
    highest_ = std::max(highest_, score);
  }

  Instance Build() {
    const bool wide = highest_ > std::numeric_limits<int32_t>::max();
    for (auto& mine : pairs_) {
      const auto by_right = [](const auto& a, const auto& b) { return a.first < b.first; };
      const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
      std::stable_sort(mine.begin(), mine.end(), by_right);
      mine.erase(std::unique(mine.begin(), mine.end(), same), mine.end());
      for (const auto& [right, score] : mine) {
        instance_.right.push_back(right);
        if (wide) instance_.wide_score.push_back(score);
        if (!wide) instance_.score.push_back(static_cast<int32_t>(score));
      }
      instance_.offset.push_back(instance_.pair_count());
    }
    return std::move(instance_);
  }

 private:
  Instance instance_;
  std::vector<std::vector<std::pair<int32_t, int64_t>>> pairs_;
  int64_t highest_ = 0;
};

void DrawSeats(std::vector<int32_t>& capacity, int32_t most, Random& random) {
  for (int32_t& seats : capacity) seats = static_cast<int32_t>(1 + Below(random, most));
}

// `each` pairs of every left one with right ones that `draw` gives.
template <typename Draw, typename Score>
Builder Sparse(int32_t left, int32_t right, int32_t each, const Draw& draw, const Score& score) {
  Builder builder(left, right);
  for (int32_t i = 0; i < left; ++i) {
    for (int32_t k = 0; k < each; ++k) {
      const int64_t j = draw(i);
      builder.Add(i, j, score(i, j));
    }
  }
  return builder;
}

template <typename Score>
Instance Dense(int32_t n, const Score& score) {
  Builder builder(n, n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) builder.Add(i, j, score(i, j));
  }
  return builder.Build();
}

// Popular right ones come first, and the first are sought by most.
int64_t DrawPopular(int64_t n, Random& random) {
  return std::min(n - 1, static_cast<int64_t>(std::pow(static_cast<double>(n), Unit(random))) - 1);
}

struct Point {
  double x, y;
};

std::vector<Point> DrawPoints(int32_t count, int32_t towns, Random& random) {
  std::vector<Point> centres, points;
  for (int32_t t = 0; t < towns; ++t) centres.push_back({Unit(random), Unit(random)});
  for (int32_t p = 0; p < count; ++p) {
    const Point at = {Unit(random), Unit(random)};
    if (towns == 0) {
      points.push_back(at);
    } else {
      const Point& centre = centres[static_cast<size_t>(Below(random, towns))];
      points.push_back({centre.x + 0.02 * at.x, centre.y + 0.02 * at.y});
    }
  }
  return points;
}

// Those nearest to each other in the plane; nearer is better.
Builder Geometric(int32_t left, int32_t right, int32_t nearest, int32_t towns, Random& random) {
  const std::vector<Point> from = DrawPoints(left, towns, random), to = DrawPoints(right, towns, random);
  Builder builder(left, right);
  std::vector<std::pair<double, int32_t>> distances;
  for (int32_t i = 0; i < left; ++i) {
    distances.clear();
    for (int32_t j = 0; j < right; ++j) {
      const Point &a = from[static_cast<size_t>(i)], &b = to[static_cast<size_t>(j)];
      distances.emplace_back(std::hypot(a.x - b.x, a.y - b.y), j);
    }
    std::nth_element(distances.begin(), distances.begin() + nearest - 1, distances.end());
    for (int32_t k = 0; k < nearest; ++k) {
      const auto& [distance, j] = distances[static_cast<size_t>(k)];
      builder.Add(i, j, static_cast<int64_t>(kMillion * (1.5 - distance)));
    }
  }
  return builder;
}

// Left i may have right i and i + 1, so that one newcomer moves everybody.
Instance Path(int32_t n, const std::function<int64_t(int64_t i, int64_t step)>& score, bool closed) {
  Builder builder(n, n);
  for (int64_t i = 0; i < n; ++i) {
    builder.Add(i, i, score(i, 0));
    if (i + 1 < n || closed) builder.Add(i, (i + 1) % n, score(i, 1));
  }
  return builder.Build();
}

// "Hi-lo" of Cherkassky, Goldberg, Martin, Setubal and Stolfi, "Augment or push"
// (1998): groups of which each can have its own part and those before it.
Instance HiLo(int32_t groups, int32_t size, int32_t reach, const std::function<int64_t()>& score) {
  Builder builder(groups * size, groups * size);
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t x = 0; x < size; ++x) {
      for (int64_t y = std::max<int64_t>(0, x - reach); y <= x; ++y) {
        builder.Add(g * size + x, g * size + y, score());
        if (g + 1 < groups) builder.Add(g * size + x, (g + 1) * size + y, score());
      }
    }
  }
  return builder.Build();
}

// "Rope" of the same: blocks in a row, by turns joined one to one and at random.
Instance Rope(int32_t blocks, int32_t size, int32_t each, const std::function<int64_t()>& score, Random& random) {
  Builder builder(blocks * size, blocks * size);
  for (int64_t b = 0; b < blocks; ++b) {
    for (int64_t x = 0; x < size; ++x) {
      builder.Add(b * size + x, b * size + x, score());
      for (int32_t k = 0; k < each && b + 1 < blocks; ++k) {
        builder.Add(b * size + x, (b + 1) * size + Below(random, size), score());
      }
    }
  }
  return builder.Build();
}

// Everybody wants the few; most of the many are wanted by nobody.
Instance Crowded(int32_t left, int32_t right, int32_t few, int32_t each, Random& random) {
  Builder builder(left, right);
  for (int32_t i = 0; i < left; ++i) {
    for (int32_t k = 0; k < each; ++k) builder.Add(i, Below(random, few), Below(random, kMillion));
    if (i % 5 == 0) builder.Add(i, few + Below(random, right - few), Below(random, 1000));
  }
  return builder.Build();
}

// Scores of a few ranks: the first wish is worth `wishes`, the last 1.
Builder Wishes(int32_t left, int32_t right, int32_t wishes, Random& random) {
  Builder builder(left, right);
  for (int32_t i = 0; i < left; ++i) {
    for (int32_t k = 0; k < wishes; ++k) builder.Add(i, DrawPopular(right, random), wishes - k);
  }
  return builder;
}

// Good or bad, and little between: DIMACS' two-cost.
int64_t TwoCost(Random& random) {
  return Below(random, 2) == 0 ? 100'000'000 - Below(random, 100) : Below(random, 100);
}

std::vector<Shape> SparseShapes() {
  const auto even = [](int64_t n, Random& random) { return [n, &random](int64_t) { return Below(random, n); }; };
  const auto up_to = [](int64_t n, Random& random) {
    return [n, &random](int64_t, int64_t) { return Below(random, n + 1); };
  };
  return {
      {"sparse-3", [=](Random& r) { return Sparse(5000, 5000, 3, even(5000, r), up_to(kMillion, r)).Build(); }},
      {"sparse-12", [=](Random& r) { return Sparse(5000, 5000, 12, even(5000, r), up_to(kMillion, r)).Build(); }},
      {"sparse-100", [=](Random& r) { return Sparse(5000, 5000, 100, even(5000, r), up_to(kMillion, r)).Build(); }},
      {"sparse-alike", [=](Random& r) { return Sparse(5000, 5000, 10, even(5000, r), up_to(0, r)).Build(); }},
      {"sparse-two-valued", [=](Random& r) { return Sparse(5000, 5000, 20, even(5000, r), up_to(1, r)).Build(); }},
      {"sparse-few-valued", [=](Random& r) { return Sparse(5000, 5000, 50, even(5000, r), up_to(9, r)).Build(); }},
      {"sparse-huge-scores",
       [=](Random& r) { return Sparse(5000, 5000, 50, even(5000, r), up_to(5'000'000'000'000, r)).Build(); }},
      {"two-cost",
       [=](Random& r) {
         return Sparse(4096, 4096, 24, even(4096, r), [&](int64_t, int64_t) { return TwoCost(r); }).Build();
       }},
      {"fixed-cost",
       [=](Random& r) {
         std::vector<int64_t> own(4096), theirs(4096);
         for (int64_t& one : own) one = Below(r, 1000);
         for (int64_t& one : theirs) one = Below(r, 1000);
         return Sparse(4096, 4096, 24, even(4096, r),
                       [&](int64_t i, int64_t j) {
                         return 100 * (kMillion - own[static_cast<size_t>(i)] * theirs[static_cast<size_t>(j)]) +
                                Below(r, 10);
                       })
             .Build();
       }},
      {"sum-of-two",
       [=](Random& r) {
         return Sparse(5000, 5000, 20, even(5000, r),
                       [](int64_t i, int64_t j) { return 37 * i % 1009 + 53 * j % 2003; })
             .Build();
       }},
      {"popular",
       [=](Random& r) {
         return Sparse(
                    5000, 5000, 30, [&](int64_t) { return DrawPopular(5000, r); }, up_to(kMillion, r))
             .Build();
       }},
      {"popular-alike",
       [=](Random& r) {
         return Sparse(
                    5000, 5000, 30, [&](int64_t) { return DrawPopular(5000, r); }, up_to(0, r))
             .Build();
       }},
      {"band",
       [=](Random& r) {
         return Sparse(
                    5000, 5000, 12, [&](int64_t i) { return std::min<int64_t>(4999, i + Below(r, 40)); },
                    up_to(kMillion, r))
             .Build();
       }},
      {"band-alike",
       [=](Random& r) {
         return Sparse(
                    5000, 5000, 12, [&](int64_t i) { return std::min<int64_t>(4999, i + Below(r, 40)); }, up_to(0, r))
             .Build();
       }},
      {"nearest", [](Random& r) { return Geometric(5000, 5000, 50, 0, r).Build(); }},
      {"nearest-in-towns", [](Random& r) { return Geometric(5000, 5000, 50, 40, r).Build(); }},
      {"crowded", [](Random& r) { return Crowded(5000, 5000, 400, 40, r); }},
      {"path-up",
       [](Random&) {
         return Path(
             5000, [](int64_t i, int64_t s) { return 2 * i + s; }, false);
       }},
      {"path-down",
       [](Random&) {
         return Path(
             5000, [](int64_t i, int64_t s) { return 20'000 - 2 * i - s; }, false);
       }},
      {"path-against",
       [](Random&) {
         return Path(
             5000, [](int64_t, int64_t s) { return s == 0 ? 0 : kMillion; }, false);
       }},
      {"path-random",
       [](Random& r) {
         return Path(
             20'000, [&](int64_t, int64_t) { return Below(r, kMillion); }, false);
       }},
      {"cycle-alike",
       [](Random&) {
         return Path(
             20'000, [](int64_t, int64_t) { return 7; }, true);
       }},
      {"cycle-by-one",
       [](Random&) {
         return Path(
             20'000, [](int64_t i, int64_t s) { return 9 + (i == 0 && s == 1 ? 1 : 0); }, true);
       }},
      {"hi-lo", [](Random& r) { return HiLo(50, 100, 10, [&] { return Below(r, kMillion); }); }},
      {"hi-lo-alike", [](Random&) { return HiLo(50, 100, 10, [] { return int64_t{1}; }); }},
      {"rope",
       [](Random& r) {
         return Rope(
             200, 25, 5, [&] { return Below(r, kMillion); }, r);
       }},
      {"rope-alike",
       [](Random& r) {
         return Rope(
             200, 25, 5, [] { return int64_t{0}; }, r);
       }},
  };
}

std::vector<Shape> DenseShapes() {
  const auto dense = [](std::string name, const std::function<int64_t(int64_t, int64_t, Random&)>& score, int32_t n) {
    return Shape{std::move(name),
                 [=](Random& r) { return Dense(n, [&](int64_t i, int64_t j) { return score(i, j, r); }); }};
  };
  return {
      dense(
          "dense-even", [](int64_t, int64_t, Random& r) { return Below(r, kMillion); }, 2000),
      dense(
          "dense-alike", [](int64_t, int64_t, Random&) { return int64_t{3}; }, 2000),
      dense(
          "dense-two-valued", [](int64_t, int64_t, Random& r) { return Below(r, 2); }, 2000),
      dense(
          "dense-rare-ones", [](int64_t, int64_t, Random& r) { return Below(r, 1000) == 0 ? 1 : 0; }, 2000),
      dense(
          "dense-to-10", [](int64_t, int64_t, Random& r) { return 1 + Below(r, 10); }, 2000),
      dense(
          "dense-to-100", [](int64_t, int64_t, Random& r) { return 1 + Below(r, 100); }, 2000),
      dense(
          "dense-two-cost", [](int64_t, int64_t, Random& r) { return TwoCost(r); }, 1000),
      dense(
          "few-alike", [](int64_t, int64_t, Random&) { return int64_t{1}; }, 256),
      dense(
          "few-two-valued", [](int64_t, int64_t, Random& r) { return Below(r, 2); }, 256),
      dense(
          "few-to-10", [](int64_t, int64_t, Random& r) { return 1 + Below(r, 10); }, 256),
      dense(
          "few-to-100", [](int64_t, int64_t, Random& r) { return 1 + Below(r, 100); }, 256),
      dense(
          "few-two-cost", [](int64_t, int64_t, Random& r) { return TwoCost(r); }, 256),
      dense(
          "few-product", [](int64_t i, int64_t j, Random&) { return (i + 1) * (j + 1); }, 256),
      dense(
          "dense-huge", [](int64_t, int64_t, Random& r) { return Below(r, 200'000'000'000); }, 1000),
      dense(
          "product", [](int64_t i, int64_t j, Random&) { return (i + 1) * (j + 1); }, 1000),
      dense(
          "product-against", [](int64_t i, int64_t j, Random&) { return kMillion - (i + 1) * (j + 1); }, 1000),
      dense(
          "product-of-odd", [](int64_t i, int64_t j, Random&) { return (i * 7919 % 1009) * (j * 104'729 % 1009); },
          1000),
      dense(
          "sum", [](int64_t i, int64_t j, Random&) { return i + j; }, 1000),
      dense(
          "lesser", [](int64_t i, int64_t j, Random&) { return std::min(i, j); }, 1000),
      dense(
          "greater", [](int64_t i, int64_t j, Random&) { return std::max(i, j); }, 1000),
      dense(
          "apart", [](int64_t i, int64_t j, Random&) { return std::abs(i - j); }, 1000),
      dense(
          "near", [](int64_t i, int64_t j, Random&) { return 1000 - std::abs(i - j); }, 1000),
      dense(
          "square-of-sum", [](int64_t i, int64_t j, Random&) { return (i + j) * (i + j); }, 1000),
      dense(
          "square-apart", [](int64_t i, int64_t j, Random&) { return kMillion - (i - j) * (i - j); }, 1000),
      dense(
          "triangle", [](int64_t i, int64_t j, Random&) { return j <= i ? 1 : 0; }, 1000),
      dense(
          "remainder", [](int64_t i, int64_t j, Random&) { return i * j % 997; }, 1000),
      {"dense-nearest", [](Random& r) { return Geometric(1000, 1000, 1000, 0, r).Build(); }},
      {"dense-in-towns", [](Random& r) { return Geometric(1000, 1000, 1000, 15, r).Build(); }},
      {"factors",
       [](Random& r) {
         std::vector<std::vector<int64_t>> people(2000, std::vector<int64_t>(3));
         for (auto& person : people) {
           for (int64_t& trait : person) trait = Below(r, 300);
         }
         return Dense(1000, [&](int64_t i, int64_t j) {
           const auto &a = people[static_cast<size_t>(i)], &b = people[static_cast<size_t>(1000 + j)];
           return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
         });
       }},
  };
}

std::vector<Shape> ShapesOfSeats() {
  const auto seated = [](int32_t left, int32_t right, int32_t each, int32_t left_seats, int32_t right_seats,
                         int64_t scores) {
    return [=](Random& r) {
      Builder builder = Sparse(
          left, right, each, [&](int64_t) { return Below(r, right); },
          [&](int64_t, int64_t) { return Below(r, scores); });
      DrawSeats(builder.left_capacity(), left_seats, r);
      DrawSeats(builder.right_capacity(), right_seats, r);
      return builder.Build();
    };
  };
  // Each pair with a chance of `percent`, up to `most` places on both sides.
  const auto both = [](int32_t n, int32_t percent, int32_t most, const std::function<int64_t(Random&)>& score) {
    return [=](Random& r) {
      Builder builder(n, n);
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          if (Below(r, 100) < percent) builder.Add(i, j, score(r));
        }
      }
      DrawSeats(builder.left_capacity(), most, r);
      DrawSeats(builder.right_capacity(), most, r);
      return builder.Build();
    };
  };
  const auto to = [](int64_t most) { return [most](Random& r) { return 1 + Below(r, most); }; };
  return {
      {"both-alike", both(2000, 50, 5, to(1))},
      {"both-two-valued", both(4000, 2, 3, [](Random& r) { return Below(r, 2); })},
      {"both-two-valued-dense", both(2000, 20, 3, [](Random& r) { return Below(r, 2); })},
      {"both-to-3", both(2000, 10, 5, to(3))},
      {"both-to-10", both(2000, 10, 5, to(10))},
      {"both-to-100", both(2000, 10, 5, to(100))},
      {"both-even", both(1000, 50, 5, to(kMillion))},
      {"both-two-cost", both(1000, 20, 3, TwoCost)},
      {"both-band",
       [](Random& r) {
         Builder builder = Sparse(
             5000, 5000, 12, [&](int64_t i) { return std::min<int64_t>(4999, i + Below(r, 40)); },
             [&](int64_t, int64_t) { return Below(r, 10); });
         DrawSeats(builder.left_capacity(), 4, r);
         DrawSeats(builder.right_capacity(), 4, r);
         return builder.Build();
       }},
      {"both-product",
       [](Random& r) {
         Builder builder = Sparse(
             1000, 1000, 100, [&](int64_t) { return Below(r, 1000); },
             [](int64_t i, int64_t j) { return (i + 1) * (j + 1); });
         DrawSeats(builder.left_capacity(), 5, r);
         DrawSeats(builder.right_capacity(), 5, r);
         return builder.Build();
       }},
      {"star",
       [](Random& r) {
         return Sparse(
                    1, 100'000, 100'000, [&](int64_t) { return Below(r, 100'000); },
                    [&](int64_t, int64_t) { return Below(r, 9); })
             .Build();
       }},
      {"many-to-few", seated(20'000, 100, 20, 1, 300, kMillion)},
      {"many-to-few-alike", seated(20'000, 100, 20, 1, 300, 1)},
      {"few-to-many", seated(100, 20'000, 4000, 300, 1, kMillion)},
      {"few-to-many-ones", seated(100, 20'000, 4000, 1, 1, kMillion)},
      {"seats-right", seated(5000, 2000, 40, 1, 5, kMillion)},
      {"seats-left", seated(2000, 5000, 100, 5, 1, kMillion)},
      {"seats-both", seated(1000, 1000, 50, 5, 5, kMillion)},
      {"seats-both-alike", seated(1000, 1000, 50, 5, 5, 1)},
      {"seats-both-few-valued", seated(1000, 1000, 50, 8, 8, 4)},
      {"seats-both-many", seated(1000, 1000, 100, 60, 60, kMillion)},
      {"seats-both-wide", seated(1000, 1000, 50, 4, 4, 10'000'000'000)},
      {"seats-both-uneven", seated(3000, 300, 20, 2, 25, kMillion)},
      {"places-wishes",
       [](Random& r) {
         Builder builder = Wishes(20'000, 9000, 20, r);
         DrawSeats(builder.right_capacity(), 4, r);
         return builder.Build();
       }},
      {"places-wishes-5",
       [](Random& r) {
         Builder builder = Wishes(20'000, 9000, 5, r);
         DrawSeats(builder.right_capacity(), 4, r);
         return builder.Build();
       }},
      {"places-nearest",
       [](Random& r) {
         Builder builder = Geometric(20'000, 9000, 40, 100, r);
         DrawSeats(builder.right_capacity(), 4, r);
         return builder.Build();
       }},
      {"places-alike",
       [](Random& r) {
         Builder builder = Sparse(
             20'000, 9000, 40, [&](int64_t) { return DrawPopular(9000, r); }, [](int64_t, int64_t) { return 1; });
         DrawSeats(builder.right_capacity(), 4, r);
         return builder.Build();
       }},
  };
}

}  // namespace

const std::vector<Shape>& Shapes() {
  static const auto* const kShapes = [] {
    auto* const all = new std::vector<Shape>(SparseShapes());
    for (const auto& more : {DenseShapes(), ShapesOfSeats()}) all->insert(all->end(), more.begin(), more.end());
    return all;
  }();
  return *kShapes;
}

}  // namespace brygga::bench
