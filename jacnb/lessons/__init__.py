"""The lessons: each opens with one call, and knows whether its exercises are solved.

lab = jacnb.lesson("05")
q1, q2, q3 = lab.questions
q1.check()
"""

from __future__ import annotations

from jacnb.lessons.lab import Lab
from jacnb.lessons.opening import lesson

__all__ = ["Lab", "lesson"]
