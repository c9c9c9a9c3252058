"""How properties are tested: the same examples everywhere, or new ones when asked for.

``pytest --hypothesis-profile=explore`` draws new examples each time and remembers what failed; what it finds
becomes an ``@example`` of its test.
"""

from hypothesis import HealthCheck, settings

# No deadline, no health check of speed: a loaded machine must not fail a test.
_CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", _CALM, print_blob=True)
settings.register_profile("same-everywhere", _CALM, derandomize=True)
settings.load_profile("same-everywhere")
