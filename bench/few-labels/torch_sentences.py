"""The sentence recipes of recipe.ts in PyTorch (torch 2.13.0, transformers 5.24.0, peft 0.21.2): one method and seed, on the tokens that bench.ts gives.

versions: what is used, as JSON. run FOLDER METHOD SEED: accuracy, seconds, peak memory and numbers that learn, as JSON. The weights are those of the
packaged ONNX file, as it stores them.
"""
import json
import math
import resource
import sys
import time
from importlib.metadata import version


def versions():
    print(json.dumps({name: version(name) for name in ("transformers", "peft")}))


def torch_alone():
    import torch

    # Beside a CPU build of torch, torchvision's own operators may be missing, and transformers imports it where it is; none of them is used.
    global declared  # Goes with its owner.
    declared = torch.library.Library("torchvision", "DEF")
    try:
        for name in ("nms", "qnms"):
            declared.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        pass
    return torch


def encoder(path, torch):
    """BertModel with the file's weights: float16 as they are, the table of words from int8 and a scale for each row."""
    import onnx
    from onnx import numpy_helper
    from transformers import BertConfig, BertModel

    graph = onnx.load(path).graph
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            table, scale = stored[node.input[0]], stored[node.input[1]].astype("float32")
            stored[node.input[0]] = table.astype("float32") * scale.reshape(-1, 1)
    config = BertConfig(vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
    bert = BertModel(config, add_pooling_layer=False)
    names = {name: stored[name].astype("float32") for name in bert.state_dict() if name in stored}
    missing = [name for name in bert.state_dict() if name not in names and "position_ids" not in name and "token_type_ids" not in name]
    assert not missing, missing
    bert.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in names.items()}, strict=False)
    # The packaged network has no dropout.
    return bert.eval()


def batch(part, places):
    import torch

    rows = [part["ids"][i] for i in places]
    length = math.ceil(max(map(len, rows)) / 16) * 16
    ids = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    return ids, mask, torch.tensor([part["labels"][i] for i in places])


def run(folder, method, seed):
    torch = torch_alone()
    recipe = json.load(open(f"{folder}/recipe.json"))
    task = recipe["tasks"]["sentences"]
    how, common = task["methods"][method], task["common"]
    train, test = (json.load(open(f"{folder}/sentences-{seed}-{part}.json")) for part in ("train", "test"))
    torch.manual_seed(seed)
    bert = encoder(recipe["minilm"], torch)
    head = torch.nn.Linear(384, 2)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    if how["strategy"] == "lora":
        from peft import LoraConfig, get_peft_model

        options = how["options"]
        bert = get_peft_model(bert, LoraConfig(r=options["rank"], lora_alpha=options["alpha"], target_modules=options["targets"].split(","), lora_dropout=0.0)).eval()
    elif how["strategy"] == "head-only":
        bert.requires_grad_(False)
    learning = [p for p in [*bert.parameters(), *head.parameters()] if p.requires_grad]

    def scores(ids, mask):
        hidden = bert(input_ids=ids, attention_mask=mask).last_hidden_state
        counted = mask[:, :, None].float()
        return head((hidden * counted).sum(1) / counted.sum(1).clamp(min=1))

    groups = [
        {"params": [p for p in learning if p.dim() > 1], "weight_decay": common["weightDecay"]},
        {"params": [p for p in learning if p.dim() < 2], "weight_decay": 0.0},
    ]
    began = time.perf_counter()
    optimiser = torch.optim.AdamW(groups, lr=how["lr"])
    count, size = len(train["labels"]), common["batchSize"]
    steps = math.ceil(count / size)
    for step in range(common["epochs"] * steps):
        if step % steps == 0:
            order = torch.randperm(count).tolist()
        for group in optimiser.param_groups:
            group["lr"] = how["lr"] * 0.5 * (1 + math.cos(math.pi * step / (common["epochs"] * steps)))
        ids, mask, labels = batch(train, order[(step % steps) * size : (step % steps + 1) * size])
        loss = torch.nn.functional.cross_entropy(scores(ids, mask), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    right = 0
    with torch.no_grad():
        for i in range(0, len(test["labels"]), 64):
            ids, mask, labels = batch(test, range(i, min(i + 64, len(test["labels"]))))
            right += int((scores(ids, mask).argmax(1) == labels).sum())
    print(json.dumps({"accuracy": right / len(test["labels"]), "seconds": seconds, "peakMiB": peak, "learning": sum(p.numel() for p in learning)}))


command, *rest = sys.argv[1:]
if command == "versions":
    versions()
else:
    run(rest[0], rest[1], int(rest[2]))
