#include "tests/bench/figure.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "common/status/check.h"

namespace brygga::bench {

double Median(std::vector<double> values) {
  BRYGGA_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Figure::ratio() const {
  std::vector<double> ratios;
  for (size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / reference[i]);
  return Median(std::move(ratios));
}

bool Figure::ok() const { return goal == Goal::kNone || (goal == Goal::kAtMost ? ratio() <= bound : ratio() >= bound); }

namespace {

// The ratio in the two decimals that are printed: rounded, but never over to
// the other side of the goal.
double Shown(const Figure& figure) {
  const double rounded = std::round(figure.ratio() * 100) / 100;
  const double step = figure.goal == Goal::kAtMost ? 0.01 : -0.01;
  const bool shows_ok = figure.goal == Goal::kAtMost ? rounded <= figure.bound : rounded >= figure.bound;
  if (figure.goal == Goal::kNone || shows_ok == figure.ok()) return rounded;
  return figure.ok() ? rounded - step : rounded + step;
}

}  // namespace

std::string Line(const Figure& figure) {
  const std::string goal = figure.goal == Goal::kNone
                               ? "none -"
                               : absl::StrFormat("%s%.2f %s", figure.goal == Goal::kAtMost ? "<=" : ">=", figure.bound,
                                                 figure.ok() ? "OK" : "MISS");
  return absl::StrFormat("%-38s ours=%10.3f %-5s reference=%10.3f %-5s ratio=%.2f goal=%s", figure.name,
                         Median(figure.ours), figure.unit, Median(figure.reference), figure.unit, Shown(figure), goal);
}

}  // namespace brygga::bench
