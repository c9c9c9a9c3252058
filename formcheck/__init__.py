"""formcheck: checks the form of rehabilitation exercises from an ordinary camera.

Frames become poses, poses become signals, signals become repetitions and faults, and those become a
cue now and a report later. The subpackages follow that sentence from left to right and import only to
the left: body, exercises, coach, plan, sources, store, report, ui, cli.
"""

__version__ = "0.1.0"
