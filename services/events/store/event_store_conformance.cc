#include "services/events/store/event_store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "services/events/domain/errors.h"

namespace brygga::events {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::brygga::testing::IsOkAndHolds;
using ::brygga::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Applicant ApplicantFor(const std::string& person) {
  return {
      .id = RegistrationId("reg-" + person), .participant = "participants/" + person, .audience = Audience::kMentors};
}

Event EventStoreConformance::Publish(Event draft) {
  const EventId id = draft.id;
  EXPECT_THAT(store_.CreateEvent(Request<Event>(), [&](absl::Time now) { return NewEvent(draft, now); }), IsOk());
  const auto published = Change(id, [](const Event& event, absl::Time now) { return events::Publish(event, "", now); });
  EXPECT_THAT(published, IsOk());
  return *published;
}

Event EventStoreConformance::Publish(const std::string& id, int capacity, bool waiting_list) {
  Event draft = DraftOf(id);
  draft.capacity = capacity;
  draft.waiting_list = waiting_list;
  return Publish(draft);
}

absl::StatusOr<Event> EventStoreConformance::Change(const EventId& id, const Decide<Event>& decide,
                                                    const Ineligible& ineligible) {
  return store_.ChangeEvent(Request<Event>(), id, decide, ineligible);
}

absl::StatusOr<Registration> EventStoreConformance::Register(const EventId& event, const std::string& person) {
  return store_.Register(Request<Registration>(), event, ApplicantFor(person));
}

absl::StatusOr<Registration> EventStoreConformance::Cancel(const Registration& registration,
                                                           const Ineligible& ineligible) {
  return store_.CancelRegistration(
      Request<Registration>(), registration.event, registration.id,
      [](const Event& event, const Registration& before, absl::Time now) {
        return CancelRegistration(event, before, "", "", now);
      },
      ineligible);
}

Registration EventStoreConformance::Get(const Registration& registration) {
  return store_.GetRegistration(registration.event, registration.id, never_).value();
}

std::vector<Registration> EventStoreConformance::All(const EventId& event) {
  list::ListQuery query;
  query.limit = 100000;
  return store_.ListRegistrations({.viewer = {.all = true}, .event = event}, query, never_)->items;
}

void EventStoreConformance::ExpectConsistent(const EventId& id) {
  const Event event = *store_.GetEvent(id, never_);
  int taken = 0, waiting = 0, in_line = 0;
  for (const Registration& registration : All(id)) {
    taken += registration.state == RegistrationState::kRegistered;
    waiting += registration.state == RegistrationState::kWaitlisted;
    in_line += registration.waiting_reason == WaitingReason::kEventFull;
  }
  EXPECT_EQ(event.taken, taken);
  EXPECT_EQ(event.waiting, waiting);
  EXPECT_LE(taken, event.capacity);
  if (in_line > 0) {
    EXPECT_EQ(taken, event.capacity) << "a seat is idle while somebody waits";
  }
}

namespace {

TEST_P(EventStoreConformance, AnEventComesBackAsItWent) {
  Event draft = DraftOf("e");
  draft.external_ref = ExternalRef{.source = "sample", .key = "E001"};
  draft.programme = "programmes/p";
  draft.cohorts = {"programmes/p/cohorts/b", "programmes/p/cohorts/a"};
  draft.registration_closes = absl::CivilSecond(2022, 9, 29, 23, 59, 59);
  draft.ages = {.least = 16, .most = 21};
  draft.sessions.push_back(SessionAt("2022-10-20T10:00:00", "2022-10-20T12:00:00"));
  const Event published = Publish(draft);

  EXPECT_THAT(store_.GetEvent(EventId("e"), never_), IsOkAndHolds(published));
  EXPECT_THAT(store_.GetEvents({EventId("e"), EventId("e")}, never_), IsOkAndHolds(ElementsAre(published, published)));
  EXPECT_THAT(published.cohorts, ElementsAre("programmes/p/cohorts/a", "programmes/p/cohorts/b"));
  EXPECT_EQ(published.revision, 2);
}

TEST_P(EventStoreConformance, WhatIsNotThereIsNotFound) {
  Publish("e", 1);
  const auto unchanged = [](const Event& event, absl::Time) -> absl::StatusOr<Event> { return event; };

  EXPECT_THAT(store_.GetEvent(EventId("x"), never_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.GetEvents({EventId("e"), EventId("x")}, never_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Change(EventId("x"), unchanged), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.GetSeries(SeriesId("x"), never_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Register(EventId("x"), "p"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.RegisterMany(Request<std::vector<Admission>>(), EventId("x"), {}),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.GetRegistration(EventId("e"), RegistrationId("x"), never_), StatusIs(absl::StatusCode::kNotFound));
  const Registration registered = *Register(EventId("e"), "p");
  EXPECT_THAT(store_.GetRegistration(EventId("x"), registered.id, never_), StatusIs(absl::StatusCode::kNotFound));
  Registration elsewhere = registered;
  elsewhere.event = EventId("x");
  EXPECT_THAT(Cancel(elsewhere), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(EventStoreConformance, AnExternalRefBelongsToOneEvent) {
  Event draft = DraftOf("e");
  draft.external_ref = ExternalRef{.source = "sample", .key = "E001"};
  Publish(draft);
  draft.id = EventId("other");
  draft.sessions.front().id = SessionId("other");

  const auto taken = store_.CreateEvent(Request<Event>(), [&](absl::Time now) { return NewEvent(draft, now); });

  EXPECT_THAT(taken, HasReason("EXTERNAL_REF_TAKEN"));
  EXPECT_THAT(store_.GetEvent(EventId("other"), never_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(EventStoreConformance, ARepeatedRequestHappensOnce) {
  const Event event = Publish("e", 2);
  ASSERT_THAT(store_.Register(Request<Registration>("again"), event.id, ApplicantFor("p")), IsOk());

  const auto repeat = store_.Register(Request<Registration>("again"), event.id, ApplicantFor("p"));
  const auto other = store_.Register(Request<Registration>("again", "other"), event.id, ApplicantFor("q"));

  EXPECT_EQ(ReplayedAnswer(repeat.status()), "answer");
  EXPECT_THAT(other, HasReason("REQUEST_ID_REUSED"));
  EXPECT_EQ(store_.GetEvent(event.id, never_)->taken, 1);
}

TEST_P(EventStoreConformance, ValidationOnlyLeavesNothing) {
  const Event event = Publish("e", 2);
  Mutation<std::vector<Admission>> mutation = Request<std::vector<Admission>>();
  mutation.validate_only = true;

  const auto admissions = store_.RegisterMany(mutation, event.id, {ApplicantFor("p")});

  EXPECT_THAT(admissions, IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(All(event.id), IsEmpty());
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, ARefusedChangeWritesNothing) {
  const Event event = Publish("e", 2);

  EXPECT_THAT(Change(event.id, [](const Event& before, absl::Time) { return EventFull(before); }),
              HasReason("EVENT_FULL"));
  EXPECT_THAT(store_.GetEvent(event.id, never_), IsOkAndHolds(event));
}

// --- Lists ---

TEST_P(EventStoreConformance, EverybodySeesWhatWasPublishedAndCoordinatorsWhatIsTheirs) {
  Event draft = DraftOf("a");
  draft.programme = "programmes/p";
  ASSERT_THAT(store_.CreateEvent(Request<Event>(), [&](absl::Time now) { return NewEvent(draft, now); }), IsOk());
  Event other = DraftOf("b");
  other.sessions.front().id = SessionId("b");
  Publish(other);
  const auto names = [&](const Viewer& viewer) {
    std::vector<std::string> names;
    const auto page = store_.ListEvents({.viewer = viewer}, {}, never_);
    for (const Event& event : page->items) names.push_back(event.id.value());
    return names;
  };

  EXPECT_THAT(names({}), ElementsAre("b"));
  EXPECT_THAT(names({.programmes = {"programmes/q"}}), ElementsAre("b"));
  EXPECT_THAT(names({.programmes = {"programmes/q", "programmes/p"}}), ElementsAre("a", "b"));
  EXPECT_THAT(names({.all = true}), ElementsAre("a", "b"));
}

TEST_P(EventStoreConformance, EventsAreFilteredOrderedAndPaged) {
  for (int i = 1; i <= 5; ++i) {
    Event draft = DraftOf("e" + std::to_string(i));
    draft.capacity = 10 * i;
    draft.cohorts = {i % 2 == 0 ? "programmes/p/cohorts/even" : "programmes/p/cohorts/odd"};
    draft.sessions = {SessionAt("2022-10-0" + std::to_string(6 - i) + "T10:00:00",
                                "2022-10-0" + std::to_string(6 - i) + "T12:00:00")};
    Publish(draft);
  }
  list::ListQuery query;
  query.filter = *list::ParseFilter("capacity > 10 AND kind = TRAINING AND series = \"\"", EventSchema());
  query.order = *list::ParseOrder("start_time", EventSchema());
  query.limit = 3;

  const auto first = store_.ListEvents({.viewer = {}}, query, never_);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->items, ElementsAre(Field(&Event::id, EventId("e5")), Field(&Event::id, EventId("e4")),
                                        Field(&Event::id, EventId("e3"))));
  EXPECT_THAT(first->items[0].sessions, SizeIs(1));
  query.after = first->next;
  EXPECT_THAT(store_.ListEvents({.viewer = {}}, query, never_)->items, ElementsAre(Field(&Event::id, EventId("e2"))));
  EXPECT_THAT(store_.ListEvents({.viewer = {}, .cohort = "programmes/p/cohorts/even"}, {}, never_)->items,
              ElementsAre(Field(&Event::id, EventId("e2")), Field(&Event::id, EventId("e4"))));
}

TEST_P(EventStoreConformance, RegistrationsAreSeenByThePersonAndTheProgramme) {
  Event draft = DraftOf("e");
  draft.programme = "programmes/p";
  const Event event = Publish(draft);
  ASSERT_THAT(Register(event.id, "a"), IsOk());
  ASSERT_THAT(Register(event.id, "b"), IsOk());
  const auto count = [&](const Viewer& viewer, const EventId& id = {}) {
    return store_.ListRegistrations({.viewer = viewer, .event = id}, {}, never_)->items.size();
  };

  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({.participants = {"participants/a"}}), 1u);
  EXPECT_EQ(count({.participants = {"participants/a"}}, event.id), 1u);
  EXPECT_EQ(count({.programmes = {"programmes/p"}}), 2u);
  EXPECT_EQ(count({.programmes = {"programmes/q"}}), 0u);
  EXPECT_EQ(count({.all = true}, EventId("x")), 0u);
  list::ListQuery query;
  query.filter = *list::ParseFilter("participant = \"participants/b\" AND event = \"events/e\"", RegistrationSchema());
  EXPECT_THAT(store_.ListRegistrations({.viewer = {.all = true}}, query, never_)->items, SizeIs(1));
}

// --- Series and import ---

TEST_P(EventStoreConformance, ASeriesIsStoredWithItsEvents) {
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back("x" + std::to_string(i));
  const Series series = {.id = SeriesId("s"),
                         .external_ref = ExternalRef{.source = "sample", .key = "S"},
                         .recurrence = Recurrence::kWeekly};
  const auto make = [&](absl::Time now) { return NewSeries(series, DraftOf(""), 3, ids, now); };

  const auto made = store_.CreateSeries(Request<SeriesWithEvents>(), make);

  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(store_.GetSeries(SeriesId("s"), never_), IsOkAndHolds(made->series));
  EXPECT_THAT(store_.GetEvent(EventId("x2"), never_), IsOkAndHolds(made->events[2]));
  list::ListQuery query;
  query.filter = *list::ParseFilter("series = \"series/s\"", EventSchema());
  EXPECT_THAT(store_.ListEvents({.viewer = {.all = true}}, query, never_)->items, SizeIs(3));
  EXPECT_THAT(store_.CreateSeries(Request<SeriesWithEvents>(), make), HasReason("EXTERNAL_REF_TAKEN"));
}

TEST_P(EventStoreConformance, AnImportStoresGoodRowsAndTellsOfTheOthers) {
  int ids = 0;
  const MakeId make_id = [&] { return "id" + std::to_string(++ids); };
  const ImportRow good = {.event_id = "E1",
                          .kind = "job_fair",
                          .title_sv = "Mässa",
                          .organiser = "organisations/o",
                          .mode = "onsite",
                          .starts_at = "2022-11-05T10:00:00+01:00",
                          .ends_at = "2022-11-05T12:00:00+01:00",
                          .capacity = "5",
                          .audience = "public"};
  ImportRow bad = good;
  bad.event_id = "E2";
  bad.capacity = "none";
  ImportRow second = good;
  second.event_id = "E4";
  second.series_id = "S";
  second.part_no = second.parts_total = "2";
  second.attend_all_parts = "1";
  second.starts_at = "2022-11-06T10:00:00+01:00";
  second.ends_at = "2022-11-06T12:00:00+01:00";
  ImportRow first = second;
  first.event_id = "E3";
  first.part_no = "1";
  first.starts_at = good.starts_at;
  first.ends_at = good.ends_at;
  ImportRow weekly = good;
  weekly.event_id = "E5";
  weekly.repeats = "weekly:3";
  const auto import = [&](const std::vector<ImportRow>& rows) {
    ImportBatch batch{.publish = PublishImported::kYes};
    for (const ImportRow& row : rows) batch.items.push_back(ParseRow(row, "sample", "", make_id));
    return store_.Import(Request<std::vector<ImportResult>>(), batch);
  };
  const auto outcomes = [](const absl::StatusOr<std::vector<ImportResult>>& results) {
    std::string text;
    for (const ImportResult& result : *results) text += NameOf(result.outcome).front();
    return text;
  };

  const auto results = import({good, bad, second, first, weekly, good});
  ASSERT_THAT(results, IsOk());
  EXPECT_EQ(outcomes(results), "CRCCCU");
  EXPECT_EQ((*results)[2].events, (*results)[3].events);
  const Event course = *store_.GetEvent((*results)[3].events[0], never_);
  EXPECT_THAT(course.sessions, SizeIs(2));
  EXPECT_EQ(course.state, EventState::kPublished);
  EXPECT_THAT((*results)[4].events, SizeIs(3));
  const Event cafe = *store_.GetEvent((*results)[4].events[2], never_);
  EXPECT_EQ(store_.GetSeries(cafe.series, never_)->event_count, 3);

  EXPECT_EQ(outcomes(import({good, second, first, weekly})), "UUUU");
  weekly.repeats = "weekly:4";
  EXPECT_EQ(outcomes(import({weekly})), "C");
  EXPECT_EQ(store_.GetSeries(cafe.series, never_)->event_count, 4);
}

TEST_P(EventStoreConformance, PostponingStoresBothEvents) {
  const Event event = Publish("e", 2);
  ASSERT_THAT(Register(event.id, "p"), IsOk());
  const NewTimes times = {.id = EventId("next"), .sessions = {SessionAt("2023-05-25T10:00:00", "2023-05-25T12:00:00")}};

  const auto postponed = store_.PostponeEvent(Request<Postponed>(), event.id, [&](const Event& before, absl::Time now) {
    return Postpone(before, times, "", now);
  });

  ASSERT_THAT(postponed, IsOk());
  EXPECT_THAT(store_.GetEvent(event.id, never_), IsOkAndHolds(postponed->event));
  EXPECT_THAT(store_.GetEvent(EventId("next"), never_), IsOkAndHolds(postponed->successor));
  EXPECT_EQ(postponed->successor.taken, 0);
  EXPECT_THAT(All(event.id), ElementsAre(Field(&Registration::state, RegistrationState::kRegistered)));
  EXPECT_THAT(Register(event.id, "q"), HasReason("EVENT_STATE"));
  EXPECT_THAT(Register(EventId("next"), "q"), HasReason("EVENT_STATE"));
}

// --- Seats ---

// Scenario 23 of domain.md, first part.
TEST_P(EventStoreConformance, TheFortySixthOfFortyFiveWaitsAndGetsTheSeatThatIsGivenUp) {
  const Event event = Publish("e", 45);
  std::vector<Registration> all;
  for (int i = 1; i <= 48; ++i) all.push_back(*Register(event.id, std::to_string(i)));

  EXPECT_EQ(all[44].state, RegistrationState::kRegistered);
  EXPECT_EQ(all[45].state, RegistrationState::kWaitlisted);
  EXPECT_EQ(all[45].waiting_position, 1);
  EXPECT_EQ(all[45].waiting_reason, WaitingReason::kEventFull);
  EXPECT_EQ(all[47].waiting_position, 3);
  EXPECT_EQ(Get(all[47]), all[47]);

  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Cancel(all[0]), IsOk());

  const Registration promoted = Get(all[45]);
  EXPECT_EQ(promoted.state, RegistrationState::kRegistered);
  EXPECT_EQ(promoted.seated_at, kNow + absl::Hours(1));
  EXPECT_EQ(promoted.waiting_position, 0);
  EXPECT_EQ(promoted.revision, 2);
  EXPECT_EQ(Get(all[46]).waiting_position, 1);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, ASeatGoesPastThoseWhoAreNoLongerEligible) {
  const Event event = Publish("e", 1);
  const Registration seated = *Register(event.id, "a");
  const Registration old = *Register(event.id, "b");
  const Registration young = *Register(event.id, "c");

  ASSERT_THAT(Cancel(seated, {"participants/b"}), IsOk());

  EXPECT_EQ(Get(young).state, RegistrationState::kRegistered);
  EXPECT_EQ(Get(old).state, RegistrationState::kWaitlisted);
  EXPECT_EQ(Get(old).waiting_reason, WaitingReason::kNotEligible);
  EXPECT_EQ(Get(old).waiting_position, 1);
  ExpectConsistent(event.id);

  // Nobody else waits: the seat stays free, and whoever comes next gets it.
  ASSERT_THAT(Cancel(Get(young)), IsOk());
  EXPECT_EQ(store_.GetEvent(event.id, never_)->taken, 0);
  EXPECT_EQ(Register(event.id, "d")->state, RegistrationState::kRegistered);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, OtherAgesLetThoseWhoWerePassedOverWaitAgain) {
  const Event event = Publish("e", 1);
  const Registration seated = *Register(event.id, "a");
  const Registration waiting = *Register(event.id, "b");
  ASSERT_THAT(Cancel(seated, {"participants/b"}), IsOk());
  const auto widen = [](const Event& before, absl::Time now) {
    Event wanted = before;
    wanted.ages.most = 99;
    return Update(before, wanted, "", now);
  };

  const auto changed = Change(event.id, widen);

  EXPECT_EQ(Get(waiting).state, RegistrationState::kRegistered);
  EXPECT_EQ(changed->taken, 1);
  EXPECT_EQ(changed->waiting, 0);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, GivingUpAPlaceInLineMovesTheOthersUp) {
  const Event event = Publish("e", 1);
  ASSERT_THAT(Register(event.id, "a"), IsOk());
  const Registration first = *Register(event.id, "b");
  const Registration second = *Register(event.id, "c");

  const auto cancelled = Cancel(first);

  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, RegistrationState::kCancelled);
  EXPECT_EQ(Get(second).waiting_position, 1);
  EXPECT_EQ(Get(second).state, RegistrationState::kWaitlisted);
  EXPECT_THAT(Cancel(first), HasReason("REGISTRATION_STATE"));
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, WithoutAWaitingListAFullEventSaysSo) {
  const Event event = Publish("e", 1, /*waiting_list=*/false);
  const Registration seated = *Register(event.id, "a");

  EXPECT_THAT(Register(event.id, "b"), HasReason("EVENT_FULL"));
  ASSERT_THAT(Cancel(seated), IsOk());
  EXPECT_THAT(Register(event.id, "b"), IsOk());
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, APersonHasOneLiveRegistrationPerEvent) {
  const Event event = Publish("e", 1);
  const Registration seated = *Register(event.id, "a");
  Applicant again = ApplicantFor("a");
  again.id = RegistrationId("again");

  const auto refused = store_.Register(Request<Registration>(), event.id, again);
  EXPECT_THAT(refused, HasReason("ALREADY_REGISTERED"));
  EXPECT_THAT(DetailsOf(refused.status()).metadata,
              ::testing::Contains(::testing::Pair(::testing::_, "events/e/registrations/reg-a")));
  ExpectConsistent(event.id);

  ASSERT_THAT(Cancel(seated), IsOk());
  EXPECT_THAT(store_.Register(Request<Registration>(), event.id, again), IsOk());
  EXPECT_THAT(All(event.id), SizeIs(2));
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, SeatsAreGivenOnlyWhileRegistrationIsOpen) {
  const Event event = Publish("e", 1);
  ASSERT_THAT(store_.CreateEvent(Request<Event>(),
                                 [&](absl::Time now) {
                                   Event draft = DraftOf("tentative");
                                   draft.sessions.front().id = SessionId("t");
                                   return NewEvent(draft, now);
                                 }),
              IsOk());

  EXPECT_THAT(Register(EventId("tentative"), "a"), HasReason("EVENT_STATE"));
  clock_.Set(event.closes);
  EXPECT_THAT(Register(event.id, "a"), HasReason("REGISTRATION_CLOSED"));
  EXPECT_THAT(store_.RegisterMany(Request<std::vector<Admission>>(), event.id, {ApplicantFor("a")}),
              HasReason("REGISTRATION_CLOSED"));
}

TEST_P(EventStoreConformance, ManyAreRegisteredInOrderEachWithAnOutcome) {
  const Event event = Publish("e", 2);
  ASSERT_THAT(Register(event.id, "known"), IsOk());
  Applicant stranger = ApplicantFor("stranger");
  stranger.audience = Audience::kYouth;
  Applicant known = ApplicantFor("known");
  known.id = RegistrationId("reg-known-2");

  const auto admissions =
      store_.RegisterMany(Request<std::vector<Admission>>(), event.id,
                          {ApplicantFor("a"), known, stranger, ApplicantFor("b"), ApplicantFor("c")});

  ASSERT_THAT(admissions, IsOkAndHolds(SizeIs(5)));
  EXPECT_EQ((*admissions)[0].registration->state, RegistrationState::kRegistered);
  EXPECT_THAT((*admissions)[1].refusal, HasReason("ALREADY_REGISTERED"));
  EXPECT_EQ((*admissions)[1].registration->id, RegistrationId("reg-known"));
  EXPECT_THAT((*admissions)[2].refusal, HasReason("NOT_IN_AUDIENCE"));
  EXPECT_EQ((*admissions)[3].registration->waiting_position, 1);
  EXPECT_EQ((*admissions)[4].registration->waiting_position, 2);
  EXPECT_EQ(Get(*(*admissions)[4].registration), *(*admissions)[4].registration);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, AnAnswerOfAnotherAgeQuestionRegistersNobody) {
  Event draft = DraftOf("e");
  draft.ages = {.least = 16};
  const Event event = Publish(draft);

  EXPECT_THAT(Register(event.id, "a"), HasReason("EVENT_CHANGED"));
  EXPECT_THAT(store_.RegisterMany(Request<std::vector<Admission>>(), event.id, {ApplicantFor("a")}),
              HasReason("EVENT_CHANGED"));
}

TEST_P(EventStoreConformance, MoreSeatsGoToThoseWhoWaitInOrder) {
  const Event event = Publish("e", 1);
  std::vector<Registration> all;
  for (int i = 0; i < 5; ++i) all.push_back(*Register(event.id, std::to_string(i)));
  const auto resize = [&](int capacity) {
    return Change(event.id, [capacity](const Event& before, absl::Time now) {
      Event wanted = before;
      wanted.capacity = capacity;
      return Update(before, wanted, "", now);
    });
  };

  EXPECT_EQ(resize(3)->taken, 3);
  EXPECT_EQ(Get(all[2]).state, RegistrationState::kRegistered);
  EXPECT_EQ(Get(all[3]).waiting_position, 1);
  EXPECT_THAT(resize(2), HasReason("CAPACITY_BELOW_TAKEN"));
  EXPECT_EQ(resize(9)->waiting, 0);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, ACancelledEventCancelsItsRegistrations) {
  const Event event = Publish("e", 1);
  ASSERT_THAT(Register(event.id, "a"), IsOk());
  ASSERT_THAT(Register(event.id, "b"), IsOk());

  const auto cancelled = Change(
      event.id, [](const Event& before, absl::Time now) { return events::Cancel(before, "ORGANISER_ILL", "", now); });

  EXPECT_EQ(cancelled->taken, 0);
  EXPECT_EQ(cancelled->waiting, 0);
  for (const Registration& registration : All(event.id)) {
    EXPECT_EQ(registration.state, RegistrationState::kCancelled);
    EXPECT_EQ(registration.cancel_reason, "EVENT_CANCELLED");
  }
  ExpectConsistent(event.id);
}

// --- Erasure ---

TEST_P(EventStoreConformance, AnErasedPersonsSeatAndPlaceGoToThoseWhoWait) {
  const Event full = Publish("full", 1);
  Event draft = DraftOf("other");
  draft.capacity = 1;
  draft.sessions = {SessionAt("2022-10-13T10:00:00", "2022-10-13T12:00:00")};
  const Event other = Publish(draft);
  const Registration seated = *Register(full.id, "p");
  const Registration next = *Register(full.id, "q");
  Applicant again = ApplicantFor("q");
  again.id = RegistrationId("other-q");
  ASSERT_THAT(store_.Register(Request<Registration>(), other.id, again), IsOk());
  again = ApplicantFor("p");
  again.id = RegistrationId("other-p");
  const auto waiting = store_.Register(Request<Registration>(), other.id, again);
  ASSERT_THAT(waiting, IsOk());

  EXPECT_THAT(store_.ErasePerson({}, "participants/p", "k"), IsOkAndHolds(2));

  EXPECT_EQ(Get(seated).state, RegistrationState::kCancelled);
  EXPECT_EQ(Get(seated).cancel_reason, "PERSON_ERASED");
  EXPECT_EQ(Get(seated).participant, StandIn("k"));
  EXPECT_EQ(Get(next).state, RegistrationState::kRegistered);
  EXPECT_EQ(Get(*waiting).state, RegistrationState::kCancelled);
  EXPECT_EQ(store_.GetEvent(other.id, never_)->waiting, 0);
  ExpectConsistent(full.id);
  ExpectConsistent(other.id);
  EXPECT_THAT(store_.ErasePerson({}, "participants/p", "l"), IsOkAndHolds(0));
  EXPECT_EQ(Get(seated).participant, StandIn("k"));
}

TEST_P(EventStoreConformance, WhoCameAndWasErasedSinceIsStillCounted) {
  const Event event = Publish("e", 2);
  const Registration came = *Register(event.id, "p");
  ASSERT_THAT(Change(event.id, [](const Event& before, absl::Time now) { return Start(before, "", now); }), IsOk());

  EXPECT_THAT(store_.ErasePerson({}, "participants/p", "k"), IsOkAndHolds(1));

  EXPECT_EQ(Get(came).state, RegistrationState::kRegistered);
  EXPECT_EQ(Get(came).participant, StandIn("k"));
  EXPECT_EQ(store_.GetEvent(event.id, never_)->taken, 1);
  ExpectConsistent(event.id);
}

// --- Many at once ---

TEST_P(EventStoreConformance, ManyAtOnceGetExactlyTheSeatsThereAre) {
  constexpr int kThreads = 8, kEach = 40, kSeats = 100;
  const Event event = Publish("e", kSeats);
  std::atomic<int> registered = 0, waitlisted = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto got = Register(event.id, std::to_string(t) + "-" + std::to_string(i));
        if (!got.ok())
          ++failed;
        else
          ++(got->state == RegistrationState::kRegistered ? registered : waitlisted);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(registered, kSeats);
  EXPECT_EQ(waitlisted, kThreads * kEach - kSeats);
  EXPECT_EQ(failed, 0);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, OnePersonAtManyDoorsGetsOneSeat) {
  const Event event = Publish("e", 10);
  std::atomic<int> registered = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Applicant applicant = ApplicantFor("p");
      applicant.id = RegistrationId("door-" + std::to_string(t));
      const auto got = store_.Register(Request<Registration>(), event.id, applicant);
      registered += got.ok();
      refused += ReasonOf(got.status()) == "ALREADY_REGISTERED";
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(registered, 1);
  EXPECT_EQ(refused, 7);
  ExpectConsistent(event.id);
}

TEST_P(EventStoreConformance, ComingGoingAndResizingAtOnceLosesNobodyAndLeavesNoSeatIdle) {
  const Event event = Publish("e", 5);
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 15; ++i) {
        const auto got = Register(event.id, std::to_string(t) + "-" + std::to_string(i));
        failed += !got.ok();
        if (got.ok() && i % 2 == 0) failed += !Cancel(*got).ok();
      }
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; i < 10; ++i) {
      const auto changed = Change(event.id, [i](const Event& before, absl::Time now) {
        Event wanted = before;
        wanted.capacity = std::max(before.taken, i % 2 == 0 ? 9 : 4);
        return Update(before, wanted, "", now);
      });
      failed += !changed.ok();
    }
  });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(failed, 0);
  ExpectConsistent(event.id);
  const std::vector<Registration> all = All(event.id);
  EXPECT_THAT(all, SizeIs(90));
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const Registration& each) { return each.live(); }), 6 * 7);
}

}  // namespace
}  // namespace brygga::events
