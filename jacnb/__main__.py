"""``python -m jacnb`` is the command ``jacnb``."""

from __future__ import annotations

import sys

from jacnb.cli import main

sys.exit(main())
