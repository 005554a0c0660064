"""Numbers that PyTorch's side and the tests (tests/support/noise.ts) both compute, so that weights and inputs need not be stored."""

import torch


def noise(salt: int, count: int) -> torch.Tensor:
    """Uniform in [-0.5, 0.5): the counter mixed by xor-shifts and multiplications modulo 2^32."""
    word = 0xFFFFFFFF
    x = (torch.arange(count, dtype=torch.int64) + salt * 0x9E3779B9) & word
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = x ^ (x >> shift)
        # In halves, since the whole product may exceed 63 bits.
        x = ((x * (factor & 0xFFFF)) + (((x * (factor >> 16)) & 0xFFFF) << 16)) & word
    x = x ^ (x >> 16)
    return x.double() / 2**32 - 0.5


def draw(salt: int, dims: list[int], spread: float, centre: float = 0.0) -> torch.Tensor:
    """Float32 values of `centre` + `spread` times the noise, in float64."""
    return (centre + spread * noise(salt, torch.Size(dims).numel())).float().double().reshape(dims)
