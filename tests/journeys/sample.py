"""The sample, brought into a stack by the commands that deploy/demo shows people."""

import csv
import json

import harness

SAMPLE = harness.ROOT / "data" / "sample"
KINDS = ("vocational", "language", "youth")


def rows(name):
    """The rows of a file of the sample, as dictionaries."""
    with open(SAMPLE / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def later_applications():
    """The applications of people who had applied before."""
    return {row["later_mentee_id"] for row in rows("duplicates")}


def open_cohorts(stack, token):
    """An operator, and an open cohort of each programme. Returns the operator's name and the cohorts' by kind."""
    operator = stack.cli("organisation", "create", "Mötesplats Mentor", "--sector", "civil-society", "--kind",
                         "association", "--municipality", "0581", token=token).stdout.strip()
    cohorts = {}
    for kind in KINDS:
        rules = harness.ROOT / "data" / "rules" / f"{kind}.json"
        stack.cli("programme", "create", rules, "--operator", operator, token=token)
        name = f"Hösten 2022 ({kind})"
        cohorts[kind] = stack.cli("cohort", "create", kind, "--name", name, token=token).stdout.strip()
        stack.cli("cohort", "open", kind, token=token)
    return operator, cohorts


def import_file(stack, token, what, file, *flags):
    """Runs `brygga import`, and returns its exit code and its report."""
    done = stack.cli("--json", "import", what, file, *flags, token=token, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}


def import_people(stack, token, operator):
    """Partners, mentors and mentees; duplicates and rows without consent are left out."""
    for what, flags, expected in (("partners", ("--operator", operator), 0), ("mentors", (), 0), ("mentees", (), 1)):
        code, report = import_file(stack, token, what, SAMPLE / f"{what}.csv", *flags)
        assert code == expected, (what, code, report)


def all_pages(method, request, items):
    """What a List method answers over all pages: its field `items`."""
    found = []
    while True:
        page = method(request)
        found += getattr(page, items)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token
