"""The mirror of encoder.ts in idiomatic PyTorch: fused projections and attention, nn.LayerNorm, fused AdamW.

Run by bench.mjs, which writes one line of JSON with the setting and the file of weights and inputs, then `step` or `infer` for each
measurement; each is answered by a line of JSON {"ms", "loss"}.
"""

import json
import struct
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HEADS = 4
MODALITIES = ("text", "audio", "vision")


def load(path: str) -> dict[str, Tensor]:
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    body = memoryview(bytearray(data[8 + length :]))
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            found[name] = torch.frombuffer(body[begin:end], dtype=torch.float32).reshape(entry["shape"]).clone()
    return found


class Layer(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(d)
        self.in_proj = nn.Linear(d, 3 * d)
        self.out_proj = nn.Linear(d, d)
        self.mlp_norm = nn.LayerNorm(d)
        self.mlp_in = nn.Linear(d, 4 * d)
        self.mlp_out = nn.Linear(4 * d, d)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, t, d = x.shape
        q, k, v = self.in_proj(self.attention_norm(x)).view(b, t, 3, HEADS, d // HEADS).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out_proj(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.mlp_norm(x))))


class Encoder(nn.Module):
    def __init__(self, in_dim: int, d: int) -> None:
        super().__init__()
        self.proj = nn.Linear(in_dim, d)
        self.layers = nn.ModuleList([Layer(d), Layer(d)])
        self.norm = nn.LayerNorm(d)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.proj(x)
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :] > 0)
        weights = mask[..., None]
        return (self.norm(x) * weights).sum(1) / weights.sum(1).clamp(min=1)


class Model(nn.Module):
    def __init__(self, dims: dict[str, int], d: int) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict({m: Encoder(dims[m], d) for m in MODALITIES})
        self.head = nn.Linear(3 * d, 1)

    def forward(self, features: dict[str, Tensor], masks: dict[str, Tensor]) -> Tensor:
        return self.head(torch.cat([self.encoders[m](features[m], masks[m]) for m in MODALITIES], 1))[:, 0]


@torch.no_grad()
def take_weights(model: Model, weights: dict[str, Tensor]) -> None:
    def linear(target: nn.Linear, path: str) -> None:
        target.weight.copy_(weights[f"{path}.weight"].T)
        target.bias.copy_(weights[f"{path}.bias"])

    def norm(target: nn.LayerNorm, path: str) -> None:
        target.weight.copy_(weights[f"{path}.gain"])
        target.bias.copy_(weights[f"{path}.bias"])

    linear(model.head, "head")
    for m, encoder in model.encoders.items():
        linear(encoder.proj, f"projections.{m}")
        norm(encoder.norm, f"encoders.{m}.norm")
        for i, layer in enumerate(encoder.layers):
            at = f"encoders.{m}.layers.{i}"
            norm(layer.attention_norm, f"{at}.attentionNorm")
            norm(layer.mlp_norm, f"{at}.mlpNorm")
            linear(layer.out_proj, f"{at}.attention.outProj")
            linear(layer.mlp_in, f"{at}.mlp.inProj")
            linear(layer.mlp_out, f"{at}.mlp.outProj")
            parts = [f"{at}.attention.{name}Proj" for name in ("query", "key", "value")]
            layer.in_proj.weight.copy_(torch.cat([weights[f"{part}.weight"].T for part in parts]))
            d = layer.in_proj.in_features
            # softmax cancels a bias of the keys: ours have none
            layer.in_proj.bias.copy_(torch.cat([weights.get(f"{part}.bias", torch.zeros(d)) for part in parts]))


def main() -> None:
    setting = json.loads(sys.stdin.readline())
    torch.set_num_threads(setting["threads"])
    arrays = load(setting["file"])
    features = {m: arrays[f"input/features/{m}"] for m in MODALITIES}
    masks = {m: arrays[f"input/mask/{m}"] for m in MODALITIES}
    labels = arrays["input/labels"]
    model = Model({m: features[m].shape[2] for m in MODALITIES}, setting["d"])
    take_weights(model, arrays)
    run = torch.compile(model) if setting["compile"] else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=setting["learningRate"], weight_decay=0.01, fused=True)

    def step() -> float:
        loss = (run(features, masks) - labels).abs().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    def infer() -> float:
        with torch.inference_mode():
            return run(features, masks)[0].item()

    actions = {"step": step, "infer": infer}
    for line in sys.stdin:
        began = time.perf_counter()
        value = actions[line.strip()]()
        print(json.dumps({"ms": 1000 * (time.perf_counter() - began), "loss": value}), flush=True)


if __name__ == "__main__":
    main()
