// Instances that are hard for somebody: what the literature on assignment and
// flow measures with, and shapes that populations take. Where a method has a
// worst case, it shows on one of them.
#ifndef BRYGGA_TESTS_BENCH_ENGINE_SHAPES_H_
#define BRYGGA_TESTS_BENCH_ENGINE_SHAPES_H_

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "engine/instance.h"

namespace brygga::bench {

struct Shape {
  std::string name;
  std::function<engine::Instance(std::mt19937_64& random)> make;
};

const std::vector<Shape>& Shapes();

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ENGINE_SHAPES_H_
