// Whatever becomes of Redis, the answers are those without it. A replica that
// keeps rankings in Redis alone is compared, field by field, with one on the same
// database that keeps nothing, while Redis dies, hangs, forgets, lies, is full or
// slow, and while people are vetoed and matched. BRYGGA_REDIS_ANSWERS,
// BRYGGA_REDIS_WRITES and BRYGGA_REDIS_KILLS say how often.
#include <google/protobuf/util/message_differencer.h>
#include <hiredis/hiredis.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <random>
#include <thread>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/testing/redis.h"
#include "common/testing/setting.h"
#include "common/testing/temp_dir.h"
#include "services/matching/rpc/matching_rpc_testing.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::IsOk;
using ::brygga::testing::RedisServer;
using ::brygga::testing::Setting;
using ::google::protobuf::util::MessageDifferencer;

constexpr int kPeople = 12;  // Of each side.
// With Redis: the machine of a test may be busy.
constexpr absl::Duration kPatience = absl::Milliseconds(50);

// One replica of the service.
class Replica {
 public:
  Replica(const std::string& database, const Clock& clock, KeptRankingsSettings rankings) {
    auto people = std::make_unique<FakePeopleSource>(clock);
    std::vector<Person> persons;
    for (int i = 0; i < kPeople; ++i) {
      persons.push_back(MentorOf(absl::StrCat("m", i), 2));
      persons.back().features.years_experience = 1 + i;
      persons.push_back(AdeptOf(absl::StrCat("a", i)));
      if (i % 3 == 0) persons.back().features.languages = {{"sv", "B1"}};
    }
    people->Set({.cohort = {.key = KeyOf(), .kind = "VOCATIONAL", .state = "OPEN"}, .people = std::move(persons)});
    service_ = MatchingService::Open(database, {.rankings = std::move(rankings)}, std::move(people), {.clock = &clock})
                   .value();
    server_ = std::make_unique<rpc::TestServer>(service_->services());
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(std::string_view method, const Request& request) {
    return server_->Call<Response>(rpc::Admin(), "brygga.matching.v1.MatchingService/" + std::string(method), request);
  }
  // Two processes that write one file now and then wait in vain for each other.
  template <typename Response, typename Request>
  absl::StatusOr<Response> CallUntilItIsTaken(std::string_view method, const Request& request) {
    for (const absl::Time end = absl::Now() + absl::Seconds(20);;) {
      auto answer = Call<Response>(method, request);
      if (answer.status().code() != absl::StatusCode::kUnavailable || absl::Now() > end) return answer;
    }
  }
  absl::StatusOr<v1::ListCandidatesResponse> Candidates(const std::string& person, int page_size,
                                                        v1::CandidateView view = v1::CANDIDATE_VIEW_BASIC) {
    v1::ListCandidatesRequest request;
    request.set_parent(kCohort);
    request.set_participant("participants/" + person);
    request.set_page_size(page_size);
    request.set_view(view);
    return Call<v1::ListCandidatesResponse>("ListCandidates", request);
  }
  bool Lists(const std::string& person, const std::string& other) {
    const auto answer = Candidates(person, 100);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() &&
           std::any_of(answer->candidates().begin(), answer->candidates().end(),
                       [&](const auto& candidate) { return candidate.participant() == "participants/" + other; });
  }
  // Gives the veto's name.
  std::string Forbid(const std::string& mentor, const std::string& adept) {
    v1::CreateVetoRequest request;
    request.set_parent(kCohort);
    request.mutable_veto()->set_mentor("participants/" + mentor);
    request.mutable_veto()->set_adept("participants/" + adept);
    request.mutable_veto()->set_reason("KNOW_EACH_OTHER");
    request.set_request_id(NewUuid(absl::Now()));
    const auto made = CallUntilItIsTaken<v1::CreateVetoResponse>("CreateVeto", request);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->veto().name() : "";
  }
  void Allow(const std::string& veto) {
    v1::DeleteVetoRequest request;
    request.set_name(veto);
    request.set_request_id(NewUuid(absl::Now()));
    EXPECT_THAT(CallUntilItIsTaken<v1::DeleteVetoResponse>("DeleteVeto", request), IsOk());
  }
  void Match(const std::string& mentor, const std::string& adept) {
    v1::CreateMatchRequest request;
    request.set_parent(kCohort);
    request.set_mentor("participants/" + mentor);
    request.set_adept("participants/" + adept);
    request.set_reason("HAND_PICKED");
    request.set_request_id(NewUuid(absl::Now()));
    (void)Call<v1::CreateMatchResponse>("CreateMatch", request);  // Who has a match is refused another.
  }

  CandidateCache& cache() { return *service_->rankings().cache; }
  redis::Client& redis() { return *service_->rankings().redis; }

 private:
  std::unique_ptr<MatchingService> service_;
  std::unique_ptr<rpc::TestServer> server_;
};

// Freezes a Redis for a while, lets it go on for a moment, and again.
class Stutter {
 public:
  // Each tenth time it is frozen for `each_tenth` instead.
  Stutter(RedisServer& server, absl::Duration frozen, absl::Duration each_tenth, absl::Duration thawed)
      : server_(server), thread_([=, this] {
          for (int i = 0; !over_; ++i) {
            server_.process().Signal(SIGSTOP);
            absl::SleepFor(i % 10 == 9 ? each_tenth : frozen);
            server_.process().Signal(SIGCONT);
            absl::SleepFor(thawed);
          }
        }) {}
  Stutter(RedisServer& server, absl::Duration frozen, absl::Duration thawed)
      : Stutter(server, frozen, frozen, thawed) {}
  ~Stutter() {
    over_ = true;
    thread_.join();
  }

 private:
  RedisServer& server_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

class RedisFaultsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Replica> WithRedis(CandidateCacheOptions cache = {}) {
    cache.patience = cache.least_patience = kPatience;
    auto replica = std::make_unique<Replica>(
        database_, clock_, KeptRankingsSettings{.redis = "unix://" + server_.socket(), .memory_mb = 0, .cache = cache});
    while (!replica->redis().usable()) absl::SleepFor(absl::Milliseconds(1));
    return replica;
  }
  std::unique_ptr<Replica> WithMemory(CandidateCacheOptions cache = {}) {
    return std::make_unique<Replica>(database_, clock_, KeptRankingsSettings{.cache = cache});
  }
  std::unique_ptr<Replica> Without() {
    return std::make_unique<Replica>(database_, clock_, KeptRankingsSettings{.memory_mb = 0});
  }
  // As redis-cli does, without a process for each.
  void Cli(const std::vector<const char*>& words) {
    redisContext* const redis = redisConnectUnix(server_.socket().c_str());
    const absl::Cleanup end = [&] { redisFree(redis); };
    auto* const reply = static_cast<redisReply*>(
        redisCommandArgv(redis, static_cast<int>(words.size()), const_cast<const char**>(words.data()), nullptr));
    ASSERT_NE(reply, nullptr) << redis->errstr;
    EXPECT_NE(reply->type, REDIS_REPLY_ERROR) << reply->str;
    freeReplyObject(reply);
  }
  // Each write leaves the keys of an epoch behind, for ten minutes: now and then they
  // go, or a long run would do nothing else.
  void Spoil(const std::string& script) {
    Cli({"eval", script.c_str(), "0"});
    if (++spoilt_ % 100 == 0) Cli({"flushall"});
  }
  // Every value becomes `lua`, an expression in which `i` is its number and `v` a
  // list of all values as they were.
  void Overwrite(const std::string& lua) {
    const std::string script =
        "local k=redis.call('keys','*') local v={} for i=1,#k do v[i]=redis.call('get',k[i]) end "
        "for i=1,#k do redis.call('set',k[i]," +
        lua + ") end return #k";
    Spoil(script);
  }
  std::string Somebody() { return absl::StrCat(random_() % 2 == 0 ? "a" : "m", random_() % kPeople); }

  // Compares `times` answers, with `before` called before each and a write now and
  // then; how many differed.
  int Differences(Replica& kept, Replica& plain, int times, const std::function<void(int)>& before) {
    int differences = 0;
    std::string veto;
    for (int i = 0; i < times; ++i) {
      before(i);
      if (i % 10 == 4) {
        if (!veto.empty()) kept.Allow(veto);
        veto = kept.Forbid(absl::StrCat("m", random_() % kPeople), absl::StrCat("a", random_() % kPeople));
      }
      if (i % 40 == 7) plain.Match(absl::StrCat("m", random_() % kPeople), absl::StrCat("a", random_() % kPeople));
      const std::string person = Somebody();
      const int page_size = random_() % 2 == 0 ? 3 : 50;
      const auto view = random_() % 3 == 0 ? v1::CANDIDATE_VIEW_FULL : v1::CANDIDATE_VIEW_BASIC;
      const absl::Time asked = absl::Now();
      const auto answer = kept.Candidates(person, page_size, view);
      longest_ = std::max(longest_, absl::Now() - asked);
      const auto expected = plain.Candidates(person, page_size, view);
      EXPECT_THAT(answer, IsOk());
      EXPECT_THAT(expected, IsOk());
      if (!answer.ok() || !expected.ok() || !MessageDifferencer::Equals(*answer, *expected)) ++differences;
    }
    if (!veto.empty()) kept.Allow(veto);
    return differences;
  }

  const unsigned seed_ = std::random_device()();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, absl::StrCat("seed ", seed_)};
  std::mt19937 random_{seed_};
  absl::Duration longest_ = absl::ZeroDuration();
  int spoilt_ = 0;  // How often.
  ManualClock clock_{absl::FromCivil(absl::CivilHour(2022, 8, 15, 12), absl::UTCTimeZone())};
  brygga::testing::TempDir folder_{brygga::testing::Kept::kInMemory};
  const std::string database_ = "sqlite:" + folder_.File("matching.db");
  RedisServer server_;
};

TEST_F(RedisFaultsTest, WhatOneReplicaRankedTheOtherFindsAndAnswersTheSame) {
  const auto one = WithRedis(), other = WithRedis(), plain = Without();

  EXPECT_EQ(Differences(*one, *plain, 100, [&](int i) { (void)other->Candidates(absl::StrCat("a", i % 12), 3); }), 0);

  EXPECT_GT(one->cache().count(CacheEvent::kSharedHit), 0);
  EXPECT_GT(other->cache().count(CacheEvent::kSharedHit), 0);
}

TEST_F(RedisFaultsTest, NoStateOfRedisChangesAnAnswer) {
  const auto kept = WithRedis(), plain = Without();
  constexpr std::string_view kSlow = "slow";
  std::optional<Stutter> stutter;
  const struct {
    std::string_view name;
    std::function<void()> begin;
    std::function<void(int)> each;
    std::function<void()> end;
  } kFaults[] = {
      {"dead", [&] { server_.Kill(); }, [](int) {}, [&] { server_.Start(); }},
      {"frozen", [&] { server_.process().Signal(SIGSTOP); }, [](int) {}, [&] { server_.process().Signal(SIGCONT); }},
      {"flushed", [] {},
       [&](int i) {
         if (i % 7 == 0) Cli({"flushall"});
       },
       [] {}},
      {"wrong bytes", [] {},
       [&](int i) {
         if (i % 5 == 0) Overwrite("string.rep(string.char(i % 256), i)");
       },
       [] {}},
      {"others' values", [] {},
       [&](int i) {
         if (i % 5 == 0) Overwrite("v[i % #k + 1]");
       },
       [] {}},
      {"another type", [] {},
       [&](int i) {
         if (i % 9 == 0) {
           Spoil("for _,k in ipairs(redis.call('keys','*')) do redis.call('del',k) redis.call('lpush',k,1) end");
         }
       },
       [&] { Cli({"flushall"}); }},
      {kSlow, [&] { stutter.emplace(server_, absl::Milliseconds(3), 2 * kPatience, absl::Milliseconds(1)); },
       [](int) {}, [&] { stutter.reset(); }},
      {"full",
       [&] {
         Cli({"config", "set", "maxmemory-policy", "noeviction"});
         Cli({"config", "set", "maxmemory", "1"});
       },
       [](int) {},
       [&] {
         Cli({"config", "set", "maxmemory", "0"});
       }},
  };
  const int answers = Setting("BRYGGA_REDIS_ANSWERS", 480) / static_cast<int>(std::size(kFaults));
  for (const auto& fault : kFaults) {
    SCOPED_TRACE(fault.name);
    longest_ = absl::ZeroDuration();
    const redis::ClientCounts before = kept->redis().counts();
    // Late now and then, and not always: slow, and not away.
    const auto was_slow = [&] {
      const redis::ClientCounts now = kept->redis().counts();
      return now.late > before.late && now.answered > before.answered;
    };
    fault.begin();

    EXPECT_EQ(Differences(*kept, *plain, answers, fault.each), 0);

    const bool should_be_slow = fault.name == kSlow;
    for (const absl::Time end = absl::Now() + absl::Seconds(20); should_be_slow && !was_slow() && absl::Now() < end;) {
      EXPECT_EQ(Differences(*kept, *plain, 60, fault.each), 0);
    }
    EXPECT_TRUE(was_slow() || !should_be_slow);
    fault.end();
    EXPECT_LT(longest_, absl::Seconds(3));
    const absl::Time over = absl::Now();
    while (!kept->redis().usable()) (void)kept->Candidates("a1", 3);
    EXPECT_LT(absl::Now() - over, absl::Seconds(5)) << "until Redis is used again";
  }
  EXPECT_GT(kept->cache().count(CacheEvent::kUnreadable), 0);
  EXPECT_GT(kept->cache().count(CacheEvent::kUnreachable), 0);
}

// What this process has said before is said again only as long as the database, which
// another replica writes to, is as it was; the negative control says it anyhow.
TEST_F(RedisFaultsTest, APageThatIsKeptIsNeverOlderThanTheDatabase) {
  const auto plain = Without();
  for (const StandingCheck check : {StandingCheck::kYes, StandingCheck::kNo}) {
    const auto kept = WithMemory({.standing_check = check});

    const int differences = Differences(*plain, *kept, 200, [&](int) { (void)kept->Candidates(Somebody(), 3); });

    EXPECT_GT(kept->cache().count(CacheEvent::kPageHit), 0);
    if (check == StandingCheck::kYes) {
      EXPECT_EQ(differences, 0);
    } else {
      EXPECT_GT(differences, 0);
    }
  }
}

// Slower by a bound: of a hundred calls no more than one takes three times as long as
// without Redis, measured in turn. In the negative control nobody leaves Redis alone,
// and everybody waits for it.
TEST_F(RedisFaultsTest, AFrozenOrSlowRedisCostsAHundredthOfTheCallsMoreThanThriceTheTime) {
  const auto plain = Without();
  const auto ratio = [&](Replica& kept, int calls) {
    std::vector<absl::Duration> with, without;
    for (int i = 0; i < calls; ++i) {
      const std::string person = Somebody();
      for (auto [replica, times] : {std::pair(&kept, &with), std::pair(plain.get(), &without)}) {
        const absl::Time asked = absl::Now();
        EXPECT_THAT(replica->Candidates(person, 10), IsOk());
        times->push_back(absl::Now() - asked);
      }
    }
    const auto p99 = [](std::vector<absl::Duration>& times) {
      std::sort(times.begin(), times.end());
      return times[times.size() * 99 / 100];
    };
    return absl::FDivDuration(p99(with), p99(without));
  };
  const auto open = [&](KeptRankingsSettings settings) {
    settings.redis = "unix://" + server_.socket();
    settings.memory_mb = 0;
    auto replica = std::make_unique<Replica>(database_, clock_, std::move(settings));
    while (!replica->redis().usable()) absl::SleepFor(absl::Milliseconds(1));
    return replica;
  };
  constexpr int kCalls = 1500;

  const auto kept = open({});
  {
    const Stutter stutter(server_, absl::Milliseconds(60), absl::Milliseconds(20));
    EXPECT_LE(ratio(*kept, kCalls), 3);
  }
  server_.process().Signal(SIGSTOP);
  EXPECT_LE(ratio(*kept, kCalls), 3);
  server_.process().Signal(SIGCONT);

  const auto patient = open({.cache = {.least_patience = absl::Milliseconds(90), .patience = absl::Milliseconds(90)},
                             .breaker = {.failures = 1'000'000, .late = 1'000'000}});
  const Stutter stutter(server_, absl::Milliseconds(60), absl::Milliseconds(20));
  EXPECT_GT(ratio(*patient, 200), 3);
}

// The negative control: whoever does not look at the seal believes what was moved
// from another key.
TEST_F(RedisFaultsTest, WithoutTheSealOthersValuesAreBelieved) {
  const auto kept = WithRedis({.seal_check = SealCheck::kNo}), plain = Without();

  EXPECT_GT(Differences(*kept, *plain, 100,
                        [&](int i) {
                          if (i % 5 == 0) Overwrite("v[i % #k + 1]");
                        }),
            0);
}

TEST_F(RedisFaultsTest, KilledUnderLoadAgainAndAgain) {
  const auto kept = WithRedis(), plain = Without();
  const int kills = Setting("BRYGGA_REDIS_KILLS", 5);
  std::atomic<bool> over = false;
  std::thread killer([&] {
    for (int i = 0; i < kills; ++i) {
      server_.Kill();
      absl::SleepFor(absl::Milliseconds(20));
      server_.Start();
      absl::SleepFor(absl::Milliseconds(100));
    }
    over = true;
  });
  int differences = 0;
  while (!over) differences += Differences(*kept, *plain, 20, [](int) {});
  killer.join();

  EXPECT_EQ(differences, 0);
  EXPECT_LT(longest_, absl::Seconds(5));
}

// Several write and read, each of an adept of their own, while all of these are read
// on both replicas, so that sets of what was ranked before a write come after it. Who
// reads after the write was acknowledged sees it; where the key does not name the
// epoch, somebody does not.
TEST_F(RedisFaultsTest, AfterAWriteNobodyReadsOlder) {
  constexpr int kWriters = 4;
  for (const EpochInKey in_key : {EpochInKey::kYes, EpochInKey::kNo}) {
    const bool is_sound = in_key == EpochInKey::kYes;
    const int writes = is_sound ? Setting("BRYGGA_REDIS_WRITES", 160) : 160;
    const auto one = WithRedis({.epoch_in_key = in_key}), other = WithRedis({.epoch_in_key = in_key});
    const auto adept = [](int i) { return absl::StrCat("a", 1 + 3 * (i % kWriters)); };  // Whom every mentor may get.
    std::atomic<int> older = 0;
    std::atomic<bool> over = false;
    std::vector<std::thread> threads, readers;
    for (Replica* replica : {one.get(), other.get()}) {
      readers.emplace_back([&over, &adept, replica] {
        for (int i = 0; !over; ++i) (void)replica->Candidates(adept(i), 100);
      });
    }
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([&, writer] {
        Replica& here = writer % 2 == 0 ? *one : *other;
        Replica& there = writer % 2 == 0 ? *other : *one;
        for (int i = 0; i < writes / kWriters / 2; ++i) {
          const std::string mentor = absl::StrCat("m", i % kPeople);
          const std::string veto = here.Forbid(mentor, adept(writer));
          if (there.Lists(adept(writer), mentor)) ++older;
          here.Allow(veto);
          if (!there.Lists(adept(writer), mentor)) ++older;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    over = true;
    for (std::thread& reader : readers) reader.join();
    if (is_sound) {
      EXPECT_EQ(older, 0);
    } else {
      EXPECT_GT(older, 0);
    }
    Cli({"flushall"});
  }
}

}  // namespace
}  // namespace brygga::matching
