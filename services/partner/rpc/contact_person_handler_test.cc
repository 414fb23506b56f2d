#include "services/partner/rpc/contact_person_handler.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/partner/rpc/partner_rpc_testing.h"

namespace brygga::partner {
namespace {

using ::brygga::testing::HasReason;
using ::brygga::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ContactPersonHandlerTest : public PartnerRpcTest {
 protected:
  absl::StatusOr<v1::ListContactPersonsResponse> List(const rpc::Identity& caller, const std::string& parent) {
    return Call<v1::ListContactPersonsRequest, v1::ListContactPersonsResponse>(caller, "ListContactPersons",
                                                                               "parent: '" + parent + "'");
  }
  absl::StatusOr<v1::EraseContactPersonResponse> Erase(const std::string& name) {
    return Call<v1::EraseContactPersonRequest, v1::EraseContactPersonResponse>(coordinator_, "EraseContactPerson",
                                                                               "name: '" + name + "'");
  }

  const std::string own_ = MakeOrganisation("Own");
  const std::string other_ = MakeOrganisation("Other");
};

TEST_F(ContactPersonHandlerTest, AnUpdateTakesWhatTheMaskNames) {
  const std::string name = MakeContact(own_, "anna@exempel.example");

  const auto updated = Call<v1::UpdateContactPersonRequest, v1::UpdateContactPersonResponse>(
      coordinator_, "UpdateContactPerson",
      "contact_person { name: '" + name +
          "' etag: '1' phone: '08-465 004 00' end_date: '2022-12-31' } update_mask { paths: 'phone' paths: 'end_date' "
          "}");

  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->contact_person().email(), "anna@exempel.example");
  EXPECT_EQ(updated->contact_person().phone(), "08-465 004 00");
  EXPECT_EQ(updated->contact_person().end_date(), "2022-12-31");
}

TEST_F(ContactPersonHandlerTest, AnOrganisationSeesItsOwnContactsOnly) {
  MakeContact(own_, "anna@exempel.example");
  MakeContact(other_, "bo@exempel.example");
  const rpc::Identity contact = rpc::ContactOf(own_);

  const auto seen = List(contact, own_);

  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->contact_persons_size(), 1);
  EXPECT_THAT(List(contact, other_), HasReason("NOT_FOUND"));
  EXPECT_FALSE(List(rpc::Anonymous(), own_).ok());
}

TEST_F(ContactPersonHandlerTest, ExportHoldsEveryRecordOfThePersonAndErasureLeavesNone) {
  const std::string name = MakeContact(own_, "anna@exempel.example");
  const std::string elsewhere = MakeContact(other_, "Anna@Exempel.example");
  const auto exported = Call<v1::ExportContactPersonRequest, v1::ExportContactPersonResponse>(
      coordinator_, "ExportContactPerson", "name: '" + name + "'");

  const auto erased = Erase(name);

  ASSERT_THAT(exported, IsOk());
  EXPECT_EQ(exported->contact_persons_size(), 2);
  ASSERT_THAT(erased, IsOk());
  EXPECT_THAT(erased->names(), ElementsAre(name, elsewhere));
  EXPECT_EQ(List(coordinator_, own_)->contact_persons_size(), 0);
  EXPECT_EQ(List(coordinator_, other_)->contact_persons_size(), 0);
  EXPECT_THAT(Erase(name), HasReason("NOT_FOUND"));
}

TEST_F(ContactPersonHandlerTest, NoPersonalFieldReachesTheLog) {
  MakeContact(own_, "marker@exempel.example");
  ASSERT_FALSE((Call<v1::CreateContactPersonRequest, v1::CreateContactPersonResponse>(
                    coordinator_, "CreateContactPerson",
                    "parent: '" + own_ + "' contact_person { role: CONTACT_ROLE_GENERAL email: 'marker' }"))
                   .ok());

  for (const std::string& line : server_.log().lines()) EXPECT_THAT(line, Not(HasSubstr("marker")));
}

}  // namespace
}  // namespace brygga::partner
