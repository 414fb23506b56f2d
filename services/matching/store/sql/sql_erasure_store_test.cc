#include "services/matching/store/sql/sql_erasure_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"
#include "common/testing/stores.h"
#include "services/matching/domain/match.h"
#include "services/matching/store/sql/migrations.h"
#include "services/matching/store/sql/sql_allocation_store.h"
#include "services/matching/store/sql/sql_matching_store.h"
#include "services/matching/store/sql/sql_networking_store.h"

namespace brygga::matching {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

// Both stores of one database, which tests may ask as well.
struct Stores {
  explicit Stores(sql::Database& database)
      : matching(database), allocations(database), networking(database), erasures(database), tables(database) {}

  SqlMatchingStore matching;
  SqlAllocationStore allocations;
  SqlNetworkingStore networking;
  SqlErasureStore erasures;
  sql::Database& tables;
};

const CohortKey kCohort{ProgrammeId("p"), CohortId("c")};
const ParticipantId kPerson("the-person-to-be-erased");
const ParticipantId kFullMentor("a-mentor-without-a-pair");
const ParticipantId kStandIn("nobody");

class SqlErasureStoreTest : public ::testing::TestWithParam<testing::MakeStore<Stores>> {
 protected:
  SqlErasureStoreTest() { Know(); }

  static Origin Work() { return {.actor = "service:matching", .method = "work/erasure"}; }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  template <typename T>
  Mutation<T> New(const std::string& request_id = "", const std::string& method = "Method") {
    Mutation<T> mutation{{.actor = "test", .method = method, .request_id = request_id, .request_digest = "d"}};
    mutation.render = [](const T&) { return std::string("answer"); };
    return mutation;
  }
  static Person PersonOf(const ParticipantId& id, Side role, int capacity) {
    Person person{.id = id, .role = role, .enrolment = "e-" + id.value(), .person_capacity = capacity};
    person.features.tie_key = "tie-" + id.value();
    person.features.capacity = capacity;
    return person;
  }
  static std::vector<Person> People() {
    return {PersonOf(ParticipantId("mentor"), Side::kMentor, 2), PersonOf(kPerson, Side::kAdept, 1),
            PersonOf(ParticipantId("other"), Side::kAdept, 1)};
  }
  void Know(std::optional<int64_t> mark = std::nullopt) {
    clock_.Advance(absl::Microseconds(1));
    const Cohort cohort{.key = kCohort, .kind = "VOCATIONAL", .state = "OPEN", .as_of = clock_.Now()};
    known_ = store_.ReplacePeople(Work(), {.cohort = cohort, .people = People(), .mark = mark},
                                  MatchingPolicy{.kind = "VOCATIONAL", .document = "{}", .hash = "hash"});
  }
  Round Running(const std::string& id) {
    EXPECT_THAT(store_.CreateRound(New<Round>(), {.id = RoundId(id), .cohort = kCohort, .seed = "seed"}), IsOk());
    const auto claimed = store_.ClaimRound(Work(), RoundId(id), "worker", absl::Minutes(1));
    EXPECT_THAT(claimed, IsOk());
    return claimed->value_or(Round{});
  }
  static Proposal Found() {
    Proposal proposal{.snapshot_hash = "snapshot",
                      .certificate = "certificate",
                      .pairs = {{.mentor = ParticipantId("mentor"), .adept = kPerson, .score = 5}},
                      .unmatched = {{.adept = ParticipantId("other"),
                                     .reason = "NO_SEATS",
                                     .group = {kPerson},
                                     .group_mentors = {kFullMentor}}}};
    proposal.input.people = People();
    proposal.statistics.matched = 1;
    return proposal;
  }
  absl::Status Propose(const Round& running) { return store_.Propose(Work(), running, Found()); }
  // A round with the person that is published, and the match it made.
  Match Published() {
    EXPECT_THAT(Propose(Running("r")), IsOk());
    EXPECT_THAT(
        store_.PublishRound(
            New<Publication>(),
            {.cohort = kCohort, .round = RoundId("r"), .answer_within = absl::Hours(24), .match_ids = {MatchId("m")}}),
        IsOk());
    return GetMatch("m");
  }
  Match GetMatch(const std::string& id) { return store_.GetMatch(kCohort, MatchId(id), Soon()).value_or(Match{}); }
  absl::Status Erase() { return under_test_.store->erasures.ErasePerson(Work(), kPerson, kStandIn); }
  void Run(const std::string& statement) {
    ASSERT_THAT(under_test_.store->tables.Write(Work(), [&](sql::Transaction& tx) { return tx.Run(statement); }),
                IsOk());
  }
  int64_t Count(const std::string& from) {
    return under_test_.store->tables.QueryOne(Soon(), "SELECT COUNT(*) AS n FROM " + from).value()->Int("n");
  }
  int64_t Epoch() { return store_.GetCohort(kCohort, Soon())->epoch; }

  // The person and another apply for one opening; the answer tells of both.
  absl::Status Apply(const std::string& request_id) {
    std::vector<ApplicationRow> rows;
    for (const ParticipantId& who : {kPerson, ParticipantId("other")}) {
      rows.push_back(
          {.application = {.participant = who, .reference = absl::StrCat("r-", rows.size()), .choices = {kOpening}}});
    }
    auto mutation =
        New<std::vector<ApplicationResult>>(request_id, "brygga.matching.v1.AllocationService/ImportApplications");
    mutation.render = [](const auto&) { return "applications/" + kPerson.value(); };
    return allocations_.Apply(mutation, kCohort, AllocationId("al"), rows).status();
  }
  Allocation Applied() {
    const AllocationId id("al");
    EXPECT_THAT(allocations_.CreateAllocation(New<Allocation>(), {.id = id, .cohort = kCohort}, {kOpening}), IsOk());
    EXPECT_THAT(Apply("apply"), IsOk());
    return GetAllocation();
  }
  Allocation Computing() {
    const Allocation open = Applied();
    EXPECT_THAT(allocations_.ChangeAllocation(New<Allocation>(), kCohort, open.id,
                                              [](const Allocation& before, absl::Time now) {
                                                return Start(*Commit(before, "seed", "hash", now),
                                                             AllocationObjective::kMaxPlaced);
                                              }),
                IsOk());
    return Claimed();
  }
  // Published as far as the seats: the person has the only one.
  Allocation Publishing() {
    const Allocation running = Computing();
    Application application = allocations_.GetApplication(kCohort, running.id, kPerson, Soon()).value_or(Application());
    application.placement = kOpening;
    application.choice = 1;
    application.barred = {UnplacedReason::kNone};
    EXPECT_THAT(allocations_.ProposeAllocation(
                    Work(), running, {.applications = {application}, .certificate = "proof of " + kPerson.value()}),
                IsOk());
    EXPECT_THAT(allocations_.BeginPublication(New<Allocation>(), {.cohort = kCohort,
                                                                  .allocation = running.id,
                                                                  .answer_within = absl::Hours(24),
                                                                  .match_ids = {MatchId("placed")},
                                                                  .document = "whom the proof is about"}),
                IsOk());
    return Claimed();
  }
  Allocation Claimed() {
    const auto claimed = allocations_.ClaimAllocation(Work(), AllocationId("al"), "worker", absl::Minutes(1));
    EXPECT_THAT(claimed, IsOk());
    return claimed->value_or(Allocation());
  }
  Allocation GetAllocation() {
    return allocations_.GetAllocation(kCohort, AllocationId("al"), Soon()).value_or(Allocation());
  }
  // Three conversations, the person's two among them, one of which has begun.
  NetworkingPlan Planned() {
    const NetworkingRecord record{.plan = {.id = NetworkingPlanId("np"),
                                           .cohort = kCohort,
                                           .rounds = 2,
                                           .started_rounds = 1,
                                           .conversation_count = 3,
                                           .total_score = 7},  // Of the round to come.
                                  .guests = {{.id = kPerson}, {.id = ParticipantId("other")}},
                                  .conversations = {{1, 1, kPerson, ParticipantId("mentor"), "sv", 2},
                                                    {2, 1, kPerson, ParticipantId("second"), "sv", 3},
                                                    {2, 2, ParticipantId("other"), ParticipantId("mentor"), "sv", 4}}};
    const auto made = networking_.CreatePlan(New<NetworkingRecord>("plan"), record);
    EXPECT_THAT(made, IsOk());
    return made->plan;
  }
  // What the log has told since `seq`: "resource kind revision".
  std::vector<std::string> ToldSince(int64_t seq) {
    const auto rows = under_test_.store->tables.Query(
        Soon(), "SELECT resource, kind, revision FROM change_log WHERE seq > :seq ORDER BY seq", {{"seq", seq}});
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> told;
    for (const sql::Row& row : *rows) {
      told.push_back(absl::StrCat(row.Text("resource"), " ", row.Text("kind"), " ", row.Int("revision")));
    }
    return told;
  }
  int64_t LastTold() {
    return under_test_.store->tables.QueryOne(Soon(), "SELECT MAX(seq) AS n FROM change_log").value()->Int("n");
  }

  static constexpr char kOpening[] = "organisations/o/openings/x";
  ManualClock clock_{absl::FromUnixSeconds(1660557600)};
  testing::StoreUnderTest<Stores> under_test_ = GetParam()(clock_);
  SqlMatchingStore& store_ = under_test_.store->matching;
  SqlAllocationStore& allocations_ = under_test_.store->allocations;
  SqlNetworkingStore& networking_ = under_test_.store->networking;
  absl::StatusOr<std::vector<std::string>> known_;
};

TEST_P(SqlErasureStoreTest, ARunningMatchEndsAndGivesItsSeatBack) {
  Published();
  ASSERT_THAT(store_.ChangeMatch(New<Match>("yes"), kCohort, MatchId("m"),
                                 [](const Match& match, absl::Time now) { return Accept(match, Side::kMentor, now); }),
              IsOk());
  ASSERT_THAT(store_.ChangeMatch(New<Match>(), kCohort, MatchId("m"),
                                 [](const Match& match, absl::Time now) { return Accept(match, Side::kAdept, now); }),
              IsOk());
  const int64_t epoch = Epoch();

  ASSERT_THAT(Erase(), IsOk());

  const Match ended = GetMatch("m");
  EXPECT_EQ(ended.state, MatchState::kEndedEarly);
  EXPECT_EQ(ended.end_reason, "PERSON_ERASED");
  EXPECT_EQ(ended.adept, kStandIn);
  EXPECT_EQ(ended.mentor, ParticipantId("mentor"));
  const auto input = store_.LoadInput(kCohort, 0, Soon());
  EXPECT_EQ(input->seats.at(ParticipantId("mentor")).taken, 0);
  EXPECT_EQ(input->people.size(), 2u);
  EXPECT_GT(Epoch(), epoch);
  EXPECT_THAT(store_.ChangeMatch(New<Match>("yes"), kCohort, MatchId("m"),
                                 [](Match match, absl::Time) -> absl::StatusOr<Match> { return match; }),
              HasReason("ANSWER_ERASED"));
}

TEST_P(SqlErasureStoreTest, AMentorWhoIsErasedFreesTheAdept) {
  EXPECT_THAT(Propose(Running("r")), IsOk());
  EXPECT_THAT(
      store_.PublishRound(
          New<Publication>(),
          {.cohort = kCohort, .round = RoundId("r"), .answer_within = absl::Hours(24), .match_ids = {MatchId("m")}}),
      IsOk());

  ASSERT_THAT(under_test_.store->erasures.ErasePerson(Work(), ParticipantId("mentor"), kStandIn), IsOk());

  EXPECT_EQ(GetMatch("m").state, MatchState::kExpired);
  EXPECT_EQ(GetMatch("m").mentor, kStandIn);
  EXPECT_THAT(store_.LoadInput(kCohort, 0, Soon())->matched, IsEmpty());
  EXPECT_EQ(Count("mentor_capacity"), 0);
}

TEST_P(SqlErasureStoreTest, WhoComesFreeIsFreeInTheirOtherCohortsToo) {
  const CohortKey other{kCohort.programme, CohortId("d")};
  std::vector<Person> mentors = People();
  std::erase_if(mentors, [](const Person& person) { return person.role != Side::kMentor; });
  const Cohort cohort{.key = other, .kind = "VOCATIONAL", .state = "OPEN", .as_of = clock_.Now()};
  ASSERT_THAT(store_.ReplacePeople(Work(), {.cohort = cohort, .people = mentors}, std::nullopt), IsOk());
  Published();
  const int64_t before = store_.GetStanding(other, Soon())->availability;

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_GT(store_.GetStanding(other, Soon())->availability, before);
}

TEST_P(SqlErasureStoreTest, ThePairsOfARoundStayAndItsSnapshotGoes) {
  Published();
  ASSERT_THAT(store_.LoadProposal(kCohort, RoundId("r"), Soon()), IsOk());
  const int64_t revision = store_.GetRound(kCohort, RoundId("r"), Soon())->revision;

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_THAT(store_.LoadProposal(kCohort, RoundId("r"), Soon()), HasReason("SNAPSHOT_ERASED"));
  EXPECT_THAT(store_.ListPairs(kCohort, RoundId("r"), {}, Soon())->items,
              ElementsAre(Field(&RoundPair::adept, kStandIn)));
  EXPECT_THAT(store_.ListUnmatched(kCohort, RoundId("r"), {}, Soon())->items[0].group, ElementsAre(kStandIn));
  EXPECT_GT(store_.GetRound(kCohort, RoundId("r"), Soon())->revision, revision);
}

TEST_P(SqlErasureStoreTest, ARoundThatIsBeingComputedBeginsAgainWithoutThePerson) {
  const Round running = Running("r");

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_EQ(store_.GetRound(kCohort, RoundId("r"), Soon())->state, RoundState::kQueued);
  EXPECT_THAT(Propose(running), HasReason("ROUND_LOST"));
  EXPECT_EQ(Count("round_people"), 0);
}

TEST_P(SqlErasureStoreTest, AReadingThatBeganBeforeBringsNobodyBack) {
  const int64_t mark = store_.ReadingMark(Soon()).value();
  ASSERT_THAT(Erase(), IsOk());

  Know(mark);

  EXPECT_THAT(*known_, ElementsAre("e-" + kPerson.value()));  // To be read again.
  EXPECT_EQ(Count("people"), 2);
}

TEST_P(SqlErasureStoreTest, AnOpenApplicationGoesAndWhoFollowsIsTold) {
  const Allocation before = Applied();
  const int64_t seq = LastTold();

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_EQ(GetAllocation().application_count, 1);
  EXPECT_EQ(GetAllocation().revision, before.revision + 1);
  EXPECT_EQ(Count("allocation_applications"), 1);
  EXPECT_THAT(ToldSince(seq), IsSupersetOf({absl::StrCat(before.name(), " UPDATED ", before.revision + 1),
                                            absl::StrCat(NameOf(kCohort, before.id, kPerson), " DELETED 2")}));
  EXPECT_THAT(Apply("apply"), HasReason("ANSWER_ERASED"));
}

TEST_P(SqlErasureStoreTest, TheAnswerToAnApplicationThatWasWithdrawnGoesToo) {
  const Allocation applied = Applied();
  ASSERT_THAT(allocations_.Withdraw(New<Application>(), kCohort, applied.id, kPerson), IsOk());

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_THAT(Apply("apply"), HasReason("ANSWER_ERASED"));
}

TEST_P(SqlErasureStoreTest, TheAnswerToAnImportThatChangedNothingGoesToo) {
  Applied();
  ASSERT_THAT(Apply("again"), IsOk());

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_THAT(Apply("again"), HasReason("ANSWER_ERASED"));
}

TEST_P(SqlErasureStoreTest, TheAnswerThatTellsOfOthersStays) {
  Applied();

  ASSERT_THAT(under_test_.store->erasures.ErasePerson(Work(), ParticipantId("stranger"), kStandIn), IsOk());

  EXPECT_EQ(Apply("apply").code(), absl::StatusCode::kAlreadyExists);  // With the first answer.
}

TEST_P(SqlErasureStoreTest, AnAllocationThatIsBeingComputedBeginsAgainWithoutThePerson) {
  const Allocation running = Computing();
  const int64_t seq = LastTold();

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_EQ(GetAllocation().state, AllocationState::kQueued);
  EXPECT_THAT(allocations_.ProposeAllocation(Work(), running, {.certificate = kPerson.value()}),
              HasReason("ALLOCATION_LOST"));
  EXPECT_THAT(ToldSince(seq), IsSupersetOf({absl::StrCat(running.name(), " UPDATED ", running.revision + 1),
                                            absl::StrCat(NameOf(kCohort, running.id, kPerson), " DELETED 2"),
                                            absl::StrCat(NameOf(kCohort, running.id, kStandIn), " CREATED 1")}));
  Claimed();
  EXPECT_THAT(allocations_.ProposeAllocation(Work(), running, {.certificate = kPerson.value()}),
              HasReason("ALLOCATION_LOST"));
}

TEST_P(SqlErasureStoreTest, AnAllocationThatIsBeingPublishedMakesNoMatchWithNobody) {
  const Allocation publishing = Publishing();

  ASSERT_THAT(Erase(), IsOk());

  // The proof was made while everybody was in it.
  EXPECT_THAT(allocations_.GetDocument(kCohort, publishing.id, Soon()), IsOkAndHolds("whom the proof is about"));
  ASSERT_THAT(allocations_.FinishPublication(Work(), publishing, "document"), IsOk());
  EXPECT_EQ(GetMatch("placed").state, MatchState::kExpired);
  EXPECT_EQ(GetMatch("placed").end_reason, "PERSON_ERASED");
  const auto unsettled = allocations_.ListUnsettledSeats(10, Soon());
  ASSERT_THAT(unsettled, IsOk());
  EXPECT_THAT(*unsettled, ElementsAre(Field(&UnsettledSeat::wanted, PlacementSeat::kReleased)));
}

TEST_P(SqlErasureStoreTest, WhyAPublicationWasUndoneNamesNobodyAnyMore) {
  const Allocation publishing = Publishing();
  const std::string why = absl::StrCat(publishing.name(), "/placements/", kPerson.value(), " is about somebody");
  ASSERT_THAT(allocations_.UndoPublication(Work(), publishing, "APPLICANT_HAS_MATCH", why), IsOk());

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_EQ(GetAllocation().failure_detail,
            absl::StrCat(publishing.name(), "/placements/", kStandIn.value(), " is about somebody"));
}

// Whoever keeps their match is in no other table of the round.
TEST_P(SqlErasureStoreTest, ARepairThatRestsOnThePersonLosesItsSnapshot) {
  EXPECT_THAT(Propose(Running("r")), IsOk());
  Run("INSERT INTO round_earlier VALUES ('r', 'm', 'kept-mentor', 'kept-adept', 'STAYS')");

  ASSERT_THAT(under_test_.store->erasures.ErasePerson(Work(), ParticipantId("kept-adept"), kStandIn), IsOk());

  EXPECT_THAT(store_.LoadProposal(kCohort, RoundId("r"), Soon()), HasReason("SNAPSHOT_ERASED"));
}

TEST_P(SqlErasureStoreTest, APlanCountsTheConversationsThatAreLeft) {
  const NetworkingPlan before = Planned();
  const int64_t seq = LastTold();

  ASSERT_THAT(Erase(), IsOk());

  const auto after = networking_.LoadPlan(kCohort, before.id, Soon());
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->plan.conversation_count, 2);
  EXPECT_EQ(after->plan.total_score, 4);
  EXPECT_EQ(after->plan.revision, before.revision + 1);
  EXPECT_THAT(ToldSince(seq), Contains(absl::StrCat(before.name(), " UPDATED ", before.revision + 1)));
  EXPECT_THAT(networking_.CreatePlan(New<NetworkingRecord>("plan"), {}), HasReason("ANSWER_ERASED"));
}

TEST_P(SqlErasureStoreTest, AMatchThatEndedBeforeIsToldOfToo) {
  const Match match = Published();
  const auto declined = store_.ChangeMatch(New<Match>(), kCohort, match.id, [](const Match& before, absl::Time now) {
    return Decline(before, Side::kAdept, "OTHER_PLANS", now);
  });
  ASSERT_THAT(declined, IsOk());
  const int64_t seq = LastTold();

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_EQ(GetMatch("m").revision, declined->revision + 1);
  EXPECT_EQ(GetMatch("m").adept, kStandIn);
  EXPECT_THAT(ToldSince(seq), Contains(absl::StrCat(match.name(), " UPDATED ", declined->revision + 1)));
}

TEST_P(SqlErasureStoreTest, DoingItAgainOrForNobodyChangesNothing) {
  Published();
  ASSERT_THAT(Erase(), IsOk());
  const int64_t changes = Count("change_log");

  EXPECT_THAT(Erase(), IsOk());
  EXPECT_THAT(under_test_.store->erasures.ErasePerson(Work(), ParticipantId("stranger"), kStandIn), IsOk());

  EXPECT_EQ(Count("change_log"), changes);
}

// Every table is looked through, also those that come after this test.
class ErasureSweepTest : public SqlErasureStoreTest {
 protected:
  // The columns that hold the person's id, as "table.column". Not the two logs, which
  // keep the names of what there was: an application is named by who applied.
  std::vector<std::string> Holding(const ParticipantId& person) {
    std::vector<std::string> holding;
    const auto columns = under_test_.store->tables.Query(
        Soon(),
        "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' ORDER BY m.name, c.cid");
    for (const sql::Row& row : columns.value()) {
      const std::string& table = row.Text("table_name");
      const std::string& column = row.Text("column_name");
      if (column == "resource" && (table == "audit_log" || table == "change_log")) continue;
      if (Count(absl::StrCat(table, " WHERE CAST(\"", column, "\" AS TEXT) LIKE '%", person.value(), "%'")) > 0) {
        holding.push_back(absl::StrCat(table, ".", column));
      }
    }
    return holding;
  }
  std::string Quoted() const { return "'" + kPerson.value() + "'"; }
};

TEST_P(ErasureSweepTest, NoTableNamesThePersonAnyMore) {
  Published();
  const std::string p = Quoted();
  Run("INSERT INTO locks (id, programme_id, cohort_id, mentor_id, adept_id, reason, override_reason, broken_rules, "
      "over_capacity, author, revision, created_at_us) VALUES ('l', 'p', 'c', 'mentor', " +
      p + ", 'R', '', '', 0, 'x', 1, 1)");
  Run("INSERT INTO vetoes (id, programme_id, cohort_id, mentor_id, adept_id, reason, origin, author, revision, "
      "created_at_us) VALUES ('v', 'p', 'c', 'mentor', " +
      p + ", 'R', 'COORDINATOR', 'x', 1, 1)");
  Run("INSERT INTO round_earlier VALUES ('r', 'm', 'mentor', " + p + ", 'OPEN')");
  Run("INSERT INTO round_vetoes VALUES ('r', 'v', 'mentor', " + p + ", 'COORDINATOR')");
  Publishing();
  Run("INSERT INTO networking_plans VALUES ('n', 'p', 'c', 1, 1, 1, 'N', '', 2, 15, NULL, 1, 'B1', 1, 1, 2, 2, 0)");
  Run("INSERT INTO networking_guests VALUES ('n', 1, " + p + ", 'ADEPT', 'sv:B2', 0)");
  Run("INSERT INTO networking_conversations VALUES ('n', 1, 1, " + p + ", 'mentor', 'sv', 1)");
  Run("INSERT INTO networking_conversations VALUES ('n', 2, 1, " + p + ", 'mentor2', 'sv', 1)");
  ASSERT_THAT(Holding(kPerson), ::testing::Contains("people.participant_id"));
  ASSERT_THAT(Holding(kPerson), ::testing::Contains("networking_guests.participant_id"));

  ASSERT_THAT(Erase(), IsOk());

  EXPECT_THAT(Holding(kPerson), IsEmpty());
  EXPECT_EQ(Count("networking_conversations"), 1);  // What was to come is cancelled.
}

TEST_P(ErasureSweepTest, WhoeverIsErasedAfterAnotherIsNamedNowhereEither) {
  Published();
  ASSERT_THAT(Erase(), IsOk());  // And what the round was computed from goes.
  ASSERT_THAT(Holding(kFullMentor), ElementsAre("round_unmatched.details"));

  ASSERT_THAT(under_test_.store->erasures.ErasePerson(Work(), kFullMentor, ParticipantId("nobody-else")), IsOk());

  EXPECT_THAT(Holding(kFullMentor), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SqlErasureStoreTest,
                         ::testing::Values(&testing::OnSqlite<Stores, Stores, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Postgresql, SqlErasureStoreTest,
                         ::testing::Values(&testing::OnPostgresql<Stores, Stores, kMigrations>));
INSTANTIATE_TEST_SUITE_P(Sqlite, ErasureSweepTest, ::testing::Values(&testing::OnSqlite<Stores, Stores, kMigrations>));

}  // namespace
}  // namespace brygga::matching
