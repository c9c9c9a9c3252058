"""What ``formcheck app --lan`` needs: this computer's address, a certificate made now, and an invitation."""

import ipaddress
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ifaddr
import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from formcheck.errors import UsageError
from formcheck.ui.live.door import TOKEN

VALID_FOR = timedelta(days=7)
"""A certificate that is made anew at every start need not live long."""
WARNING = (
    "The browser will warn that the connection is not private: the certificate was made by this computer a "
    "moment ago, and no authority knows it. What you send is encrypted all the same. Choose 'Advanced' and "
    "go on; on an iPhone that may be refused later on: then film the set and choose the video under Review."
)


def lan_address() -> str:
    """Return this computer's address on the home network.

    Raises
    ------
    UsageError
        When it is on none.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # a documentation address; this sends nothing
            address: str = probe.getsockname()[0]
            return address
    except OSError:  # a network that leads nowhere else, such as a phone's own, does for a phone
        found = next(_own_addresses(), "")
    if not found:
        raise UsageError("This computer is on no network. Connect it to the phone's, then try again.")
    return found


def _own_addresses() -> Iterator[str]:
    """Yield this computer's IPv4 addresses that others on a network can reach."""
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            if each.is_IPv4 and not ipaddress.ip_address(str(each.ip)).is_loopback:
                yield str(each.ip)


def write_certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Write a certificate for an address, and its key, which only this user can read; return both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "formcheck on this network")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID_FOR)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address(address)), x509.DNSName("localhost")]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].touch(mode=0o600)
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


def invitation(address: str, port: int, phone: str, computer: str) -> str:
    """Return what the terminal shows: the QR code, the addresses, and the browser's warning explained once.

    Parameters
    ----------
    address : str
        This computer's.
    port : int
        Of the server.
    phone, computer : str
        One token for each.
    """
    links = [f"https://{address}:{port}/live?{TOKEN}={token}" for token in (phone, computer)]
    return (
        f"{_drawn(links[0])}\n\nOn the phone, once: {links[0]}\n"
        f"At this computer, once: {links[1]}\n\n{WARNING}"
    )


def _drawn(link: str) -> str:
    """Return a QR code, two rows of it to a line."""
    rows = [list(row) for row in segno.make(link).matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    return "\n".join(
        "".join(_HALVES[bool(a), bool(b)] for a, b in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


# dark modules are left out, so that it can be read from a dark terminal
_HALVES = {(False, False): "\u2588", (False, True): "\u2580", (True, False): "\u2584", (True, True): " "}
