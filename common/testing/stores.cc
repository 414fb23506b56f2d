#include "common/testing/stores.h"

#include <iostream>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "common/status/check.h"
#include "common/testing/postgres.h"
#include "common/testing/temp_dir.h"

namespace brygga::testing {
namespace {

std::unique_ptr<sql::Database> Opened(const std::string& url, sql::Options options) {
  if (!options.log) {
    options.log = [](const sql::DriverError& error) {
      std::cerr << error.code << " " << error.constraint << " " << error.message << "\n  " << error.statement << "\n";
    };
  }
  auto database = sql::Database::Open(url, std::move(options));
  if (!database.ok()) std::cerr << database.status() << "\n";
  BRYGGA_CHECK(database.ok());
  return *std::move(database);
}

class TestSqlite final : public TestDatabase {
 public:
  explicit TestSqlite(sql::Options options) : url_("sqlite:" + folder_.File("test.db")) {
    database_ = Opened(url_, std::move(options));
  }
  sql::Database& database() override { return *database_; }
  std::unique_ptr<sql::Database> OpenAgain(sql::Options options) override { return Opened(url_, std::move(options)); }
  const std::string& url() const override { return url_; }

 private:
  TempDir folder_{Kept::kInMemory};
  std::string url_;
  std::unique_ptr<sql::Database> database_;
};

// A database that has these migrations already: each new one is a copy of it,
// which is cheaper than migrating.
std::string TemplateFor(std::span<const sql::Migration> migrations) {
  static auto* const known = new std::map<const sql::Migration*, std::string>;
  std::string& name = (*known)[migrations.data()];
  if (name.empty()) {
    name = "template_" + std::to_string(known->size());
    PostgresServer& server = PostgresServer::Shared();
    server.Run(server.Url("postgres"), "CREATE DATABASE " + name);
    Opened(server.Url(name), {.migrations = migrations});
  }
  return name;
}

class TestPostgresql final : public TestDatabase {
 public:
  explicit TestPostgresql(sql::Options options)
      : url_(PostgresServer::Shared().NewDatabase(TemplateFor(options.migrations))) {
    database_ = Opened(url_, std::move(options));
  }
  ~TestPostgresql() override {
    database_.reset();
    PostgresServer::Shared().DropDatabase(url_);
  }
  sql::Database& database() override { return *database_; }
  std::unique_ptr<sql::Database> OpenAgain(sql::Options options) override { return Opened(url_, std::move(options)); }
  const std::string& url() const override { return url_; }

 private:
  std::string url_;
  std::unique_ptr<sql::Database> database_;
};

}  // namespace

std::unique_ptr<TestDatabase> NewSqlite(sql::Options options) {
  return std::make_unique<TestSqlite>(std::move(options));
}

std::unique_ptr<TestDatabase> NewPostgresql(sql::Options options) {
  return std::make_unique<TestPostgresql>(std::move(options));
}

}  // namespace brygga::testing
