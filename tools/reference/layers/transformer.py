"""nn.TransformerEncoder (norm_first, exact gelu, src_key_padding_mask). Run: python tools/reference/layers/transformer.py"""

import torch
from golden import encoder_layer, golden, norm, randomise

torch.manual_seed(3)
layer = torch.nn.TransformerEncoderLayer(
    4, 2, dim_feedforward=6, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
)
module = torch.nn.TransformerEncoder(layer, 2, norm=torch.nn.LayerNorm(4), enable_nested_tensor=False)
randomise(module)
x = torch.randn(2, 3, 4, requires_grad=True)
mask = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
weights = norm("norm", module.norm)
for i, each in enumerate(module.layers):
    weights |= encoder_layer(f"layers.{i}.", each)
golden("layers", "transformer-encoder", weights, {"x": x, "mask": mask}, {"y": module(x, src_key_padding_mask=mask == 0)})
