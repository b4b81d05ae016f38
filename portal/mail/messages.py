"""Build a mail: a folder of three templates, in the reader’s language.

Mails are rendered when they are sent, not when they are asked for: the outbox keeps no body.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal import languages
from portal.content.word_links import plain
from portal.mail.content import MailContent

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "mail"
QUOTE = "> "
# What mail programs turn into a link by themselves: schemes, www., names with a dot, addresses.
_LINK_LIKE = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]*://\S+|mailto:\S+|www\.\S+|[^\s@/]+@[^\s@]+\.\w{2,}\S*"
    r"|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)"
)
_MARKS = str.maketrans({".": "[.]", ":": "[:]", "@": "[@]"})


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True, pgettext=languages.pgettext
    )
    environment.filters.update(
        {
            "t": languages.gettext,
            "country": languages.territory_name,
            "language_name": languages.language_name,
            "quoted": quoted,
            "date": languages.format_date,
            "words": lambda text: plain(languages.gettext(text)),
        }
    )
    environment.globals["direction"] = lambda code: languages.describe(code).direction
    environment.globals["also_in"] = also_in
    return environment


def build(mail: str, language: str, /, **values: object) -> MailContent:
    """The mail `templates/mail/<mail>` for a reader of `language`.

    Raises jinja2.TemplateError: a template is broken or a value is missing.
    """

    def part(file: str) -> str:
        return _templates().get_template(f"{mail}/{file}").render(language=language, **values)

    with languages.in_language(language):
        subject = " ".join(part("subject.txt").split())
        return MailContent(language, subject, part("body.txt").strip() + "\n", part("body.html"))


def also_in(code: str, message: str) -> str:
    """A fixed phrase in a second reader’s language; empty if that is the language of the mail.

    Hospital and family can then point at the same line (architecture, ‘Mail’).
    """
    if code == languages.current():
        return ""
    with languages.in_language(code):
        return languages.gettext(message)


def quoted(text: str) -> str:
    """Every line behind ‘> ’, so that nobody takes a family’s words for ours."""
    return "\n".join(f"{QUOTE}{line}".rstrip(" ") for line in text.split("\n"))


def without_links(text: str) -> str:
    """The same words with every address broken: a stranger’s message must not carry a link.

    Source: reliability brief, A6 (‘links made unclickable’).
    """
    return _LINK_LIKE.sub(lambda match: match[0].translate(_MARKS), text)
