"""Saves a component's weights, inputs, outputs and gradients in our names and layouts."""

import pathlib
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from fixture import save  # noqa: E402


def t(x):
    """A weight of nn.Linear [out, in] as ours [in, out]."""
    return x.transpose(0, 1)


def same(x):
    return x


def linear(path, module):
    weights = {f"{path}.weight": (module.weight, t)}
    if module.bias is not None:
        weights[f"{path}.bias"] = (module.bias, same)
    return weights


def norm(path, module):
    return {f"{path}.gain": (module.weight, same), f"{path}.bias": (module.bias, same)}


def attention(path, module):
    """nn.MultiheadAttention; its key bias stays random, as softmax cancels it."""
    d = module.embed_dim
    weights = {
        f"{path}queryProj.weight": (module.in_proj_weight, lambda w: w[:d].T),
        f"{path}keyProj.weight": (module.in_proj_weight, lambda w: w[d : 2 * d].T),
        f"{path}valueProj.weight": (module.in_proj_weight, lambda w: w[2 * d :].T),
        f"{path}queryProj.bias": (module.in_proj_bias, lambda b: b[:d]),
        f"{path}valueProj.bias": (module.in_proj_bias, lambda b: b[2 * d :]),
    }
    return weights | linear(f"{path}outProj", module.out_proj)


def encoder_layer(path, layer):
    return (
        norm(f"{path}attentionNorm", layer.norm1)
        | attention(f"{path}attention.", layer.self_attn)
        | norm(f"{path}mlpNorm", layer.norm2)
        | linear(f"{path}mlp.inProj", layer.linear1)
        | linear(f"{path}mlp.outProj", layer.linear2)
    )


def gru_cells(path, module, layer):
    weights = {}
    for i, suffix in enumerate(("", "_reverse")[: 2 if module.bidirectional else 1]):
        for ours, theirs in {"input": "ih", "hidden": "hh"}.items():
            weights[f"{path}cells.{i}.{ours}Weight"] = (getattr(module, f"weight_{theirs}_l{layer}{suffix}"), t)
            weights[f"{path}cells.{i}.{ours}Bias"] = (getattr(module, f"bias_{theirs}_l{layer}{suffix}"), same)
    return weights


def randomise(*modules):
    """Every weight from N(0, 0.5^2), so that none is at a special value."""
    for module in modules:
        for parameter in module.parameters():
            torch.nn.init.normal_(parameter, std=0.5)


def golden(package, name, weights, inputs, outputs):
    """Writes what `expectReference` of @trimodal/testing reads, and inputs without a gradient under their bare names.

    weights: our path -> (parameter, layout); inputs and outputs by name. The loss is a random projection of all outputs.
    """
    projections = {key: torch.randn_like(value) for key, value in outputs.items()}
    sum((value * projections[key]).sum() for key, value in outputs.items()).backward()
    arrays = {}
    for path, (parameter, layout) in weights.items():
        arrays[f"weight:{path}"] = layout(parameter)
        arrays[f"gradient:{path}"] = layout(parameter.grad)
    for key, value in inputs.items():
        if value.grad is None:
            arrays[key] = value
        else:
            arrays[f"input:{key}"] = value
            arrays[f"gradient:input:{key}"] = value.grad
    for key, value in outputs.items():
        arrays[f"output:{key}"] = value
        arrays[f"projection:{key}"] = projections[key]
    save(package, name, **arrays)
