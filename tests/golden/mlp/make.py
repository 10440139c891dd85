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
}


def initial_weights(normalization):
    weights = {}
    sizes = [FEATURES, *HIDDEN, CLASSES]
    for l, (a, b) in enumerate(zip(sizes, sizes[1:])):
        weights[f"layer{l}/kernel"] = (torch.randn(a, b) * (2 / a) ** 0.5).float().double()
        weights[f"layer{l}/bias"] = (torch.randn(b) * 0.1).float().double()
        if normalization != "none" and l < len(HIDDEN):
            weights[f"layer{l}/scale"] = (1 + torch.randn(b) * 0.1).float().double()
    return weights


def objective(weights, case):
    h = X
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
    weights = initial_weights(case["normalization"])
    initial = plain(weights)
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
