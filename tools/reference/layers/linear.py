"""nn.Linear, nn.LayerNorm and a perceptron for each activation. Run: python tools/reference/layers/linear.py"""

import torch
from golden import golden, linear, norm, randomise

torch.manual_seed(1)
module = torch.nn.Linear(4, 5)
randomise(module)
x = torch.randn(2, 3, 4, requires_grad=True)
weights = {path.removeprefix("."): value for path, value in linear("", module).items()}
golden("layers", "linear", weights, {"x": x}, {"y": module(x)})

module = torch.nn.LayerNorm(4, eps=1e-3)
randomise(module)
x = torch.randn(2, 3, 4, requires_grad=True)
weights = {path.removeprefix("."): value for path, value in norm("", module).items()}
golden("layers", "layer-norm", weights, {"x": x}, {"y": module(x)})

for name, activation in {"relu": torch.nn.ReLU(), "gelu": torch.nn.GELU(), "tanh": torch.nn.Tanh()}.items():
    first, second = torch.nn.Linear(4, 6), torch.nn.Linear(6, 5)
    randomise(first, second)
    x = torch.randn(2, 3, 4, requires_grad=True)
    golden(
        "layers",
        f"mlp-{name}",
        linear("inProj", first) | linear("outProj", second),
        {"x": x},
        {"y": second(activation(first(x)))},
    )
