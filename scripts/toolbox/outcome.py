"""What a run of tests or checks came to."""

from dataclasses import dataclass, field

from .progress import say


@dataclass
class Outcome:
    """Counts, and for each failure its name and what a person needs to find the fault."""

    passed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)  # of (name, detail)

    def add(self, other):
        self.passed += other.passed
        self.skipped += other.skipped
        self.failures += other.failures

    def fail(self, name, detail=""):
        self.failures.append((name, detail.strip()))

    def show(self):
        """Print each failure, then the line other programs read.

        :return: exit status: 0 only when nothing failed and something ran
        """
        for name, detail in self.failures:
            say(f"\nFAILED {name}\n{detail}")
        print(f"{self.passed} passed, {len(self.failures)} failed", flush=True)
        return 0 if self.passed and not self.failures else 1
