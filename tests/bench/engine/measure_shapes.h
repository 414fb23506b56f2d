// The engine and LEMON on the shapes of shapes.h.
#ifndef BRYGGA_TESTS_BENCH_ENGINE_MEASURE_SHAPES_H_
#define BRYGGA_TESTS_BENCH_ENGINE_MEASURE_SHAPES_H_

#include <cstdint>
#include <string>

namespace brygga::bench {

// One line per shape whose name holds `only` and objective. Both have the same
// answer, every answer's proof is checked, and nowhere is the engine to take more
// than three times as long as the faster one of LEMON's methods; FAIREST (ten
// times) and STABLE, which LEMON does not know, are held against its time for
// COVERAGE_THEN_SCORE. Times below 5 ms count as 5. False: some line misses.
bool MeasureShapes(const std::string& only, uint64_t seed);

}  // namespace brygga::bench

#endif  // BRYGGA_TESTS_BENCH_ENGINE_MEASURE_SHAPES_H_
