#include "common/log/log.h"

#include <spdlog/common.h>
#include <spdlog/details/periodic_worker.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
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

const char* WordOf(LogLevel level) {
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
// where fmt would parse a format each time.

void Append(fmt::memory_buffer& out, std::string_view text) { out.append(text.data(), text.data() + text.size()); }

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

void AppendQuoted(fmt::memory_buffer& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const size_t plain = PlainLength(text);
    Append(out, text.substr(0, plain));
    if (plain == text.size()) break;
    const auto c = static_cast<unsigned char>(text[plain]);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
    text.remove_prefix(plain + 1);
  }
  out.push_back('"');
}

void AppendNumber(fmt::memory_buffer& out, int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.data() + digits.size());
}

// Six digits.
void AppendMillionths(fmt::memory_buffer& out, int64_t value) {
  char digits[6];
  for (int i = 5; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, digits + 6);
}

struct ValueWriter {
  fmt::memory_buffer& out;

  void operator()(std::string_view text) const { AppendQuoted(out, text); }
  void operator()(int64_t value) const { AppendNumber(out, value); }
  void operator()(int value) const { AppendNumber(out, value); }
  void operator()(bool value) const { Append(out, value ? "true" : "false"); }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      fmt::format_to(std::back_inserter(out), "{:.6g}", value);
    } else {
      Append(out, "null");
    }
  }
  // Milliseconds, with three decimals.
  void operator()(std::chrono::microseconds value) const {
    int64_t us = value.count();
    if (us < 0) {
      out.push_back('-');
      us = -us;
    }
    AppendNumber(out, us / 1000);
    const auto digit = [us](int64_t unit) { return static_cast<char>('0' + us / unit % 10); };
    const char decimals[] = {'.', digit(100), digit(10), digit(1)};
    out.append(decimals, decimals + sizeof(decimals));
  }
};

// "2026-03-01T12:00:00.123456Z". All but the fraction is the same for a second.
void AppendTime(fmt::memory_buffer& out) {
  struct Second {
    std::time_t second = -1;
    std::string text;
  };
  thread_local Second last;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  if (const std::time_t second = us / 1000000; second != last.second) {
    std::tm utc;
    gmtime_r(&second, &utc);
    last = {.second = second,
            .text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                                utc.tm_hour, utc.tm_min, utc.tm_sec)};
  }
  Append(out, last.text);
  AppendMillionths(out, us % 1000000);
  out.push_back('Z');
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

// A system call for each line would cost more than the line.
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
  return std::make_shared<FileLog>(MakeLogger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path), level),
                                   service);
}

std::shared_ptr<Log> Log::ToMemory(std::string_view service, LogLevel level) {
  auto sink = std::make_shared<MemorySink>();
  return std::make_shared<MemoryLog>(sink, MakeLogger(sink, level), service);
}

bool Log::Enabled(LogLevel level) const { return logger_->should_log(ToSpdlog(level)); }

void Log::Write(LogLevel level, std::string_view message, Fields fields) {
  if (!Enabled(level)) return;
  fmt::memory_buffer line;
  Append(line, "{\"time\":\"");
  AppendTime(line);
  Append(line, "\",\"level\":\"");
  Append(line, WordOf(level));
  Append(line, "\",\"service\":");
  AppendQuoted(line, service_);
  Append(line, ",\"message\":");
  AppendQuoted(line, message);
  for (const Field& field : fields) {
    Append(line, ",\"");
    Append(line, field.name);  // A word of ours.
    Append(line, "\":");
    std::visit(ValueWriter{line}, field.value);
  }
  line.push_back('}');
  logger_->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace brygga
