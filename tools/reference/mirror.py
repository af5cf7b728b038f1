"""Runs a PyTorch module in float64 and writes what it computes under the names that the TypeScript module uses.

A mirror has the same fields as the TypeScript class, in snake case; `weights` renames and transposes what PyTorch stores otherwise.
"""

import re
from collections.abc import Callable

import torch
from torch import Tensor, nn

from fixture import save


RENAMED = {  # of nn.TransformerEncoderLayer
    "self_attn": "attention",
    "linear1": "mlp.in_proj",
    "linear2": "mlp.out_proj",
    "norm1": "attention_norm",
    "norm2": "mlp_norm",
}


def camel(path: str) -> str:
    path = ".".join(RENAMED.get(field, field) for field in path.split("."))
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), path)


def weights(module: nn.Module, of: Callable[[nn.Parameter], Tensor]) -> dict[str, Tensor]:
    """`of` each parameter (its value or its gradient), by the path of fields of the TypeScript module."""
    found: dict[str, Tensor] = {}
    for path, child in module.named_modules():
        at = camel(path) + "." if path else ""
        own = {name: of(parameter) for name, parameter in child.named_parameters(recurse=False)}
        if isinstance(child, nn.MultiheadAttention):
            for part, weight, bias in zip(("query", "key", "value"), own["in_proj_weight"].chunk(3), own["in_proj_bias"].chunk(3)):
                found[f"{at}{part}Proj.weight"] = weight.T
                if part != "key":  # softmax cancels a bias of the keys
                    found[f"{at}{part}Proj.bias"] = bias
        elif isinstance(child, nn.GRU):
            found[f"{at}cells.0.inputWeight"] = own["weight_ih_l0"].T
            found[f"{at}cells.0.inputBias"] = own["bias_ih_l0"]
            found[f"{at}cells.0.hiddenWeight"] = own["weight_hh_l0"].T
            found[f"{at}cells.0.hiddenBias"] = own["bias_hh_l0"]
        else:
            for name, value in own.items():
                if isinstance(child, nn.Linear) and name == "weight":
                    value = value.T
                elif isinstance(child, nn.Conv1d) and name == "weight":
                    value = value[:, 0].T  # depthwise: d 1 k -> k d
                elif isinstance(child, nn.LayerNorm) and name == "weight":
                    name = "gain"
                found[at + camel(name)] = value
    return found


def record(
    package: str,
    name: str,
    module: nn.Module,
    inputs: dict[str, Tensor],
    run: Callable[[dict[str, Tensor]], dict[str, Tensor]],
) -> None:
    """Saves weights, inputs, outputs, and the gradients of a random projection of the outputs. Masks (names with "mask") get none."""
    module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_((parameter + 0.1 * torch.randn_like(parameter)).float())  # norms start at 1 and 0
    given = {key: value.float().double().requires_grad_("mask" not in key) for key, value in inputs.items()}
    outputs = run(given)
    projections = {key: torch.randn(value.shape).double() for key, value in outputs.items()}
    torch.stack([(value * projections[key]).sum() for key, value in outputs.items()]).sum().backward()
    arrays = {
        **{f"input:{key}": value for key, value in given.items()},
        **{f"output:{key}": value for key, value in outputs.items()},
        **{f"projection:{key}": value for key, value in projections.items()},
        **{f"gradient:input:{key}": value.grad for key, value in given.items() if value.grad is not None},
        **{f"weight:{path}": value for path, value in weights(module, lambda p: p).items()},
        **{f"gradient:{path}": value for path, value in weights(module, lambda p: p.grad).items()},
    }
    save(package, name, **arrays)
