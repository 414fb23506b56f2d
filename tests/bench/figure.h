// One line of the benchmark's report.
#ifndef BRYGGA_TESTS_BENCH_FIGURE_H_
#define BRYGGA_TESTS_BENCH_FIGURE_H_

#include <string>
#include <vector>

namespace brygga::bench {

enum class Goal { kNone, kAtMost, kAtLeast };

// A figure measured side by side with a reference: one pair of values per
// interleaved round. The ratio printed is the median of the rounds' ratios.
struct Figure {
  std::string name;
  std::string unit;
  std::vector<double> ours;
  std::vector<double> reference;
  Goal goal = Goal::kNone;  // kNone: told for the reader, judged by nobody.
  double bound = 0;

  double ratio() const;
  bool ok() const;
};

double Median(std::vector<double> values);

// "pipeline cpu   ours=31.2 us   reference=25.0 us   ratio=1.25 goal=<=1.35 OK";
// a figure without a goal ends with "goal=none -". A ratio that misses its goal
// by less than is printed is shown as the next one that misses it: 3.996 of 4 as
// 3.99, not as 4.00.
std::string Line(const Figure& figure);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_FIGURE_H_
