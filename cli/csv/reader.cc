#include "cli/csv/reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/csv/fields.h"
#include "cli/csv/utf8.h"
#include "common/status/check.h"
#include "common/status/macros.h"

namespace brygga::cli {
namespace {

bool Has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What of `words` is not in `others`.
std::vector<std::string> Without(const std::vector<std::string>& words, const std::vector<std::string>& others) {
  std::vector<std::string> rest;
  std::copy_if(words.begin(), words.end(), std::back_inserter(rest), [&](const auto& w) { return !Has(others, w); });
  return rest;
}

std::vector<std::string> Repeated(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  std::vector<std::string> repeated;
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == words[i - 1] && !Has(repeated, words[i])) repeated.push_back(words[i]);
  }
  return repeated;
}

absl::Status CheckHeader(const std::vector<std::string>& header, const std::vector<std::string>& columns) {
  std::vector<std::string> wrong;
  const auto complain = [&](absl::string_view what, const std::vector<std::string>& names) {
    if (!names.empty()) wrong.push_back(absl::StrCat(what, " ", absl::StrJoin(names, ", ")));
  };
  complain("it lacks", Without(columns, header));
  complain("it has the unknown", Without(header, columns));
  complain("it repeats", Repeated(header));
  if (wrong.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("The first line does not name this file's columns: ", absl::StrJoin(wrong, "; "),
                   ". It must name, in any order: ", absl::StrJoin(columns, ",")));
}

// Swedish spreadsheets separate with semicolons.
absl::Status CheckSeparator(const std::vector<std::string>& header) {
  if (header.size() != 1) return absl::OkStatus();
  for (const auto& [separator, name] : {std::pair(';', "semicolons"), std::pair('\t', "tabs")}) {
    if (!absl::StrContains(header[0], separator)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("The file separates its fields with ", name, ". Save it with commas between them."));
  }
  return absl::OkStatus();
}

std::string Shortened(const std::string& value) {
  constexpr size_t kShown = 60;
  if (value.size() <= kShown) return value;
  size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(value.substr(0, end), "…");
}

}  // namespace

const std::string& CsvRow::operator[](std::string_view column) const {
  const auto found = values.find(column);
  BRYGGA_CHECK(found != values.end());
  return found->second;
}

absl::StatusOr<CsvReader> CsvReader::Open(std::istream& input, CsvFormat format) {
  CsvReader reader(input, std::move(format));
  BRYGGA_RETURN_IF_ERROR(reader.ReadHeader());
  return reader;
}

absl::Status CsvReader::ReadHeader() {
  std::optional<Record> first = records_->Next();
  if (!first) return absl::InvalidArgumentError("The file is empty: its first line must name the columns.");
  if (first->text.starts_with(kUtf8Bom)) first->text.erase(0, kUtf8Bom.size());
  Fields fields = ParseFields(first->text);
  if (first->flaw != RecordFlaw::kNone || fields.malformed) {
    return absl::InvalidArgumentError("The first line cannot be read: it must name the columns, with commas between.");
  }
  BRYGGA_RETURN_IF_ERROR(CheckSeparator(fields.values));
  BRYGGA_RETURN_IF_ERROR(CheckHeader(fields.values, format_.columns));
  header_ = std::move(fields.values);
  return absl::OkStatus();
}

std::optional<std::variant<CsvRow, RowProblem>> CsvReader::Next() {
  for (;;) {
    const std::optional<Record> record = records_->Next();
    if (!record) return std::nullopt;
    if (record->flaw == RecordFlaw::kNone && record->text.empty()) continue;
    return Read(*record);
  }
}

std::variant<CsvRow, RowProblem> CsvReader::Read(const Record& record) {
  if (record.flaw == RecordFlaw::kTooLong) {
    return RowProblem{.line = record.line,
                      .mend = absl::StrCat("The row is longer than ", kMaxRowBytes / 1024,
                                           " KiB. Shorten it, or close the quoted text that runs on.")};
  }
  Fields fields = ParseFields(record.text);
  const auto key_at = static_cast<size_t>(std::find(header_.begin(), header_.end(), format_.key) - header_.begin());
  const std::string key = key_at < fields.values.size() ? Shortened(fields.values[key_at]) : "";
  if (record.flaw == RecordFlaw::kQuoteNotClosed || fields.malformed) {
    records_->ResumeAfterFirstLine();
    const size_t at = std::min(fields.values.size(), header_.size() - 1);
    return RowProblem{.line = record.line,
                      .key = key,
                      .column = header_[at],
                      .mend =
                          "A quotation mark is out of place. Put the whole text between quotation marks and "
                          "write those inside it twice: \"5\"\" pipe\"."};
  }
  if (fields.values.size() != header_.size()) {
    records_->ResumeAfterFirstLine();
    return RowProblem{
        .line = record.line,
        .key = key,
        .mend = absl::StrCat("The row has ", fields.values.size(), " fields where the first line has ", header_.size(),
                             ". A comma inside a text needs quotation marks around the text.")};
  }
  CsvRow row{.line = record.line};
  for (size_t i = 0; i < header_.size(); ++i) row.values.emplace(header_[i], std::move(fields.values[i]));
  if (std::optional<RowProblem> problem = CheckKey(row)) return *std::move(problem);
  return row;
}

std::optional<RowProblem> CsvReader::CheckKey(const CsvRow& row) {
  const std::string& key = row[format_.key];
  if (key.empty()) {
    return RowProblem{
        .line = row.line, .column = format_.key, .mend = "Empty. Give the row an id, so that it can be found again."};
  }
  const auto [first, is_new] = line_of_key_.emplace(key, row.line);
  if (is_new) return std::nullopt;
  return RowProblem{.line = row.line,
                    .key = Shortened(key),
                    .column = format_.key,
                    .value = Shortened(key),
                    .mend = absl::StrCat("Line ", first->second,
                                         " has the same id, and is the one that counts. Give this row an id of its "
                                         "own, or remove it.")};
}

}  // namespace brygga::cli
