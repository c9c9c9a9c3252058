"""Writers take turns, in the order in which they came."""

import threading
import time

import pytest

from formcheck.store.turns import Turns

WRITERS = 5


def test_who_has_waited_longest_is_next() -> None:
    """Also where the one who had the turn asks again at once, as a large upload does."""
    turns, came, served = Turns(), [], []
    threads = []

    def write(name: int) -> None:
        came.append(name)
        with turns:
            served.append(name)

    with turns:
        for name in range(WRITERS):
            threads.append(threading.Thread(target=write, args=(name,)))
            threads[-1].start()
            while len(turns._waiting) <= name:  # it stands in the queue
                time.sleep(0.001)
    with turns:
        served.append("again")
    for thread in threads:
        thread.join()
    assert served == [*came, "again"]


def test_nobody_else_is_let_in() -> None:
    turns, inside, most = Turns(), 0, 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns:
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_the_turn_goes_on_after_a_mistake() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="mine"), turns:
        raise ValueError("mine")
    with turns:
        pass
