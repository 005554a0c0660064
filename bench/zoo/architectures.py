"""The zoo's architectures: each a function that makes a small one with seeded weights, and a batch for it. Imported by export.py.

Widths, depths and image sizes are reduced by the constructors' own arguments where there are any, else by `slim`.
"""

import contextlib
import sys
from dataclasses import dataclass
from typing import Callable

import torch
from torch import nn

# A torchvision built for CUDA does not find its native ops beside a CPU build of torch; the models here use none of them.
_register_fake = torch.library.register_fake
torch.library.register_fake = lambda op, *a, **k: (lambda f: f) if str(op).startswith("torchvision::") else _register_fake(op, *a, **k)
import timm  # noqa: E402
import torchvision  # noqa: E402
import transformers as hf  # noqa: E402
from timm.models import efficientnet, ghostnet, mobilenetv3  # noqa: E402

torch.library.register_fake = _register_fake

BATCH = 2
CLASSES = 10
VOCABULARY = 64


@dataclass
class Architecture:
    name: str
    make: Callable[[], nn.Module]
    batch: Callable[[], dict[str, torch.Tensor]]
    #: Also compared with batch norm in training mode.
    train: bool = False
    #: Also exported as a user would, folded and merged.
    default: bool = False


zoo: dict[str, Architecture] = {}


def add(name: str, make, batch, **flags) -> None:
    assert name not in zoo, name
    zoo[name] = Architecture(name, make, batch, **flags)


def image(size: int, channels: int = 3, batch: int = BATCH):
    return lambda: {"image": torch.randn(batch, channels, size, size)}


def ids(length: int = 12, mask: bool = True, batch: int = BATCH, **more: Callable[[], torch.Tensor]):
    def draw() -> dict[str, torch.Tensor]:
        feeds = {"input_ids": torch.randint(3, VOCABULARY, (batch, length))}
        if mask:
            attention = torch.ones(batch, length, dtype=torch.int64)
            attention[-1, length - 3 :] = 0
            feeds["attention_mask"] = attention
        return feeds | {name: make() for name, make in more.items()}

    return draw


class Dilated(nn.Module):
    """Causal dilated convolution with weight norm, as temporal convolutional networks have it."""

    def __init__(self, channels: int, out: int, dilation: int) -> None:
        super().__init__()
        self.pad = 2 * dilation
        self.conv = nn.utils.parametrizations.weight_norm(nn.Conv1d(channels, out, 3, dilation=dilation))
        self.norm = nn.BatchNorm1d(out)
        self.skip = nn.Conv1d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x):
        return torch.relu(self.norm(self.conv(nn.functional.pad(x, (self.pad, 0)))) + self.skip(x))


class Tcn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Dilated(6, 16, 1), Dilated(16, 16, 2), Dilated(16, 24, 4))
        self.head = nn.Linear(24, CLASSES)

    def forward(self, series):
        return self.head(self.blocks(series)[:, :, -1])


class DoubleConv(nn.Sequential):
    def __init__(self, a: int, b: int) -> None:
        super().__init__(
            nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
        )  # fmt: skip


class Unet(nn.Module):
    """`up` by transposed convolution or by bilinear resizing; the output's classes come last."""

    def __init__(self, bilinear: bool, width: int = 8) -> None:
        super().__init__()
        a, b, c = width, 2 * width, 4 * width
        self.a, self.b, self.c = DoubleConv(3, a), DoubleConv(a, b), DoubleConv(b, c)
        resize = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=bilinear)
        self.up_b = nn.Sequential(resize, nn.Conv2d(c, b, 1)) if bilinear else nn.ConvTranspose2d(c, b, 2, 2)
        self.up_a = nn.Sequential(resize, nn.Conv2d(b, a, 1)) if bilinear else nn.ConvTranspose2d(b, a, 2, 2)
        self.merge_b, self.merge_a, self.out = DoubleConv(2 * b, b), DoubleConv(2 * a, a), nn.Conv2d(a, CLASSES, 1)

    def forward(self, image):
        pool = nn.functional.max_pool2d
        a = self.a(image)
        b = self.b(pool(a, 2))
        c = self.c(pool(b, 2))
        b = self.merge_b(torch.cat([b, self.up_b(c)], 1))
        return self.out(self.merge_a(torch.cat([a, self.up_a(b)], 1))).permute(0, 2, 3, 1)


class Recurrent(nn.Module):
    """Token ids -> embedding -> recurrent layers -> classes, from the last state."""

    def __init__(self, kind: type, width: int = 20, **options) -> None:
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, 16)
        self.rnn = kind(16, width, batch_first=True, **options)
        self.head = nn.Linear(width * (2 if options.get("bidirectional") else 1), CLASSES)

    def forward(self, input_ids):
        y, _ = self.rnn(self.embed(input_ids))
        return self.head(y[:, -1])


class ConvLstm(nn.Module):
    """Convolutions over a series, then an LSTM, then classes: the shape of many speech and sensor models."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv1d(6, 16, 5, stride=2, padding=2), nn.BatchNorm1d(16), nn.ReLU())
        self.lstm = nn.LSTM(16, 12, batch_first=True, bidirectional=True)
        self.head = nn.Linear(24, CLASSES)

    def forward(self, series):
        y, _ = self.lstm(self.conv(series).transpose(1, 2))
        return self.head(y.mean(1))


class Mlp(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(3 * 64, 32), nn.ReLU(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, CLASSES))


class TorchEncoder(nn.Module):
    """torch.nn's own transformer encoder with a learned position."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, 32)
        self.position = nn.Parameter(torch.randn(12, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(32, CLASSES)

    def forward(self, input_ids):
        return self.head(self.encoder(self.embed(input_ids) + self.position).mean(1))


@contextlib.contextmanager
def slim(factor: int, keep: tuple[int, ...] = (1, 3, CLASSES)):
    """Divides the widths of the layers that are made inside, for networks whose constructors have no argument for it."""
    inits = {kind: kind.__init__ for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear)}

    def less(width: int) -> int:
        return width if width in keep else max(1, width // factor)

    def patch(kind: type, widths: int):
        init = inits[kind]

        def slimmer(self, *args, **options):
            args = [less(a) if i < widths else a for i, a in enumerate(args)]
            names = ("in_channels", "out_channels", "num_features", "in_features", "out_features")
            options = {k: less(v) if k in names else v for k, v in options.items()}
            if options.get("groups", 1) > 1:
                options["groups"] = max(1, options["groups"] // factor)
            init(self, *args, **options)

        kind.__init__ = slimmer

    for kind, widths in ((nn.Conv2d, 2), (nn.BatchNorm2d, 1), (nn.Linear, 2)):
        patch(kind, widths)
    try:
        yield
    finally:
        for kind, init in inits.items():
            kind.__init__ = init


def slimmed(factor: int, make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        with slim(factor):
            return make()

    return build


def of_timm(name: str, size: int = 64, *, train: bool = False, default: bool = False, slim: int = 1, **options) -> None:
    """`options` go to the model's class, over those that its entry point sets."""

    def make() -> nn.Module:
        module = sys.modules[timm.model_entrypoint(name).__module__]
        build = module.build_model_with_cfg
        module.build_model_with_cfg = lambda *args, **given: build(*args, **given | options)
        try:
            return timm.create_model(name, pretrained=False, num_classes=CLASSES)
        finally:
            module.build_model_with_cfg = build

    add(name, slimmed(slim, make) if slim > 1 else make, image(size), train=train, default=default)


def scaled(name: str, generate, *args, size: int = 64, train: bool = False, default: bool = False, **options) -> None:
    add(name, lambda: generate(*args, num_classes=CLASSES, **options), image(size), train=train, default=default)


# Convolutional networks.
small = dict(layers=(1, 1, 1, 1), channels=(16, 24, 32, 40))
of_timm("resnet18", **small | dict(layers=(2, 2, 1, 1)), train=True, default=True)
of_timm("resnet50", **small | dict(layers=(2, 1, 1, 1)), train=True, default=True)
of_timm("resnet50d", **small)
of_timm("resnext50_32x4d", **small | dict(cardinality=4, base_width=32, channels=(16, 32, 32, 64)))
of_timm("seresnet18", **small)
of_timm("seresnet50", **small)
of_timm("ecaresnet50d", **small)
of_timm("skresnet18", **small | dict(channels=(16, 32, 48, 64)))
of_timm("resnest14d", **small | dict(channels=(16, 32, 48, 64)))
of_timm("resnetv2_50", layers=(1, 1, 1, 1), channels=(32, 64, 64, 64))
of_timm("resnetv2_50x1_bit", layers=(1, 1, 1, 1), channels=(128, 128, 128, 128), stem_chs=32)
of_timm("res2net50_26w_4s", **small | dict(base_width=26))
of_timm("densenet121", growth_rate=8, block_config=(2, 2, 2, 2), train=True, default=True)
of_timm("vgg11_bn", 224, slim=16, train=True, default=True)
of_timm("inception_v3", 96, slim=8)
of_timm("inception_v4", 96, slim=16)
of_timm("inception_resnet_v2", 96, slim=16)
of_timm("xception41", 64, slim=8)
of_timm("mobilenetv1_100", 64, slim=8)
scaled("mobilenetv2_100", efficientnet._gen_mobilenet_v2, "mobilenetv2_100", 0.25, train=True, default=True)
scaled("mobilenetv3_small_100", mobilenetv3._gen_mobilenet_v3, "mobilenetv3_small_100", 0.5, train=True)
scaled("mobilenetv3_large_100", mobilenetv3._gen_mobilenet_v3, "mobilenetv3_large_100", 0.25, default=True)
scaled("mobilenetv4_conv_small", mobilenetv3._gen_mobilenet_v4, "mobilenetv4_conv_small", 0.25)
scaled("mobilenetv4_hybrid_medium", mobilenetv3._gen_mobilenet_v4, "mobilenetv4_hybrid_medium", 0.125)
scaled("efficientnet_b0", efficientnet._gen_efficientnet, "efficientnet_b0", 0.25, 0.5, train=True, default=True)
scaled("efficientnet_lite0", efficientnet._gen_efficientnet_lite, "efficientnet_lite0", 0.25, 0.5, train=True, default=True)
scaled("efficientnetv2_s", efficientnet._gen_efficientnetv2_s, "efficientnetv2_s", 0.25, 0.25)
scaled("tf_efficientnet_b0", efficientnet._gen_efficientnet, "tf_efficientnet_b0", 0.25, 0.5, pad_type="same")
scaled("mixnet_s", efficientnet._gen_mixnet_s, "mixnet_s", 0.5)
scaled("mnasnet_small", efficientnet._gen_mnasnet_small, "mnasnet_small", 0.5)
scaled("mnasnet_a1", efficientnet._gen_mnasnet_a1, "semnasnet_100", 0.25)
scaled("tinynet_e", efficientnet._gen_tinynet, "tinynet_e", 0.51, 0.6)
scaled("lcnet_050", mobilenetv3._gen_lcnet, "lcnet_050", 0.35)
scaled("ghostnet_100", ghostnet._create_ghostnet, "ghostnet_100", 0.25, train=True)
scaled("ghostnetv2_100", ghostnet._create_ghostnet, "ghostnetv2_100", 0.25, version="v2")
add("shufflenet_v2_x0_5", lambda: torchvision.models.shufflenet_v2_x0_5(num_classes=CLASSES), image(64), train=True)
add("squeezenet1_1", slimmed(2, lambda: torchvision.models.squeezenet1_1(num_classes=CLASSES)), image(64), default=True)
add("googlenet", slimmed(8, lambda: torchvision.models.googlenet(num_classes=CLASSES, aux_logits=False, init_weights=False)), image(64))
add("alexnet", slimmed(16, lambda: torchvision.models.alexnet(num_classes=CLASSES)), image(224))
of_timm("regnetx_002", depth=6, w0=16, wa=16.0, wm=2.0, group_size=8)
of_timm("regnety_002", depth=6, w0=16, wa=16.0, wm=2.0, group_size=8)
of_timm("repvgg_a0", slim=8)
of_timm("rexnet_100", width_mult=0.4, depth_mult=0.5)
of_timm("hrnet_w18_small", slim=4)
of_timm("dla34", slim=8)
of_timm("dpn68", small=True, num_init_features=8, k_r=16, groups=4, inc_sec=(8, 8, 8, 16), k_sec=(1, 1, 1, 1))
of_timm("darknet53", slim=16)
of_timm("ese_vovnet19b_slim_dw", slim=8)
of_timm("selecsls42b", slim=8)
of_timm("hgnet_tiny", slim=16)
of_timm("hardcorenas_a", slim=2)
of_timm("nfnet_l0", depths=(1, 1, 1, 1), channels=(16, 32, 48, 48), group_size=8, num_features=64)
of_timm("dm_nfnet_f0", depths=(1, 1, 1, 1), channels=(16, 32, 48, 48), group_size=8, num_features=64)
of_timm("convnext_atto", dims=(16, 24, 32, 40), depths=(1, 1, 2, 1), default=True)
of_timm("convnextv2_atto", dims=(16, 24, 32, 40), depths=(1, 1, 2, 1))
of_timm("convmixer_768_32", dim=32, depth=3, train=True)
of_timm("inception_next_atto", dims=(16, 24, 32, 40), depths=(1, 1, 1, 1))
of_timm("mambaout_femto", dims=(16, 24, 32, 40), depths=(1, 1, 1, 1))
of_timm("rdnet_tiny", num_init_features=16, growth_rates=(16, 16, 16), num_blocks_list=(2, 2, 2), is_downsample_block=(None, True, True), block_type=("Block", "Block", "BlockESE"))
of_timm("starnet_s050")
of_timm("repvit_m0_9", embed_dim=(16, 24, 32, 40), depth=(1, 1, 2, 1))
of_timm("repghostnet_050", width=0.25)
add("unet", lambda: Unet(False), image(32), train=True)
add("unet_bilinear", lambda: Unet(True), image(32))
add("tcn", Tcn, lambda: {"series": torch.randn(BATCH, 6, 40)}, train=True)
add("mlp", Mlp, image(8), default=True)

# Image transformers, mixers and hybrids.
tiny = dict(embed_dim=48, num_heads=3)
add_mixer = dict(img_size=64, num_blocks=2, embed_dim=32)
of_timm("mixer_s16_224", **add_mixer, default=True)
of_timm("gmixer_12_224", **add_mixer)
of_timm("gmlp_s16_224", **add_mixer)
of_timm("resmlp_12_224", **add_mixer)
of_timm("vit_tiny_patch16_224", img_size=64, depth=2, **tiny, default=True)
of_timm("vit_relpos_small_patch16_224", img_size=64, depth=2, **tiny)
of_timm("vit_tiny_r_s16_p8_224", 64, img_size=64, depth=2, **tiny)
of_timm("deit3_small_patch16_224", img_size=64, depth=2, **tiny)
of_timm("deit_tiny_distilled_patch16_224", img_size=64, depth=2, **tiny)
of_timm("cait_xxs24_224", img_size=64, depth=2, embed_dim=48, num_heads=4)
of_timm("swin_tiny_patch4_window7_224", img_size=64, window_size=4, embed_dim=24, depths=(2, 2), num_heads=(2, 4))
of_timm("swinv2_tiny_window8_256", img_size=64, window_size=4, embed_dim=24, depths=(2, 2), num_heads=(2, 4))
of_timm("swinv2_cr_tiny_224", img_size=64, window_size=4, embed_dim=24, depths=(2, 2), num_heads=(2, 4))
of_timm("beit_base_patch16_224", img_size=64, depth=2, **tiny)
of_timm("eva02_tiny_patch14_224", 56, img_size=56, depth=2, **tiny)
of_timm("levit_128s", 224, embed_dim=(32, 48, 64), num_heads=(2, 3, 4), depth=(1, 1, 1), key_dim=8)
of_timm("efficientformer_l1", 224, embed_dims=(16, 24, 32, 48), depths=(1, 1, 1, 2))
of_timm("efficientformerv2_s0", 64, img_size=64, embed_dims=(16, 24, 32, 48), depths=(1, 1, 2, 2))
of_timm("fastvit_t8", embed_dims=(16, 32, 64, 128), layers=(1, 1, 1, 1))
of_timm("fastvit_sa12", embed_dims=(16, 32, 32, 64), layers=(1, 1, 1, 1))
of_timm("mobilevit_xxs")
of_timm("mobilevitv2_050")
of_timm("poolformer_s12", dims=(16, 24, 32, 40), depths=(1, 1, 1, 1))
of_timm("convformer_s18", dims=(16, 24, 32, 40), depths=(1, 1, 1, 1))
of_timm("caformer_s18", dims=(16, 32, 32, 64), depths=(1, 1, 1, 1))
of_timm("pvt_v2_b0", embed_dims=(16, 32, 40, 64), depths=(1, 1, 1, 1))
of_timm("maxvit_pico_rw_256", 64, img_size=64, embed_dim=(32, 64, 64, 64), depths=(1, 1, 1, 1), stem_width=(8, 16))
of_timm("maxvit_tiny_tf_224", 64, img_size=64, embed_dim=(32, 32, 64, 64), depths=(1, 1, 1, 1), stem_width=16)
of_timm("coatnet_pico_rw_224", 64, img_size=64, embed_dim=(16, 32, 32, 64), depths=(1, 1, 1, 1), stem_width=(8, 16))
of_timm("edgenext_xx_small", dims=(16, 32, 40, 48), depths=(1, 2, 2, 2))
of_timm("tnt_s_legacy_patch16_224", 64, img_size=64, embed_dim=48, depth=2, num_heads_outer=4)
of_timm("twins_pcpvt_small", 64, img_size=64, embed_dims=(16, 32, 40, 64), depths=(1, 1, 1, 1), num_heads=(1, 2, 4, 8))
of_timm("twins_svt_small", 64, img_size=64, embed_dims=(16, 32, 64, 128), depths=(1, 1, 2, 1), num_heads=(1, 2, 4, 8), wss=(4, 4, 4, 2))
of_timm("xcit_nano_12_p16_224", 64, img_size=64, embed_dim=32, depth=2)
of_timm("convit_tiny", 64, img_size=64, embed_dim=32, depth=3, num_heads=4, local_up_to_layer=2)
of_timm("coat_lite_tiny", 64, img_size=64, embed_dims=(16, 32, 40, 64), serial_depths=(1, 1, 1, 1))
of_timm("crossvit_9_240", 240, img_size=240, embed_dim=(16, 32), depth=((1, 2, 0), (1, 1, 0)), num_heads=(2, 2))
of_timm("visformer_tiny", 64, img_size=64, embed_dim=48, depth=(1, 1, 1), num_heads=3)
of_timm("davit_tiny", 64, depths=(1, 1, 1, 1), embed_dims=(16, 32, 32, 64), num_heads=(1, 2, 2, 4), window_size=4)
of_timm("focalnet_tiny_srf", 64, embed_dim=16, depths=(1, 1, 1, 1))
of_timm("gcvit_xxtiny", 64, img_size=64, embed_dim=16, depths=(1, 1), num_heads=(2, 4), window_size=(4, 4), window_ratio=(4, 4))
of_timm("volo_d1_224", 64, img_size=64, embed_dims=(24, 48, 48, 48), layers=(1, 1, 1, 1), num_heads=(3, 4, 4, 4))
of_timm("hiera_tiny_224", 64, img_size=64, embed_dim=24, stages=(1, 1, 1, 1))
of_timm("nest_tiny", 64, img_size=64, embed_dims=(16, 32, 64), num_heads=(1, 2, 4), depths=(1, 1, 1))
of_timm("efficientvit_b0", 64, widths=(8, 16, 16, 32, 32), head_widths=(64, 64), head_dim=8)
of_timm("efficientvit_m0", 64, img_size=64, embed_dim=(16, 32, 48), key_dim=(8, 8, 8), depth=(1, 1, 1), num_heads=(2, 2, 3))
of_timm("sequencer2d_s", 64, img_size=64, layers=(1, 1, 1, 1), embed_dims=(16, 24, 24, 24), hidden_sizes=(6, 8, 8, 8))
of_timm("swiftformer_xs", 64, layers=(1, 1, 1, 1), embed_dims=(16, 24, 32, 40))
of_timm("fasternet_t0", 64, embed_dim=16, depths=(1, 1, 1, 1))

# Recurrent networks.
text = ids(mask=False)
add("lstm_classifier", lambda: Recurrent(nn.LSTM), text, default=True)
add("lstm_bidirectional_2", lambda: Recurrent(nn.LSTM, num_layers=2, bidirectional=True), text)
add("gru_classifier", lambda: Recurrent(nn.GRU), text)
add("gru_bidirectional_2", lambda: Recurrent(nn.GRU, num_layers=2, bidirectional=True), text)
add("rnn_tanh", lambda: Recurrent(nn.RNN), text)
add("conv_lstm", ConvLstm, lambda: {"series": torch.randn(BATCH, 6, 40)}, train=True)
add("torch_encoder", TorchEncoder, text)


# Language and speech models.
def of_hf(name: str, kind, config, batch=None, output: str | None = None, default: bool = False, **settings) -> None:
    """`output` names the tensor that is trained on; default the first one."""

    batch = batch or ids()

    def make() -> nn.Module:
        made = config(**settings)
        made._attn_implementation = "eager"
        return positional(kind(made), list(batch()), output)

    add(name, make, batch, default=default)


def positional(model: nn.Module, names: list[str], output: str | None) -> nn.Module:
    """Makes `model` take the tensors called `names` in order and return one tensor: `output`, or the first that it returns."""

    class Positional(type(model)):
        def forward(self, *values):
            y = super().forward(**dict(zip(names, values)), return_dict=True)
            return y[output or next(iter(y.keys()))]

    model.__class__ = Positional
    return model


common = dict(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=40)
labels = dict(num_labels=CLASSES)
segments = lambda: torch.randint(0, 2, (BATCH, 12))  # noqa: E731
of_hf("bert", hf.BertForSequenceClassification, hf.BertConfig, ids(token_type_ids=segments), default=True, **common, **labels)
of_hf("bert_mlm", hf.BertForMaskedLM, hf.BertConfig, **common)
of_hf("distilbert", hf.DistilBertForSequenceClassification, hf.DistilBertConfig, default=True, vocab_size=VOCABULARY, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=40, **labels)
of_hf("roberta", hf.RobertaForSequenceClassification, hf.RobertaConfig, **common, **labels)
of_hf("xlm_roberta_token", hf.XLMRobertaForTokenClassification, hf.XLMRobertaConfig, **common, **labels)
of_hf("albert", hf.AlbertForSequenceClassification, hf.AlbertConfig, embedding_size=16, **common, **labels)
of_hf("electra", hf.ElectraForSequenceClassification, hf.ElectraConfig, embedding_size=16, **common, **labels)
of_hf("deberta_v2", hf.DebertaV2ForSequenceClassification, hf.DebertaV2Config, relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False, **common, **labels)
of_hf("deberta", hf.DebertaForSequenceClassification, hf.DebertaConfig, relative_attention=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, **common, **labels)
of_hf("mpnet", hf.MPNetForSequenceClassification, hf.MPNetConfig, **common, **labels)
of_hf("mobilebert", hf.MobileBertForSequenceClassification, hf.MobileBertConfig, embedding_size=16, intra_bottleneck_size=16, **common | dict(intermediate_size=32), **labels)
of_hf("squeezebert", hf.SqueezeBertForSequenceClassification, hf.SqueezeBertConfig, embedding_size=32, q_groups=2, k_groups=2, v_groups=2, post_attention_groups=1, intermediate_groups=2, output_groups=2, **common, **labels)
of_hf("camembert", hf.CamembertForSequenceClassification, hf.CamembertConfig, **common, **labels)
of_hf("roformer", hf.RoFormerForSequenceClassification, hf.RoFormerConfig, embedding_size=32, **common, **labels)
of_hf("convbert", hf.ConvBertForSequenceClassification, hf.ConvBertConfig, embedding_size=32, head_ratio=2, conv_kernel_size=3, **common, **labels)
of_hf("modernbert", hf.ModernBertForSequenceClassification, hf.ModernBertConfig, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2, local_attention=8, **common, **labels)
of_hf("fnet", hf.FNetForSequenceClassification, hf.FNetConfig, ids(mask=False), pad_token_id=0, **common, **labels)
t5 = dict(vocab_size=VOCABULARY, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_decoder_layers=2, num_heads=4)
of_hf("t5_encoder", hf.T5EncoderModel, hf.T5Config, **t5)
decoder_ids = lambda: torch.randint(3, VOCABULARY, (BATCH, 9))  # noqa: E731
of_hf("t5", hf.T5ForConditionalGeneration, hf.T5Config, ids(decoder_input_ids=decoder_ids), "logits", use_cache=False, **t5)
of_hf("flan_t5", hf.T5ForConditionalGeneration, hf.T5Config, ids(decoder_input_ids=decoder_ids), "logits", use_cache=False, feed_forward_proj="gated-gelu", tie_word_embeddings=False, **t5)
bart = dict(vocab_size=VOCABULARY, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=40, use_cache=False)
of_hf("bart", hf.BartForConditionalGeneration, hf.BartConfig, ids(decoder_input_ids=decoder_ids), "logits", **bart)
of_hf("marian", hf.MarianMTModel, hf.MarianConfig, ids(decoder_input_ids=decoder_ids), "logits", **bart, pad_token_id=0, decoder_start_token_id=0)
causal = common | dict(use_cache=False)
llama = causal | dict(num_key_value_heads=2, pad_token_id=0)
of_hf("gpt2", hf.GPT2LMHeadModel, hf.GPT2Config, output="logits", default=True, vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=40, use_cache=False, bos_token_id=0, eos_token_id=0)
of_hf("gpt_neo", hf.GPTNeoForCausalLM, hf.GPTNeoConfig, output="logits", vocab_size=VOCABULARY, hidden_size=32, num_layers=2, attention_types=[[["global", "local"], 1]], num_heads=4, window_size=8, max_position_embeddings=40, use_cache=False, bos_token_id=0, eos_token_id=0)
of_hf("gpt_neox", hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig, output="logits", **causal)
of_hf("opt", hf.OPTForCausalLM, hf.OPTConfig, output="logits", word_embed_proj_dim=32, ffn_dim=48, **causal)
of_hf("bloom", hf.BloomForCausalLM, hf.BloomConfig, output="logits", vocab_size=VOCABULARY, hidden_size=32, n_layer=2, n_head=4, use_cache=False)
of_hf("llama", hf.LlamaForCausalLM, hf.LlamaConfig, output="logits", **llama)
of_hf("qwen2", hf.Qwen2ForCausalLM, hf.Qwen2Config, output="logits", **llama)
of_hf("qwen3", hf.Qwen3ForCausalLM, hf.Qwen3Config, output="logits", head_dim=8, **llama)
of_hf("mistral", hf.MistralForCausalLM, hf.MistralConfig, output="logits", sliding_window=8, **llama)
of_hf("gemma", hf.GemmaForCausalLM, hf.GemmaConfig, output="logits", head_dim=8, **llama)
of_hf("gemma2", hf.Gemma2ForCausalLM, hf.Gemma2Config, output="logits", head_dim=8, sliding_window=8, **llama)
of_hf("phi3", hf.Phi3ForCausalLM, hf.Phi3Config, output="logits", **llama)
of_hf("falcon", hf.FalconForCausalLM, hf.FalconConfig, output="logits", vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, use_cache=False)
wave = lambda: {"input_values": torch.randn(BATCH, 1600)}  # noqa: E731
speech = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, conv_dim=(16, 16, 16), conv_kernel=(10, 3, 2), conv_stride=(5, 2, 2), num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=4, num_feat_extract_layers=3, mask_time_prob=0.0, apply_spec_augment=False)
of_hf("wav2vec2", hf.Wav2Vec2ForSequenceClassification, hf.Wav2Vec2Config, wave, **speech, **labels, classifier_proj_size=16)
of_hf("hubert", hf.HubertForSequenceClassification, hf.HubertConfig, wave, **speech, **labels, classifier_proj_size=16)
mel = lambda: {"input_features": torch.randn(BATCH, 20, 40)}  # noqa: E731
whisper = dict(vocab_size=VOCABULARY, num_mel_bins=20, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, max_source_positions=20, max_target_positions=20, use_cache=False, pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1)
of_hf("whisper_encoder", lambda c: hf.WhisperModel(c).encoder, hf.WhisperConfig, mel, **whisper)
of_hf("whisper", hf.WhisperForConditionalGeneration, hf.WhisperConfig, lambda: mel() | {"decoder_input_ids": decoder_ids()}, "logits", **whisper)
of_hf("ast", hf.ASTForAudioClassification, hf.ASTConfig, lambda: {"input_values": torch.randn(BATCH, 40, 20)}, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_length=40, num_mel_bins=20, patch_size=8, frequency_stride=6, time_stride=6, **labels)

# Vision models of transformers.
pixels = lambda size: lambda: {"pixel_values": torch.randn(BATCH, 3, size, size)}  # noqa: E731
of_hf("segformer", hf.SegformerForImageClassification, hf.SegformerConfig, pixels(64), hidden_sizes=[8, 16, 16, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4], **labels)
of_hf("dinov2", hf.Dinov2ForImageClassification, hf.Dinov2Config, pixels(56), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, image_size=56, patch_size=14, **labels)
clip = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, projection_dim=16)
of_hf("clip_vision", hf.CLIPVisionModelWithProjection, hf.CLIPVisionConfig, pixels(64), image_size=64, patch_size=16, **clip)
of_hf("clip_text", hf.CLIPTextModelWithProjection, hf.CLIPTextConfig, vocab_size=VOCABULARY, max_position_embeddings=40, bos_token_id=0, eos_token_id=1, pad_token_id=2, **clip)
of_hf("siglip_vision", hf.SiglipVisionModel, hf.SiglipVisionConfig, pixels(64), "pooler_output", image_size=64, patch_size=16, **clip | dict(projection_dim=32))
