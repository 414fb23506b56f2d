#include "common/testing/redis.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "common/status/check.h"

namespace brygga::testing {
namespace {

constexpr auto kStartTimeout = std::chrono::seconds(30);

// True once somebody listens.
bool Answers(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(socket_fd);
  return connected;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> more_options)
    : socket_(folder_.File("redis")), more_options_(std::move(more_options)) {
  Start();
}

void RedisServer::Start() {
  std::vector<std::string> command = {"redis-server", "--port", "0",     "--unixsocket", socket_, "--save", "",
                                      "--appendonly", "no",     "--dir", folder_.path()};
  command.insert(command.end(), more_options_.begin(), more_options_.end());
  process_ = std::make_unique<Process>(command, Process::Options{.log = folder_.File("log")});
  const auto give_up = std::chrono::steady_clock::now() + kStartTimeout;
  while (!Answers(socket_)) {
    BRYGGA_CHECK(process_->Running() && std::chrono::steady_clock::now() < give_up);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void RedisServer::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
  unlink(socket_.c_str());
}

}  // namespace brygga::testing
