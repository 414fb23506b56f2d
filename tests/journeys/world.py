"""A small programme to work in: an operator, a partner, a programme with a cohort, and people."""

import harness
from harness import request_id

from brygga.matching.v1 import matching_service_pb2 as matching
from brygga.participant.v1 import (
    enrolment_pb2,
    enrolment_service_pb2,
    participant_pb2,
    participant_service_pb2,
    programme_pb2,
    programme_service_pb2,
)
from brygga.partner.v1 import agreement_pb2, organisation_pb2, partner_service_pb2

CONSENT = programme_pb2.LEGAL_BASIS_CONSENT
MENTOR, ADEPT = programme_pb2.PROGRAMME_ROLE_MENTOR, programme_pb2.PROGRAMME_ROLE_ADEPT


def organisation(client, name, key):
    return client.partner.CreateOrganisation(partner_service_pb2.CreateOrganisationRequest(
        organisation=organisation_pb2.Organisation(
            display_name=name, sector=organisation_pb2.SECTOR_PRIVATE, kind=organisation_pb2.ORGANISATION_KIND_COMPANY,
            external_ref=organisation_pb2.ExternalRef(source="journey", key=key)),
        request_id=request_id())).organisation.name


def agreement(client, partner, operator, valid_from="2020-01-01", valid_to=""):
    return client.partner.CreateAgreement(partner_service_pb2.CreateAgreementRequest(
        parent=partner,
        agreement=agreement_pb2.Agreement(operator=operator, terms=agreement_pb2.AgreementTerms(
            kind=agreement_pb2.AGREEMENT_KIND_MENTOR_PARTNER, valid_from=valid_from, valid_to=valid_to,
            mentor_seats=10)),
        request_id=request_id())).agreement.name


def programme(client, operator, kind=programme_pb2.PROGRAMME_KIND_VOCATIONAL):
    """A programme without eligibility criteria, where adepts are matched by consent and mentors by contract."""
    bases = [
        programme_pb2.PurposeBasis(role=role, purpose=purpose,
                                   basis=CONSENT if role == ADEPT else programme_pb2.LEGAL_BASIS_CONTRACT)
        for role in (ADEPT, MENTOR)
        for purpose in (participant_pb2.PURPOSE_PROGRAMME, participant_pb2.PURPOSE_MATCHING)
    ]
    name = client.programmes.CreateProgramme(programme_service_pb2.CreateProgrammeRequest(
        programme=programme_pb2.Programme(display_name="Yrkesmentor", kind=kind, operator=operator,
                                          roles=[ADEPT, MENTOR], legal_bases=bases, private_mentors_allowed=True),
        request_id=request_id())).programme.name
    client.programmes.CreateRuleSet(programme_service_pb2.CreateRuleSetRequest(
        parent=name, rule_set=programme_pb2.RuleSet(), request_id=request_id()))
    return name


def cohort(client, programme_name, name="Hösten 2022"):
    made = client.programmes.CreateCohort(programme_service_pb2.CreateCohortRequest(
        parent=programme_name, cohort=programme_pb2.Cohort(display_name=name, places=1000), request_id=request_id()))
    return change_state(client, made.cohort.name, programme_pb2.COHORT_STATE_OPEN)


def change_state(client, name, state):
    return client.programmes.ChangeCohortState(programme_service_pb2.ChangeCohortStateRequest(
        name=name, state=state, request_id=request_id())).cohort.name


def profile(**changes):
    """A nurse in Stockholm who speaks Swedish and English and has Monday evenings free."""
    fields = {
        "languages": [participant_pb2.LanguageSkill(language="sv", level=participant_pb2.CEFR_LEVEL_C1),
                      participant_pb2.LanguageSkill(language="en", level=participant_pb2.CEFR_LEVEL_B2)],
        "sun_level": "54", "sun_field": "723", "ssyk4": "2221", "years_experience": 8, "municipality_code": "0180",
        "max_distance_km": 50, "meeting_format": participant_pb2.MEETING_FORMAT_EITHER,
        "slots": [participant_pb2.SLOT_MON_EVENING], "goals": ["NETWORK"],
    }
    fields.update(changes)
    return participant_pb2.Profile(**fields)


def person(client, programme_name, given_name, key, capacity=0, consents=True, **profile_changes):
    name = client.participants.CreateParticipant(participant_service_pb2.CreateParticipantRequest(
        programme=programme_name,
        participant=participant_pb2.Participant(
            external_ref=participant_pb2.ExternalRef(source="journey", key=key), given_name=given_name,
            family_name="Exempel", birth_year=1985, capacity=capacity, profile=profile(**profile_changes)),
        request_id=request_id())).participant.name
    if consents:
        for purpose in (participant_pb2.PURPOSE_PROGRAMME, participant_pb2.PURPOSE_MATCHING):
            client.participants.GiveConsent(participant_service_pb2.GiveConsentRequest(
                parent=name,
                consent=participant_pb2.Consent(purpose=purpose,
                                                notice=participant_pb2.Notice(version="journey-1"),
                                                channel=participant_pb2.CONSENT_CHANNEL_WEB),
                request_id=request_id()))
    return name


def enrol(client, cohort_name, participant, role):
    return client.enrolments.CreateEnrolment(enrolment_service_pb2.CreateEnrolmentRequest(
        parent=cohort_name, enrolment=enrolment_pb2.Enrolment(participant=participant, role=role),
        request_id=request_id())).enrolment.name


def decide(client, cohort_name):
    return client.enrolments.DecideEnrolments(enrolment_service_pb2.DecideEnrolmentsRequest(
        parent=cohort_name, request_id=request_id()))


def run_round(client, cohort_name):
    """Starts a round and waits until it has proposed its pairs."""
    started = client.matching.StartRound(matching.StartRoundRequest(parent=cohort_name, request_id=request_id()))
    last = None
    for update in client.matching.WatchRound(matching.WatchRoundRequest(name=started.round.name)):
        last = update.round
    return last


def people(client, stack):
    """The usual beginning: returns operator, partner, programme and open cohort."""
    operator = organisation(client, "Mötesplats Mentor", "operator")
    partner = organisation(client, "Exempelbolaget AB", "partner")
    agreement(client, partner, operator)
    programme_name = programme(client, operator)
    return operator, partner, programme_name, cohort(client, programme_name)
