"""The task of all contenders as files in one folder: images, labels and first weights."""

import gzip
from pathlib import Path

import numpy as np

SIZES = [784, 300, 100, 50, 50, 50, 8]
BATCH = 32
ROWS = 43_986
CLASSES = SIZES[-1]
LEARNING_RATE = 0.01
# Sandal and shirt are the target task's.
LEFT_OUT = (5, 6)


class Task:
    """The files of a folder, as arrays."""

    def __init__(self, folder):
        folder = Path(folder)
        self.images = np.fromfile(folder / "images", np.uint8).reshape(-1, SIZES[0])
        self.labels = np.fromfile(folder / "labels", np.uint8)
        self._weights = np.fromfile(folder / "weights", np.float32)

    def weights(self):
        """Weights `[inputs, outputs]` and biases, layer by layer."""
        at = 0
        for inputs, outputs in zip(SIZES, SIZES[1:]):
            w = self._weights[at : at + inputs * outputs].reshape(inputs, outputs)
            at += inputs * outputs
            yield w, self._weights[at : at + outputs]
            at += outputs


def write(folder, data):
    """Writes the files: of the published images in the folder `data`, or of drawn ones."""
    rng = np.random.default_rng(1)
    images, labels = published(Path(data)) if data else drawn(rng)
    images.tofile(folder / "images")
    labels.tofile(folder / "labels")
    with open(folder / "weights", "wb") as file:
        for inputs, outputs in zip(SIZES, SIZES[1:]):
            limit = np.sqrt(6 / (inputs + outputs))  # Glorot and Bengio 2010, equation 16
            rng.uniform(-limit, limit, (inputs, outputs)).astype(np.float32).tofile(file)
            np.zeros(outputs, np.float32).tofile(file)


def published(data):
    """The first rows of the source task's eight classes."""

    def read(name, offset):
        with gzip.open(data / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, SIZES[0])
    labels = read("train-labels-idx1-ubyte.gz", 8)
    rows = np.flatnonzero(~np.isin(labels, LEFT_OUT))[:ROWS]
    kept = [label for label in range(10) if label not in LEFT_OUT]
    return images[rows], np.searchsorted(kept, labels[rows]).astype(np.uint8)


def drawn(rng):
    """A dark and a bright half for each class, and noise that a network has to see through."""
    labels = rng.integers(0, CLASSES, ROWS, np.uint8)
    bright = rng.random((CLASSES, SIZES[0])) < 0.5
    noise = rng.random((ROWS, SIZES[0]), np.float32)
    images = np.where(bright[labels], noise, noise * noise) * 255
    images[rng.random(images.shape, np.float32) < 0.5] = 0
    return images.astype(np.uint8), labels
