"""PyTorch's side in a process of its own, which waits between its turns; see ours.mjs for the lines that it reads and writes."""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable

import torch
from torch import nn

from common import MODALITIES, read_safetensors, take_weights


def main() -> None:
    setting = json.loads(sys.stdin.readline())
    torch.set_num_threads(setting["threads"])
    torch.set_flush_denormal(True)
    arrays = read_safetensors(setting["file"])
    batches = [
        (
            {m: arrays[f"input/{i}/features/{m}"] for m in MODALITIES},
            {m: arrays[f"input/{i}/mask/{m}"] for m in MODALITIES},
            arrays[f"input/{i}/labels"],
        )
        for i in range(setting["batches"])
    ]
    dims = {m: x.shape[2] for m, x in batches[0][0].items()}
    model = importlib.import_module(setting["mirror"]).Model(setting["options"], dims)
    take_weights(model, arrays)
    ready = torch.compile if setting["compile"] else lambda f: f
    loss_of, predict = ready(model.loss), ready(model.predict)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=setting["learningRate"], weight_decay=setting["weightDecay"], fused=True
    )
    has_dropout = any(isinstance(module, nn.Dropout) and module.p > 0 for module in model.modules())

    def train(batch: tuple) -> float:
        loss = loss_of(*batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if setting["clipNorm"]:
            nn.utils.clip_grad_norm_(model.parameters(), setting["clipNorm"])
        optimizer.step()
        return loss.item()

    def check() -> float:
        if has_dropout:
            model.eval()
        loss = train(batches[0])
        model.train()
        return loss

    def infer() -> float:
        features, mask, _ = batches[0]
        with torch.inference_mode():
            return predict(features, mask)[0].item()

    def epoch() -> float:
        return sum(train(batch) for batch in batches) / len(batches)

    def timed(action: Callable[[], float], count: int) -> dict:
        ms, values = [], []
        for _ in range(count):
            began = time.perf_counter()
            values.append(action())
            ms.append(1000 * (time.perf_counter() - began))
        return {"ms": ms, "values": values}

    def memory() -> dict:
        with open("/proc/self/status") as status:
            now = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        return {"now": now / 1024, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    if setting["inference"]:
        model.eval()
    actions = {"step": lambda: train(batches[0]), "check": check, "infer": infer, "epoch": epoch}
    for line in sys.stdin:
        command, *count = line.split()
        if command == "close":
            break
        answer = memory() if command == "memory" else timed(actions[command], int(count[0]))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
