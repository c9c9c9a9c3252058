"""What a route answers where it does not do what was asked."""

from starlette.responses import JSONResponse, Response

STRANGE = "This was sent from another site. Please open the page anew."
DAMAGED = "This request cannot be read: reload the page."


def refused(words: str, status: int) -> Response:
    """Return words for the page that asked, to be shown as they are."""
    return JSONResponse({"problem": words}, status, headers={"Cache-Control": "no-store"})
