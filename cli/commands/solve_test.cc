#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/app/run.h"

namespace brygga::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Ended {
  ExitCode code;
  std::string out;
  std::string err;

  // "matched=2 total=5 blocking_pairs=1" of the last line.
  std::string Figures() const {
    const size_t last = out.rfind("solve_s="), from = out.find("matched=", last), to = out.find(" cpu_s=", from);
    return last == std::string::npos ? "" : out.substr(from, to - from);
  }
};

class SolveTest : public ::testing::Test {
 protected:
  SolveTest() {
    std::string folder = ::testing::TempDir() + "/solve-XXXXXX";
    folder_ = mkdtemp(folder.data());
  }
  ~SolveTest() override { std::filesystem::remove_all(folder_); }

  std::string File(const std::string& name) const { return folder_ + "/" + name; }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary) << text;
    return File(name);
  }

  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return std::move(text).str();
  }

  // There is no server: whoever asks for one fails.
  static Ended Solve(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    arguments.insert(arguments.begin(), "solve");
    const ExitCode code =
        cli::Run(std::move(arguments), {out, err}, [](const std::string&) -> std::shared_ptr<rpc::Channel> {
          ADD_FAILURE() << "solve called a server";
          return nullptr;
        });
    return {code, out.str(), err.str()};
  }

  std::string folder_;
};

constexpr char kFieldCase[] = "p brygga 2 2 3\ne 1 1 10\ne 1 2 0\ne 2 1 5\n";

TEST_F(SolveTest, BothAreMatchedWhereTheKnownToolsLeaveOneOut) {
  const Ended ended = Solve({Write("field.txt", kFieldCase), "--objective", "coverage-then-score"});

  EXPECT_EQ(ended.code, kDone);
  EXPECT_THAT(ended.out, ContainsRegex("\nsolve_s=[0-9.]+ matched=2 total=5 blocking_pairs=1 cpu_s=[0-9.]+ "
                                       "rss_mb=[0-9.]+\n$"));
  EXPECT_THAT(ended.err, IsEmpty());
}

TEST_F(SolveTest, EveryObjectiveIsSolvedAtAnyNumberOfThreads) {
  const std::string file = Write("field.txt", kFieldCase);

  EXPECT_EQ(Solve({file}).Figures(), "matched=2 total=5 blocking_pairs=1");
  EXPECT_EQ(Solve({file, "--threads", "2"}).Figures(), "matched=2 total=5 blocking_pairs=1");
  EXPECT_EQ(Solve({file, "--objective", "score"}).Figures(), "matched=1 total=10 blocking_pairs=0");
  EXPECT_EQ(Solve({file, "--objective", "fairest"}).Figures(), "matched=2 total=5 blocking_pairs=1");
  EXPECT_EQ(Solve({file, "--objective", "stable"}).Figures(), "matched=1 total=10 blocking_pairs=0");
}

TEST_F(SolveTest, ACertificateIsWrittenAndHoldsForItsPairsAlone) {
  for (const std::string objective : {"coverage-then-score", "score", "fairest", "stable"}) {
    const std::string file =
        Write("both.txt", "p brygga 3 2 5\nl 1 2\nr 1 2\ne 1 1 9\ne 1 2 3\ne 2 1 4\ne 3 1 4\ne 3 2 1\n");
    const std::string pairs = File("pairs.txt"), proof = File("proof.json");

    EXPECT_EQ(Solve({file, "--objective", objective, "--pairs", pairs, "--certificate", proof}).code, kDone);
    const Ended good = Solve({file, "--objective", objective, "--pairs", pairs, "--check", proof});
    EXPECT_EQ(good.code, kDone) << good.err;
    EXPECT_THAT(good.out, HasSubstr("The certificate holds"));

    Write("pairs.txt", "p brygga 3 2 1\ne 2 1 4\n");
    const Ended bad = Solve({file, "--objective", objective, "--pairs", pairs, "--check", proof});
    EXPECT_EQ(bad.code, kRefused);
    EXPECT_THAT(bad.err, HasSubstr("INVALID_CERTIFICATE"));
  }
}

TEST_F(SolveTest, ASpreadsheetGetsItsNamesBack) {
  const std::string file =
      Write("cohort.csv", "left;right;score\nAmir;\"Ek, Anna\";10\nAmir;Bo;0\nÅsa;\"Ek, Anna\";5\n");

  EXPECT_EQ(Solve({file, "--pairs", File("pairs.csv")}).code, kDone);

  EXPECT_EQ(Read(File("pairs.csv")), "left,right,score\nAmir,Bo,0\nÅsa,\"Ek, Anna\",5\n");
}

TEST_F(SolveTest, AMalformedFileIsToldLineByLine) {
  const Ended ended = Solve({Write("bad.txt", "p brygga 1 1 2\ne 1 2 x\ne 1 1 1\n")});

  EXPECT_EQ(ended.code, kUsage);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("line 2, J: 2 does not exist: write 1 to 1, or raise RIGHT on line 1"),
                               HasSubstr("line 2, SCORE: \"x\" is no whole number")));
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST_F(SolveTest, WhatIsWrongWithTheCommandIsTold) {
  const std::string file = Write("field.txt", kFieldCase);

  EXPECT_THAT(Solve({File("none.txt")}).err, HasSubstr("cannot be opened: No such file"));
  EXPECT_EQ(Solve({File("none.txt")}).code, kUsage);
  EXPECT_EQ(Solve({folder_}).code, kUsage);
  EXPECT_EQ(Solve({file, "--objective", "best"}).code, kUsage);
  EXPECT_EQ(Solve({file, "--threads", "0"}).code, kUsage);
  EXPECT_EQ(Solve({file, "--check", file}).code, kUsage);
  EXPECT_EQ(Solve({file, "--pairs", File("no/such/folder")}).code, kUsage);
  EXPECT_EQ(Solve({file, "--check", Write("proof.json", "not JSON"), "--pairs", file}).code, kUsage);
}

TEST_F(SolveTest, HelpTeachesTheFormat) {
  const Ended ended = Solve({"--help"});

  EXPECT_EQ(ended.code, kDone);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("p brygga LEFT RIGHT EDGES"), HasSubstr("left,right,score"),
                               HasSubstr("coverage-then-score"), HasSubstr("Examples:")));
}

// Waits for the moment in which the file is read, then presses Ctrl-C.
TEST_F(SolveTest, CtrlCStopsTheWorkAndNotTheProgram) {
  const std::string pipe = File("pipe");
  signal(SIGPIPE, SIG_IGN);  // The command closes the pipe when it stops.
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream out(pipe);  // Opens when the command does.
    for (int line = 0; out; ++line) {
      out << "c " << line << "\n" << std::flush;
      if (line == 1000) kill(getpid(), SIGINT);
    }
  });

  const Ended ended = Solve({pipe});

  writer.join();
  EXPECT_EQ(ended.code, kTryAgain);
  EXPECT_THAT(ended.err, HasSubstr("stopped"));
}

}  // namespace
}  // namespace brygga::cli
