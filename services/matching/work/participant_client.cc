#include "services/matching/work/participant_client.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "brygga/participant/v1/enrolment_service.pb.h"
#include "brygga/participant/v1/programme_service.pb.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "google/protobuf/util/time_util.h"
#include "services/matching/domain/errors.h"

namespace brygga::matching {
namespace {

namespace v1 = ::brygga::participant::v1;

constexpr int kPageSize = 1000;

std::string Without(std::string_view prefix, const std::string& text) {
  return std::string(absl::StripPrefix(text, absl::string_view(prefix.data(), prefix.size())));
}

// "PROGRAMME_KIND_VOCATIONAL" is "VOCATIONAL".
template <typename Enum>
std::string Word(Enum value, std::string_view prefix) {
  return Without(prefix, google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value) == nullptr
                             ? std::string(prefix) + "UNSPECIFIED"
                             : google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value)->name());
}

engine::Gender GenderOf(v1::Gender gender) {
  switch (gender) {
    case v1::GENDER_FEMALE:
      return engine::Gender::kFemale;
    case v1::GENDER_MALE:
      return engine::Gender::kMale;
    case v1::GENDER_OTHER:
      return engine::Gender::kOther;
    default:
      return engine::Gender::kUnknown;
  }
}

engine::MeetingFormat FormatOf(v1::MeetingFormat format) {
  switch (format) {
    case v1::MEETING_FORMAT_ONSITE:
      return engine::MeetingFormat::kOnsite;
    case v1::MEETING_FORMAT_DIGITAL:
      return engine::MeetingFormat::kDigital;
    case v1::MEETING_FORMAT_EITHER:
      return engine::MeetingFormat::kEither;
    default:
      return engine::MeetingFormat::kUnknown;
  }
}

void CopyProfile(const v1::Profile& profile, engine::Person& person) {
  for (const v1::LanguageSkill& skill : profile.languages()) {
    const std::string level = Word(skill.level(), "CEFR_LEVEL_");
    person.languages.emplace_back(skill.language(), level == "NATIVE" ? "N" : level);
  }
  person.sun_field = profile.sun_field();
  person.ssyk4 = profile.ssyk4();
  person.occupation_id = profile.occupation_id();
  person.target_ssyk4 = profile.target_ssyk4();
  person.years_experience = profile.years_experience();
  person.skills.assign(profile.skills().begin(), profile.skills().end());
  person.municipality_code = profile.municipality_code();
  if (profile.has_max_distance_km()) person.max_distance_km = profile.max_distance_km();
  person.format = FormatOf(profile.meeting_format());
  for (const int slot : profile.slots()) {
    person.slots.push_back(absl::AsciiStrToLower(Word(static_cast<v1::Slot>(slot), "SLOT_")));
  }
  person.organisation = Without("organisations/", profile.employer());
  for (const std::string& goal : profile.goals()) person.goals.push_back(absl::AsciiStrToLower(goal));
  person.rounds_before = profile.rounds_before();
}

Person ToPerson(const v1::EnrolmentFeatures& features) {
  Person person{.id = ParticipantId(Without("participants/", features.participant())),
                .role = features.role() == v1::PROGRAMME_ROLE_MENTOR ? Side::kMentor : Side::kAdept,
                .enrolment = features.enrolment(),
                .person_capacity = features.person_capacity()};
  engine::Person& f = person.features;
  CopyProfile(features.profile(), f);
  f.tie_key = features.tie_key();
  f.capacity = features.capacity();
  f.agreement_active = features.employer_agreement_active();
  f.gender = GenderOf(features.gender());
  f.preferred_gender = GenderOf(features.preferences().counterpart_gender());
  for (const std::string& organisation : features.preferences().excluded_organisations()) {
    f.excluded_organisations.push_back(Without("organisations/", organisation));
  }
  f.rounds_waited = features.rounds_waited();
  f.screening_passed = features.screening_passed();
  if (features.referral_source() != v1::REFERRAL_SOURCE_UNSPECIFIED) {
    f.referral_source = Word(features.referral_source(), "REFERRAL_SOURCE_");
  }
  return person;
}

// What callers hear of participant's troubles: only that it has some.
absl::Status Mapped(const absl::Status& status, const CohortKey& key) {
  return status.code() == absl::StatusCode::kNotFound ? NotFound(NameOf(key)) : PeopleUnavailable();
}

}  // namespace

rpc::CallOptions ParticipantClient::Until(absl::Time deadline) const {
  return rpc::CallOptions::Within(deadline - absl::Now(), tokens_.Token());
}

absl::StatusOr<Cohort> ParticipantClient::ReadCohort(const CohortKey& key, absl::Time deadline) {
  v1::GetCohortRequest get;
  get.set_name(NameOf(key));
  const auto cohort =
      channel_->Call<v1::GetCohortResponse>(Until(deadline), "brygga.participant.v1.ProgrammeService/GetCohort", get);
  if (!cohort.ok()) return Mapped(cohort.status(), key);
  return Cohort{.key = key,
                .kind = Word(cohort->cohort().programme_kind(), "PROGRAMME_KIND_"),
                .state = Word(cohort->cohort().state(), "COHORT_STATE_")};
}

absl::StatusOr<CohortPeople> ParticipantClient::Read(const CohortKey& key, absl::Time deadline) {
  CohortPeople people;
  BRYGGA_ASSIGN_OR_RETURN(people.cohort, ReadCohort(key, deadline));
  v1::ListFeaturesRequest request;
  request.set_parent(NameOf(key));
  request.set_page_size(kPageSize);
  bool is_first = true;
  do {
    const auto page = channel_->Call<v1::ListFeaturesResponse>(
        Until(deadline), "brygga.participant.v1.EnrolmentService/ListFeatures", request);
    if (!page.ok()) return Mapped(page.status(), key);
    if (is_first) {
      people.cohort.as_of =
          absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(page->as_of()));
    }
    is_first = false;
    for (const v1::EnrolmentFeatures& features : page->features()) {
      if (features.role() == v1::PROGRAMME_ROLE_MENTOR || features.role() == v1::PROGRAMME_ROLE_ADEPT) {
        people.people.push_back(ToPerson(features));
      }
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return people;
}

absl::StatusOr<std::vector<PeopleChange::Found>> ParticipantClient::ReadNamed(
    const std::set<ParticipantId>& participants, const std::set<std::string>& enrolments, absl::Time deadline) {
  std::vector<PeopleChange::Found> found;
  auto participant = participants.begin();
  auto enrolment = enrolments.begin();
  while (participant != participants.end() || enrolment != enrolments.end()) {
    v1::BatchGetFeaturesRequest request;
    for (; participant != participants.end() && request.participants_size() < kPageSize; ++participant) {
      request.add_participants(NameOf(*participant));
    }
    for (; enrolment != enrolments.end() && request.enrolments_size() < kPageSize; ++enrolment) {
      request.add_enrolments(*enrolment);
    }
    const auto answer = channel_->Call<v1::BatchGetFeaturesResponse>(
        Until(deadline), "brygga.participant.v1.EnrolmentService/BatchGetFeatures", request);
    if (!answer.ok()) return PeopleUnavailable();
    for (const v1::EnrolmentFeatures& features : answer->features()) {
      if (features.role() != v1::PROGRAMME_ROLE_MENTOR && features.role() != v1::PROGRAMME_ROLE_ADEPT) continue;
      BRYGGA_ASSIGN_OR_RETURN(const auto named, ParseNameIn("enrolments", features.enrolment()));
      found.push_back({.cohort = named.key,
                       .person = ToPerson(features),
                       .agreement_known = !features.employer_agreement_unknown()});
    }
  }
  return found;
}

}  // namespace brygga::matching
