#include "tests/bench/contender.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "common/status/check.h"

extern char** environ;

namespace brygga::bench {

Contender::Contender(const std::string& program, std::string_view name, const std::string& folder) : name_(name) {
  std::array<int, 2> to_child, from_child;
  BRYGGA_CHECK(pipe2(to_child.data(), O_CLOEXEC) == 0 && pipe2(from_child.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  std::string serve = "--serve", contender = name_, where = folder, path = program;
  std::array<char*, 5> arguments = {path.data(), serve.data(), contender.data(), where.data(), nullptr};
  BRYGGA_CHECK(posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(to_child[0]);
  close(from_child[1]);
  stdin_ = to_child[1];
  for (char c; read(from_child[0], &c, 1) == 1 && c != '\n';) address_ += c;
  close(from_child[0]);
  BRYGGA_CHECK(!address_.empty());
}

Contender::~Contender() {
  close(stdin_);  // The child reads its end and stops.
  waitpid(process_, nullptr, 0);
}

}  // namespace brygga::bench
