#include "common/testing/postgres.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>
#include <utility>

#include "common/status/check.h"

namespace brygga::testing {
namespace {

constexpr char kUser[] = "brygga";
constexpr auto kStartTimeout = std::chrono::seconds(60);

// For what is told to the server as a whole. PostgreSQL 15 can wait for ever for a
// process of its own to notice that a database is dropped.
constexpr char kPatience[] = "&options=-cstatement_timeout%3D30s";

// The user to run as: PostgreSQL refuses to be root.
std::string ServerUser() {
  if (geteuid() != 0) return "";
  return getpwnam("postgres") != nullptr ? "postgres" : "nobody";
}

std::string Program(const std::string& name) {
  static const std::string folder = [] {
    const std::string said = OutputOf("pg_config --bindir 2>/dev/null");
    // Debian keeps pg_config in libpq-dev; without it the newest server will do.
    return said.empty() ? OutputOf("ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1") : said;
  }();
  return folder + "/" + name;
}

void Require(bool condition, const std::string& what, const std::string& log) {
  if (condition) return;
  std::cerr << "PostgreSQL: " << what << "\n" << std::ifstream(log).rdbuf();
  std::abort();
}

}  // namespace

PostgresServer::PostgresServer(Fsync fsync) : fsync_(fsync) {
  const std::string data = folder_.File("data"), log = folder_.File("log"), user = ServerUser();
  if (const passwd* entry = user.empty() ? nullptr : getpwnam(user.c_str())) {
    BRYGGA_CHECK(chown(folder_.path().c_str(), entry->pw_uid, entry->pw_gid) == 0);
  }
  // Swedish by default, so that a column whose order was left to the database
  // shows: ours compare by bytes.
  const int code =
      RunCommand({Program("initdb"), "-D", data, "-U", kUser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                  "--locale-provider=icu", "--icu-locale=sv", "--no-sync", "--no-instructions"},
                 {.user = user, .log = log});
  Require(code == 0, "initdb failed", log);
  Start();
}

PostgresServer::~PostgresServer() { Kill(); }

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

void PostgresServer::Start() {
  const bool sync = fsync_ == Fsync::kOn;
  std::vector<std::string> command = {Program("postgres"), "-D", folder_.File("data"), "-k", folder_.path()};
  for (const char* setting :
       {"listen_addresses=", "max_connections=300", "shared_buffers=32MB", "logging_collector=off",
        "log_min_messages=log", "log_checkpoints=off", "recovery_init_sync_method=syncfs"}) {
    command.insert(command.end(), {"-c", setting});
  }
  if (!sync) command.insert(command.end(), {"-c", "fsync=off", "-c", "full_page_writes=off"});
  process_ = std::make_unique<Process>(command, Process::Options{.user = ServerUser(), .log = folder_.File("log")});
  const auto give_up = std::chrono::steady_clock::now() + kStartTimeout;
  while (PQping(Url("postgres").c_str()) != PQPING_OK) {
    Require(process_->Running() && std::chrono::steady_clock::now() < give_up, "did not start", folder_.File("log"));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void PostgresServer::Kill() {
  if (process_ == nullptr) return;
  // The server's children notice that it is gone and go too; its memory is
  // freed when they have.
  process_->Signal(SIGQUIT);
  process_->Wait();
  process_.reset();
}

std::string PostgresServer::Url(std::string_view name) const {
  return "postgresql://" + std::string(kUser) + "@/" + std::string(name) + "?host=" + folder_.path();
}

std::string PostgresServer::NewDatabase(std::string_view origin) {
  const std::string name = "test_" + std::to_string(++databases_);
  Run(Url("postgres") + kPatience, "CREATE DATABASE " + name + " TEMPLATE " + std::string(origin));
  return Url(name);
}

void PostgresServer::DropDatabase(std::string_view url) {
  const size_t begin = url.rfind('/', url.find('?')) + 1;
  const std::string name(url.substr(begin, url.find('?') - begin));
  const Answer answer = Ask(Url("postgres") + kPatience, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  if (answer.ok) return;
  // No test fails for that: the database goes with the server.
  std::cerr << "PostgreSQL: " << answer.text << std::ifstream(folder_.File("log")).rdbuf();
}

std::string PostgresServer::Run(std::string_view url, const std::string& sql) {
  Answer answer = Ask(url, sql);
  Require(answer.ok, answer.text, folder_.File("log"));
  return std::move(answer.text);
}

PostgresServer::Answer PostgresServer::Ask(std::string_view url, const std::string& sql) {
  PGconn* connection = PQconnectdb(std::string(url).c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  Answer answer{.ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK};
  if (!answer.ok) {
    answer.text = PQerrorMessage(connection);
  } else if (PQntuples(result) > 0) {
    answer.text = PQgetvalue(result, 0, 0);
  }
  PQclear(result);
  PQfinish(connection);
  return answer;
}

}  // namespace brygga::testing
