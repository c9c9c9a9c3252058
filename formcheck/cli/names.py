"""Names for what a command writes: no two of one command are the same."""


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, and take it.

    Parameters
    ----------
    name : str
        What it should be; a number is put behind it where that is taken.
    taken : set of str
        What is taken, without capitals: not every file system tells them from small letters.
    """
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free.casefold())
    return free
