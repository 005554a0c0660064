"""Writes augment.json: the ops of RandAugment by torchvision and Pillow, pixel by pixel, and their amounts at each strength.

pip install torch==2.13.0 torchvision==0.28.0 pillow==13.0.0 && python tests/golden/make_golden_augment.py > tests/golden/augment.json
"""

import base64
import json
import sys

import PIL
import torch

# Beside another build of torch, torchvision's own operators may be missing; none of them is used.
declared = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    declared.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode, RandAugment
from torchvision.transforms.autoaugment import _apply_op

VERSIONS = {"torchvision": torchvision.__version__.split("+")[0], "pillow": PIL.__version__}
assert VERSIONS == {"torchvision": "0.28.0", "pillow": "13.0.0"}, VERSIONS
SEED = 5
torch.manual_seed(SEED)
HEIGHT, WIDTH, FILL = 20, 28, 128

# Their names here.
NAMES = {
    "Identity": "identity", "ShearX": "shearX", "ShearY": "shearY", "TranslateX": "translateX", "TranslateY": "translateY", "Rotate": "rotate",
    "Brightness": "brightness", "Color": "colour", "Contrast": "contrast", "Sharpness": "sharpness", "Posterize": "posterise",
    "Solarize": "solarise", "AutoContrast": "autoContrast", "Equalize": "equalise",
}  # fmt: skip
AMOUNTS = {
    "Identity": [0], "ShearX": [0.3, -0.09], "ShearY": [0.21, -0.3], "TranslateX": [7.6, -3.2], "TranslateY": [5.9, -2.1], "Rotate": [30, -9, 4],
    "Brightness": [0.9, -0.27], "Color": [0.9, -0.45], "Contrast": [0.9, -0.27], "Sharpness": [0.9, -0.9], "Posterize": [4, 7],
    "Solarize": [178.5, 60], "AutoContrast": [0], "Equalize": [0],
}  # fmt: skip


def encoded(image: Image.Image) -> str:
    return base64.b64encode(image.tobytes()).decode()


# A slope with noise on it, of other levels in each channel; the third uses few.
slope = torch.linspace(0, 1, WIDTH)[None, :] * 0.7 + torch.linspace(0, 1, HEIGHT)[:, None] * 0.3
levels = slope[..., None] * torch.tensor([255.0, 140.0, 60.0]) + torch.tensor([0.0, 50.0, 90.0])
pixels = (levels + 20 * torch.randn(HEIGHT, WIDTH, 3)).clamp(0, 255).to(torch.uint8)
image = Image.fromarray(pixels.numpy())

cases = [
    {"op": NAMES[op], "amount": amount, "pixels": encoded(_apply_op(image, op, amount, InterpolationMode.NEAREST, [FILL] * 3))}
    for op, amounts in AMOUNTS.items()
    for amount in amounts
]
space = RandAugment()._augmentation_space(31, (HEIGHT, WIDTH))
amounts = {NAMES[op]: {"signed": signed, "values": values.double().expand(31).tolist()} for op, (values, signed) in space.items()}
out = {**VERSIONS, "seed": SEED, "height": HEIGHT, "width": WIDTH, "fill": FILL, "pixels": encoded(image), "cases": cases, "amounts": amounts}
json.dump(out, sys.stdout)
print()
