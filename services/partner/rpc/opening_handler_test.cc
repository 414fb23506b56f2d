#include "services/partner/rpc/opening_handler.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;

class OpeningHandlerTest : public PartnerRpcTest {
 protected:
  v1::Opening Get(const std::string& name) {
    const auto response =
        Call<v1::GetOpeningRequest, v1::GetOpeningResponse>(coordinator_, "GetOpening", "name: '" + name + "'");
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->opening() : v1::Opening();
  }
  template <typename Response, typename Request>
  absl::StatusOr<Response> As(const rpc::Identity& caller, const std::string& method, const std::string& text) {
    return Call<Request, Response>(caller, method, text);
  }
};

TEST_F(OpeningHandlerTest, AnOpeningIsADraftUntilItIsOpened) {
  const std::string organisation = MakeOrganisation("Volvo");
  const auto created = CreateOpening(organisation, "INTERNSHIP", 3, "age_min: 18 requirements: 'DRIVING_LICENCE_B'");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->opening().state(), v1::OPENING_STATE_DRAFT);
  EXPECT_EQ(created->opening().age_min(), 18);
  EXPECT_FALSE(created->opening().has_age_max());
  EXPECT_THAT(Hold(created->opening().name(), "m"), HasReason("OPENING_STATE"));

  const auto opened = Call<v1::OpenOpeningRequest, v1::OpenOpeningResponse>(
      coordinator_, "OpenOpening", "name: '" + created->opening().name() + "' etag: '1'");

  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->opening().state(), v1::OPENING_STATE_OPEN);
  EXPECT_THAT(Hold(created->opening().name(), "m"), IsOk());
}

TEST_F(OpeningHandlerTest, OnlyWhatTheMaskNamesIsChanged) {
  const std::string opening = MakeOpening(MakeOrganisation("Volvo"), 3);

  const auto updated = Call<v1::UpdateOpeningRequest, v1::UpdateOpeningResponse>(
      coordinator_, "UpdateOpening",
      "opening { name: '" + opening + "' seats: 5 place: 'Gate 3' } update_mask { paths: 'seats' }");

  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->opening().seats(), 5);
  EXPECT_EQ(updated->opening().place(), "");
  EXPECT_EQ(updated->opening().display_name(), "Park keeper");
}

TEST_F(OpeningHandlerTest, AContactManagesTheirOwnOpeningsAndSeesNoOthers) {
  const std::string own = MakeOrganisation("Volvo");
  const std::string other = MakeOrganisation("Saab");
  const std::string unit =
      MakeOrganisation("Volvo Buses", "sector: SECTOR_PRIVATE kind: ORGANISATION_KIND_COMPANY parent: '" + own + "'");
  const rpc::Identity contact = rpc::ContactOf(own);
  const std::string foreign = MakeOpening(other, 1);
  const std::string of_unit = MakeOpening(unit, 1);
  const auto create = [&](const std::string& parent) {
    return Call<v1::CreateOpeningRequest, v1::CreateOpeningResponse>(
        contact, "CreateOpening",
        "parent: '" + parent +
            "' opening { display_name: 'x' kind: OPENING_KIND_INTERNSHIP seats: 1 start_date: '2022-09-01' }");
  };
  const auto list = [&](const std::string& parent) {
    return Call<v1::ListOpeningsRequest, v1::ListOpeningsResponse>(contact, "ListOpenings", "parent: '" + parent + "'");
  };

  EXPECT_THAT(create(own), IsOk());
  EXPECT_THAT(create(unit), IsOk());
  EXPECT_THAT(create(other), HasReason("NOT_FOUND"));
  EXPECT_EQ(list(own)->openings_size(), 1);
  EXPECT_EQ(list(unit)->openings_size(), 2);
  EXPECT_THAT(list(other), HasReason("NOT_FOUND"));
  EXPECT_THAT(list("organisations/-"), HasReason("NOT_FOUND"));
  for (const auto& [name, is_own] : {std::pair(foreign, false), std::pair(of_unit, true)}) {
    const std::string text = "name: '" + name + "'";
    EXPECT_EQ((As<v1::GetOpeningResponse, v1::GetOpeningRequest>(contact, "GetOpening", text).ok()), is_own);
    EXPECT_EQ((As<v1::CloseOpeningResponse, v1::CloseOpeningRequest>(contact, "CloseOpening", text).ok()), is_own);
    EXPECT_EQ((As<v1::ListOpeningSeatsResponse, v1::ListOpeningSeatsRequest>(contact, "ListOpeningSeats",
                                                                             "parent: '" + name + "'")
                   .ok()),
              is_own);
  }
}

TEST_F(OpeningHandlerTest, SeatsAreHeldConfirmedAndListedByTheMatchAlone) {
  const std::string opening = MakeOpening(MakeOrganisation("Volvo"), 2);
  ASSERT_THAT(Hold(opening, "m1"), IsOk());
  const std::string ref = "name: '" + opening + "' match: 'programmes/p/cohorts/c/matches/m1'";

  const auto confirmed = Call<v1::ConfirmOpeningSeatRequest, v1::ConfirmOpeningSeatResponse>(
      rpc::ServiceNamed("matching"), "ConfirmOpeningSeat", ref);
  const auto seats = Call<v1::ListOpeningSeatsRequest, v1::ListOpeningSeatsResponse>(
      coordinator_, "ListOpeningSeats", "parent: '" + opening + "' filter: 'state = CONFIRMED'");

  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->seat().name(), opening + "/seats/m1");
  ASSERT_THAT(seats, IsOk());
  ASSERT_EQ(seats->seats_size(), 1);
  EXPECT_EQ(seats->seats(0).match(), "programmes/p/cohorts/c/matches/m1");
  EXPECT_EQ(Get(opening).taken_seats(), 1);
  const auto released = Call<v1::ReleaseOpeningSeatRequest, v1::ReleaseOpeningSeatResponse>(
      rpc::ServiceNamed("matching"), "ReleaseOpeningSeat", ref);
  ASSERT_THAT(released, IsOk());
  EXPECT_EQ(released->seat().state(), v1::SEAT_STATE_RELEASED);
  EXPECT_EQ(Get(opening).taken_seats(), 0);
}

TEST_F(OpeningHandlerTest, BatchesAnswerInTheOrderAskedForAndTakeAllOrNothing) {
  const std::string organisation = MakeOrganisation("Volvo");
  const std::string a = MakeOpening(organisation, 1), b = MakeOpening(organisation, 1);
  const auto seat = [](const std::string& opening, const std::string& match) {
    return "seats { opening: '" + opening + "' match: 'programmes/p/cohorts/c/matches/" + match + "' } ";
  };
  const auto hold = [&](const std::string& text) {
    return Call<v1::BatchHoldOpeningSeatsRequest, v1::BatchHoldOpeningSeatsResponse>(rpc::ServiceNamed("matching"),
                                                                                     "BatchHoldOpeningSeats", text);
  };

  EXPECT_THAT(hold(seat(b, "1") + seat(a, "2") + seat(a, "3")), HasReason("OPENING_FULL"));
  const auto held = hold(seat(b, "1") + seat(a, "2"));
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->seats(0).name(), b + "/seats/1");
  const auto got = Call<v1::BatchGetOpeningsRequest, v1::BatchGetOpeningsResponse>(
      coordinator_, "BatchGetOpenings", "names: '" + b + "' names: '" + a + "'");
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->openings(0).state(), v1::OPENING_STATE_FULL);
  EXPECT_EQ(got->openings(1).name(), a);
  const std::string both = seat(b, "1") + seat(a, "2");
  const auto confirmed = Call<v1::BatchConfirmOpeningSeatsRequest, v1::BatchConfirmOpeningSeatsResponse>(
      rpc::ServiceNamed("matching"), "BatchConfirmOpeningSeats", both);
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->seats_size(), 2);
  const auto released = Call<v1::BatchReleaseOpeningSeatsRequest, v1::BatchReleaseOpeningSeatsResponse>(
      rpc::ServiceNamed("matching"), "BatchReleaseOpeningSeats", both);
  ASSERT_THAT(released, IsOk());
  EXPECT_EQ(released->seats_size(), 2);
  EXPECT_EQ(Get(a).state(), v1::OPENING_STATE_OPEN);
}

TEST_F(OpeningHandlerTest, ARepeatedHoldGetsTheFirstAnswerAndACancelledOpeningGivesNoSeat) {
  const std::string opening = MakeOpening(MakeOrganisation("Volvo"), 1);
  const auto cancel = [&] {
    return Call<v1::CancelOpeningRequest, v1::CancelOpeningResponse>(coordinator_, "CancelOpening",
                                                                     "name: '" + opening + "'");
  };
  const auto first = Hold(opening, "m");
  EXPECT_THAT(Hold(opening, "m"), IsOk());
  EXPECT_THAT(cancel(), HasReason("SEATS_TAKEN"));
  ASSERT_THAT((Call<v1::ReleaseOpeningSeatRequest, v1::ReleaseOpeningSeatResponse>(
                  rpc::ServiceNamed("matching"), "ReleaseOpeningSeat",
                  "name: '" + opening + "' match: 'programmes/p/cohorts/c/matches/m'")),
              IsOk());

  EXPECT_EQ(cancel()->opening().state(), v1::OPENING_STATE_CANCELLED);
  EXPECT_THAT(Hold(opening, "n"), HasReason("OPENING_STATE"));
}

}  // namespace
}  // namespace brygga::partner
