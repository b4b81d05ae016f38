"""English wording of the files under config/, and who it speaks to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

# Whom a question speaks to: a parent about ‘your child’, the person who has the illness (‘you’),
# or somebody else about ‘the child or young person’ (content brief B4, ‘Who answers’).
WordSet = Literal["child", "you", "person"]


class Text(str):
    """English wording shown to a reader; `line` is where it stands in its file."""

    line: int = 0


NO_TEXT = Text("")


@dataclass(frozen=True)
class Words:
    """The same thing said to each of the three readers, each time in whole sentences.

    In a file, one text alone stands for all three.
    """

    child: Text
    you: Text
    person: Text

    short_form: ClassVar[bool] = True

    def for_(self, reader: WordSet) -> Text:
        return {"child": self.child, "you": self.you, "person": self.person}[reader]
