#include "common/log/log.h"

#include <spdlog/common.h>
#include <spdlog/details/file_helper.h>
#include <spdlog/details/periodic_worker.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace brygga {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

std::string_view WordOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    default:
      return "error";
  }
}

// Lines are written once a call: what they are made of is appended by hand
// where fmt would parse a format each time, to room that is known to be enough.
class Line {
 public:
  explicit Line(size_t room) : begin_(room <= sizeof(here_) ? here_ : Elsewhere(room)), end_(begin_) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void Append(std::string_view text) { end_ = std::copy(text.begin(), text.end(), end_); }
  void Append(char c) { *end_++ = c; }
  std::string_view text() const { return {begin_, static_cast<size_t>(end_ - begin_)}; }

 private:
  char* Elsewhere(size_t room) {
    elsewhere_ = std::make_unique<char[]>(room);
    return elsewhere_.get();
  }

  char here_[4096];
  std::unique_ptr<char[]> elsewhere_;
  char* const begin_;
  char* end_;
};

// The most that one character of a text, and a value that is none, take.
constexpr size_t kPerCharacter = 6, kPerValue = 40;

// The characters that JSON has in a text only behind a backslash.
constexpr std::array<bool, 256> kEscaped = [] {
  std::array<bool, 256> escaped = {};
  for (int c = 0; c < 0x20; ++c) escaped[c] = true;
  escaped['"'] = escaped['\\'] = escaped[0x7f] = true;
  return escaped;
}();

// How many characters of `text` stand before the first of those: eight at a
// time, because nearly all texts have none.
size_t PlainLength(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const auto any_below = [](uint64_t bytes, uint8_t limit) { return (bytes - kOnes * limit) & ~bytes & kHighs; };
  const auto any_equal = [&](uint64_t bytes, uint8_t value) { return any_below(bytes ^ (kOnes * value), 1); };
  size_t at = 0;
  for (uint64_t bytes = 0; at + sizeof(bytes) <= text.size(); at += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    if ((any_below(bytes, 0x20) | any_equal(bytes, '"') | any_equal(bytes, '\\') | any_equal(bytes, 0x7f)) != 0) break;
  }
  while (at < text.size() && !kEscaped[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

void AppendQuoted(Line& out, std::string_view text) {
  out.Append('"');
  while (!text.empty()) {
    const size_t plain = PlainLength(text);
    out.Append(text.substr(0, plain));
    if (plain == text.size()) break;
    const auto c = static_cast<unsigned char>(text[plain]);
    if (c == '"' || c == '\\') {
      out.Append('\\');
      out.Append(static_cast<char>(c));
    } else {
      const char escaped[] = {'\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
      out.Append({escaped, sizeof(escaped)});
    }
    text.remove_prefix(plain + 1);
  }
  out.Append('"');
}

void AppendNumber(Line& out, int64_t value) {
  const fmt::format_int digits(value);
  out.Append({digits.data(), digits.size()});
}

// With leading zeros.
template <int kDigits>
void AppendDigits(Line& out, int64_t value) {
  char digits[kDigits];
  for (int i = kDigits - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.Append({digits, kDigits});
}

struct ValueWriter {
  Line& out;

  void operator()(std::string_view text) const { AppendQuoted(out, text); }
  void operator()(int64_t value) const { AppendNumber(out, value); }
  void operator()(int value) const { AppendNumber(out, value); }
  void operator()(bool value) const { out.Append(value ? "true" : "false"); }
  void operator()(double value) const { out.Append(std::isfinite(value) ? fmt::format("{:.6g}", value) : "null"); }
  // Milliseconds, with three decimals.
  void operator()(std::chrono::microseconds value) const {
    const int64_t us = value.count() < 0 ? -value.count() : value.count();
    if (value.count() < 0) out.Append('-');
    AppendNumber(out, us / 1000);
    out.Append('.');
    AppendDigits<3>(out, us % 1000);
  }
};

// "2026-03-01T12:00:00.123456Z". All but the fraction is the same for a second.
void AppendTime(Line& out, std::chrono::system_clock::time_point time) {
  struct Second {
    std::time_t second = -1;
    std::string text;
  };
  thread_local Second last;
  const int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  if (const std::time_t second = us / 1000000; second != last.second) {
    std::tm utc;
    gmtime_r(&second, &utc);
    last = {.second = second,
            .text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                                utc.tm_hour, utc.tm_min, utc.tm_sec)};
  }
  out.Append(last.text);
  AppendDigits<6>(out, us % 1000000);
  out.Append('Z');
}

// Room for the whole line, whatever its texts hold.
size_t RoomFor(std::string_view service, std::string_view message, Log::Fields fields) {
  size_t room = 128 + kPerCharacter * (service.size() + message.size());
  for (const Log::Field& field : fields) {
    const auto* text = std::get_if<std::string_view>(&field.value);
    room += field.name.size() + (text == nullptr ? 0 : kPerCharacter * text->size()) + kPerValue;
  }
  return room;
}

class MemorySink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    lines_.emplace_back(message.payload.data(), message.payload.size());
  }
  void flush_() override {}

  std::vector<std::string> lines_;
};

class MemoryLog final : public Log {
 public:
  MemoryLog(std::shared_ptr<MemorySink> sink, std::shared_ptr<spdlog::logger> logger, std::string_view service)
      : Log(std::move(logger), service), sink_(std::move(sink)) {}

  std::vector<std::string> lines() const override { return sink_->lines(); }

 private:
  const std::shared_ptr<MemorySink> sink_;  // Shared with the logger.
};

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink, LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("brygga", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(ToSpdlog(level));
  logger->flush_on(spdlog::level::warn);
  return logger;
}

// Appends lines to a file. A system call for each would cost more than the line,
// so they gather first.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Throws where the file cannot be opened, as spdlog's own does.
  explicit FileSink(const std::string& path) { file_.open(path); }
  ~FileSink() override {
    SPDLOG_TRY { WriteOut(); }
    SPDLOG_CATCH_STD
  }

 private:
  static constexpr size_t kMostGathered = 64 << 10;

  void sink_it_(const spdlog::details::log_msg& message) override {
    lines_.append(message.payload.data(), message.payload.data() + message.payload.size());
    lines_.push_back('\n');
    if (lines_.size() >= kMostGathered) WriteOut();
  }
  void flush_() override { WriteOut(); }

  void WriteOut() {
    const spdlog::memory_buf_t lines = std::move(lines_);  // Lost if the disk does not take them, not kept for ever.
    file_.write(lines);
    file_.flush();
  }

  spdlog::details::file_helper file_;
  spdlog::memory_buf_t lines_;
};

class FileLog final : public Log {
 public:
  FileLog(const std::shared_ptr<spdlog::logger>& logger, std::string_view service)
      : Log(logger, service), flusher_([logger] { logger->flush(); }, std::chrono::seconds(1)) {}

 private:
  spdlog::details::periodic_worker flusher_;
};

}  // namespace

Log::Log(std::shared_ptr<spdlog::logger> logger, std::string_view service)
    : logger_(std::move(logger)), service_(service) {}

std::shared_ptr<Log> Log::ToStderr(std::string_view service, LogLevel level) {
  return std::make_shared<Log>(MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), level), service);
}

std::shared_ptr<Log> Log::ToFile(std::string_view service, const std::string& path, LogLevel level) {
  return std::make_shared<FileLog>(MakeLogger(std::make_shared<FileSink>(path), level), service);
}

std::shared_ptr<Log> Log::ToMemory(std::string_view service, LogLevel level) {
  auto sink = std::make_shared<MemorySink>();
  return std::make_shared<MemoryLog>(sink, MakeLogger(sink, level), service);
}

bool Log::Enabled(LogLevel level) const { return logger_->should_log(ToSpdlog(level)); }

void Log::Write(LogLevel level, std::string_view message, Fields fields) {
  if (!Enabled(level)) return;
  const auto now = std::chrono::system_clock::now();
  Line line(RoomFor(service_, message, fields));
  line.Append("{\"time\":\"");
  AppendTime(line, now);
  line.Append("\",\"level\":\"");
  line.Append(WordOf(level));
  line.Append("\",\"service\":");
  AppendQuoted(line, service_);
  line.Append(",\"message\":");
  AppendQuoted(line, message);
  for (const Field& field : fields) {
    line.Append(",\"");
    line.Append(field.name);  // A word of ours.
    line.Append("\":");
    std::visit(ValueWriter{line}, field.value);
  }
  line.Append('}');
  logger_->log(now, spdlog::source_loc(), ToSpdlog(level), {line.text().data(), line.text().size()});
}

}  // namespace brygga
