"""The mirror of encoder-model.ts: fused projections and attention, nn.LayerNorm."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import MODALITIES, Attention, AttentionPooling, Mlp, PerModality, masked_mean


class Layer(nn.Module):
    def __init__(self, d: int, num_heads: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(d)
        self.attention = Attention(d, num_heads)
        self.mlp_norm = nn.LayerNorm(d)
        self.mlp = Mlp(d, 4 * d, d, activation=F.gelu)

    def forward(self, x: Tensor, keys: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), keys)
        return x + self.mlp(self.mlp_norm(x))


class Encoder(nn.Module):
    def __init__(self, d: int, num_heads: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Layer(d, num_heads), Layer(d, num_heads)])
        self.norm = nn.LayerNorm(d)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        keys = mask[:, None, None, :] > 0
        for layer in self.layers:
            x = layer(x, keys)
        return self.norm(x)


class Model(nn.Module):
    def __init__(self, options: dict, dims: dict[str, int]) -> None:
        super().__init__()
        d, num_heads = options["d"], options["numHeads"]
        self.projections = nn.ModuleDict({m: nn.Linear(dims[m], d) for m in MODALITIES})
        self.encoders = nn.ModuleDict({m: Encoder(d, num_heads) for m in MODALITIES})
        learned = options["pooling"] == "attention"
        self.pooling = nn.ModuleDict({m: AttentionPooling(d) for m in MODALITIES} if learned else {})
        self.head = nn.Linear(3 * d, 1)

    def predict(self, features: PerModality, mask: PerModality) -> Tensor:
        pooled = []
        for m in MODALITIES:
            tokens = self.encoders[m](self.projections[m](features[m]), mask[m])
            pooled.append((self.pooling[m] if m in self.pooling else masked_mean)(tokens, mask[m]))
        return self.head(torch.cat(pooled, 1))[:, 0]

    def loss(self, features: PerModality, mask: PerModality, labels: Tensor) -> Tensor:
        return (self.predict(features, mask) - labels).abs().mean()
