"""`flask review-pack`: every word of a study in one file, for translators and ethics committees.

It visits a portal of its own inside this process, so that pages and mails are the real ones.
"""
