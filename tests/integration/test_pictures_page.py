"""The session of the page on pictures shows what happens."""

import doctest
import re
from pathlib import Path

import jazz

PAGE = Path(__file__).parents[2] / "docs" / "pictures.md"


def test_the_session_of_the_page_shows_what_happens(server):
    [session] = re.findall(r"^```pycon\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    session = session.replace("localhost:50051", server.target)
    test = doctest.DocTestParser().get_doctest(session, {}, PAGE.name, str(PAGE), 0)
    report: list[str] = []

    doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test, out=report.append, clear_globs=False)

    database = test.globs["db"]
    assert isinstance(database, jazz.Database)
    database.close()
    assert not report, "".join(report)
