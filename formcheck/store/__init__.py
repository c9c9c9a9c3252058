"""What is kept: database, media, accounts. Start at `formcheck.store.store.Store`.

::

    store = Store.open(Settings.from_environment())
    actor = store.people.at_home()            # home mode; in a clinic: store.sessions.actor(token)

Every call takes the actor who asks and raises `NotThereError` where they may not (or there is nothing):
`access.decide` is the only place that decides, `guard` the only one that asks it.

``store.sets``
    ``save``, ``of_patient``, ``get``, ``report``, ``files``, ``open``, ``share``, ``judged``, ``delete``.
``store.live``
    A set that is going on: ``begin(actor, NewSet)`` gives a `LiveSet` with ``add(pose)``,
    ``finish(outcome)``, ``discard()``.
``store.uploads``, ``store.work``
    Recordings on their way in, resumable; analysis beside the pages: ``ask``, ``stages``, ``claim``.
``store.logbook``
    The patient's log (``add``, ``entries``) and prescriptions (``prescribe``, ``prescriptions``,
    ``prescription_of`` a set).
``store.reviews``, ``store.remarks``, ``store.waiting``
    Clinicians' verdicts and what they looked through; words about a set; what waits for a clinician.
``store.watching``
    Who may watch a set that is going on; that it was watched, and the cues that were sent.
``store.people``, ``store.invitations``, ``store.sessions``
    Accounts, choices, a clinician's ``patients``; one-time codes; logging in and out.
``store.audit``, ``store.takeout``, ``store.erase``
    Who did what (``audit.note`` writes an entry within a transaction); export and import; deletion.

Another table: a model in a ``tables_*.py``, a step in ``migrations/versions``, a repository class like
`logbook.Logbook` whose methods begin with `guard.require` or `guard.set_for`, and its line in the table of
``tests/store/test_authorisation.py``. Anything with a foreign key to an account or a set and
``ondelete="CASCADE"`` goes with it.
"""
