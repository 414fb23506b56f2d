#include "cli/csv/records.h"

#include <algorithm>
#include <utility>

namespace brygga::cli {
namespace {

constexpr size_t kBlock = 16 * 1024;

enum class Place { kFieldStart, kPlain, kQuoted, kAfterQuote };

// Where the text stands after `c`. A quote opens a field only as its first
// character; one in the middle is left for the parser to complain about.
Place After(Place place, char c) {
  switch (place) {
    case Place::kQuoted:
      return c == '"' ? Place::kAfterQuote : Place::kQuoted;
    case Place::kAfterQuote:
      if (c == '"') return Place::kQuoted;
      return c == ',' ? Place::kFieldStart : Place::kPlain;
    case Place::kFieldStart:
      if (c == '"') return Place::kQuoted;
      [[fallthrough]];
    case Place::kPlain:
      return c == ',' ? Place::kFieldStart : Place::kPlain;
  }
  return place;
}

}  // namespace

std::optional<Record> Records::Next() {
  buffer_.erase(0, start_);  // Only now, because ResumeAfterFirstLine goes back into the last record.
  start_ = 0;
  last_line_ = line_;
  Place place = Place::kFieldStart;
  for (size_t at = 0;; ++at) {
    if (at == buffer_.size() && !Fill()) {
      if (at == 0) return std::nullopt;
      return Take(at, at, place == Place::kQuoted ? RecordFlaw::kQuoteNotClosed : RecordFlaw::kNone);
    }
    if (buffer_[at] == '\n' && place != Place::kQuoted) return Take(at, at + 1, RecordFlaw::kNone);
    if (at >= max_bytes_) return SkipTooLong();
    place = After(place, buffer_[at]);
  }
}

void Records::ResumeAfterFirstLine() {
  const size_t feed = buffer_.find('\n');
  if (feed == std::string::npos || feed + 1 >= start_) return;
  start_ = feed + 1;
  line_ = last_line_ + 1;
}

bool Records::Fill() {
  const size_t had = buffer_.size();
  buffer_.resize(had + kBlock);
  input_.read(buffer_.data() + had, kBlock);
  buffer_.resize(had + static_cast<size_t>(input_.gcount()));
  return buffer_.size() > had;
}

Record Records::Take(size_t end, size_t next, RecordFlaw flaw) {
  Record record{.line = last_line_, .text = buffer_.substr(0, end), .flaw = flaw};
  if (!record.text.empty() && record.text.back() == '\r') record.text.pop_back();
  Advance(next);
  return record;
}

// A quote that is never closed makes a long record of many short lines, so the
// search goes on at the end of the first line.
Record Records::SkipTooLong() {
  size_t feed = buffer_.find('\n');
  while (feed == std::string::npos) {
    buffer_.clear();
    if (!Fill()) break;
    feed = buffer_.find('\n');
  }
  Advance(feed == std::string::npos ? buffer_.size() : feed + 1);
  return {.line = last_line_, .flaw = RecordFlaw::kTooLong};
}

void Records::Advance(size_t to) {
  line_ += std::count(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(to), '\n');
  start_ = to;
}

}  // namespace brygga::cli
