"""The worker of a server: one thread that takes work from the store, one piece at a time."""

import logging
import os
import secrets
import shutil
import threading
import time
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.store.access import WORKER, NotThereError
from formcheck.store.store import Store
from formcheck.store.work import Claim
from formcheck.ui.guarded import kind_words
from formcheck.ui.job import Cancelled, Job, Progress
from formcheck.ui.uploads.analyse import Analyst

POLL_S = 1.0
TELL_S = 1.0
TIDY_S = 60.0
ENDING_S = 5.0
LIVE = "live"
SESSION_S = 86_400.0

_LOG = logging.getLogger(__name__)


def clear_sessions(folder: Path) -> None:
    """Delete what live sessions left in their folders a day ago; what is to be kept is in the store."""
    for session in folder.glob("*/*"):
        if time.time() - session.stat().st_mtime > SESSION_S:
            shutil.rmtree(session, ignore_errors=True)


class Worker:
    """Takes work, tells how far it is, and tidies up now and then.

    Parameters
    ----------
    store : Store
        Where work comes from.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._name = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._analyst = Analyst(store)
        self._ending = threading.Event()
        self._tidied_s = float("-inf")
        self._thread = threading.Thread(target=self._run, name="formcheck-worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Give back what is being worked on, for the next server."""
        self._ending.set()
        self._thread.join(ENDING_S)

    def step(self) -> bool:
        """Do one piece of work, if there is one; returns whether there was."""
        claim = self._store.work.claim(self._name)
        if claim is None:
            return False
        self._do(claim)
        return True

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                if time.monotonic() - self._tidied_s > TIDY_S:
                    self._store.tidy()
                    clear_sessions(self._store.settings.data_dir / LIVE)
                    self._tidied_s = time.monotonic()
                if not self.step():
                    self._ending.wait(POLL_S)
            except FormcheckError:
                self._ending.wait(POLL_S * 5)  # the database is away: it was logged where that was found
            except Exception:  # noqa: BLE001 - the outermost place of the thread
                _LOG.exception("the worker met a defect")
                self._ending.wait(POLL_S * 5)

    def _do(self, claim: Claim) -> None:
        job = Job(lambda tell: self._analyst.do(claim.set_id, claim.task, tell), f"{claim.task}-set")
        try:
            while not job.done:
                job.join(TELL_S)
                if self._ending.is_set() or not self._told(claim, job.progress):
                    job.cancel()
                    job.join(ENDING_S)
                    self._store.work.release(self._name)
                    return
        finally:
            job.cancel()  # whatever happened: nobody would hear of it any more
        try:
            job.result()
        except (Cancelled, NotThereError):
            self._store.work.finish(claim)  # it was deleted meanwhile
        except Exception as error:  # noqa: BLE001 - logged by the job, said kindly on the page
            self._failed(claim, kind_words(error))
        else:
            self._store.work.finish(claim)

    def _told(self, claim: Claim, progress: Progress) -> bool:
        """Tell how far it is; return whether it is still wanted.

        A database that is away for a while stops no work: nobody else can take it meanwhile, and whoever took
        it afterwards is found out by the next word.
        """
        known = progress.share is not None
        try:
            return self._store.work.tell(claim, progress.step, progress.share or 0.0, 1.0 if known else 0.0)
        except FormcheckError:
            return True

    def _failed(self, claim: Claim, problem: str) -> None:
        self._store.work.fail(claim, problem)
        if claim.task in ("analyse", "finish"):
            self._store.sets.failed(WORKER, claim.set_id, problem)
