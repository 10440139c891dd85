"""One epoch of a perceptron in PyTorch, as often as asked: Adam, cross-entropy, shuffled rows in memory.

Reads one JSON document a line from stdin: {"sizes": [54, 512, 512, 7], "batch_size": 2048, "n_samples": 51200,
"fused": false}; trains one epoch (the same network goes on while the document stays the same) and prints
{"seconds": ...}. The first line printed gives the versions.

Usage: python train_pytorch.py THREADS
"""

import json
import platform
import sys
import time

import torch


def make_training(sizes, batch_size, n_samples, fused):
    layers = []
    for n_inputs, n_outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(n_inputs, n_outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused)
    X = torch.rand(n_samples, sizes[0]) * 2 - 1
    y = torch.randint(0, sizes[-1], (n_samples,))

    def train_epoch():
        order = torch.randperm(n_samples)
        for start in range(0, n_samples, batch_size):
            rows = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()

    train_epoch()  # allocations and caches
    return train_epoch


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    print(json.dumps({"torch": torch.__version__, "python": platform.python_version()}), flush=True)
    trainings = {}
    for line in sys.stdin:
        if line not in trainings:
            trainings[line] = make_training(**json.loads(line))
        begin = time.perf_counter()
        trainings[line]()
        print(json.dumps({"seconds": time.perf_counter() - begin}), flush=True)


main()
