"""The operator's manual and the README name commands and options that exist."""

import re
import subprocess

import pytest

from relais import REPOSITORY

PAGES = sorted((REPOSITORY / "docs" / "manual").glob("*.md")) + [REPOSITORY / "README.md"]
# Words of a command before its first option or argument.
COMMAND = re.compile(r"(?:^|`|\s)relais((?: [a-z][a-z-]+)+)([^`\n|]*)")


def commands():
    """(page, words, options) of everything that looks like a command of ours in code."""
    for page in PAGES:
        code = "\n".join(re.findall(r"`[^`\n]+`", page.read_text()) +
                         [line for line in page.read_text().splitlines() if line.startswith("    ")])
        for words, rest in COMMAND.findall(code):
            yield page.name, words.split(), re.findall(r"--[a-z][a-z-]+", rest)


@pytest.mark.parametrize("page,words,options", sorted({(page, " ".join(words), " ".join(options))
                                                        for page, words, options in commands()}))
def test_the_manual_names_what_exists(program, page, words, options):
    words = words.split()
    # What follows a command may be an argument: the longest prefix that has a help text is the command.
    for length in range(min(2, len(words)), 0, -1):
        answer = subprocess.run([str(program), *words[:length], "--help"], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True)
        if answer.returncode == 0:
            break
    assert answer.returncode == 0, f"{page}: relais {' '.join(words)}: {answer.stderr}"
    for option in options.split():
        assert option in answer.stdout, f"{page}: relais {' '.join(words)} has no {option}"
