"""Mistakes in sites.csv, mailboxes.csv and portal.toml."""

from __future__ import annotations

from tests.unit.mistakes import BOXES, SITES, UTRECHT, Mistake

IN_TABLES = {
    # hospitals
    "hospital twice": Mistake(SITES, ",be-ghent-uz-gent,", f",{UTRECHT},", "stands here twice"),
    "unknown status of a hospital": Mistake(
        SITES, "nl;en,,", "nl;en,busy,", "status: “busy”", "unconfirmed"
    ),
    "registry word as status": Mistake(
        SITES, "nl;en,,", "nl;en,NOT_YET_RECRUITING,", "status: ", "means here: opening"
    ),
    "status without a date": Mistake(SITES, "nl;en,,", "nl;en,open,", "has no date", "status_on"),
    "country of three letters": Mistake(SITES, "3584CS,NL,", "3584CS,NLD,", "country_code", "NL"),
    "country that is none": Mistake(SITES, "3584CS,NL,", "3584CS,ZZ,", "“ZZ” is no country"),
    "no city": Mistake(SITES, ",Utrecht,", ",,", "“city” is missing", "Fill"),
    "no country": Mistake(SITES, "3584CS,NL,", "3584CS,,", "“country_code” is missing", "Fill"),
    "latitude out of range": Mistake(SITES, "52.09083", "152.09083", "lat: 152.09083", "degrees"),
    "longitude out of range": Mistake(SITES, "5.12222", "512.222", "lon: 512.222", "degrees"),
    "latitude with a comma": Mistake(SITES, "52.09083", '"52,09083"', "lat: “52,09083”", "point"),
    "latitude that is no number": Mistake(SITES, "52.09083", "nan", "lat: nan"),
    "point in the sea": Mistake(SITES, "52.09083,5.12222", "0,0", "both 0"),
    "time zone of a hospital": Mistake(
        SITES, "Europe/Amsterdam", "Amsterdam", "timezone", "Europe/"
    ),
    "language in capitals": Mistake(SITES, ",nl;en,", ",NL;en,", "“NL” is no language code", "nl"),
    "no language": Mistake(SITES, ",nl;en,", ",,", "languages: none"),
    "wrong study": Mistake(
        SITES, "NCT05658640,nl-", "NCT05751044,nl-", "not this study", "NCT05658640"
    ),
    "capitals in an id": Mistake(
        SITES, UTRECHT, "NL Utrecht", "site_id: “NL Utrecht”", "nl-utrecht"
    ),
    "too few columns": Mistake(SITES, "3584CS,NL,", "3584CS NL,", "has 20 columns", "commas"),
    "too many columns": Mistake(SITES, "3584CS,NL,", "3584CS,NL,,", "has 22 columns", "quotes"),
    "column missing": Mistake(SITES, ",timezone,", ",", "missing: timezone", "trial_nct,site_id"),
    "column renamed": Mistake(SITES, ",timezone,", ",tz,", "missing: timezone; unknown: tz"),
    "semicolons": Mistake(
        BOXES,
        "site_id,email,second_email",
        "site_id;email;second_email",
        "first row",
        "with commas",
    ),
    "confirmed by nobody": Mistake(
        SITES,
        "1 source,,,,,,Study team,",
        "1 source,,2026-11-01,,,,Study team,",
        "Only one of",
        "both",
    ),
    "confirmed in the future": Mistake(
        SITES,
        "1 source,,,,,,Study team,",
        "1 source,,2027-01-01,lead,,,Study team,",
        "confirmed_on: 2027-01-01 is in the future",
    ),
    "day in another form": Mistake(
        SITES,
        "1 source,,,,,,Study team,",
        "1 source,1/11/2026,,,,,Study team,",
        "status_on: “1/11/2026”",
        "2026-11-22",
    ),
    "answering time in words": Mistake(
        SITES, "1 source,,,,,,Study team,", "1 source,,,,,,Study team,two", "response_days: “two”"
    ),
    "open quote": Mistake(
        SITES, "NCT05658640,gb-sutton", '"NCT05658640,gb-sutton', "CSV", at=SITES
    ),
    # mailboxes
    "hospital without mailbox": Mistake(
        BOXES,
        f"{UTRECHT},{UTRECHT}@sites.example,{UTRECHT}.second@sites.example\n",
        "",
        f"“{UTRECHT}” has no mailbox",
        "mailboxes.csv",
        at=SITES,
    ),
    "mailbox of no hospital": Mistake(BOXES, "fi-helsinki-new", "fi-turku-new", "not in sites.csv"),
    "mailbox twice": Mistake(
        BOXES, "\nbe-ghent-uz-gent,", f"\n{UTRECHT},", "stands here twice", "", 1
    ),
    "mailbox empty": Mistake(BOXES, f",{UTRECHT}@sites.example,", ",,", "the mailbox is empty"),
    "mailbox without @": Mistake(BOXES, f",{UTRECHT}@sites", f",{UTRECHT}.sites", "cannot work"),
    "two addresses in one": Mistake(
        BOXES, f",{UTRECHT}@sites.example", f",a@sites.example b@sites.example{'x'}", "cannot work"
    ),
    "second address bad": Mistake(BOXES, ".second@sites.example", "@@sites", "second_email: "),
    "same address twice": Mistake(
        BOXES, f"{UTRECHT}.second@", f"{UTRECHT}@", "the same as email", "another"
    ),
    # portal.toml
    "TOML syntax": Mistake("portal.toml", "border_km = 150", "border_km = ", "not valid TOML"),
    "setting unknown": Mistake(
        "portal.toml", "stale_days = 35", "stale_day = 35", "“stale_day” is not", "“stale_days”"
    ),
    "setting missing": Mistake(
        "portal.toml", "tell_family_after = 3", "# 3", "“tell_family_after” is missing", "Add", -3
    ),
    "section missing": Mistake("portal.toml", "[answering]", "[answer]", "“answer” is not known"),
    "setting as text": Mistake(
        "portal.toml", "border_km = 150", 'border_km = "150"', "not a number"
    ),
    "limit with a point": Mistake(
        "portal.toml",
        "checks_per_source_per_hour = 3000",
        "checks_per_source_per_hour = 2.5",
        "whole",
    ),
    "limit of nothing": Mistake(
        "portal.toml",
        "sends_per_source_per_hour = 120",
        "sends_per_source_per_hour = 0",
        "less than 1",
    ),
    "penalty below zero": Mistake(
        "portal.toml", "language_km = 100", "language_km = -1", "distance"
    ),
    "unknown language": Mistake("portal.toml", '"en", ', '"en", "xq", ', "“xq” is no language"),
    "language twice": Mistake("portal.toml", '"en", ', '"en", "en", ', "offered twice"),
    "no English": Mistake("portal.toml", '"en", ', "", "English is not offered", "en"),
    "unreviewed and not offered": Mistake(
        "portal.toml", "allow_unreviewed = []", 'allow_unreviewed = ["pt"]', "“pt” is not offered"
    ),
}
