"""Files that are wrong in every way people make them wrong, through the command line.

What cannot be read as a whole is refused before anything is sent. Otherwise each
bad row is named by line, column and value with what to write instead and is not
stored, while the good rows of the same file are. The databases are read behind
the services' backs. Each test takes rows of the sample that no other test has.
"""

import csv
import io
import unittest

import sample
from harness import Stack, wait_until

KEYS = {"partners": "partner_id", "mentors": "mentor_id", "mentees": "mentee_id", "events": "event_id"}
PARTNER = {"mentors": "partner_id", "mentees": "excluded_partner_id", "events": "organiser_partner_id"}
WHAT = tuple(KEYS)
STORED = {
    "partners": ("partner", "SELECT external_key FROM organisations WHERE external_source = 'sample'"),
    "mentors": ("participant", "SELECT external_key FROM participants WHERE external_source = 'sample'"),
    "mentees": ("participant", "SELECT external_key FROM participants WHERE external_source = 'sample'"),
    "events": ("events", "SELECT ref_key FROM events WHERE ref_source = 'sample'"),
}
DONE, SOME_REFUSED, USAGE = 0, 1, 2  # Exit codes, as `brygga --help` lists them.


def as_csv(rows, columns=None):
    """The bytes of a file that holds `rows`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def organisation_number(serial):
    """A number from the range that is kept for fiction, with its check digit."""
    digits = f"559999{serial:03}"
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    return f"559999-{serial:03}{-total % 10}"


def standing_alone(what):
    """Rows like the sample's that lean on no partner, series or other row."""
    later = sample.later_applications()
    for copy in range(20):
        for row in sample.rows(what):
            if what == "partners":
                serial = 500 + copy * 24 + int(row["partner_id"][1:])
                yield {**row, "partner_id": f"{row['partner_id']}-{copy}", "name": f"{row['name']} {serial}",
                       "org_number": organisation_number(serial), "contact_email": f"{serial}.{row['contact_email']}"}
            elif what == "events" and row["parts_total"] == "1" and not row["series_id"] and not row["repeats"]:
                yield {**row, "event_id": f"{row['event_id']}-{copy}", "organiser_partner_id": "P0001"}
            elif what == "mentors" and copy == 0:
                yield {**row, "partner_id": ""}
            elif what == "mentees" and copy == 0 and row["consent"] == "1" and row["mentee_id"] not in later:
                yield {**row, "excluded_partner_id": ""}


class BadCsv(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.token = cls.stack.token("--admin")
        cls.operator, _ = sample.open_cohorts(cls.stack, cls.token)
        cls.fresh = {what: standing_alone(what) for what in WHAT}
        partner = cls.stack.folder / "partner.csv"  # Whoever organises the events.
        partner.write_bytes(as_csv(sample.rows("partners")[:1]))
        cls.stack.cli("import", "partners", partner, "--operator", cls.operator, token=cls.token)

    def take(self, what, count):
        return [dict(next(self.fresh[what])) for _ in range(count)]

    def flags(self, what):
        return {"partners": ("--operator", self.operator)}.get(what, ())

    def run_import(self, what, content, *flags):
        """Exit code and report, as programs get it."""
        file = self.stack.folder / f"{what}.csv"
        file.write_bytes(content)
        return sample.import_file(self.stack, self.token, what, file, *self.flags(what), *flags)

    def said(self, what, content, *flags):
        """Exit code, and what people read."""
        file = self.stack.folder / f"{what}.csv"
        file.write_bytes(content)
        done = self.stack.cli("import", what, file, *self.flags(what), *flags, token=self.token, check=False)
        return done.returncode, done.stdout + done.stderr

    def stored(self, what):
        service, sql = STORED[what]
        return {key for key, in self.stack.rows(service, sql)}

    def everything(self):
        """Every row of every table that keeps what somebody asked for, and all that follows from it."""
        wait_until(self.participant_follows_partner, 30, "participant to hear of all agreements")
        return {service: {table: sorted(self.stack.rows(service, f"SELECT * FROM {table}"))
                          for table in self.tables(service)} for service in ("partner", "participant", "events")}

    def participant_follows_partner(self):
        said = self.stack.rows("partner", "SELECT agreement_id, MAX(revision) FROM agreement_versions GROUP BY agreement_id")
        heard = self.stack.rows("participant", "SELECT name, revision FROM agreements")
        return sorted(said) == sorted([name.rpartition("/")[2], revision] for name, revision in heard)

    def tables(self, service):
        found = self.stack.rows(service, "SELECT name FROM sqlite_master WHERE type = 'table'")
        return [table for table, in found if table not in ("feed_progress", "leases", "schema_version")]

    def each(self, claim):
        for what in WHAT:
            with self.subTest(what=what):
                claim(what)

    def refused_as_a_whole(self, what, content, *words):
        """The file is refused, with `words` and a way out, and nothing is stored."""
        before = self.everything()
        code, text = self.said(what, content)
        self.assertEqual(code, USAGE, text)
        for word in words:
            self.assertIn(word, text)
        code, report = self.run_import(what, content)
        self.assertEqual(code, USAGE)
        self.assertIn(words[0], report["error"])
        self.assertEqual(self.everything(), before)

    # --- The file as a whole -----------------------------------------------

    def test_utf_16_is_refused_with_how_to_save_it(self):
        def claim(what):
            text = as_csv(self.take(what, 1)).decode()
            for content in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), text.encode("utf-16-le")):
                self.refused_as_a_whole(what, content, "UTF-16", "Save it again as UTF-8")

        self.each(claim)

    def test_latin_1_is_refused_with_the_place_and_how_to_save_it(self):
        def claim(what):
            first, second = self.take(what, 2)
            column = {"partners": "name", "events": "venue"}.get(what, "last_name")
            first[column], second[column] = "Vanlig", "Sjöberg"
            content = as_csv([first, second]).decode().encode("latin-1", "replace")
            at = next(i for i, byte in enumerate(content) if byte >= 0x80)
            line, character = content.count(b"\n", 0, at) + 1, at - content.rfind(b"\n", 0, at)
            self.refused_as_a_whole(what, content, f"Line {line}, character {character} (byte 0x{content[at]:02x})",
                                    "Latin-1", "Save it again as UTF-8")

        self.each(claim)

    def test_an_empty_file_is_refused(self):
        self.each(lambda what: self.refused_as_a_whole(what, b"", "The file is empty", "must name the columns"))

    def test_a_file_that_is_no_text_is_refused(self):
        self.each(lambda what: self.refused_as_a_whole(
            what, as_csv(self.take(what, 1)) + b"\x00", "is a NUL", "Line 3"))

    def test_a_wrong_header_is_refused_with_every_column_that_is_missing_unknown_or_repeated(self):
        def claim(what):
            row, = self.take(what, 1)
            key, *_, last = row
            without = {**{column: value for column, value in row.items() if column not in (key, last)},
                       "nickname": "x", "shoe_size": "42"}
            self.refused_as_a_whole(what, as_csv([without]), "The first line does not name", f"lacks {key}, {last}",
                                    "unknown nickname, shoe_size")
            twice = as_csv([row]).replace(b"\n", b"," + key.encode() + b"\n", 1).replace(b"\n", b",x\n")
            self.refused_as_a_whole(what, twice, "The first line does not name", f"repeats {key}")
            headless = as_csv([row]).split(b"\n", 1)[1]
            self.refused_as_a_whole(what, headless, "The first line does not name", "it lacks", key, last)

        self.each(claim)

    def test_semicolons_and_tabs_are_recognised(self):
        def claim(what):
            for separator, word in ((b";", "semicolons"), (b"\t", "tabs")):
                self.refused_as_a_whole(what, as_csv(self.take(what, 1)).replace(b",", separator), word, "commas")

        self.each(claim)

    def test_a_header_alone_is_a_file_without_rows(self):
        def claim(what):
            content = as_csv(self.take(what, 1)).split(b"\n")[0]
            before = self.everything()
            self.assertEqual(self.said(what, content), (DONE, "0 rows.\n"))
            code, report = self.run_import(what, content + b"\n")
            self.assertEqual((code, report["counts"], report["complete"]), (DONE, {}, True))
            self.assertEqual(self.everything(), before)

        self.each(claim)

    def test_a_byte_order_mark_and_windows_line_ends_are_passed_over_and_mentioned(self):
        def claim(what):
            rows = self.take(what, 2)
            content = b"\xef\xbb\xbf" + as_csv(rows).replace(b"\n", b"\r\n")
            code, text = self.said(what, content)
            self.assertEqual(code, DONE, text)
            self.assertIn("byte order mark", text)
            self.assertIn("2 created", text)
            self.assertLessEqual({row[KEYS[what]] for row in rows}, self.stored(what))
            self.assertTrue(self.run_import(what, content)[1]["byteOrderMark"])

        self.each(claim)

    # --- Rows --------------------------------------------------------------

    def test_rows_that_cannot_be_read_are_named_and_the_others_stored(self):
        def claim(what):
            good, short, long, huge, quoted, twice, last = self.take(what, 7)
            key = KEYS[what]
            lines = as_csv([good, short, long, huge, quoted, twice, twice, last]).decode().splitlines()
            lines[2] = lines[2].rsplit(",", 2)[0]
            lines[3] += ",one,too many"
            lines[4] = f"{huge[key]}," + "x" * 10_000_000
            lines[5] = lines[5].replace(quoted[key], f'{quoted[key]}"', 1)
            before = self.stored(what)
            content = "\n".join(lines).encode()  # The last line has no end.
            code, report = self.run_import(what, content)

            self.assertEqual((code, report["complete"]), (SOME_REFUSED, True))
            self.assertEqual(report["counts"], {"created": 3, "unreadable": 5})
            fields = len(lines[0].split(","))
            self.assertEqual([(row["line"], row["row"], row["column"]) for row in report["rows"]],
                             [(3, short[key], ""), (4, long[key], ""), (5, "", ""), (6, "", key), (8, twice[key], key)])
            mends = [row["mend"] for row in report["rows"]]
            for mend, words in zip(mends, ((f"has {fields - 2} fields", f"has {fields}", "quotation marks"),
                                           (f"has {fields + 2} fields", f"has {fields}", "quotation marks"),
                                           ("longer than 64 KiB", "Shorten"), ("quotation mark", "twice"),
                                           ("Line 7", "same id", "remove"))):
                for word in words:
                    self.assertIn(word, mend)
            self.assertEqual(self.stored(what) - before, {good[key], twice[key], last[key]})

        self.each(claim)

    def test_people_read_the_whole_of_what_programs_are_told(self):
        def claim(what):
            good, short = self.take(what, 2)
            content = as_csv([good, short]).rsplit(b",", 2)[0]
            _, report = self.run_import(what, content)
            code, text = self.said(what, content)
            self.assertEqual(code, SOME_REFUSED)
            self.assertIn(report["rows"][0]["mend"], " ".join(text.split()))

        self.each(claim)

    # Values that are wrong by their form alone, and those that only the service can judge.
    WRONG = {
        "partners": ({"org_type": "church", "employees": "many", "agreement": "friendship", "mentor_quota": "-1",
                      "job_partner": "yes"},
                     {"org_number": "299999-0341", "name": "", "sni_section": "Å", "municipality_code": "80",
                      "partner_since": "2020-13-40", "contact_email": "nobody"}),
        "mentors": ({"gender": "W", "birth_year": "old", "languages": "sv:N;en:Z9", "slots": "mon_night",
                     "programmes": "cooking", "status": "gone", "capacity": "0", "meeting_format": "moon"},
                    {"first_name": "", "email": "nobody", "ssyk4": "abcd", "sun_level": "xx", "municipality_code": "9",
                     "origin_country": "Sverige"}),
        "mentees": ({"consent": "yes", "residence": "Mars", "mentor_gender_pref": "W", "referred_by": "luck",
                     "arrival_year": "soon", "programme": "language;youth"},
                    {"first_name": "", "email": "nobody", "target_ssyk4": "22", "sun_field": "????",
                     "municipality_code": "180", "skills": "å"}),
        "events": ({}, {"kind": "party", "mode": "moon", "starts_at": "yesterday", "capacity": "many",
                        "waiting_list": "2", "age_min": "-1", "registration_closes": "soon", "title_sv": ""}),
    }

    def expect_named(self, what, wrong, right=None):
        """One row with the values of `wrong` is refused with each of them named; its neighbours are stored."""
        first, bad, last = self.take(what, 3)
        bad.update(wrong | (right or {}))
        before = self.stored(what)
        code, report = self.run_import(what, as_csv([first, bad, last]))
        self.assertEqual((code, report["counts"]), (SOME_REFUSED, {"created": 2, "refused": 1}))
        self.assertEqual({(row["line"], row["row"], row["outcome"], row["storedAs"]) for row in report["rows"]},
                         {(3, bad[KEYS[what]], "refused", "")})
        self.assertEqual({row["column"] for row in report["rows"]}, wrong.keys())
        for row in report["rows"]:
            self.assertIn(row["value"], wrong[row["column"]])
            self.assertGreater(len(row["mend"]), 10, row)
        self.assertEqual(self.stored(what) - before, {first[KEYS[what]], last[KEYS[what]]})

    def test_every_value_of_a_wrong_form_is_named(self):
        for what in ("partners", "mentors", "mentees"):
            with self.subTest(what=what):
                self.expect_named(what, self.WRONG[what][0])

    def test_every_value_that_the_service_refuses_is_named_by_its_column(self):
        self.each(lambda what: self.expect_named(what, self.WRONG[what][1]))

    def test_all_that_is_wrong_with_a_row_is_said_at_once(self):
        for what in ("partners", "mentors", "mentees"):
            with self.subTest(what=what):
                form, judged = self.WRONG[what]
                self.expect_named(what, {**dict(list(form.items())[:2]), **dict(list(judged.items())[:2])})

    def test_a_partner_is_named_beside_other_mistakes_only_where_it_is_one(self):
        for what, column in PARTNER.items():
            with self.subTest(what=what):
                wrong = dict(list(self.WRONG[what][1].items())[:2])
                if self.WRONG[what][0]:
                    wrong |= dict(list(self.WRONG[what][0].items())[:1])
                self.expect_named(what, {**wrong, column: "P9999"})
                self.expect_named(what, wrong, {column: "P0001"})

    def test_a_partner_that_nobody_imported_is_named(self):
        for what, column in PARTNER.items():
            with self.subTest(what=what):
                self.expect_named(what, {column: "P9999"})

    def test_where_a_value_may_be_empty_the_mend_says_so(self):
        row, = self.take("mentees", 1)
        _, report = self.run_import("mentees", as_csv([{**row, "residence": "Mars"}]))
        self.assertRegex(report["rows"][0]["mend"], r"asylum_pending,? or leave it empty\.")

    def test_a_row_without_an_id_is_named(self):
        def claim(what):
            good, bad = self.take(what, 2)
            bad[KEYS[what]] = ""
            before = self.stored(what)
            code, report = self.run_import(what, as_csv([bad, good]))
            self.assertEqual(code, SOME_REFUSED)
            self.assertEqual([(row["line"], row["column"]) for row in report["rows"]], [(2, KEYS[what])])
            self.assertEqual(self.stored(what) - before, {good[KEYS[what]]})

        self.each(claim)

    def test_people_who_do_not_consent_or_apply_twice_are_listed_and_not_stored(self):
        first, refusing = self.take("mentees", 2)
        refusing["consent"] = "0"
        again = {**first, "mentee_id": "A90001", "email": first["email"].upper()}
        before = self.stored("mentees")
        code, report = self.run_import("mentees", as_csv([first, refusing, again]))
        self.assertEqual(code, SOME_REFUSED)  # For the duplicate; a no is no mistake.
        self.assertEqual(report["counts"], {"created": 1, "no consent": 1, "duplicate": 1})
        self.assertIn(first["mentee_id"], [row for row in report["rows"] if row["row"] == "A90001"][0]["mend"])
        self.assertEqual(self.stored("mentees") - before, {first["mentee_id"]})
        names = self.stack.rows("participant", "SELECT email FROM participants")
        self.assertNotIn([refusing["email"]], names)

    # --- Again -------------------------------------------------------------

    def test_a_row_whose_partner_has_come_meanwhile_is_stored_by_the_same_file(self):
        partner, = self.take("partners", 1)
        waiting, bad = self.take("mentors", 2)
        content = as_csv([{**waiting, "partner_id": partner["partner_id"]},
                          {**bad, "partner_id": partner["partner_id"], "gender": "W"}])
        _, report = self.run_import("mentors", content)
        self.assertEqual([(row["line"], row["column"]) for row in report["rows"] if row["column"] != "gender"],
                         [(2, "partner_id"), (3, "partner_id")])
        self.run_import("partners", as_csv([partner]))
        before = self.stored("mentors")
        code, report = self.run_import("mentors", content)
        self.assertEqual((code, report["counts"]), (SOME_REFUSED, {"created": 1, "refused": 1}))
        self.assertEqual([(row["line"], row["column"]) for row in report["rows"]], [(3, "gender")])
        self.assertEqual(self.stored("mentors") - before, {waiting["mentor_id"]})

    def test_a_dry_run_says_what_would_happen_and_stores_nothing(self):
        def claim(what):
            good, bad, short = self.take(what, 3)
            column, value = next(iter(self.WRONG[what][1].items()))
            bad[column] = value
            content = as_csv([good, bad, short]).rsplit(b",", 2)[0]
            before = self.everything()
            code, tried = self.run_import(what, content, "--dry-run")
            self.assertEqual(self.everything(), before)
            self.assertIn("nothing is stored", self.said(what, content, "--dry-run")[1])
            self.assertEqual(self.everything(), before)
            done_code, done = self.run_import(what, content)
            self.assertEqual((code, tried["counts"], tried["rows"]), (done_code, done["counts"], done["rows"]))
            self.assertEqual((tried["dryRun"], done["dryRun"]), (True, False))
            self.assertEqual(done["counts"], {"created": 1, "refused": 1, "unreadable": 1})

        self.each(claim)

    def test_the_same_file_again_changes_nothing(self):
        def claim(what):
            good, bad, other = self.take(what, 3)
            column, value = next(iter(self.WRONG[what][1].items()))
            content = as_csv([good, {**bad, column: value}, other])
            first = self.run_import(what, content)
            before = self.everything()
            self.assertEqual(self.run_import(what, content), first)
            self.assertEqual(self.everything(), before)

        self.each(claim)

    def test_a_mended_file_stores_what_was_missing_and_leaves_the_rest(self):
        def claim(what):
            good, bad, other = self.take(what, 3)
            column, value = next(iter(self.WRONG[what][1].items()))
            self.run_import(what, as_csv([good, {**bad, column: value}, other]))
            before = self.stored(what)
            code, report = self.run_import(what, as_csv([good, bad, other]))
            self.assertEqual((code, report["counts"]), (DONE, {"created": 1, "unchanged": 2}))
            self.assertEqual(self.stored(what) - before, {bad[KEYS[what]]})

        self.each(claim)


if __name__ == "__main__":
    unittest.main()
