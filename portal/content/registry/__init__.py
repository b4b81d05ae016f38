"""ClinicalTrials.gov records (API v2) as facts of a study. Knows no web, no database, no gazetteer.

`record.py` reads, `words.py` and `lands.py` translate, `match.py` finds the rows that are there
already, `sites_table.py` and `study_entry.py` say what changes in the two files of a study.
"""
