"""The contenders in Python: `python contenders.py NAME FOLDER` serves one epoch for each line.

Every contender trains the network from the same first weights on the same images of bytes, and does
in an epoch what fm-train does: shuffle, gather, scale, forward, loss, backward, step.
"""

import functools
import sys
import time

import numpy as np

from task import BATCH, CLASSES, LEARNING_RATE, SIZES, Task


def jax_contender(task, whole_epoch):
    """jit of a whole epoch (`lax.scan` over the batches), or of one step."""
    import jax
    import jax.numpy as jnp

    data = jnp.asarray(task.images), jnp.asarray(task.labels.astype(np.int32))
    params = [(jnp.asarray(w), jnp.asarray(b)) for w, b in task.weights()]

    def mean_loss(params, x, y):
        for w, b in params[:-1]:
            x = jax.nn.selu(x @ w + b)
        w, b = params[-1]
        log_p = jax.nn.log_softmax(x @ w + b)
        return -jnp.take_along_axis(log_p, y[:, None], axis=1).mean()

    def step(params, data, rows):
        images, labels = data
        x = images[rows].astype(jnp.float32) * (1 / 255)
        mean, grads = jax.value_and_grad(mean_loss)(params, x, labels[rows])
        params = jax.tree.map(lambda p, g: p - LEARNING_RATE * g, params, grads)
        return params, mean * len(rows)

    def epoch(params, data, order):
        whole = len(order) // BATCH * BATCH
        batches = order[:whole].reshape(-1, BATCH)
        params, totals = jax.lax.scan(lambda p, rows: step(p, data, rows), params, batches)
        params, last = step(params, data, order[whole:])
        return params, (totals.sum() + last) / len(order)

    compiled_epoch = jax.jit(epoch, donate_argnums=0)
    compiled_step = jax.jit(step, donate_argnums=0)

    def run(order):
        nonlocal params
        order = order.astype(np.int32)
        if whole_epoch:
            params, loss = compiled_epoch(params, data, order)
            return float(loss)
        totals = []
        for start in range(0, len(order), BATCH):
            params, total = compiled_step(params, data, order[start : start + BATCH])
            totals.append(total)
        return sum(map(float, totals)) / len(order)

    return run


def torch_data(task):
    """Images, labels, and the network with the first weights."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    layers = []
    for w, b in task.weights():
        layer = nn.Linear(*w.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w.T.copy()))
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, nn.SELU()]
    images, labels = torch.from_numpy(task.images), torch.from_numpy(task.labels.astype(np.int64))
    return images, labels, nn.Sequential(*layers[:-1])


def torch_eager(task):
    import torch
    from torch.nn import functional

    images, labels, model = torch_data(task)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, fused=True)

    def run(order):
        total = torch.zeros(())
        for rows in torch.from_numpy(order).split(BATCH):
            x = images.index_select(0, rows).to(torch.float32).mul_(1 / 255)
            loss = functional.cross_entropy(model(x), labels.index_select(0, rows))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        return total.item() / len(order)

    return run


def torch_compiled(task):
    """A whole step compiled by Inductor, with C++ around its kernels: quicker than a compiled loss
    with `torch.optim`."""
    import torch
    from torch.nn import functional

    images, labels, model = torch_data(task)
    params = {name: param.detach() for name, param in model.named_parameters()}

    def mean_loss(params, x, y):
        return functional.cross_entropy(torch.func.functional_call(model, params, x), y)

    # The last batch has fewer rows, so it gets code of its own.
    @functools.partial(torch.compile, dynamic=False, options={"cpp_wrapper": True})
    def step(params, pixels, y):
        x = pixels.to(torch.float32) * (1 / 255)
        grads, loss = torch.func.grad_and_value(mean_loss)(params, x, y)
        for name, param in params.items():
            param.sub_(LEARNING_RATE * grads[name])
        return loss * len(y)

    def run(order):
        total = torch.zeros(())
        for rows in torch.from_numpy(order).split(BATCH):
            total += step(params, images.index_select(0, rows), labels.index_select(0, rows))
        return total.item() / len(order)

    return run


def keras_contender(task, backend):
    """`Model.fit`, which shuffles and gathers by itself, compiled; scaling is its first layer."""
    import keras

    assert keras.config.backend() == backend
    if backend == "torch":
        import torch

        torch.set_num_threads(1)
    layers = [keras.layers.Rescaling(1 / 255)]
    layers += [keras.layers.Dense(n, activation="selu") for n in SIZES[1:-1]]
    model = keras.Sequential([keras.Input((SIZES[0],), dtype="uint8"), *layers, keras.layers.Dense(CLASSES)])
    for layer, (w, b) in zip(model.layers[1:], task.weights(), strict=True):
        layer.set_weights([w, b])
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # With PyTorch, Keras compiles again for every layer and runs into its limit.
        jit_compile=backend == "jax",
    )
    labels = task.labels.astype(np.int32)

    def run(_):
        history = model.fit(task.images, labels, batch_size=BATCH, shuffle=True, verbose=0)
        return history.history["loss"][0]

    return run


CONTENDERS = {
    "jax, jit of an epoch": lambda task: jax_contender(task, True),
    "jax, jit of a step": lambda task: jax_contender(task, False),
    "torch": torch_eager,
    "torch.compile": torch_compiled,
    "keras, jax": lambda task: keras_contender(task, "jax"),
    "keras, torch": lambda task: keras_contender(task, "torch"),
}


def serve(name, folder):
    """An epoch for each line of the standard input; the first one compiles. Prints seconds and the
    epoch's mean loss."""
    task = Task(folder)
    run = CONTENDERS[name](task)
    rng = np.random.default_rng(1)
    for _ in sys.stdin:
        start = time.perf_counter()
        loss = run(rng.permutation(len(task.labels)))
        print(time.perf_counter() - start, loss, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2])
