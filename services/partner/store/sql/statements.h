// The SQL of the partner service, the same on both engines.
#ifndef BRYGGA_SERVICES_PARTNER_STORE_SQL_STATEMENTS_H_
#define BRYGGA_SERVICES_PARTNER_STORE_SQL_STATEMENTS_H_

namespace brygga::partner {

// --- Organisations ---

inline constexpr char kSelectOrganisation[] = "SELECT * FROM organisations WHERE id = :id";

// Locks the organisation until the transaction ends: whoever adds something that
// must not overlap with what the organisation has comes through here.
inline constexpr char kLockOrganisation[] = "SELECT id, parent_id FROM organisations WHERE id = :id {for_update}";
inline constexpr char kSelectOrganisationForUpdate[] = "SELECT * FROM organisations WHERE id = :id {for_update}";

inline constexpr char kSelectOrganisationByRef[] =
    "SELECT * FROM organisations WHERE external_source = :source AND external_key = :key";

inline constexpr char kSelectOrganisationByNumber[] =
    "SELECT * FROM organisations WHERE organisation_number = :number AND parent_id IS NULL";

inline constexpr char kInsertOrganisation[] = R"sql(
INSERT INTO organisations (id, revision, created_at_us, updated_at_us, external_source, external_key, display_name,
                           organisation_number, sector, kind, industry, municipality_code, employees, parent_id)
VALUES (:id, :revision, :created_at, :updated_at, :external_source, :external_key, :display_name,
        :organisation_number, :sector, :kind, :industry, :municipality_code, :employees, :parent_id)
ON CONFLICT DO NOTHING)sql";

// Touches no row where another organisation has the number.
inline constexpr char kUpdateOrganisation[] = R"sql(
UPDATE organisations
SET revision = :revision, updated_at_us = :updated_at, display_name = :display_name,
    organisation_number = :organisation_number, sector = :sector, kind = :kind, industry = :industry,
    municipality_code = :municipality_code, employees = :employees
WHERE id = :id)sql";

// Those that belong to :network on :as_of, or all where it is empty.
inline constexpr char kSelectOrganisations[] = R"sql(
SELECT o.* FROM organisations o
WHERE :network = '' OR EXISTS (
  SELECT 1 FROM memberships m
  WHERE m.organisation_id = o.id AND m.network_id = :network AND (:kind = '' OR m.kind = :kind)
    AND m.start_date <= :as_of AND :as_of <= m.end_date))sql";

inline constexpr char kCountSectors[] = R"sql(
SELECT o.sector AS sector, COUNT(*) AS count FROM organisations o
WHERE o.parent_id IS NULL AND (:network = '' OR EXISTS (
  SELECT 1 FROM memberships m
  WHERE m.organisation_id = o.id AND m.network_id = :network
    AND m.start_date <= :as_of AND :as_of <= m.end_date))
GROUP BY o.sector)sql";

// --- Networks and memberships ---

inline constexpr char kSelectNetwork[] = "SELECT * FROM networks WHERE id = :id";
inline constexpr char kSelectNetworkByName[] = "SELECT * FROM networks WHERE display_name = :display_name";
inline constexpr char kSelectNetworks[] = "SELECT * FROM networks";

inline constexpr char kInsertNetwork[] = R"sql(
INSERT INTO networks (id, revision, created_at_us, updated_at_us, display_name)
VALUES (:id, :revision, :created_at, :updated_at, :display_name)
ON CONFLICT DO NOTHING)sql";

inline constexpr char kSelectMembershipForUpdate[] =
    "SELECT * FROM memberships WHERE id = :id AND network_id = :network {for_update}";

inline constexpr char kSelectMemberships[] = R"sql(
SELECT * FROM memberships
WHERE (:network = '' OR network_id = :network) AND (:organisation = '' OR organisation_id = :organisation)
  AND (:as_of = '' OR (start_date <= :as_of AND :as_of <= end_date)))sql";

inline constexpr char kSelectOverlappingMembership[] = R"sql(
SELECT id FROM memberships
WHERE network_id = :network AND organisation_id = :organisation AND kind = :kind
  AND start_date <= :end_date AND :start_date <= end_date
ORDER BY id LIMIT 1)sql";

inline constexpr char kInsertMembership[] = R"sql(
INSERT INTO memberships (id, network_id, organisation_id, revision, created_at_us, updated_at_us, kind, start_date,
                         end_date)
VALUES (:id, :network, :organisation, :revision, :created_at, :updated_at, :kind, :start_date, :end_date))sql";

inline constexpr char kUpdateMembership[] = R"sql(
UPDATE memberships SET revision = :revision, updated_at_us = :updated_at, end_date = :end_date
WHERE id = :id)sql";

// --- Agreements ---

// What was believed at :known.
inline constexpr char kSelectAgreement[] = R"sql(
SELECT a.id, a.organisation_id, a.operator_id, a.created_at_us, v.*
FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id
WHERE a.id = :id AND a.organisation_id = :organisation
  AND v.recorded_at_us <= :known AND :known < v.superseded_at_us)sql";

inline constexpr char kSelectAgreements[] = R"sql(
SELECT a.id, a.organisation_id, a.operator_id, a.created_at_us, v.*
FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id
WHERE (:organisation = '' OR a.organisation_id = :organisation) AND (:operator = '' OR a.operator_id = :operator)
  AND v.recorded_at_us <= :known AND :known < v.superseded_at_us
  AND (:status = '' OR :status = CASE WHEN :as_of < v.valid_from THEN 'UPCOMING'
                                      WHEN :as_of <= v.valid_to THEN 'ACTIVE' ELSE 'ENDED' END))sql";

// Current versions of one kind that cover a day from :valid_from to :valid_to.
inline constexpr char kSelectOverlappingAgreements[] = R"sql(
SELECT a.id, a.organisation_id, a.operator_id, a.created_at_us, v.*
FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id
WHERE a.organisation_id = :organisation AND a.operator_id = :operator AND a.id <> :id
  AND v.superseded_at_us = 9223372036854775807 AND v.kind = :kind
  AND v.valid_from <= :valid_to AND :valid_from <= v.valid_to
ORDER BY a.id)sql";

inline constexpr char kInsertAgreement[] = R"sql(
INSERT INTO agreements (id, organisation_id, operator_id, created_at_us)
VALUES (:id, :organisation, :operator, :created_at))sql";

inline constexpr char kSupersedeAgreement[] = R"sql(
UPDATE agreement_versions SET superseded_at_us = :recorded_at
WHERE agreement_id = :id AND superseded_at_us = 9223372036854775807)sql";

inline constexpr char kInsertAgreementVersion[] = R"sql(
INSERT INTO agreement_versions (agreement_id, revision, recorded_at_us, superseded_at_us, reason, kind, valid_from,
                                valid_to, mentor_seats, openings, services)
VALUES (:id, :revision, :recorded_at, 9223372036854775807, :reason, :kind, :valid_from, :valid_to, :mentor_seats,
        :openings, :services))sql";

inline constexpr char kSelectActiveAgreement[] = R"sql(
SELECT a.organisation_id
FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id
WHERE a.organisation_id = :organisation AND a.operator_id = :operator
  AND v.superseded_at_us = 9223372036854775807 AND v.valid_from <= :day AND :day <= v.valid_to
LIMIT 1)sql";

// The organisations with which a partnership had begun by :as_of, and when.
inline constexpr char kSelectPartnerships[] = R"sql(
SELECT o.*, p.start_date
FROM organisations o
JOIN (SELECT a.organisation_id, MIN(v.valid_from) AS start_date
      FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id
      WHERE a.operator_id = :operator AND v.recorded_at_us <= :known AND :known < v.superseded_at_us
        AND v.valid_from <= :as_of
      GROUP BY a.organisation_id) p ON p.organisation_id = o.id)sql";

inline constexpr char kSelectBegunAgreements[] = R"sql(
SELECT a.id, a.organisation_id, a.operator_id, a.created_at_us, v.*
FROM agreements a JOIN agreement_versions v ON v.agreement_id = a.id
WHERE a.organisation_id = :organisation AND a.operator_id = :operator
  AND v.recorded_at_us <= :known AND :known < v.superseded_at_us AND v.valid_from <= :as_of
ORDER BY a.id)sql";

// --- Contact persons ---

inline constexpr char kSelectContactPersonForUpdate[] =
    "SELECT * FROM contact_persons WHERE id = :id AND organisation_id = :organisation {for_update}";
inline constexpr char kSelectContactPerson[] =
    "SELECT * FROM contact_persons WHERE id = :id AND organisation_id = :organisation";
inline constexpr char kSelectContactPersons[] = "SELECT * FROM contact_persons WHERE organisation_id = :organisation";
inline constexpr char kSelectContactPersonByEmail[] =
    "SELECT * FROM contact_persons WHERE organisation_id = :organisation AND email_key = :email_key AND email_key <> "
    "''";
inline constexpr char kSelectContactPersonsByEmail[] =
    "SELECT * FROM contact_persons WHERE email_key = :email_key AND email_key <> '' AND id <> :id ORDER BY id";

inline constexpr char kInsertContactPerson[] = R"sql(
INSERT INTO contact_persons (id, organisation_id, revision, created_at_us, updated_at_us, role, display_name, email,
                             email_key, phone, start_date, end_date, publish_consent)
VALUES (:id, :organisation, :revision, :created_at, :updated_at, :role, :display_name, :email, :email_key, :phone,
        :start_date, :end_date, :publish_consent)
ON CONFLICT DO NOTHING)sql";

inline constexpr char kUpdateContactPerson[] = R"sql(
UPDATE contact_persons
SET revision = :revision, updated_at_us = :updated_at, role = :role, display_name = :display_name, email = :email,
    email_key = :email_key, phone = :phone, start_date = :start_date, end_date = :end_date,
    publish_consent = :publish_consent
WHERE id = :id)sql";

inline constexpr char kDeleteContactPerson[] = "DELETE FROM contact_persons WHERE id = :id";

// --- Openings ---

inline constexpr char kSelectOpening[] = "SELECT * FROM openings WHERE id = :id AND organisation_id = :organisation";
inline constexpr char kSelectOpeningForUpdate[] =
    "SELECT * FROM openings WHERE id = :id AND organisation_id = :organisation {for_update}";
inline constexpr char kSelectOpenings[] =
    "SELECT * FROM openings WHERE :organisation = '' OR organisation_id = :organisation";

inline constexpr char kInsertOpening[] = R"sql(
INSERT INTO openings (id, organisation_id, revision, created_at_us, updated_at_us, kind, subtype, display_name, state,
                      seats, taken_seats, ssyk4, municipality_code, place, start_date, end_date, age_min, age_max,
                      requirements, adaptation_possible, host, contract, operator_id)
VALUES (:id, :organisation, :revision, :created_at, :updated_at, :kind, :subtype, :display_name, :state, :seats, 0,
        :ssyk4, :municipality_code, :place, :start_date, :end_date, :age_min, :age_max, :requirements,
        :adaptation_possible, :host, :contract, :operator))sql";

inline constexpr char kUpdateOpening[] = R"sql(
UPDATE openings
SET revision = :revision, updated_at_us = :updated_at, display_name = :display_name, state = :state, seats = :seats,
    ssyk4 = :ssyk4, municipality_code = :municipality_code, place = :place, start_date = :start_date,
    end_date = :end_date, age_min = :age_min, age_max = :age_max, requirements = :requirements,
    adaptation_possible = :adaptation_possible
WHERE id = :id)sql";

// Counts a seat where one is free: what keeps an opening from being oversold.
inline constexpr char kCountSeat[] = R"sql(
UPDATE openings SET taken_seats = taken_seats + 1
WHERE id = :id AND state = 'OPEN' AND taken_seats < seats)sql";
// The same without its guard, for the test that shows what the guard is for.
inline constexpr char kCountSeatUnguarded[] = R"sql(
UPDATE openings SET taken_seats = CASE WHEN taken_seats < seats THEN taken_seats + 1 ELSE taken_seats END
WHERE id = :id)sql";
inline constexpr char kGiveSeatBack[] = "UPDATE openings SET taken_seats = taken_seats - 1 WHERE id = :id";

inline constexpr char kSelectSeat[] = R"sql(
SELECT s.*, o.organisation_id FROM opening_seats s JOIN openings o ON o.id = s.opening_id
WHERE s.opening_id = :opening AND s.match_id = :match_id AND o.organisation_id = :organisation)sql";
inline constexpr char kSelectSeats[] = R"sql(
SELECT s.*, s.match_id AS id, o.organisation_id FROM opening_seats s JOIN openings o ON o.id = s.opening_id
WHERE s.opening_id = :opening)sql";
inline constexpr char kInsertSeat[] = R"sql(
INSERT INTO opening_seats (opening_id, match_id, match, revision, created_at_us, updated_at_us, state)
VALUES (:opening, :match_id, :match, :revision, :created_at, :updated_at, :state)
ON CONFLICT DO NOTHING)sql";
inline constexpr char kUpdateSeat[] = R"sql(
UPDATE opening_seats SET state = :state, revision = :revision, updated_at_us = :updated_at
WHERE opening_id = :opening AND match_id = :match_id AND revision = :revision - 1)sql";

}  // namespace brygga::partner

#endif  // BRYGGA_SERVICES_PARTNER_STORE_SQL_STATEMENTS_H_
