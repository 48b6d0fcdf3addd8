"""Models of PyTorch and Keras for `interop.rs`, and their logits of ours.

    python interop.py write DIR   models with their logits: *.safetensors, written.json
    python interop.py read DIR    logits of the models in DIR/ours.json: read.json

Needs torch, safetensors and numpy; Keras' part is done where Keras can be imported. The files in
tests/fixtures/interop were made by `write`, and read.json there by `read`.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file as load_numpy, save_file as save_numpy
from safetensors.torch import load_file, save_file
from torch import nn

try:
    import keras
except ImportError:
    keras = None

SIZES = [6, 5, 4, 3]
TORCH = {
    "selu": nn.SELU(),
    "relu": nn.ReLU(),
    "elu": nn.ELU(),
    "leaky_relu": nn.LeakyReLU(0.01),
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
    "gelu": nn.GELU(),
}


def keras_activation(name):
    if name == "leaky_relu":
        return lambda x: keras.activations.leaky_relu(x, negative_slope=0.01)
    return name


def sequential(sizes, activation):
    """The nn.Sequential that our PyTorch layout is the state_dict of."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), TORCH[activation]]
    return nn.Sequential(*layers[:-1])


def keras_sequential(sizes, activation):
    keras.backend.clear_session()
    hidden = [keras.layers.Dense(n, activation=keras_activation(activation)) for n in sizes[1:-1]]
    return keras.Sequential([keras.Input((sizes[0],)), *hidden, keras.layers.Dense(sizes[-1])])


class Named(nn.Module):
    """Layers under names of their own."""

    def __init__(self, sizes, activation):
        super().__init__()
        pairs = list(zip(sizes, sizes[1:]))
        self.head = nn.Linear(*pairs[-1])
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairs[:-1])
        self.activation = TORCH[activation]

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return self.head(x)


def write(folder):
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(4, SIZES[0])).astype(np.float32)
    torch.manual_seed(1)
    written = []

    def note(name, activation, logits):
        written.append({"file": name, "activation": activation, "logits": logits.tolist()})

    with torch.no_grad():
        x = torch.from_numpy(inputs)
        for activation in TORCH:
            model = sequential(SIZES, activation)
            name = f"pytorch_{activation}.safetensors"
            save_file(model.state_dict(), folder / name, {"activation": activation})
            note(name, None, model(x).numpy())
        for name, model in {
            "pytorch_flatten.safetensors": nn.Sequential(nn.Flatten(), *sequential(SIZES, "relu")),
            "pytorch_named.safetensors": Named(SIZES, "relu"),
        }.items():
            save_file(model.state_dict(), folder / name)
            note(name, "relu", model(x).numpy())
    for activation in TORCH if keras else []:
        model = keras_sequential(SIZES, activation)
        name = f"keras_{activation}.safetensors"
        tensors = {v.path: keras.ops.convert_to_numpy(v) for v in model.weights}
        save_numpy(tensors, folder / name)
        note(name, activation, keras.ops.convert_to_numpy(model(inputs)))
    with open(folder / "written.json", "w") as file:
        versions = {"torch": torch.__version__, "keras": keras and keras.__version__}
        json.dump({"versions": versions, "inputs": inputs.tolist(), "written": written}, file, indent=1)
        file.write("\n")


def read(folder):
    ours = json.loads((folder / "ours.json").read_text())
    inputs = np.array(ours["inputs"], dtype=np.float32)
    logits = {}
    for name in ours["files"]:
        with safe_open(folder / name, "np") as file:
            activation = file.metadata()["activation"]
        if name.startswith("ours_pytorch"):
            tensors = load_file(folder / name)
            weights = [t for n, t in sorted(tensors.items()) if n.endswith("weight")]
            model = sequential([weights[0].shape[1], *(w.shape[0] for w in weights)], activation)
            model.load_state_dict(tensors)
            with torch.no_grad():
                logits[name] = model(torch.from_numpy(inputs)).numpy().tolist()
        elif keras:
            tensors = load_numpy(folder / name)
            kernels = [t for n, t in sorted(tensors.items()) if n.endswith("kernel")]
            model = keras_sequential([kernels[0].shape[0], *(k.shape[1] for k in kernels)], activation)
            for variable in model.weights:
                variable.assign(tensors.pop(variable.path.split("/", 1)[1]))
            assert not tensors, f"left over: {list(tensors)}"
            logits[name] = keras.ops.convert_to_numpy(model(inputs)).tolist()
    (folder / "read.json").write_text(json.dumps(logits, indent=1) + "\n")


{"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
