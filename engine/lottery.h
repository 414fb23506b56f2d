// A lottery that anybody can draw again.
//
// Before applications close, the operator publishes a commitment to a seed that
// nobody has seen; afterwards it publishes the seed. Every number follows from the
// seed and the applicant's own reference, so nobody can choose a number and no
// other applicant can change it. data/lottery has a program, independent of
// this code, with which an outsider checks all of it.
#ifndef BRYGGA_ENGINE_LOTTERY_H_
#define BRYGGA_ENGINE_LOTTERY_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace brygga::engine {

// An applicant's number: HMAC-SHA-256 with the seed's bytes as the key, over the
// bytes of the applicant's reference. All 32 bytes count, as one big-endian
// number; the lowest comes first. Two references never draw alike (that would be
// a collision of SHA-256); if they did, the smaller reference, byte by byte, would
// come first. A keyed hash of distinct texts is uniform and independent for
// everybody who does not know the key, so every order is equally likely.
using LotteryNumber = std::array<uint8_t, 32>;

LotteryNumber DrawLotteryNumber(std::string_view seed, std::string_view reference);

// The rows of `references` in the order of their numbers: the first is drawn first.
// O(n log n), 44 bytes a reference.
std::vector<int32_t> LotteryOrder(std::string_view seed, const std::vector<std::string>& references);

// The number as 64 lower-case hexadecimal digits.
std::string LotteryNumberText(const LotteryNumber& number);

// What is published before the draw: SHA-256 of the seed's bytes, as 64 lower-case
// hexadecimal digits. A seed is text as it is published; it should hold at least
// 128 bits that nobody can guess, such as 32 random bytes written as 64
// hexadecimal digits.
std::string LotteryCommitment(std::string_view seed);

// OK where `commitment` (either case) is that of `seed`.
//
// kFailedPrecondition, reason COMMITMENT_MISMATCH: it is not.
absl::Status CheckLotteryCommitment(std::string_view commitment, std::string_view seed);

}  // namespace brygga::engine

#endif  // BRYGGA_ENGINE_LOTTERY_H_
