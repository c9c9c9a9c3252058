"""The progress as a PDF: the patient's page first, nothing "better" within what chance explains."""

from pathlib import Path

import pytest

from formcheck.plan.entries import Entry
from formcheck.report.progress_pdf import write_progress_pdf
from tests.plan.builders import E1, did, felt, session
from tests.report.test_documents import EVIL, pdf_text


def weeks(first: int, last: int) -> list[Entry]:
    """Pain at rest of two weeks, six weeks apart, three mornings each, and one exercise."""
    log: list[Entry] = [felt("next_morning", 1, first, day=day) for day in (2, 3, 4)]
    log += [felt("next_morning", 1, last, day=day) for day in (37, 38, 39)]
    return [*log, *session(E1, day=1, base=(1, first), morning=None), did(EVIL, day=2)]


@pytest.mark.parametrize(("last", "said"), [(2, "Better: worst pain at rest."), (4, "Nothing has changed")])
def test_the_patients_page_comes_first_and_says_what_changed(tmp_path: Path, last: int, said: str) -> None:
    write_progress_pdf(weeks(5, last), tmp_path / "p.pdf")
    text = pdf_text(tmp_path / "p.pdf")
    assert said in text
    assert text.index("Your progress") < text.index(said) < text.index("for the clinician")
    assert "It is not a medical device" in text
    assert "Suzuki 2020" in text


def test_whatever_anybody_wrote_is_text(tmp_path: Path) -> None:
    write_progress_pdf(weeks(5, 5), tmp_path / "p.pdf")
    assert '#eval("1")' in pdf_text(tmp_path / "p.pdf")


def test_it_is_the_same_file_every_time(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_progress_pdf(weeks(5, 2), tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_an_empty_log_makes_a_page(tmp_path: Path) -> None:
    write_progress_pdf([], tmp_path / "p.pdf")
    assert "nothing noted yet" in pdf_text(tmp_path / "p.pdf")
