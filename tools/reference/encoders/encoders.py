"""Encoders made of nn.Linear, nn.Conv1d, nn.TransformerEncoder and nn.GRU. Run: python tools/reference/encoders/encoders.py"""

import pathlib
import sys

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "layers"))
from golden import encoder_layer, golden, gru_cells, linear, norm, randomise, same  # noqa: E402

torch.manual_seed(7)
MASK = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
DROPPED = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])


def transformer(path, module):
    weights = norm(f"{path}norm", module.norm)
    for i, layer in enumerate(module.layers):
        weights |= encoder_layer(f"{path}layers.{i}.", layer)
    return weights


def new_transformer():
    layer = torch.nn.TransformerEncoderLayer(
        4, 2, dim_feedforward=6, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    return torch.nn.TransformerEncoder(layer, 2, norm=torch.nn.LayerNorm(4), enable_nested_tensor=False)


def features():
    return torch.randn(2, 3, 5, requires_grad=True)


def conv_weights(path, module):
    return {f"{path}.weight": (module.weight, lambda w: w.permute(2, 1, 0)), f"{path}.bias": (module.bias, same)}


def convolve(module, x):
    return module(x.transpose(1, 2)).transpose(1, 2)


# prefix tokens, no positions: the prefix outputs alone
proj, prefix, module = torch.nn.Linear(5, 4), torch.nn.Parameter(torch.randn(6, 4)), new_transformer()
randomise(proj, module)
x = features()
inputs = torch.cat([prefix.expand(2, 6, 4), proj(x)], 1)
hidden = torch.cat([torch.zeros(2, 6), 1 - DROPPED], 1) == 1
y = module(inputs, src_key_padding_mask=hidden)[:, :6]
weights = linear("proj", proj) | {"prefix": (prefix, same)} | transformer("transformer.", module)
golden("encoders", "transformer-prefix", weights, {"features": x, "mask": DROPPED}, {"tokens": y})

# temporal convolution and learned positions, all steps
proj, positions, module = torch.nn.Conv1d(5, 4, 3, padding="same"), torch.nn.Parameter(torch.randn(3, 4)), new_transformer()
randomise(proj, module)
x = features()
y = module(convolve(proj, x * DROPPED[..., None]) + positions, src_key_padding_mask=DROPPED == 0) * DROPPED[..., None]
weights = conv_weights("proj", proj) | {"positions.weight": (positions, same)} | transformer("transformer.", module)
golden("encoders", "transformer-steps", weights, {"features": x, "mask": DROPPED}, {"tokens": y})

first, second = torch.nn.Conv1d(5, 4, 3, padding="same"), torch.nn.Conv1d(4, 4, 3, padding="same")
randomise(first, second)
x = features()
hidden = convolve(first, x * DROPPED[..., None]) * DROPPED[..., None]
y = convolve(second, torch.relu(hidden)) * DROPPED[..., None]
weights = conv_weights("layers.0", first) | conv_weights("layers.1", second)
golden("encoders", "temporal-conv", weights, {"features": x, "mask": DROPPED}, {"tokens": y})

module = torch.nn.GRU(5, 2, num_layers=2, batch_first=True, bidirectional=True)
randomise(module)
x = features()
packed = pack_padded_sequence(x, MASK.sum(1).long(), batch_first=True, enforce_sorted=False)
y, _ = pad_packed_sequence(module(packed)[0], batch_first=True, total_length=3)
weights = gru_cells("layers.0.", module, 0) | gru_cells("layers.1.", module, 1)
golden("encoders", "gru", weights, {"features": x, "mask": MASK}, {"tokens": y})

proj = torch.nn.Linear(5, 4)
randomise(proj)
x = features()
golden(
    "encoders", "linear", linear("proj", proj), {"features": x, "mask": DROPPED}, {"tokens": proj(x) * DROPPED[..., None]}
)
