// Logs as JSON, one object a line. Never a field's value of a request, never
// personal data.
//
//   log->Info("round solved", {{"round", name}, {"pairs", 281}});
#ifndef BRYGGA_COMMON_LOG_LOG_H_
#define BRYGGA_COMMON_LOG_LOG_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spdlog {
class logger;
}

namespace brygga {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// Safe for concurrent use. Writing never blocks on a slow disk for longer than
// the disk takes.
class Log {
 public:
  // A line is written before the call returns, so texts are only looked at.
  // Durations are written in milliseconds.
  using Value = std::variant<std::string_view, int64_t, int, double, bool, std::chrono::microseconds>;
  struct Field {
    std::string_view name;
    Value value;
  };
  using Fields = std::initializer_list<Field>;

  // Writes to standard error, or appends to the file at `path`, where lines up
  // to kInfo may wait a second before they are written. Every line names
  // `service`.
  static std::shared_ptr<Log> ToStderr(std::string_view service, LogLevel level = LogLevel::kInfo);
  static std::shared_ptr<Log> ToFile(std::string_view service, const std::string& path,
                                     LogLevel level = LogLevel::kInfo);
  // Keeps the lines in memory: for tests.
  static std::shared_ptr<Log> ToMemory(std::string_view service, LogLevel level = LogLevel::kDebug);
  Log(std::shared_ptr<spdlog::logger> logger, std::string_view service);
  virtual ~Log() = default;

  void Debug(std::string_view message, Fields fields = {}) { Write(LogLevel::kDebug, message, fields); }
  void Info(std::string_view message, Fields fields = {}) { Write(LogLevel::kInfo, message, fields); }
  void Warning(std::string_view message, Fields fields = {}) { Write(LogLevel::kWarning, message, fields); }
  void Error(std::string_view message, Fields fields = {}) { Write(LogLevel::kError, message, fields); }
  void Write(LogLevel level, std::string_view message, Fields fields);
  bool Enabled(LogLevel level) const;

  // The lines so far, of a log made by ToMemory.
  virtual std::vector<std::string> lines() const { return {}; }

 private:
  const std::shared_ptr<spdlog::logger> logger_;  // Shared because spdlog's registry may hold it.
  const std::string service_;
};

}  // namespace brygga

#endif  // BRYGGA_COMMON_LOG_LOG_H_
