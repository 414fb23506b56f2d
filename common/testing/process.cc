#include "common/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include "common/status/check.h"

extern char** environ;

namespace brygga::testing {
namespace {

constexpr int kPartOfShell = 128;

// setpriv changes the user and asks the kernel to kill the program when we die,
// without a fork in a process that may have threads.
std::vector<std::string> Wrapped(const std::vector<std::string>& command, const std::string& user) {
  std::vector<std::string> wrapped = {"setpriv", "--pdeathsig", "KILL"};
  if (!user.empty()) {
    for (const std::string& word :
         {std::string("--reuid"), user, std::string("--regid"), user, std::string("--init-groups")}) {
      wrapped.push_back(word);
    }
  }
  wrapped.emplace_back("--");
  wrapped.insert(wrapped.end(), command.begin(), command.end());
  return wrapped;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const Options& options) {
  std::vector<std::string> words = Wrapped(command, options.user);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!options.log.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  BRYGGA_CHECK(posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (!Running()) return;
  Signal(SIGKILL);
  Wait();
}

bool Process::Running() {
  if (exit_code_ >= 0) return false;
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void Process::Signal(int signal) { kill(pid_, signal); }

int Process::Wait() {
  if (exit_code_ >= 0) return exit_code_;
  int status = 0;
  BRYGGA_CHECK(waitpid(pid_, &status, 0) == pid_);
  return exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : kPartOfShell + WTERMSIG(status);
}

int RunCommand(const std::vector<std::string>& command, const Process::Options& options) {
  return Process(command, options).Wait();
}

std::string OutputOf(const std::string& shell_command) {
  std::string output;
  FILE* pipe = popen(shell_command.c_str(), "r");  // NOLINT(bugprone-command-processor): it is given one.
  BRYGGA_CHECK(pipe != nullptr);
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) output += static_cast<char>(c);
  if (pclose(pipe) != 0) return "";
  if (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

}  // namespace brygga::testing
