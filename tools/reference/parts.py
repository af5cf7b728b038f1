"""What mirrors of parts share: tokens of three lengths of which some are absent, masked pooling and attention."""

import torch
from torch import Tensor, nn

MODALITIES = ("text", "audio", "vision")
DIM, HEADS = 4, 2
TIMES = {"text": 3, "audio": 5, "vision": 2}


def masks() -> dict[str, Tensor]:
    """Sample 0 has no vision, sample 1 lacks steps in the middle and at the end."""
    return {
        "text": torch.tensor([[1.0, 1, 1], [1, 1, 0]]),
        "audio": torch.tensor([[1.0, 1, 1, 1, 1], [1, 0, 1, 1, 0]]),
        "vision": torch.tensor([[0.0, 0], [1, 1]]),
    }


def tokens() -> dict[str, Tensor]:
    return {m: torch.randn(2, time, DIM) * mask[..., None] for (m, time), mask in zip(TIMES.items(), masks().values())}


def normalize(x: Tensor) -> Tensor:
    return nn.functional.layer_norm(x, x.shape[-1:])


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


def unit(x: Tensor) -> Tensor:
    return x * (x.square().sum(-1, keepdim=True) + 1e-8).rsqrt()


def cosine(a: Tensor, b: Tensor) -> Tensor:
    return (unit(a) * unit(b)).sum(-1)


def attend(attention: nn.MultiheadAttention, query: Tensor, source: Tensor, mask: Tensor) -> Tensor:
    there = mask.sum(1) > 0
    output, _ = attention(query, source, source, key_padding_mask=(mask == 0) & there[:, None], need_weights=False)
    return output * there[:, None, None]


class AttentionPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim, 1))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        scores = (x @ self.query)[..., 0].masked_fill(mask == 0, -1e9)
        weights = scores.softmax(-1) * mask
        return (weights[..., None] * x).sum(1), weights
