"""One case of networks.py in PyTorch: `torch_run.py NAME full|head|inference eager|compile THREADS [STATE.pt]`.

For each line read, a number of steps, takes one step that is not timed and then that many, and prints the seconds they took.
"""

import json
import resource
import sys
import time
import traceback

import torch
from torch import nn

import networks

name, mode, variant, threads = sys.argv[1:5]
torch.set_num_threads(int(threads))
torch.manual_seed(0)
make, inputs, batch = networks.network(name)
model = make()
if len(sys.argv) > 5:
    model.load_state_dict(torch.load(sys.argv[5]))

#: as random-data.ts: as many batches in an epoch, made of as many different examples.
POOL, BATCHES = 64, 64
pool = inputs(POOL)
labels = torch.arange(POOL) % 10
order = torch.randperm(BATCHES * batch)
at = 0


def head_of(model: nn.Module) -> nn.Module:
    if hasattr(model, "get_classifier"):
        return model.get_classifier()
    return model[-1] if isinstance(model, nn.Sequential) else model.head


if mode == "head":
    model.eval().requires_grad_(False)
    head_of(model).requires_grad_(True)
else:
    model.train(mode == "full")
learning = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.Adam(learning, lr=1e-4)
loss = nn.CrossEntropyLoss()
if variant == "compile":
    if mode == "inference":
        torch._inductor.config.freezing = True
    compute = torch.compile(model)
else:
    compute = model


def take():
    global at, order
    if at == BATCHES * batch:
        at, order = 0, torch.randperm(BATCHES * batch)
    rows = order[at : at + batch] % POOL
    at += batch
    return [x[rows] for x in pool.values()], labels[rows]


def train():
    given, wanted = take()
    optimiser.zero_grad()
    value = loss(compute(*given), wanted)
    value.backward()
    optimiser.step()
    return value.item()


@torch.no_grad()
def infer():
    given, _ = take()
    return compute(*given)[0, 0].item()


step = infer if mode == "inference" else train
for line in sys.stdin:
    try:
        step()
    except Exception as error:
        # Of an error of the compiler's, the last line says what went wrong.
        print(json.dumps({"error": f"{type(error).__name__}: {str(error).strip() or traceback.format_exc()}"[:2000]}), flush=True)
        break
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    learnt = 0 if mode == "inference" else sum(p.numel() for p in learning)
    print(json.dumps({"examples": int(line) * batch, "seconds": seconds, "peakMiB": peak, "learning": learnt}), flush=True)
