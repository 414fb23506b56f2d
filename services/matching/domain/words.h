// Enums and the words that tables and messages use for them.
#ifndef BRYGGA_SERVICES_MATCHING_DOMAIN_WORDS_H_
#define BRYGGA_SERVICES_MATCHING_DOMAIN_WORDS_H_

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status/check.h"

namespace brygga::matching {

template <typename E, size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

template <typename E, size_t N>
std::string_view WordOf(const Words<E, N>& words, E value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  BRYGGA_CHECK(false);
  return "";
}

// A word that is none of them is a bug: CHECK constraints keep others out of
// the tables.
template <typename E, size_t N>
E ValueOfWord(const Words<E, N>& words, std::string_view text) {
  for (const auto& [value, word] : words) {
    if (word == text) return value;
  }
  BRYGGA_CHECK(false);
  return words[0].first;
}

template <typename E, size_t N>
std::vector<std::string> AllWords(const Words<E, N>& words) {
  std::vector<std::string> all;
  for (const auto& [value, word] : words) all.emplace_back(word);
  return all;
}

}  // namespace brygga::matching

#endif  // BRYGGA_SERVICES_MATCHING_DOMAIN_WORDS_H_
