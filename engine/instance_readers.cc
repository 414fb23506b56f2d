#include "engine/instance_readers.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace brygga::engine {
namespace {

constexpr size_t kMostLineBytes = 64 << 10;
constexpr size_t kShownBytes = 40;  // Of a wrong value.
constexpr int64_t kMostCapacity = std::numeric_limits<int32_t>::max();
constexpr int64_t kMostRank = std::numeric_limits<int32_t>::max();
constexpr int64_t kMostScore = std::numeric_limits<int64_t>::max();
constexpr int64_t kMostPairs = int64_t{1} << 34;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

// Gives a source line by line, without holding more than a block.
class Lines {
 public:
  Lines(const InstanceSource& source, const Control& control)
      : source_(source), control_(control), buffer_(kBlockBytes) {}

  struct Line {
    const char* begin = nullptr;
    const char* end = nullptr;  // Where the line feed stands or would stand; it can be read.
    bool too_long = false;      // Then it is only the beginning of the line.

    std::string_view text() const {
      std::string_view text(begin, static_cast<size_t>(end - begin));
      if (text.ends_with('\r')) text.remove_suffix(1);
      return text;
    }
  };

  // False at the end, or where reading failed.
  bool Next(Line& line) {
    for (;;) {
      const char* const from = buffer_.data() + begin_;
      const void* const found = end_ > begin_ ? std::memchr(from, '\n', end_ - begin_) : nullptr;
      if (found != nullptr || (ended_ && end_ > begin_)) {
        const char* const to = found != nullptr ? static_cast<const char*>(found) : buffer_.data() + end_;
        line = {from, to, static_cast<size_t>(to - from) > kMostLineBytes};
        if (line.too_long) line.end = from + kMostLineBytes;
        begin_ = static_cast<size_t>(to - buffer_.data()) + (found != nullptr ? 1 : 0);
        ++number_;
        return true;
      }
      if (ended_) return false;
      if (end_ - begin_ > kMostLineBytes) return SkipLine(line);
      if (!Fill()) return false;
    }
  }

  int64_t number() const { return number_; }  // Of the line given last, from 1.
  int64_t bytes() const { return bytes_; }
  const absl::Status& status() const { return status_; }

 private:
  bool Fill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    // One byte is left over for the end of a last line without a line feed.
    const absl::StatusOr<size_t> got = source_.read(buffer_.data() + end_, buffer_.size() - 1 - end_);
    if (!got.ok()) status_ = got.status();
    if (status_.ok() && control_.cancelled && control_.cancelled())
      status_ = absl::CancelledError("Reading was stopped");
    if (!status_.ok()) {
      ended_ = true;
      end_ = 0;
      return false;
    }
    ended_ = *got == 0;
    end_ += *got;
    bytes_ += static_cast<int64_t>(*got);
    buffer_[end_] = '\n';
    if (control_.progress) control_.progress({"reading", bytes_, source_.size});
    return true;
  }

  // Keeps the beginning of a line that is too long, and skips the rest of it.
  bool SkipLine(Line& line) {
    skipped_.assign(buffer_.data() + begin_, kMostLineBytes);
    // Nobody writes such a line: what follows may be a device's, without an end.
    if (std::memchr(skipped_.data(), '\0', skipped_.size()) != nullptr) {
      begin_ = end_ = 0;
      ended_ = true;
    }
    const void* found = nullptr;
    while (found == nullptr && !ended_) {
      begin_ = end_ = 0;
      if (!Fill()) return false;
      found = end_ > 0 ? std::memchr(buffer_.data(), '\n', end_) : nullptr;
    }
    if (found != nullptr) begin_ = static_cast<size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
    line = {skipped_.data(), skipped_.data() + skipped_.size(), true};
    ++number_;
    return true;
  }

  const InstanceSource& source_;
  const Control& control_;
  std::vector<char> buffer_;
  std::string skipped_;
  size_t begin_ = 0, end_ = 0;
  int64_t number_ = 0, bytes_ = 0;
  bool ended_ = false;
  absl::Status status_;
};

std::optional<int64_t> ToNumber(std::string_view field) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

// A whole number from `least` to `most`, or a fault that says what is wrong.
std::optional<int64_t> Number(std::string_view field, int64_t line, std::string_view name, int64_t least, int64_t most,
                              Faults& faults) {
  const std::optional<int64_t> value = ToNumber(field);
  if (value && *value >= least && *value <= most) return value;
  const bool digits = !field.empty() && std::all_of(field.begin() + (field[0] == '-' ? 1 : 0), field.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; });
  const std::string range = absl::StrCat(least, " to ", most);
  if (field.empty()) {
    faults.Add(line, name, absl::StrCat("is missing: write a whole number from ", range));
  } else if (digits && field != "-") {
    faults.Add(line, name,
               absl::StrCat(Absl(field.substr(0, kShownBytes)), " is out of range: write a whole number from ", range));
  } else {
    faults.Add(line, name, absl::StrCat(Shown(field), " is no whole number: write digits alone, from ", range));
  }
  return std::nullopt;
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// The words of a line, parted by blanks.
void Split(std::string_view text, std::vector<std::string_view>& fields) {
  fields.clear();
  for (size_t i = 0; i < text.size();) {
    while (i < text.size() && IsBlank(text[i])) ++i;
    const size_t begin = i;
    while (i < text.size() && !IsBlank(text[i])) ++i;
    if (i > begin) fields.push_back(text.substr(begin, i - begin));
  }
}

// "p brygga", "l", "r" and "e" lines.
class TextReader {
 public:
  TextReader(Sink& sink, Faults& faults) : sink_(sink), faults_(faults) {}

  void Read(const Lines::Line& line, int64_t number) {
    if (known_ && !line.too_long && ReadPairFast(line, number)) return;
    ReadLine(line, number);
  }

  void End(int64_t lines) {
    if (!p_line_) {
      if (!told_no_p_) {
        faults_.Add("p", "the file has no such line: begin it with \"p brygga LEFT RIGHT EDGES\"");
      }
      return;
    }
    if (!known_ || refused_ || pairs_ == declared_) return;
    faults_.Add(p_line_, "EDGES",
                absl::StrCat("says ", declared_, ", but the file's ", lines, " lines have ", pairs_,
                             pairs_ == 1 ? " pair: write " : " pairs: write ", pairs_, ", or add what is missing"));
  }

 private:
  // The common case: "e", single blanks, digits. False: look again, slowly.
  bool ReadPairFast(const Lines::Line& line, int64_t number) {
    const char* at = line.begin;
    if (line.end - at < 2 || at[0] != 'e' || at[1] != ' ') return false;
    at += 2;
    uint64_t values[5];
    int count = 0;
    for (;;) {  // Ends at the latest at the line feed.
      const char* const begin = at;
      uint64_t value = 0;
      while (static_cast<unsigned char>(*at - '0') < 10) value = 10 * value + static_cast<uint64_t>(*at++ - '0');
      if (at == begin || at - begin > 18 || count == 5) return false;
      values[count++] = value;
      if (*at != ' ') break;
      ++at;
    }
    if (at != line.end && !(at + 1 == line.end && *at == '\r')) return false;
    if (count != 3 && count != 5) return false;
    if (values[0] - 1 >= static_cast<uint64_t>(left_) || values[1] - 1 >= static_cast<uint64_t>(right_)) return false;
    Record record{.left = static_cast<int32_t>(values[0] - 1),
                  .right = static_cast<int32_t>(values[1] - 1),
                  .score = static_cast<int64_t>(values[2])};
    if (count == 5) {
      if (values[3] > kMostRank || values[4] > kMostRank) return false;
      record.left_rank = static_cast<int32_t>(values[3]);
      record.right_rank = static_cast<int32_t>(values[4]);
    }
    if ((count == 5) != with_ranks_.value_or(count == 5)) return false;
    Keep(number, record);
    return true;
  }

  void ReadLine(const Lines::Line& line, int64_t number) {
    const std::string_view text = line.text();
    Split(text, fields_);
    if (fields_.empty() && !line.too_long) return;
    const std::string_view kind = fields_.empty() ? std::string_view() : fields_[0];
    if (kind == "c") return;
    if (line.too_long) {
      refused_ = true;
      faults_.Add(number, "", absl::StrCat("is longer than ", kMostLineBytes, " bytes: write one record a line"));
    } else if (kind == "p") {
      ReadSizes(number);
    } else if (kind == "l" || kind == "r") {
      AskForSizes(number);
      ReadCapacity(number, kind == "l");
    } else if (kind == "e") {
      AskForSizes(number);
      if (!ReadPair(number)) refused_ = true;
    } else {
      refused_ = true;
      faults_.Add(number, "", absl::StrCat("begins with ", Shown(kind), ": a line begins with c, p, l, r or e"));
    }
  }

  void AskForSizes(int64_t number) {
    if (p_line_ || told_no_p_) return;
    told_no_p_ = true;
    faults_.Add(number, "p", "\"p brygga LEFT RIGHT EDGES\" must come before this line: write it first");
  }

  bool HasFields(int64_t number, size_t least, size_t most, std::string_view shape) {
    if (fields_.size() >= least && fields_.size() <= most) return true;
    refused_ = true;
    faults_.Add(
        number, "",
        absl::StrCat("has ", fields_.size() - 1, " fields after ", Shown(fields_[0]), ": write \"", Absl(shape), "\""));
    return false;
  }

  void ReadSizes(int64_t number) {
    if (p_line_) {
      faults_.Add(number, "p", absl::StrCat("stands on line ", p_line_, " already: take one of them out"));
      return;
    }
    p_line_ = number;
    if (fields_.size() < 2 || fields_[1] != "brygga") {
      faults_.Add(number, "p", "is no \"p brygga\" line: write \"p brygga LEFT RIGHT EDGES\"");
      return;
    }
    if (!HasFields(number, 5, 5, "p brygga LEFT RIGHT EDGES")) return;
    const auto left = Number(fields_[2], number, "LEFT", 0, kMostPeopleOnASide, faults_);
    const auto right = Number(fields_[3], number, "RIGHT", 0, kMostPeopleOnASide, faults_);
    const auto pairs = Number(fields_[4], number, "EDGES", 0, kMostPairs, faults_);
    if (!left || !right || !pairs) return;
    left_ = static_cast<int32_t>(*left);
    right_ = static_cast<int32_t>(*right);
    declared_ = *pairs;
    known_ = true;
    sink_.Sizes(left_, right_, declared_);
  }

  // A row of a side, by its number. Of a file whose sizes are not known any will do.
  std::optional<int32_t> Row(std::string_view field, int64_t number, std::string_view name, bool on_the_left) {
    const int32_t count = on_the_left ? left_ : right_;
    const std::optional<int64_t> value = ToNumber(field);
    if (known_ && value && (*value < 1 || *value > count)) {
      faults_.Add(number, name,
                  count == 0
                      ? absl::StrCat(*value, " does not exist: line ", p_line_, " says that there are none on its side")
                      : absl::StrCat(*value, " does not exist: write 1 to ", count, ", or raise ",
                                     on_the_left ? "LEFT" : "RIGHT", " on line ", p_line_));
      return std::nullopt;
    }
    const auto row = Number(field, number, name, 1, known_ ? count : kMostPeopleOnASide, faults_);
    if (!row) return std::nullopt;
    return static_cast<int32_t>(*row - 1);
  }

  void ReadCapacity(int64_t number, bool on_the_left) {
    if (!HasFields(number, 3, 3, on_the_left ? "l I CAPACITY" : "r J CAPACITY")) return;
    const auto row = Row(fields_[1], number, on_the_left ? "I" : "J", on_the_left);
    const auto capacity = Number(fields_[2], number, "CAPACITY", 0, kMostCapacity, faults_);
    if (!row || !capacity || !known_) return;
    if (sink_.SetCapacity(on_the_left, *row, static_cast<int32_t>(*capacity))) return;
    faults_.Add(number, on_the_left ? "I" : "J",
                absl::StrCat(*row + 1, " has a capacity already: name each once, or leave the line out"));
  }

  // False where the line is wrong.
  bool ReadPair(int64_t number) {
    if (!HasFields(number, 4, 6, "e I J SCORE\" or \"e I J SCORE RANK_OF_J_FOR_I RANK_OF_I_FOR_J")) return false;
    if (fields_.size() == 5) {
      faults_.Add(number, "RANK_OF_I_FOR_J", "is missing: give both ranks or none");
      return false;
    }
    const auto left = Row(fields_[1], number, "I", true);
    const auto right = Row(fields_[2], number, "J", false);
    const auto score = Number(fields_[3], number, "SCORE", 0, kMostScore, faults_);
    const bool ranks = fields_.size() == 6;
    std::optional<int64_t> left_rank = kNotGiven, right_rank = kNotGiven;
    if (ranks) {
      left_rank = Number(fields_[4], number, "RANK_OF_J_FOR_I", 0, kMostRank, faults_);
      right_rank = Number(fields_[5], number, "RANK_OF_I_FOR_J", 0, kMostRank, faults_);
    }
    if (!left || !right || !score || !left_rank || !right_rank) return false;
    if (ranks != with_ranks_.value_or(ranks)) {
      faults_.Add(
          number, "RANK_OF_J_FOR_I",
          ranks ? absl::StrCat("is given, but not on line ", first_pair_, ": give ranks on every e line or on none")
                : absl::StrCat("is missing, but line ", first_pair_,
                               " has ranks: give ranks on every e line or on none"));
      return false;
    }
    Keep(number, {*left, *right, *score, static_cast<int32_t>(*left_rank), static_cast<int32_t>(*right_rank)});
    return true;
  }

  void Keep(int64_t number, const Record& record) {
    if (!with_ranks_) {
      with_ranks_ = record.left_rank != kNotGiven;
      first_pair_ = number;
    }
    ++pairs_;
    if (known_) sink_.Add(number, record);
  }

  Sink& sink_;
  Faults& faults_;
  std::vector<std::string_view> fields_;
  std::optional<bool> with_ranks_;
  int64_t p_line_ = 0, first_pair_ = 0;
  int64_t declared_ = 0, pairs_ = 0;
  int32_t left_ = 0, right_ = 0;
  bool known_ = false;  // The p line was read.
  bool told_no_p_ = false;
  bool refused_ = false;  // Some line could not be counted.
};

// A header that names columns, then one pair a line, or one person without pairs.
class CsvReader {
 public:
  CsvReader(Sink& sink, Faults& faults, Instance& names) : sink_(sink), faults_(faults), names_(names) {}

  void Read(const Lines::Line& line, int64_t number) {
    if (line.too_long) {
      headed_ = true;
      faults_.Add(number, "", absl::StrCat("is longer than ", kMostLineBytes, " bytes: write one pair a line"));
    } else if (const std::string_view text = line.text(); !absl::StripAsciiWhitespace(Absl(text)).empty()) {
      if (!headed_) {
        ReadHeader(text, number);
      } else if (columns_ > 0 && Cut(text, number)) {
        ReadRow(number);
      }
    }
  }

  void End() {
    if (!headed_)
      faults_.Add("file",
                  "is empty: write a \"p brygga LEFT RIGHT EDGES\" line or a header \"left,right,score\" first");
  }

 private:
  enum Column { kLeft, kRight, kScore, kLeftRank, kRightRank, kLeftCapacity, kRightCapacity, kColumns };
  static constexpr std::string_view kNames[kColumns] = {"left",       "right",         "score",         "left_rank",
                                                        "right_rank", "left_capacity", "right_capacity"};

  // Cuts a line into cells_; false where its quotes do not close.
  bool Cut(std::string_view text, int64_t number) {
    cells_.clear();
    for (size_t i = 0;;) {
      std::string& cell = cells_.emplace_back();
      if (i < text.size() && text[i] == '"') {
        for (++i;; ++i) {
          if (i >= text.size()) {
            faults_.Add(number, CellName(cells_.size() - 1),
                        "begins with a quotation mark that is not closed on its line: close it");
            return false;
          }
          if (text[i] != '"') {
            cell += text[i];
          } else if (i + 1 < text.size() && text[i + 1] == '"') {
            cell += text[++i];
          } else {
            break;
          }
        }
        ++i;
      }
      while (i < text.size() && text[i] != separator_) cell += text[i++];
      const absl::string_view trimmed = absl::StripAsciiWhitespace(cell);
      if (trimmed.size() != cell.size()) cell = std::string(trimmed);
      if (i >= text.size()) return true;
      ++i;
    }
  }

  std::string CellName(size_t cell) const {
    for (int c = 0; c < kColumns; ++c) {
      if (place_[c] == static_cast<int>(cell)) return std::string(kNames[c]);
    }
    return absl::StrCat("column ", cell + 1);
  }

  void ReadHeader(std::string_view text, int64_t number) {
    headed_ = true;
    for (const char separator : {',', ';', '\t'}) {
      if (std::count(text.begin(), text.end(), separator) > std::count(text.begin(), text.end(), separator_))
        separator_ = separator;
    }
    if (!Cut(text, number)) return;
    bool wrong = false;
    for (size_t i = 0; i < cells_.size(); ++i) {
      const std::string name = absl::AsciiStrToLower(cells_[i]);
      const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
      if (found == std::end(kNames)) {
        wrong = true;
        faults_.Add(number, absl::StrCat("column ", i + 1),
                    absl::StrCat(Shown(cells_[i]),
                                 " is none of left, right, score, left_rank, right_rank, left_capacity, "
                                 "right_capacity: rename it or take it out (or, if this is no CSV file, begin it with "
                                 "\"p brygga LEFT RIGHT EDGES\")"));
      } else if (int& place = place_[found - std::begin(kNames)]; place >= 0) {
        wrong = true;
        faults_.Add(number, name, "appears twice: take one of them out");
      } else {
        place = static_cast<int>(i);
      }
    }
    for (const Column column : {kLeft, kRight, kScore}) {
      if (place_[column] >= 0 || wrong) continue;
      wrong = true;
      faults_.Add(number, kNames[column], "is missing: the first line names the columns left, right and score");
    }
    if ((place_[kLeftRank] < 0) != (place_[kRightRank] < 0)) {
      wrong = true;
      faults_.Add(number, kNames[place_[kLeftRank] < 0 ? kLeftRank : kRightRank],
                  "is missing: give both ranks or none");
    }
    if (!wrong) columns_ = cells_.size();
  }

  std::string_view Cell(Column column) const {
    return place_[column] < 0 ? std::string_view() : std::string_view(cells_[static_cast<size_t>(place_[column])]);
  }

  // The row of a name, a new one where it is new.
  int32_t RowOf(Column column) {
    auto& rows = column == kLeft ? left_ : right_;
    auto& names = column == kLeft ? names_.left_name : names_.right_name;
    const auto [found, added] = rows.try_emplace(std::string(Cell(column)), static_cast<int32_t>(rows.size()));
    if (added) names.push_back(found->first);
    return found->second;
  }

  void ReadCapacity(Column person, Column column, int64_t number) {
    if (Cell(column).empty() || Cell(person).empty()) return;
    const auto capacity = Number(Cell(column), number, kNames[column], 0, kMostCapacity, faults_);
    if (!capacity) return;
    auto& given = column == kLeftCapacity ? left_capacity_ : right_capacity_;
    const int32_t row = RowOf(person);
    const auto [found, added] = given.try_emplace(row, *capacity, number);
    if (added) {
      sink_.SetCapacity(person == kLeft, row, static_cast<int32_t>(*capacity));
    } else if (found->second.first != *capacity) {
      faults_.Add(
          number, kNames[column],
          absl::StrCat(*capacity, " contradicts line ", found->second.second, ", which gives ", Shown(Cell(person)),
                       " ", found->second.first, ": write the same, or leave it empty after the first time"));
    }
  }

  void ReadRow(int64_t number) {
    if (cells_.size() != columns_) {
      faults_.Add(
          number, "",
          absl::StrCat("has ", cells_.size(), cells_.size() == 1 ? " column" : " columns", " where the first line has ",
                       columns_, ": add or take out a separator, or put quotation marks around a name that holds one"));
      return;
    }
    const std::string_view left = Cell(kLeft), right = Cell(kRight);
    const bool alone = left.empty() != right.empty() && Cell(kScore).empty();
    if (!alone && (left.empty() || right.empty())) {
      faults_.Add(number, kNames[left.empty() ? kLeft : kRight],
                  "is missing: name both people (or one of them and no score, for a person without pairs)");
      return;
    }
    const bool room = left_.size() < kMostPeopleOnASide && right_.size() < kMostPeopleOnASide;
    if (!room) {
      faults_.Add(number, "", absl::StrCat("has one person too many: a side holds up to ", kMostPeopleOnASide));
      return;
    }
    if (alone) {
      RowOf(left.empty() ? kRight : kLeft);
    } else {
      ReadPair(number);
    }
    ReadCapacity(kLeft, kLeftCapacity, number);
    ReadCapacity(kRight, kRightCapacity, number);
  }

  void ReadPair(int64_t number) {
    const auto score = Number(Cell(kScore), number, kNames[kScore], 0, kMostScore, faults_);
    std::optional<int64_t> left_rank = kNotGiven, right_rank = kNotGiven;
    if (place_[kLeftRank] >= 0) {
      left_rank = Number(Cell(kLeftRank), number, kNames[kLeftRank], 0, kMostRank, faults_);
      right_rank = Number(Cell(kRightRank), number, kNames[kRightRank], 0, kMostRank, faults_);
    }
    if (!score || !left_rank || !right_rank) return;
    sink_.Add(number, {RowOf(kLeft), RowOf(kRight), *score, static_cast<int32_t>(*left_rank),
                       static_cast<int32_t>(*right_rank)});
  }

  Sink& sink_;
  Faults& faults_;
  Instance& names_;
  std::unordered_map<std::string, int32_t> left_, right_;
  std::unordered_map<int32_t, std::pair<int64_t, int64_t>> left_capacity_, right_capacity_;  // And its line.
  std::vector<std::string> cells_;
  int place_[kColumns] = {-1, -1, -1, -1, -1, -1, -1};
  size_t columns_ = 0;
  char separator_ = ',';
  bool headed_ = false;
};

// Whether a file that begins so is in the text format; the rest is CSV.
bool IsText(std::string_view first) {
  return !first.empty() && std::string_view("cplre").find(first[0]) != std::string_view::npos &&
         (first.size() == 1 || IsBlank(first[1]));
}

// What the first bytes of a file tell about what it is instead of text.
std::string_view Foreign(std::string_view first) {
  if (first.starts_with("\xFF\xFE") || first.starts_with("\xFE\xFF")) return "is UTF-16: save it as UTF-8";
  if (first.starts_with("PK\x03\x04")) return "is a workbook or an archive: save the sheet as CSV";
  if (first.starts_with("\x1F\x8B")) return "is compressed: unpack it first";
  if (first.find('\0') != std::string_view::npos) return "is no text: save it as UTF-8 text";
  const size_t carriage = std::min(first.find('\r'), first.size());
  if (first.find_first_not_of('\r', carriage) != std::string_view::npos) {
    return "ends its lines with carriage returns alone: save it with the line ends of Unix or Windows";
  }
  return "";
}

}  // namespace

// A value of the file, cut short and without anything a terminal would obey.
std::string Shown(std::string_view value) {
  std::string shown(value.substr(0, kShownBytes));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = '?';
  }
  return absl::StrCat("\"", shown, value.size() > kShownBytes ? "…\"" : "\"");
}

absl::Status ReadRecords(const InstanceSource& source, const Control& control, Sink& sink, Faults& faults,
                         Instance& names) {
  Lines lines(source, control);
  TextReader text(sink, faults);
  CsvReader csv(sink, faults, names);
  std::optional<bool> is_text;
  Lines::Line line;
  while (!faults.enough() && lines.Next(line)) {
    if (lines.number() == 1) {
      std::string_view first(line.begin, static_cast<size_t>(line.end - line.begin));
      if (first.starts_with(kBom)) {
        line.begin += kBom.size();
        first.remove_prefix(kBom.size());
      }
      if (const std::string_view foreign = Foreign(first); !foreign.empty()) {
        faults.Add("file", std::string(foreign));
        return absl::OkStatus();
      }
    }
    if (!is_text) {
      if (absl::StripAsciiWhitespace(Absl(line.text())).empty()) continue;
      is_text = IsText(line.text().substr(line.text().find_first_not_of(" \t")));
    }
    if (*is_text) {
      text.Read(line, lines.number());
    } else {
      csv.Read(line, lines.number());
    }
  }
  if (!lines.status().ok() || faults.enough()) return lines.status();
  if (is_text.value_or(false)) {
    text.End(lines.number());
  } else {
    csv.End();
  }
  return absl::OkStatus();
}

}  // namespace brygga::engine
