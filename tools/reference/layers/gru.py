"""nn.GRU on packed sequences. Steps masked at the start or in the middle are cut out before packing and put back as zeros after.
Run: python tools/reference/layers/gru.py"""

import torch
from golden import golden, gru_cells, randomise
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(5)
MASKS = {
    "end": [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]],
    "start": [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1]],
    "dropped": [[1, 0, 1, 0, 1], [0, 1, 1, 0, 0], [0, 0, 1, 0, 1]],
}


def run(name, mask, bidirectional):
    directions = 2 if bidirectional else 1
    module = torch.nn.GRU(4, 6, batch_first=True, bidirectional=bidirectional)
    randomise(module)
    x = torch.randn(3, 5, 4, requires_grad=True)
    kept = [x[i][mask[i] == 1] for i in range(3)]
    lengths = mask.sum(1).long()
    packed = pack_padded_sequence(pad_sequence(kept, batch_first=True), lengths, batch_first=True, enforce_sorted=False)
    out, last = module(packed)
    out, _ = pad_packed_sequence(out, batch_first=True)
    outputs = torch.zeros(3, 5, 6 * directions)
    for i in range(3):
        outputs[i, mask[i] == 1] = out[i, : lengths[i]]
    final = last.transpose(0, 1).reshape(3, 6 * directions)

    weights = gru_cells("", module, 0)
    golden("layers", name, weights, {"x": x, "mask": mask}, {"outputs": outputs, "final": final})


for kind, rows in MASKS.items():
    run(f"gru-{kind}", torch.tensor(rows, dtype=torch.float32), False)
    run(f"gru-bidirectional-{kind}", torch.tensor(rows, dtype=torch.float32), True)
