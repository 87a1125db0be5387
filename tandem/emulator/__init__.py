"""AWS in this process: moto's server on a loopback port, its gaps mended.

**Its yes is no evidence.** It accepts roles, projects, artifacts and permissions that do not
exist, and its builds succeed without building. It shows that Terraform can create, re-read and
destroy a configuration; whether the configuration works is for Tandem's own checks to say.

Nothing is ever changed in what is synthesized: what differs for the emulator goes into an
override file beside a copy of it (`override`), and what is missing in moto is mended here.
moto takes a moment to import, so it is imported when an emulator starts and not before.
"""

from tandem.emulator.override import OVERRIDE_FILE, override
from tandem.emulator.seed import SeedError, seed
from tandem.emulator.server import Emulator, PortInUseError, serve

__all__ = ["OVERRIDE_FILE", "Emulator", "PortInUseError", "SeedError", "override", "seed", "serve"]
