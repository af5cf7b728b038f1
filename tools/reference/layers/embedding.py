"""nn.Embedding, and the position vectors of Vaswani et al. 2017. Run: python tools/reference/layers/embedding.py"""

import torch
from golden import golden, randomise, same, save

torch.manual_seed(6)
module = torch.nn.Embedding(5, 4)
randomise(module)
ids = torch.tensor([[1, 4, 1], [0, 3, 1]])
golden("layers", "embedding", {"weight": (module.weight, same)}, {"ids": ids}, {"y": module(ids)})

time = torch.arange(6, dtype=torch.float64)[:, None]
frequency = torch.exp(torch.arange(0, 5, 2, dtype=torch.float64) * (-torch.log(torch.tensor(10000.0, dtype=torch.float64)) / 5))
table = torch.zeros(6, 5, dtype=torch.float64)
table[:, 0::2] = torch.sin(time * frequency)
table[:, 1::2] = torch.cos(time * frequency[:2])
save("layers", "sinusoidal-positions", positions=table)
