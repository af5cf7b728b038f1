"""What mirrors share: reading safetensors, taking weights by the paths of the TypeScript modules, attention and pooling."""

import json
import re
import struct
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MODALITIES = ("text", "audio", "vision")
Arrays = dict[str, Tensor]
PerModality = dict[str, Tensor]


def read_safetensors(path: str) -> Arrays:
    data = bytearray(Path(path).read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    body = memoryview(data)[8 + length :]
    found = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            found[name] = torch.frombuffer(body[begin:end], dtype=torch.float32).reshape(entry["shape"]).clone()
    return found


def camel(path: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), path)


@torch.no_grad()
def take_weights(module: nn.Module, arrays: Arrays, path: str = "") -> None:
    """Fills a module whose fields have the names of the TypeScript one in snake case. Attention fuses three."""
    at = f"{path}." if path else ""
    if isinstance(module, Attention):
        module.take(arrays, at)
    elif isinstance(module, nn.Linear):
        module.weight.copy_(arrays[f"{at}weight"].T)
        if module.bias is not None:
            module.bias.copy_(arrays[f"{at}bias"])
    elif isinstance(module, nn.LayerNorm):
        module.weight.copy_(arrays[f"{at}gain"])
        module.bias.copy_(arrays[f"{at}bias"])
    elif isinstance(module, nn.Conv1d):
        module.weight.copy_(arrays[f"{at}weight"].T[:, None])  # depthwise: k d -> d 1 k
        module.bias.copy_(arrays[f"{at}bias"])
    elif isinstance(module, nn.GRU):
        for i, suffix in enumerate(("l0", "l0_reverse")):
            for ours, theirs in (("input", "ih"), ("hidden", "hh")):
                getattr(module, f"weight_{theirs}_{suffix}").copy_(arrays[f"{at}cells.{i}.{ours}Weight"].T)
                getattr(module, f"bias_{theirs}_{suffix}").copy_(arrays[f"{at}cells.{i}.{ours}Bias"])
    else:
        for name, parameter in module.named_parameters(recurse=False):
            parameter.copy_(arrays[at + camel(name)])
        for name, child in module.named_children():
            take_weights(child, arrays, at + camel(name))


class Attention(nn.Module):
    """Fused projections and attention; self-attention if `source` is not given. `mask` [b, 1, 1, t] is True where a key is there."""

    def __init__(self, d: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.in_proj = nn.Linear(d, 3 * d)
        self.out_proj = nn.Linear(d, d)

    def forward(self, x: Tensor, mask: Tensor, source: Tensor | None = None) -> Tensor:
        if source is None:
            q, k, v = self.in_proj(x).unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        else:
            d = x.shape[-1]
            heads = lambda y, n: y.unflatten(-1, (n, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
            (q,) = heads(F.linear(x, self.in_proj.weight[:d], self.in_proj.bias[:d]), 1)
            k, v = heads(F.linear(source, self.in_proj.weight[d:], self.in_proj.bias[d:]), 2)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))

    def take(self, arrays: Arrays, at: str) -> None:
        take_weights(self.out_proj, arrays, f"{at}outProj")
        d = self.in_proj.in_features
        names = [f"{at}{name}Proj" for name in ("query", "key", "value")]
        self.in_proj.weight.copy_(torch.cat([arrays[f"{name}.weight"].T for name in names]))
        # softmax cancels a bias of the keys: ours have none
        self.in_proj.bias.copy_(torch.cat([arrays.get(f"{name}.bias", torch.zeros(d)) for name in names]))


class Mlp(nn.Module):
    def __init__(self, in_dim: int, hidden_dim: int, out_dim: int, rate: float = 0.0, activation=F.relu) -> None:
        super().__init__()
        self.in_proj = nn.Linear(in_dim, hidden_dim)
        self.out_proj = nn.Linear(hidden_dim, out_dim)
        self.dropout = nn.Dropout(rate)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.out_proj(self.dropout(self.activation(self.in_proj(x))))


class AttentionPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim, 1))

    def weights(self, x: Tensor, mask: Tensor) -> Tensor:
        return (x @ self.query)[..., 0].masked_fill(mask == 0, -1e9).softmax(-1) * mask

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return weighted_sum(x, self.weights(x, mask))


def weighted_sum(x: Tensor, weights: Tensor) -> Tensor:
    return (weights[:, None] @ x)[:, 0]


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    return weighted_sum(x, mask) / mask.sum(1, keepdim=True).clamp(min=1)
