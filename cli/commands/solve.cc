#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "cli/app/interruptible.h"
#include "cli/commands/commands.h"
#include "cli/output/text.h"
#include "engine/instance.h"
#include "engine/instance_answer.h"

namespace brygga::cli {
namespace {

constexpr absl::Duration kBetweenDrawings = absl::Milliseconds(100);

struct SolveFlags {
  std::string file;
  std::string objective = "coverage-then-score";
  int threads = 1;
  std::string certificate;
  std::string pairs;
  std::string check;
};

struct ObjectiveWords {
  const char* flag;
  engine::Objective objective;
  const char* meaning;
};

constexpr ObjectiveWords kObjectives[] = {
    {"coverage-then-score", engine::Objective::kCoverageThenScore,
     "as many pairs as there can be, and among those answers the highest total score"},
    {"score", engine::Objective::kScore, "the highest total score, however many stay without a pair"},
    {"fairest", engine::Objective::kFairest,
     "as many pairs as there can be, and among those answers the best worst pair, then the next"},
    {"stable", engine::Objective::kStable,
     "no two people who would both rather have each other; at least two thirds as many pairs as the largest such "
     "answer"},
};

const ObjectiveWords& WordsOf(const std::string& flag) {
  for (const ObjectiveWords& words : kObjectives) {
    if (flag == words.flag) return words;
  }
  return kObjectives[0];  // The parser lets no other through.
}

// One bar for each phase of the work, redrawn a few times a second.
class Bars {
 public:
  explicit Bars(Context& context) : context_(context) {}

  engine::Control control() {
    return {.cancelled = [] { return Interruptible::interrupted(); },
            .progress = [this](const engine::Progress& progress) { Show(progress); }};
  }
  void End() { bar_.reset(); }

 private:
  void Show(const engine::Progress& progress) {
    if (context_.err_terminal() == Terminal::kNo) return;
    const absl::Time now = absl::Now();
    if (bar_ && progress.phase == phase_ && now < next_) return;
    if (!bar_ || progress.phase != phase_) {
      bar_.reset();
      phase_ = progress.phase;
      bar_ = std::make_unique<Progress>(context_.err(), context_.err_terminal(), absl::StrCat("brygga solve: ", phase_),
                                        progress.total);
    }
    bar_->Show(progress.done);
    next_ = now + kBetweenDrawings;
  }

  Context& context_;
  std::unique_ptr<Progress> bar_;
  std::string phase_;
  absl::Time next_;
};

// An open file, or standard input for "-".
class File {
 public:
  explicit File(const std::string& path)
      : number_(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (number_ > STDIN_FILENO) close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return number_ >= 0; }

  engine::InstanceSource source() const {
    struct stat about {};
    const bool regular = fstat(number_, &about) == 0 && S_ISREG(about.st_mode);
    return {.read = [number = number_](char* to, size_t most) { return Read(number, to, most); },
            .rewind = [number = number_] { return lseek(number, 0, SEEK_SET) == 0; },
            .size = regular ? about.st_size : 0};
  }

 private:
  static absl::StatusOr<size_t> Read(int number, char* to, size_t most) {
    for (;;) {
      const ssize_t got = read(number, to, most);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno == EINTR && Interruptible::interrupted()) return absl::CancelledError("Reading was stopped");
      if (errno != EINTR) return absl::InvalidArgumentError(absl::StrCat("cannot be read: ", std::strerror(errno)));
    }
  }

  const int number_;
};

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The most memory that the program has held so far.
double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

int64_t MemoryOfThisMachine() { return int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE); }

ExitCode FailOnFile(Context& context, const std::string& file, const absl::Status& error) {
  context.Fail(error);
  if (error.code() != absl::StatusCode::kInvalidArgument) return ExitCodeOf(error);
  if (!context.json) {
    context.err() << "  (in " << Printable(file == "-" ? "standard input" : file)
                  << "; `brygga solve --help` shows the format)\n";
  }
  return kUsage;
}

absl::StatusOr<engine::Instance> ReadFile(const std::string& path, const engine::Control& control) {
  const File file(path);
  if (!file.is_open())
    return absl::InvalidArgumentError(absl::StrCat(path, " cannot be opened: ", std::strerror(errno)));
  return engine::ReadInstance(file.source(), control);
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!(text << file.rdbuf())) return absl::InvalidArgumentError(absl::StrCat(path, " cannot be read"));
  return std::move(text).str();
}

// Says what is in the instance.
std::string Described(const engine::Instance& instance) {
  const auto seats = [](const std::vector<int32_t>& capacities) {
    int64_t sum = 0;
    for (const int32_t capacity : capacities) sum += capacity;
    return sum;
  };
  return absl::StrFormat("%s on the left with %s, %d on the right with %s, %s%s",
                         Count(instance.left_count(), "person", "people"),
                         Count(seats(instance.left_capacity), "seat", "seats"), instance.right_count(),
                         Count(seats(instance.right_capacity), "seat", "seats"),
                         Count(instance.pair_count(), "pair", "pairs"), instance.has_ranks() ? " with ranks" : "");
}

absl::Status CannotBeWritten(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(path, " cannot be written (", std::strerror(errno),
                                                 "): name a file in a folder that is there and has room"));
}

absl::Status Write(const std::string& path, const std::function<void(std::ostream&)>& write) {
  if (path.empty()) return absl::OkStatus();
  errno = 0;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (out) write(out);
  out.close();
  return out ? absl::OkStatus() : CannotBeWritten(path);
}

bool AreOneFile(const std::string& a, const std::string& b) {
  std::error_code error;
  return a == b || (std::filesystem::is_regular_file(a, error) && std::filesystem::equivalent(a, b, error));
}

// Of a pipe somebody would take the first closing for the end.
bool IsPassage(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  return type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character ||
         type == std::filesystem::file_type::socket;
}

// Before anything is solved: nothing is written over what is read or over each
// other, and what is to be written can be opened.
absl::Status CheckOutputs(const SolveFlags& flags) {
  for (const std::string& path : {flags.pairs, flags.certificate}) {
    if (path.empty()) continue;
    if (AreOneFile(flags.file, path)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, " is the instance itself, which would be written over: name another file"));
    }
    if (IsPassage(path)) continue;
    errno = 0;
    if (!std::ofstream(path, std::ios::app)) return CannotBeWritten(path);
  }
  if (!flags.pairs.empty() && !flags.certificate.empty() && AreOneFile(flags.pairs, flags.certificate)) {
    return absl::InvalidArgumentError(absl::StrCat(
        flags.pairs, " is named for the pairs and for the certificate, one of which would be lost: name two files"));
  }
  return absl::OkStatus();
}

// The answer of `--pairs` and the certificate of `--check` against the instance.
ExitCode CheckAnswer(Context& context, const SolveFlags& flags, const engine::Instance& instance) {
  const ObjectiveWords& words = WordsOf(flags.objective);
  const absl::StatusOr<std::string> pairs_text = ReadText(flags.pairs);
  if (!pairs_text.ok()) return FailOnFile(context, flags.pairs, pairs_text.status());
  const absl::StatusOr<std::vector<engine::InstancePair>> pairs = engine::ReadPairs(instance, *pairs_text);
  if (!pairs.ok()) return FailOnFile(context, flags.pairs, pairs.status());
  const absl::StatusOr<std::string> text = ReadText(flags.check);
  if (!text.ok()) return FailOnFile(context, flags.check, text.status());
  const absl::StatusOr<engine::Certificate> certificate = engine::CertificateFromJson(*text);
  if (!certificate.ok()) return FailOnFile(context, flags.check, certificate.status());
  const absl::Status checked = engine::CheckInstanceAnswer(instance, words.objective, *pairs, *certificate);
  if (!checked.ok()) return context.Fail(checked);
  context.out() << "The certificate holds: " << Count(static_cast<int64_t>(pairs->size()), "pair", "pairs") << ", "
                << words.meaning << ".\n";
  return kDone;
}

// What was found, for a person or a program.
void Tell(Context& context, const SolveFlags& flags, const engine::Instance& instance,
          const engine::InstanceAnswer& answer, int64_t blocking) {
  std::vector<uint8_t> left(instance.left_capacity.size(), 0), right(instance.right_capacity.size(), 0);
  int64_t left_matched = 0, right_matched = 0, worst = 0;
  for (const engine::InstancePair& pair : answer.pairs) {
    left_matched += std::exchange(left[static_cast<size_t>(pair.left)], 1) == 0 ? 1 : 0;
    right_matched += std::exchange(right[static_cast<size_t>(pair.right)], 1) == 0 ? 1 : 0;
    worst = &pair == answer.pairs.data() ? pair.score : std::min(worst, pair.score);
  }
  if (context.json) {
    context.out() << nlohmann::ordered_json{{"objective", flags.objective}, {"pairs", answer.pairs.size()},
                                            {"left_matched", left_matched}, {"right_matched", right_matched},
                                            {"total", answer.total},        {"worst", worst},
                                            {"blocking_pairs", blocking}}
                         .dump()
                  << "\n";
    return;
  }
  context.out() << Described(instance) << ".\n"
                << "By " << flags.objective << ": " << WordsOf(flags.objective).meaning << ".\n"
                << absl::StrFormat("%s: %d of %d on the left and %d of %d on the right have one. ",
                                   Count(static_cast<int64_t>(answer.pairs.size()), "pair", "pairs"), left_matched,
                                   instance.left_count(), right_matched, instance.right_count())
                << absl::StrFormat("The scores total %d, the lowest is %d. ", answer.total, worst)
                << (blocking == 0 ? "No pair would rather have each other.\n"
                                  : absl::StrCat(Count(blocking, "pair", "pairs"), " would rather have each other.\n"));
}

ExitCode Solve(Context& context, const SolveFlags& flags) {
  const Interruptible interruptible;
  if (const absl::Status outputs = flags.check.empty() ? CheckOutputs(flags) : absl::OkStatus(); !outputs.ok()) {
    context.Fail(outputs);
    return kUsage;
  }
  Bars bars(context);
  absl::StatusOr<engine::Instance> instance = ReadFile(flags.file, bars.control());
  bars.End();
  if (!instance.ok()) return FailOnFile(context, flags.file, instance.status());
  if (!flags.check.empty()) return CheckAnswer(context, flags, *instance);
  const absl::Time start = absl::Now();
  const double cpu_before = CpuSeconds();
  const absl::StatusOr<engine::InstanceAnswer> answer = engine::SolveInstance(
      *instance, WordsOf(flags.objective).objective,
      {.threads = flags.threads, .memory_limit_bytes = MemoryOfThisMachine(), .control = bars.control()});
  const double solve_s = absl::ToDoubleSeconds(absl::Now() - start), cpu_s = CpuSeconds() - cpu_before;
  bars.End();
  if (!answer.ok()) return context.Fail(answer.status());
  const absl::StatusOr<int64_t> blocking = engine::CountBlockingPairs(*instance, answer->pairs);
  if (!blocking.ok()) return context.Fail(absl::InternalError(std::string(blocking.status().message())));
  for (const absl::Status& written :
       {Write(flags.pairs, [&](std::ostream& out) { engine::WritePairs(*instance, answer->pairs, out); }),
        Write(flags.certificate,
              [&](std::ostream& out) { out << engine::CertificateToJson(answer->certificate) << "\n"; })}) {
    if (written.ok()) continue;
    context.Fail(written);
    return kUsage;
  }
  Tell(context, flags, *instance, *answer, *blocking);
  context.out() << absl::StrFormat("solve_s=%.6f matched=%d total=%d blocking_pairs=%d cpu_s=%.6f rss_mb=%.1f\n",
                                   solve_s, answer->pairs.size(), answer->total, *blocking, cpu_s, PeakMegabytes());
  if (context.out().flush()) return kDone;
  context.Fail(CannotBeWritten("standard output"));
  return kUsage;
}

void SolveOptions(CLI::App& command, SolveFlags& flags) {
  std::vector<std::string> objectives;
  for (const ObjectiveWords& words : kObjectives) objectives.emplace_back(words.flag);
  command.add_option("FILE", flags.file, "The instance, in the text format or CSV; - reads standard input")->required();
  command
      .add_option("--objective", flags.objective,
                  "What the best answer is: coverage-then-score, score, fairest or stable")
      ->check(CLI::IsMember(objectives))
      ->capture_default_str();
  command.add_option("--threads", flags.threads, "Threads that solve; the answer is the same at any number")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  CLI::Option* const certificate =
      command.add_option("--certificate", flags.certificate, "Write the proof that no answer is better to this file");
  CLI::Option* const pairs = command.add_option(
      "--pairs", flags.pairs, "Write the pairs to this file, in the format of FILE; with --check, read them from it");
  command.add_option("--check", flags.check, "Solve nothing: check the pairs of --pairs against this certificate")
      ->needs(pairs)
      ->excludes(certificate);
}

}  // namespace

void AddSolve(const Program& program) {
  AddCommand<SolveFlags>(
      program, program.app, "solve",
      "Solve a matching problem from a file, exactly, without a server or a token.\n"
      "\n"
      "The file is text, one record a line; people are numbers from 1:\n"
      "  c TEXT                 a comment\n"
      "  p brygga LEFT RIGHT EDGES\n"
      "                         how many people on each side, and how many e lines; comes first\n"
      "  l I CAPACITY           so many seats on the left (1 where no line says)\n"
      "  r J CAPACITY           so many seats on the right\n"
      "  e I J SCORE            the two may be paired, and what that is worth: a whole number from 0\n"
      "  e I J SCORE RANK_OF_J_FOR_I RANK_OF_I_FOR_J\n"
      "                         the same with both sides' ranks, for stable: 1 is best, equal is a tie\n"
      "Or it is CSV with a header: left,right,score, and if you like left_rank,right_rank and "
      "left_capacity,right_capacity; then people have names. What is not in the file is forbidden.\n"
      "\n"
      "The last line tells: solve_s, the seconds of solving, without reading; matched, the pairs; total, their "
      "scores; blocking_pairs, those who would rather have each other; cpu_s, the CPU time of solving; rss_mb, the "
      "most memory that the program held. docs/solve.md tells more.",
      "  brygga solve cohort.txt\n"
      "  brygga solve cohort.csv --objective stable --pairs pairs.csv\n"
      "  brygga solve cohort.txt --pairs pairs.txt --certificate proof.json\n"
      "  brygga solve cohort.txt --check proof.json --pairs pairs.txt",
      &SolveOptions, &Solve);
}

}  // namespace brygga::cli
