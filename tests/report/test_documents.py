import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from formcheck.body.spine_rough import RoughBend, RoughLevel
from formcheck.coach.set_report import SetReport, Withheld
from formcheck.report.html import page, write_html
from formcheck.report.pdf import write_pdf
from formcheck.report.words import Focus
from tests.report import builders

FOCUS = Focus(builders.SIGNAL, builders.TARGET, "eccentric")
EVIL = '<img src=x onerror=alert(1)>#eval("1")*_$@`\\'


class Tags(HTMLParser):
    """Collects tags, attributes and text, and checks that tags close in order."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    return tags


def hostile() -> SetReport:
    """A report in which everything that anybody may write is an attack on the page or the compiler."""
    fault = replace(builders.shallow(), cue=EVIL, id=EVIL)
    report = builders.report((builders.repetition(3, verdict="fault", reasons=(EVIL,), faults=(fault,)),))
    return replace(
        report,
        origin=replace(report.origin, name=EVIL, damage=EVIL, model_name=EVIL),
        exercise=replace(report.exercise, name=EVIL, id=EVIL),
        set=replace(report.set, notes=(EVIL,)),
        cannot_judge=(Withheld(EVIL, 0.0, 1.0, EVIL, EVIL),),
    )


def pdf_text(path: Path) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(path).pages))


def test_page_says_headline_verdicts_reasons_and_disclaimer(tmp_path: Path) -> None:
    write_html(builders.report(), builders.signals(), tmp_path / "r.html", focus=FOCUS)
    text = parsed((tmp_path / "r.html").read_text("utf-8")).text
    for said in (
        "3 squats counted. Depth reached in 2 of 3.",
        "Your lower back was not judged",
        "No fault seen",
        "Shallow (amber, 60° where the limit is 80°). Sit a little deeper.",
        "4° to 100°",
        "Treat the back as not checked.",
        "Measured from your own start posture",
        "It is not a medical device",
    ):
        assert said in re.sub(r"\s+", " ", text)


def test_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    text = page(builders.report(), builders.signals(lumbar=True), FOCUS)
    tags = parsed(text)
    assert {"script", "link", "iframe", "object", "img"}.isdisjoint(tag for tag, _ in tags.seen)
    for _, attributes in tags.seen:
        assert {"src", "href", "xlink:href"}.isdisjoint(attributes)
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []
    assert set(re.findall(r"https?://[^\"' )]+", text)) == {"http://www.w3.org/2000/svg"}


def test_page_escapes_whatever_anybody_wrote() -> None:
    tags = parsed(page(hostile(), builders.signals(), FOCUS))
    assert "img" not in [tag for tag, _ in tags.seen]
    assert not any("onerror" in attributes for _, attributes in tags.seen)
    assert "<img src=x onerror=alert(1)>" in tags.text  # shown as it was written


def test_ids_on_the_page_are_unique() -> None:
    tags = parsed(page(builders.report(), builders.signals(lumbar=True), FOCUS))
    ids = [attributes["id"] for _, attributes in tags.seen if "id" in attributes]
    assert len(ids) == len(set(ids)) > 10


def test_every_verdict_has_a_word_and_a_mark_beside_its_colour() -> None:
    verdicts = ("ok", "borderline", "fault", "cannot_judge")
    judged = [
        builders.repetition(i, verdict=verdict, lumbar_flexion_deg=builders.JUDGED)
        for i, verdict in enumerate(verdicts, start=1)
    ]
    reps = (*judged, builders.repetition(5, verdict="ok"))
    text = page(builders.report(reps), builders.signals(), FOCUS)
    words = ("No fault seen", "Borderline", "Fault", "Not judged", "No fault seen, back not judged")
    for verdict, mark, word in zip((*verdicts, "back_unseen"), "✓≈!?○", words, strict=True):
        mark_and_word = f'<span class="mark" aria-hidden="true">{mark}</span>{word}<'
        assert f'class="verdict {verdict}">{mark_and_word}' in text


@pytest.mark.parametrize("lumbar", [True, False])
def test_sets_without_repetitions_still_make_both_documents(tmp_path: Path, lumbar: bool) -> None:
    report, signals = builders.report(()), builders.signals(lumbar=lumbar)
    write_html(report, signals, tmp_path / "r.html")
    write_pdf(report, signals, tmp_path / "r.pdf")
    assert "No squats counted." in (tmp_path / "r.html").read_text("utf-8")
    assert "No squats counted." in pdf_text(tmp_path / "r.pdf")


def test_pdf_says_the_same_as_the_page_and_starts_with_the_patient(tmp_path: Path) -> None:
    write_pdf(builders.report(), builders.signals(), tmp_path / "r.pdf", focus=FOCUS)
    content = (tmp_path / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    text = pdf_text(tmp_path / "r.pdf")
    for said in (
        "3 squats counted. Depth reached in 2 of 3.",
        "Sit a little deeper.",
        "not a medical device",
    ):
        assert said in text
    assert text.index("Repetitions") < text.index("for the clinician") < text.index("Each repetition")


def test_a_rough_curve_is_drawn_in_page_and_pdf_where_there_is_one(tmp_path: Path) -> None:
    bend = RoughBend(
        28.0, 11.0, 2, curve=(RoughLevel("out", 0.8, 20.0, 9.0, 2), RoughLevel("out", 1.0, 28.0, 11.0, 2))
    )
    with_curve = replace(builders.report(), back_rough=bend)
    for report, times in ((with_curve, 2), (builders.report(), 0)):  # for wide and narrow pages
        assert page(report, builders.signals(), FOCUS).count("lower back, roughly") == times
        write_pdf(report, builders.signals(), tmp_path / "r.pdf", focus=FOCUS)
        assert ("lower back, roughly" in pdf_text(tmp_path / "r.pdf")) is (times > 0)


def test_pdf_is_the_same_file_every_time(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_pdf(builders.report(), builders.signals(), tmp_path / name, focus=FOCUS)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_pdf_sets_whatever_anybody_wrote_as_text(tmp_path: Path) -> None:
    write_pdf(hostile(), builders.signals(), tmp_path / "r.pdf", focus=FOCUS)
    assert '#eval("1")*_$@`' in pdf_text(tmp_path / "r.pdf")


def test_signal_and_band_may_be_named_one_by_one(tmp_path: Path) -> None:
    write_html(
        builders.report(),
        builders.signals(),
        tmp_path / "r.html",
        signal="knee_flexion",
        target_band_deg=(200.0, 300.0),
    )
    text = parsed((tmp_path / "r.html").read_text("utf-8")).text
    assert "knee bend (°)" in text
    assert "Depth reached in none of 3." in text
