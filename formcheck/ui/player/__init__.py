"""The linked player: overlay video, angle plot and repetitions in step with each other."""

from formcheck.ui.player.player import linked_player

__all__ = ["linked_player"]
