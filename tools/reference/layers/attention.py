"""nn.MultiheadAttention with key_padding_mask, the cross-attention block made of it, attention pooling written out.
Run: python tools/reference/layers/attention.py"""

import torch
from golden import attention, golden, linear, norm, randomise, same

torch.manual_seed(2)
mask = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])

module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
randomise(module)
query = torch.randn(2, 5, 4, requires_grad=True)
key_value = torch.randn(2, 3, 4, requires_grad=True)
y, _ = module(query, key_value, key_value, key_padding_mask=mask == 0)
golden(
    "layers", "multi-head-attention", attention("", module), {"query": query, "keyValue": key_value, "mask": mask}, {"y": y}
)

module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
query_norm, source_norm, mlp_norm = (torch.nn.LayerNorm(4) for _ in range(3))
first, second = torch.nn.Linear(4, 6), torch.nn.Linear(6, 4)
randomise(module, query_norm, source_norm, mlp_norm, first, second)
x = torch.randn(2, 5, 4, requires_grad=True)
source = torch.randn(2, 3, 4, requires_grad=True)
normed = source_norm(source)
attended = x + module(query_norm(x), normed, normed, key_padding_mask=mask == 0)[0]
y = attended + second(torch.nn.functional.gelu(first(mlp_norm(attended))))
weights = (
    norm("queryNorm", query_norm)
    | norm("sourceNorm", source_norm)
    | attention("attention.", module)
    | norm("mlpNorm", mlp_norm)
    | linear("mlp.inProj", first)
    | linear("mlp.outProj", second)
)
golden("layers", "cross-attention-layer", weights, {"x": x, "source": source, "mask": mask}, {"y": y})

key_proj, score = torch.nn.Linear(4, 6), torch.nn.Linear(6, 1, bias=False)
randomise(key_proj, score)
tokens = torch.randn(2, 3, 4, requires_grad=True)
scores = score(torch.tanh(key_proj(tokens))).squeeze(-1)
weights = torch.softmax(scores.masked_fill(mask == 0, -torch.inf), dim=-1)
golden(
    "layers",
    "attention-pooling",
    linear("keyProj", key_proj) | {"query": (score.weight, lambda w: w.T)},
    {"tokens": tokens, "mask": mask},
    {"pooled": (weights.unsqueeze(-1) * tokens).sum(1), "weights": weights},
)
