// Reads the values of one row and remembers what is wrong with them.
#ifndef BRYGGA_CLI_IMPORT_ROW_PARSER_H_
#define BRYGGA_CLI_IMPORT_ROW_PARSER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/csv/reader.h"

namespace brygga::cli {

// A word of a file and what it means.
template <typename T>
struct Word {
  std::string_view word;
  T meaning;
};

// Every value is read, so that all that is wrong with a row is said at once.
// What cannot be read is the type's default. Not thread-safe; lives no longer
// than the row.
class RowParser {
 public:
  RowParser(const CsvRow& row, std::string_view key_column) : row_(row), key_(row[key_column]) {}

  const std::string& key() const { return key_; }
  const std::string& Text(std::string_view column) const { return row_[column]; }

  // A whole number; nullopt where the value is empty. Its bounds are the
  // service's to judge, which names every wrong field of the row at once.
  std::optional<int32_t> Number(std::string_view column);

  // 1 or 0.
  bool Flag(std::string_view column);

  // One of `words`.
  template <typename T, size_t N>
  T Choice(std::string_view column, const Word<T> (&words)[N]) {
    return Meaning(column, Text(column), words);
  }

  // Several of `words`, joined by ';'.
  template <typename T, size_t N>
  std::vector<T> Choices(std::string_view column, const Word<T> (&words)[N]) {
    std::vector<T> meanings;
    for (const std::string& word : List(column)) meanings.push_back(Meaning(column, word, words));
    return meanings;
  }

  // What stands between ';'.
  std::vector<std::string> List(std::string_view column) const;

  void Complain(std::string_view column, std::string_view value, std::string mend);

  // All complaints so far.
  std::vector<RowProblem> TakeProblems() { return std::move(problems_); }

 private:
  template <typename T, size_t N>
  T Meaning(std::string_view column, std::string_view value, const Word<T> (&words)[N]) {
    std::vector<std::string> allowed;
    for (const Word<T>& word : words) {
      if (word.word == value) return word.meaning;
      allowed.emplace_back(word.word.empty() ? "or leave it empty" : word.word);
    }
    Complain(column, value, absl::StrCat("Write one of ", absl::StrJoin(allowed, ", "), "."));
    return T{};
  }

  const CsvRow& row_;
  const std::string key_;
  std::vector<RowProblem> problems_;
};

// Where a field of a message comes from: a beginning of its path and a column.
struct FieldColumn {
  std::string_view field;
  std::string_view column;
};

// The column of the first entry that `field` begins with; empty where there is
// none. Longer beginnings stand before shorter ones.
std::string_view FindColumn(std::span<const FieldColumn> columns, std::string_view field);

}  // namespace brygga::cli

#endif  // BRYGGA_CLI_IMPORT_ROW_PARSER_H_
