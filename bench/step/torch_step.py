"""The cases of cases.ts in PyTorch, eager: for each line read, takes that many steps and prints the seconds they took."""
import json
import resource
import sys
import time

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = lambda: nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.layers = nn.Sequential(layer(), layer())
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.layers(x).mean(1))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
    )


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


CASES = {
    "cnn-32": (cnn, (1, 28, 28), 32),
    "cnn-128": (cnn, (1, 28, 28), 128),
    "mlp-128": (mlp, (784,), 128),
    "transformer-32": (Encoder, (64, 128), 32),
}

if sys.argv[1] == "--version":
    print(torch.__version__)
    sys.exit()
make, shape, batch = CASES[sys.argv[1]]
if len(sys.argv) > 2:
    torch.set_num_threads(int(sys.argv[2]))
torch.manual_seed(0)
model = make().train()
optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
loss = nn.CrossEntropyLoss()
examples = 64 * batch
inputs = torch.rand(examples, *shape)
labels = torch.arange(examples) % 10
order = torch.randperm(examples)
at = 0


def step():
    global at, order
    if at == examples:
        at, order = 0, torch.randperm(examples)
    rows = order[at : at + batch]
    at += batch
    optimiser.zero_grad()
    value = loss(model(inputs[rows]), labels[rows])
    value.backward()
    optimiser.step()
    return value.item()


for line in sys.stdin:
    step()
    step()
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"examples": int(line) * batch, "seconds": seconds, "peakMiB": peak}), flush=True)
