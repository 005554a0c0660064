"""Writes tests/fixtures/zoo/: a dozen models of the main families, tiny, with what PyTorch says of them in float64. The versions are those of export.py.

    python bench/zoo/fixtures.py

Of each: `NAME.onnx` (by the dynamo exporter where DYNAMO says so) and in `golden.json` the loss and of each gradient the norm and three projections; inputs and
directions are computed on both sides (tests/golden/noise.py).
"""

import copy
import json
import sys
import warnings
import zlib
from pathlib import Path

import onnx
import torch

root = Path(__file__).parents[2]
sys.path.insert(0, str(root / "tests/golden"))
from architectures import CLASSES, Recurrent, Unet, add, common, efficientnet, hf, ids, image, labels, mobilenetv3, nn, of_hf, of_timm, slimmed, zoo  # noqa: E402
from export import VERSIONS, differentiate, double, dynamo, prepare, torchscript  # noqa: E402
from noise import noise  # noqa: E402

OUT = root / "tests/fixtures/zoo"
PROJECTIONS = 3
BATCH = 2
VOCABULARY = 64


def integers(salt: int, dims: tuple[int, ...], low: int, high: int) -> torch.Tensor:
    count = torch.Size(dims).numel()
    return (low + ((noise(salt, count) + 0.5) * (high - low)).floor().long()).reshape(dims)


def define() -> dict[str, object]:
    zoo.clear()
    of_timm("resnet18", slim=32, layers=(1, 1, 1, 1))
    of_timm("densenet121", growth_rate=4, block_config=(2, 2), slim=1)
    add("mobilenetv3_small", slimmed(24, lambda: mobilenetv3._gen_mobilenet_v3("mobilenetv3_small_100", 1.0, num_classes=CLASSES)), image(32))
    add("efficientnet_b0", slimmed(24, lambda: efficientnet._gen_efficientnet("efficientnet_b0", 1.0, 0.1, num_classes=CLASSES)), image(32))
    of_timm("convnext_atto", dims=(4, 8, 8, 16), depths=(1, 1, 1, 1))
    of_timm("vit_tiny_patch16_224", img_size=32, patch_size=8, embed_dim=12, num_heads=3, depth=2)
    of_timm("swin_tiny_patch4_window7_224", img_size=32, window_size=4, embed_dim=8, depths=(2, 2), num_heads=(1, 2))
    add("lstm", lambda: Recurrent(nn.LSTM, 6, num_layers=2, bidirectional=True), ids(mask=False))
    add("unet", lambda: Unet(False, 4), image(32))
    small = dict(hidden_size=8, num_attention_heads=2, intermediate_size=12, max_position_embeddings=16)
    of_hf("bert", hf.BertForSequenceClassification, hf.BertConfig, ids(), **common | small, **labels)
    of_hf("gpt2", hf.GPT2LMHeadModel, hf.GPT2Config, ids(), "logits", vocab_size=VOCABULARY, n_embd=8, n_layer=2, n_head=2, n_positions=16, use_cache=False, bos_token_id=0, eos_token_id=0)
    of_hf("t5", hf.T5ForConditionalGeneration, hf.T5Config, ids(decoder_input_ids=lambda: torch.zeros(BATCH, 9, dtype=torch.int64)), "logits", use_cache=False, vocab_size=VOCABULARY, d_model=8, d_kv=4, d_ff=12, num_layers=2, num_decoder_layers=2, num_heads=2)
    return zoo


SIZES = {name: 32 for name in ("resnet18", "densenet121", "mobilenetv3_small", "efficientnet_b0", "convnext_atto", "vit_tiny_patch16_224", "swin_tiny_patch4_window7_224", "unet")}
DYNAMO = ("densenet121", "efficientnet_b0", "vit_tiny_patch16_224", "swin_tiny_patch4_window7_224", "bert", "t5")


def batch_of(name: str, given: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], list[dict]]:
    """Inputs by noise: images, ids from 3 up, and a mask without the last three of the last row."""
    batch, described = {}, []
    for salt, (key, x) in enumerate(given.items()):
        dims = list(x.shape[:2]) + [SIZES[name]] * 2 if x.dim() == 4 else list(x.shape)
        kind = "mask" if "mask" in key else "ids" if not x.is_floating_point() else "noise"
        if kind == "mask":
            batch[key] = torch.ones(dims, dtype=torch.int64)
            batch[key][-1, dims[1] - 3 :] = 0
        else:
            batch[key] = integers(salt, tuple(dims), 3, VOCABULARY) if kind == "ids" else (4 * noise(salt, torch.Size(dims).numel())).float().reshape(dims)
        described.append({"name": key, "dims": dims, "kind": kind})
    return batch, described


def bare(data: bytes) -> bytes:
    """Without what exporters tell of where a node comes from."""
    model = onnx.load_from_string(data)
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for part in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    return model.SerializeToString()


def short(x: float) -> float:
    return float(f"{x:.8g}")


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    golden = {"versions": VERSIONS, "models": []}
    for name, architecture in define().items():
        torch.manual_seed(zlib.crc32(name.encode()))
        model = architecture.make().eval()
        batch, inputs = batch_of(name, architecture.batch())
        prepare(model, list(batch.values()))
        data = bare((dynamo if name in DYNAMO else torchscript)(copy.deepcopy(model), list(batch.values()), list(batch)))
        (OUT / f"{name}.onnx").write_bytes(data)
        with torch.no_grad():
            y = model(*batch.values())
        label = integers(100, tuple(y.shape[:-1]), 0, y.shape[-1])
        loss, grads = differentiate(copy.deepcopy(model).double(), [double(x) for x in batch.values()], label, torch.float64)
        gradients = {}
        for n, g in grads.items():
            flat = g.reshape(-1)
            gradients[n] = [short(flat.norm().item()), *(short(torch.dot(flat, noise(200 + k, flat.numel())).item()) for k in range(PROJECTIONS))]
        canonical = {id(p): n for n, p in model.named_parameters()}
        ties = {n: canonical[id(p)] for n, p in model.named_parameters(remove_duplicate=False) if canonical[id(p)] != n}
        golden["models"].append({"name": name, "ties": ties, "inputs": inputs, "label": list(label.shape), "classes": y.shape[-1], "loss": short(loss), "gradients": gradients})
        print(f"{name}: {len(data)} bytes, {sum(p.numel() for p in model.parameters())} numbers", file=sys.stderr)
    lines = ",\n".join(json.dumps(m) for m in golden["models"])
    (OUT / "golden.json").write_text(f'{{"versions": {json.dumps(VERSIONS)}, "models": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
