"""Times the same epoch with fm-train and its peers, by turns and on one core, and prints a table.

    cargo build --release && python run.py

Every contender is a process that trains one epoch when it is asked to, so that its compiling and its
imports are not timed. The first epoch of each is not timed either; its mean loss shows that the
contenders compute the same thing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import task

HERE = Path(__file__).parent
RUST = ["fm-train", "burn", "candle"]
PYTHON = [
    "jax, jit of an epoch",
    "jax, jit of a step",
    "torch",
    "torch.compile",
    "keras, jax",
    "keras, torch",
]
# Of one core, whoever starts the threads. OpenBLAS chooses its kernel itself.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "FM_LEVEL")
# glibc gives freed megabytes back to the kernel and gets them anew at every step otherwise: burn and
# candle take 2.5 to 3 times as long then, the others as long as with it.
MALLOC = dict.fromkeys(("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"), "1000000000")
# First epochs differ by the order of the rows only: by a few thousandths of the loss.
LOSS_TOLERANCE = 0.02


class Contender:
    """A process that trains an epoch for each line that it gets."""

    def __init__(self, name, core, folder):
        self.name, self.secs = name, []
        command = [HERE / "target/release/peers"]
        if name in PYTHON:
            command = [sys.executable, HERE / "contenders.py"]
        env = {key: value for key, value in os.environ.items() if key not in UNSET}
        env |= dict.fromkeys(THREADS, "1") | MALLOC
        env |= {"KERAS_BACKEND": name.split()[-1], "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), *command, name, folder],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def epoch(self):
        """Seconds and mean loss of its next epoch."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended with exit code {self.process.wait()}")
        secs, loss = map(float, line.split())
        return secs, loss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9, help="two or more")
    parser.add_argument("--core", type=int, default=1, help="the core that all are pinned to")
    parser.add_argument("--data", help="folder of Fashion-MNIST's files; else images are drawn")
    parser.add_argument("--only", help="contenders, separated by semicolons; fm-train is always one")
    arguments = parser.parse_args()
    names = RUST + PYTHON
    if arguments.only:
        names = ["fm-train", *arguments.only.split(";")]

    with tempfile.TemporaryDirectory() as folder:
        task.write(Path(folder), arguments.data)
        contenders = []
        for name in names:
            contender = Contender(name, arguments.core, folder)
            contender.first_secs, contender.loss = contender.epoch()
            print(f"{name}: first epoch {contender.first_secs:.2f} s", file=sys.stderr)
            contenders.append(contender)
        for turn in range(arguments.rounds):
            start = turn % len(contenders)
            for contender in contenders[start:] + contenders[:start]:
                contender.secs.append(contender.epoch()[0])
        for contender in contenders:
            contender.process.stdin.close()
            contender.process.wait()

    print("| | an epoch, median | best | times fm-train's (quartiles) | loss of the first epoch |")
    print("|---|--:|--:|--:|--:|")
    ours = contenders[0]
    for contender in contenders:
        ratios = [secs / our for secs, our in zip(contender.secs, ours.secs)]
        low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
        print(
            f"| {contender.name} | {statistics.median(contender.secs):.3f} s "
            f"| {min(contender.secs):.3f} s "
            f"| {statistics.median(ratios):.2f} ({low:.2f}–{high:.2f}) | {contender.loss:.4f} |"
        )
    for contender in contenders:
        if abs(contender.loss / ours.loss - 1) > LOSS_TOLERANCE:
            sys.exit(f"{contender.name} does not train as fm-train: its first loss differs")


if __name__ == "__main__":
    main()
