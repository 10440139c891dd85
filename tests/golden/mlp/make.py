"""Losses, gradients and update steps of small perceptrons, worked by PyTorch's autograd and optimisers in
float64. Writes expected.json beside this file. Kernels are stored (inputs, outputs), the transpose of
torch.nn.Linear's."""
import json
import pathlib

import torch

torch.manual_seed(20261129)
torch.set_default_dtype(torch.float64)
N, FEATURES, CLASSES, HIDDEN, STEPS = 7, 4, 3, [5, 6], 3
ACTIVATIONS = {"relu": torch.relu, "gelu": torch.nn.functional.gelu, "silu": torch.nn.functional.silu}

X = torch.randn(N, FEATURES).float().double()  # float32 numbers, so that the test reads the same ones
y = torch.tensor([0, 1, 2, 1, 0, 2, 2])
base = dict(
    activation="relu", normalization="none", label_smoothing=0.0, class_weight=None,
    optimizer="adam", learning_rate=0.05, weight_decay=0.0, gradient_clip_norm=None,
)
cases = {
    "relu, adam": {},
    "gelu, adamw": dict(activation="gelu", optimizer="adamw", weight_decay=0.1),
    "silu, sgd with weight decay": dict(activation="silu", optimizer="sgd", weight_decay=0.1),
    "relu, adam with weight decay": dict(weight_decay=0.1),
    "class weights and label smoothing": dict(class_weight=[0.5, 2.0, 1.25], label_smoothing=0.2),
    "clipped gradients": dict(optimizer="sgd", gradient_clip_norm=0.3),
    "batch normalization": dict(normalization="batch", optimizer="adamw", weight_decay=0.1),
    "layer normalization": dict(normalization="layer", activation="gelu"),
    "piecewise-linear embedding": dict(
        optimizer="adamw", weight_decay=0.1,
        embedding=dict(kind="piecewise_linear", columns=[0, 2, 3], size=2, nBins=[3, 1, 2]),
    ),
    "periodic embedding": dict(
        optimizer="adamw", weight_decay=0.1, gradient_clip_norm=0.5,
        embedding=dict(kind="periodic", columns=[0, 1, 2, 3], size=3, nFrequencies=2),
    ),
}
# Of the columns that have them, one after the other; quantiles would be such numbers.
EDGES = [[-1.0, -0.25, 0.5, 1.5], [-0.5, 1.0], [-0.75, 0.25, 0.75]]


def drawn(*shape, scale):
    return (torch.randn(*shape) * scale).float().double()


def initial_weights(case):
    weights = {}
    embedding = case.get("embedding")
    width = FEATURES
    if embedding is not None:
        n_columns, size = len(embedding["columns"]), embedding["size"]
        width += n_columns * (size - 1)
        if embedding["kind"] == "periodic":
            n_terms = 2 * embedding["nFrequencies"]
            weights["embedding/frequencies"] = drawn(n_columns * n_terms // 2, scale=0.3)
        else:
            n_terms = max(embedding["nBins"])
        weights["embedding/kernel"] = drawn(n_columns, n_terms, size, scale=(2 / n_terms) ** 0.5)
        weights["embedding/bias"] = drawn(n_columns * size, scale=0.1)
    sizes = [width, *HIDDEN, CLASSES]
    for l, (a, b) in enumerate(zip(sizes, sizes[1:])):
        weights[f"layer{l}/kernel"] = drawn(a, b, scale=(2 / a) ** 0.5)
        weights[f"layer{l}/bias"] = drawn(b, scale=0.1)
        if case["normalization"] != "none" and l < len(HIDDEN):
            weights[f"layer{l}/scale"] = (1 + torch.randn(b) * 0.1).float().double()
    return weights


def constants(case):
    """Starts and slopes of the bins, as the network has them: slope 0 where a column has fewer."""
    embedding = case.get("embedding")
    if embedding is None or embedding["kind"] == "periodic":
        return {}
    rows = [([], []) for _ in EDGES]
    for (starts, slopes), edges in zip(rows, EDGES):
        for low, high in zip(edges, edges[1:]):
            starts.append(low)
            slopes.append(1 / (high - low))
        missing = max(embedding["nBins"]) - len(starts)
        starts.extend([0.0] * missing)
        slopes.extend([0.0] * missing)
    flat = [torch.tensor([number for row in rows for number in row[part]]) for part in (0, 1)]
    return {"embedding/starts": flat[0].float().double(), "embedding/slopes": flat[1].float().double()}


def embed(weights, embedding):
    """Column by column, as the paper has it (arXiv:2203.05556, equations 1 and 2)."""
    columns, size = embedding["columns"], embedding["size"]
    parts = []
    for place, j in enumerate(columns):
        x = X[:, j]
        if embedding["kind"] == "periodic":
            n = embedding["nFrequencies"]
            angles = 2 * torch.pi * x[:, None] * weights["embedding/frequencies"][place * n:(place + 1) * n]
            terms = torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)
        else:
            edges, terms = EDGES[place], []
            n = len(edges) - 1
            for t, (low, high) in enumerate(zip(edges, edges[1:])):
                ratio = (x - low) / (high - low)
                if t > 0:
                    ratio = torch.where(x < low, 0.0, ratio)
                if t < n - 1:
                    ratio = torch.where(x >= high, 1.0, ratio)
                terms.append(ratio)
            terms = torch.stack(terms, dim=1)
        kernel = weights["embedding/kernel"][place, :terms.shape[1]]
        bias = weights["embedding/bias"][place * size:(place + 1) * size]
        parts.append(torch.relu(terms @ kernel + bias))
    rest = [j for j in range(FEATURES) if j not in columns]
    return torch.cat([*parts, X[:, rest]], dim=1)


def objective(weights, case):
    h = X if case.get("embedding") is None else embed(weights, case["embedding"])
    for l in range(len(HIDDEN) + 1):
        z = h @ weights[f"layer{l}/kernel"]
        scale = weights.get(f"layer{l}/scale")
        if scale is not None and case["normalization"] == "batch":
            z = torch.nn.functional.batch_norm(z, None, None, scale, None, training=True, eps=1e-5)
        elif scale is not None:
            z = torch.nn.functional.layer_norm(z, z.shape[1:], scale, None, eps=1e-5)
        z = z + weights[f"layer{l}/bias"]
        h = ACTIVATIONS[case["activation"]](z) if l < len(HIDDEN) else z
    losses = torch.nn.functional.cross_entropy(
        h, y, reduction="none", label_smoothing=case["label_smoothing"]
    )
    w = torch.tensor(case["class_weight"] or [1.0] * CLASSES)[y]
    return (w * losses).sum() / w.sum()


def optimizer(weights, case):
    # Weight decay pulls kernels alone.
    groups = [
        dict(params=[w for name, w in weights.items() if name.endswith("kernel")],
             weight_decay=case["weight_decay"]),
        dict(params=[w for name, w in weights.items() if not name.endswith("kernel")], weight_decay=0.0),
    ]
    rate = case["learning_rate"]
    if case["optimizer"] == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=0.9)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[case["optimizer"]](groups, lr=rate)


def plain(tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def work(name, changes):
    case = {**base, **changes}
    weights = initial_weights(case)
    initial = plain({**weights, **constants(case)})
    for w in weights.values():
        w.requires_grad_()
    opt = optimizer(weights, case)
    for step in range(STEPS):
        opt.zero_grad()
        loss = objective(weights, case)
        loss.backward()
        if step == 0:
            first = float(loss.detach())
            gradients = plain({name: w.grad for name, w in weights.items()})
        if case["gradient_clip_norm"] is not None:
            torch.nn.utils.clip_grad_norm_(list(weights.values()), case["gradient_clip_norm"])
        opt.step()
    return dict(name=name, options=case, initial=initial, loss=first, gradients=gradients,
                weights_after=plain(weights))


document = dict(
    torch=torch.__version__, n_features=FEATURES, n_classes=CLASSES, hidden_sizes=HIDDEN, n_steps=STEPS,
    X=X.flatten().tolist(), y=y.tolist(), cases=[work(*item) for item in cases.items()],
)
folder = pathlib.Path(__file__).parent
(folder / "expected.json").write_text(json.dumps(document) + "\n")
