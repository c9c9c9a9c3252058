"""Installs what the system tests need beside Python: a browser, network namespaces, a system call tracer.

Works as root on a Debian or Ubuntu; elsewhere it says what is missing, loudly, and the tests that need it
skip. Installed programs are left as they are. Never fails: that is for the tests to do.
"""

import os
import shutil
import subprocess
import sys

# program: the Debian package that brings it, and what is not tested without it
NEEDED = {
    "chromium": ("chromium", "the pages in a real browser"),
    "ip": ("iproute2", "that nothing is sent (network namespace)"),
    "unshare": ("util-linux", "that nothing is sent (network namespace)"),
    "pg_ctlcluster": ("postgresql", "the store of a clinic (PostgreSQL)"),
    "strace": ("strace", "that no socket is opened (system calls)"),
}
WITHOUT_QUESTIONS = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def main() -> None:
    """Install what is missing, and say what stays missing."""
    wanted = missing()
    if wanted and may_install():
        install([NEEDED[program][0] for program in wanted])
    for program in missing():
        package, untested = NEEDED[program]
        say(f"SKIPPED: without {program} (Debian package {package}) it is not tested: {untested}.")


def missing() -> list[str]:
    """Return the programs that are not there."""
    return [program for program in NEEDED if shutil.which(program) is None]


def may_install() -> bool:
    """Return whether this is root on a system with apt."""
    if shutil.which("apt-get") is None:
        say("This system has no apt-get: install by hand what is named below.")
        return False
    if os.geteuid() != 0:
        say("Not root: run `sudo python tests/system/prepare.py` once to install what is named below.")
        return False
    return True


def install(packages: list[str]) -> None:
    """Ask apt for packages; a refusal is said and survived."""
    say(f"Installing {', '.join(packages)} ...")
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        result = subprocess.run(
            ["apt-get", *command], env=WITHOUT_QUESTIONS, check=False, capture_output=True, text=True
        )
        if result.returncode != 0:
            say(f"apt-get {command[0]} failed: {result.stderr.strip()[-500:]}")
            return


def say(line: str) -> None:
    """Write a line to the terminal."""
    sys.stderr.write(f"prepare: {line}\n")


if __name__ == "__main__":
    main()
