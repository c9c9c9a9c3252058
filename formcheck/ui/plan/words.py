"""The words of the plan's pages: places, moments, states."""

from formcheck.plan.context import State
from formcheck.plan.entries import Moment, Place, Side

Spot = tuple[Place, Side]

SPOTS: dict[Spot, str] = {
    ("central_back", "middle"): "Middle of the back",
    ("lateral_back", "left"): "Back, left",
    ("lateral_back", "right"): "Back, right",
    ("buttock", "left"): "Buttock, left",
    ("buttock", "right"): "Buttock, right",
    ("thigh", "left"): "Thigh, left",
    ("thigh", "right"): "Thigh, right",
    ("calf", "left"): "Calf, left",
    ("calf", "right"): "Calf, right",
    ("foot", "left"): "Foot, left",
    ("foot", "right"): "Foot, right",
    ("groin", "left"): "Groin or front of hip, left",
    ("groin", "right"): "Groin or front of hip, right",
}
BY_WORDS = {words: spot for spot, words in SPOTS.items()}

ASKED: dict[Moment, str] = {
    "before": "How is it before you begin?",
    "during": "How was it while you moved?",
    "after": "How is it now, right after?",
    "upright": "How is it after a minute on your feet?",
    "after_5_min": "How is it after five minutes?",
    "next_morning": "How is it this morning?",
}
STATE_TITLE: dict[State, str] = {
    "emergency": "Get medical help now",
    "see_someone": "See someone first",
    "screen": "A few questions first",
    "stop": "That is all for today",
    "rest": "A day of rest",
    "before": "How is it today?",
    "go": "Today",
    "done": "Done for today",
}
STOP_IF_IT_HURTS = (
    "Stop if it hurts. Stopping is always right: sit down, note it here, and leave it for today."
)
HOME_NOTE = (
    "The plan keeps the four steps in their order. It does not choose movements by your symptoms: "
    "that takes a clinician."
)
CLINIC_NOTE = (
    "The order follows how you answered to each movement. Your clinician owns it and sees what you note."
)
NOTHING_EXCLUDED = (
    "Passing these questions excludes nothing. If you are in doubt, ask somebody who knows you."
)
