"""The mirror of DBR as its preset describes it, and of its objective; see dbr.ts in packages/models."""

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import MODALITIES, Attention, AttentionPooling, Mlp, PerModality, masked_mean, weighted_sum

PAIRS = list(itertools.combinations(range(len(MODALITIES)), 2))


def normalize(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:])


def unit(x: Tensor) -> Tensor:
    return x * (x.square().sum(-1, keepdim=True) + 1e-8).rsqrt()


def cosine(a: Tensor, b: Tensor) -> Tensor:
    return (unit(a) * unit(b)).sum(-1)


def pool_each(joined: Tensor, mask: PerModality) -> Tensor:
    """The mean token of each modality: b T d -> b m d."""
    pieces = joined.split([mask[m].shape[1] for m in MODALITIES], 1)
    return torch.stack([masked_mean(x, mask[m]) for m, x in zip(MODALITIES, pieces)], 1)


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1e-8)


class GruEncoder(nn.Module):
    """A bidirectional GRU over the steps that are there: packed without those that aren't, its outputs put back at their places."""

    def __init__(self, in_dim: int, d: int, rate: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(rate)
        self.layers = nn.ModuleList([nn.GRU(in_dim, d // 2, batch_first=True, bidirectional=True)])

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        order = mask.argsort(dim=1, descending=True, stable=True)
        first = self.dropout(x).gather(1, order[..., None].expand_as(x))
        lengths = mask.sum(1).clamp(min=1).long()
        packed, _ = self.layers[0](pack_padded_sequence(first, lengths, batch_first=True, enforce_sorted=False))
        outputs, _ = pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])
        return outputs.gather(1, order.argsort(dim=1)[..., None].expand_as(outputs)) * mask[..., None]


class TokenMlp(nn.Module):
    def __init__(self, d: int, hidden_dim: int, rate: float) -> None:
        super().__init__()
        self.mlp = Mlp(d, hidden_dim, d, rate, F.gelu)
        self.norm = nn.LayerNorm(d)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.norm(self.mlp(x)) * mask[..., None]


class Disentangler(nn.Module):
    def __init__(self, d: int, hidden_dim: int, rate: float) -> None:
        super().__init__()
        self.shared_encoder = TokenMlp(d, hidden_dim, rate)
        self.private_encoders = nn.ModuleDict({m: TokenMlp(d, hidden_dim, rate) for m in MODALITIES})
        self.decoders = nn.ModuleDict({m: nn.Linear(2 * d, d) for m in MODALITIES})

    def forward(self, x: PerModality, mask: PerModality, times: list[int], joined_mask: Tensor):
        joined = torch.cat([x[m] for m in MODALITIES], 1)
        shared = dict(zip(MODALITIES, self.shared_encoder(joined, joined_mask).split(times, 1)))
        private = {m: self.private_encoders[m](x[m], mask[m]) for m in MODALITIES}
        return shared, private

    def decode(self, shared: PerModality, private: PerModality, mask: PerModality):
        decoded = {m: self.decoders[m](torch.cat([shared[m], private[m]], -1)) * mask[m][..., None] for m in MODALITIES}
        return decoded, {m: self.private_encoders[m](decoded[m], mask[m]) for m in MODALITIES}


class TemporalPath(nn.Module):
    def __init__(self, d: int, options: dict) -> None:
        super().__init__()
        self.in_proj = nn.Linear(2 * d, d)
        self.convs = nn.ModuleList(
            nn.Conv1d(d, d, options["kernelSize"], dilation=dilation, padding="same", groups=d)
            for dilation in options["dilations"]
        )
        self.out_proj = nn.Linear(d, d)
        self.dropout = nn.Dropout(options["dropoutRate"])

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        there = mask[..., None]
        x = normalize(x)
        difference = F.pad((x[:, 1:] - x[:, :-1]) * (there[:, 1:] * there[:, :-1]), (0, 0, 1, 0))
        h = (self.in_proj(torch.cat([x, difference], -1)) * there).transpose(1, 2)  # b d t
        for conv in self.convs:
            h = h + F.gelu(conv(h)) * mask[:, None]
        return self.dropout(self.out_proj(h.transpose(1, 2))) * there


class StructuralPath(nn.Module):
    def __init__(self, d: int, options: dict) -> None:
        super().__init__()
        self.modality_embedding = nn.Parameter(torch.zeros(len(MODALITIES), d))
        self.attention = Attention(d, options["numHeads"])
        self.dropout = nn.Dropout(options["dropoutRate"])

    def forward(self, x: Tensor, mask: Tensor, owners: Tensor) -> Tensor:
        attended = self.attention(normalize(x) + self.modality_embedding[owners], mask[:, None, None] > 0)
        return self.dropout(attended) * mask[..., None]


class SharedBranch(nn.Module):
    def __init__(self, d: int, options: dict) -> None:
        super().__init__()
        self.temporal_paths = nn.ModuleDict({m: TemporalPath(d, options) for m in MODALITIES})
        self.structural_path = StructuralPath(d, options)
        self.gate = nn.Linear(2 * d, d)

    def forward(self, shared: PerModality, mask: PerModality, joined_mask: Tensor, owners: Tensor):
        x = torch.cat([shared[m] for m in MODALITIES], 1)
        t = torch.cat([self.temporal_paths[m](shared[m], mask[m]) for m in MODALITIES], 1)
        s = self.structural_path(x, joined_mask, owners)
        gate = self.gate(torch.cat([t, s], -1)).sigmoid()
        return x + torch.lerp(s, t, gate), t, s


class RoutedAttention(nn.Module):
    """Every modality reads every other: one attention a source for the queries of all, each weighed by its share."""

    def __init__(self, d: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.in_proj = nn.ModuleDict({m: nn.Linear(d, 3 * d, bias=False) for m in MODALITIES})
        self.out_proj = nn.ModuleDict({m: nn.Linear(d, d, bias=False) for m in MODALITIES})

    def forward(self, x: PerModality, mask: PerModality, beta: Tensor, times: list[int], owners: Tensor) -> list[Tensor]:
        projected = torch.cat([self.in_proj[m](x[m]) for m in MODALITIES], 1)
        q, k, v = projected.unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)  # b h T d/h
        shares = beta[:, owners]  # b T n
        mixed = 0
        for n, (m, key, value) in enumerate(zip(MODALITIES, k.split(times, 2), v.split(times, 2))):
            # where there is nothing to read, the share is 0
            there = (mask[m] > 0) | (mask[m].sum(1, keepdim=True) == 0)
            read = F.scaled_dot_product_attention(q, key, value, attn_mask=there[:, None, None])
            mixed = mixed + read * shares[:, None, :, n, None]
        return [self.out_proj[m](y) for m, y in zip(MODALITIES, mixed.transpose(1, 2).flatten(2).split(times, 1))]


class BorrowGate(nn.Module):
    def __init__(self, d: int, max_borrow: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(3 * d, d)
        self.weight = nn.Parameter(torch.zeros(d, 1))
        self.bias = nn.Parameter(torch.zeros(1))
        self.max_borrow = max_borrow

    def forward(self, profiles: Tensor) -> Tensor:  # b m d -> b m m
        size = profiles.shape[1]
        own = profiles[:, :, None].expand(-1, -1, size, -1)
        other = profiles[:, None].expand(-1, size, -1, -1)
        hidden = self.hidden(torch.cat([own, other, own * other], -1)).tanh()
        return self.max_borrow * (hidden @ self.weight + self.bias).sigmoid()[..., 0]


class PrivateBranch(nn.Module):
    def __init__(self, d: int, options: dict) -> None:
        super().__init__()
        self.pooling = nn.ModuleDict({m: AttentionPooling(d) for m in MODALITIES})
        self.attention = RoutedAttention(d, options["numHeads"])
        self.gate = BorrowGate(d, options["maxBorrow"])
        self.dropout = nn.Dropout(options["dropoutRate"])

    def forward(self, private: PerModality, shared_pooled: Tensor, mask: PerModality, pairs: Tensor, times, owners):
        weights = {m: self.pooling[m].weights(private[m], mask[m]) for m in MODALITIES}
        profiles = torch.stack([weighted_sum(private[m], weights[m]) for m in MODALITIES], 1)  # b m d
        beta = self.gate(profiles) * pairs
        first = unit(profiles)
        second = unit(shared_pooled - first * (shared_pooled * first).sum(-1, keepdim=True))
        known = torch.stack([first, second], 2)  # b m 2 d
        candidates = self.attention({m: normalize(private[m]) for m in MODALITIES}, mask, beta, times, owners)
        enriched = {}
        for i, (m, candidate) in enumerate(zip(MODALITIES, candidates)):
            candidate = self.dropout(candidate)
            novel = candidate - candidate @ known[:, i].transpose(1, 2) @ known[:, i]
            enriched[m] = private[m] + novel * mask[m][..., None]
        pooled = torch.stack([weighted_sum(enriched[m], weights[m]) for m in MODALITIES], 1)
        return enriched, beta, profiles, pooled


class Fusion(nn.Module):
    def __init__(self, d: int, options: dict) -> None:
        super().__init__()
        heads, rate = options["numHeads"], options["dropoutRate"]
        self.shared_to_private = Attention(d, heads)
        self.private_to_shared = Attention(d, heads)
        self.shared_pooling = AttentionPooling(d)
        self.private_pooling = AttentionPooling(d)
        self.context = Mlp(4 * d, d, 2, rate)
        self.dropout = nn.Dropout(rate)

    def forward(self, shared: Tensor, private: Tensor, mask: Tensor) -> Tensor:
        keys = mask[:, None, None] > 0
        normed_shared, normed_private = normalize(shared), normalize(private)
        shared = shared + self.dropout(self.private_to_shared(normed_shared, keys, normed_private))
        private = private + self.dropout(self.shared_to_private(normed_private, keys, normed_shared))
        z, p = self.shared_pooling(shared, mask), self.private_pooling(private, mask)
        weights = self.context(torch.cat([z, p, (z - p).abs(), z * p], -1)).softmax(-1)
        return weights[:, :1] * z + weights[:, 1:] * p


class Model(nn.Module):
    def __init__(self, options: dict, dims: dict[str, int]) -> None:
        super().__init__()
        d = options["dModel"]
        split, head = options["disentangler"], options["head"]
        self.objective = options["objective"]
        self.encoders = nn.ModuleDict(
            {m: GruEncoder(dims[m], d, options["encoders"][m]["inputDropoutRate"]) for m in MODALITIES}
        )
        self.disentangler = Disentangler(d, split["hiddenDim"], split["dropoutRate"])
        self.shared_branch = SharedBranch(d, options["sharedBranch"])
        self.private_branch = PrivateBranch(d, options["privateBranch"])
        self.fusion = Fusion(d, options["fusion"])
        new_head = lambda: Mlp(d, head["hiddenDim"], 1, head["dropoutRate"])
        self.head = new_head()
        self.branch_heads = nn.ModuleDict({"shared": new_head(), "private": new_head()})

    def run(self, features: PerModality, mask: PerModality) -> dict:
        times = [mask[m].shape[1] for m in MODALITIES]
        owners = torch.arange(len(MODALITIES)).repeat_interleave(torch.tensor(times), output_size=sum(times))
        joined_mask = torch.cat([mask[m] for m in MODALITIES], 1)
        there = torch.stack([mask[m].amax(1) for m in MODALITIES], 1)  # b m
        pairs = there[:, :, None] * there[:, None] * (1 - torch.eye(len(MODALITIES)))
        tokens = {m: self.encoders[m](features[m], mask[m]) for m in MODALITIES}
        shared, private = self.disentangler(tokens, mask, times, joined_mask)
        z, temporal, structural = self.shared_branch(shared, mask, joined_mask, owners)
        pool = lambda joined: pool_each(joined, mask)
        shared_pooled = pool(z)  # b m d
        enriched, beta, profiles, pooled = self.private_branch(private, shared_pooled, mask, pairs, times, owners)
        joined_private = torch.cat([enriched[m] for m in MODALITIES], 1)
        fused = self.fusion(z, joined_private, joined_mask)
        return {
            "tokens": tokens, "shared": shared, "private": private, "temporal": temporal, "structural": structural,
            "shared_pooled": shared_pooled, "private_pooled": pool(joined_private), "beta": beta, "profiles": profiles,
            "pooled": pooled, "fused": fused, "there": there, "pairs": pairs,
        }

    def predict(self, features: PerModality, mask: PerModality) -> Tensor:
        return self.head(self.run(features, mask)["fused"])[:, 0]

    def loss(self, features: PerModality, mask: PerModality, labels: Tensor) -> Tensor:
        out = self.run(features, mask)
        terms = self.terms(out, mask, labels)
        return torch.stack([weight * terms[name] for name, weight in self.objective.items() if weight > 0]).sum()

    def terms(self, out: dict, mask: PerModality, labels: Tensor) -> dict[str, Tensor]:
        shared, private, there = out["shared"], out["private"], out["there"]
        task = lambda head, x: (head(x)[:, 0] - labels).abs().mean()
        present = there.sum(1, keepdim=True).clamp(min=1)
        decoded, cycled = self.disentangler.decode(shared, private, mask)
        tokens = {m: x.detach() for m, x in out["tokens"].items()}
        mean = lambda values: sum(values) / len(MODALITIES)
        distance = lambda a, b: mean([weighted_mean((a[m] - b[m]).square().mean(-1), mask[m]) for m in MODALITIES])
        pool = lambda joined: pool_each(joined, mask)
        join = lambda xs: torch.cat([xs[m] for m in MODALITIES], 1)
        angles = cosine(join(shared), join(private)).relu().split([mask[m].shape[1] for m in MODALITIES], 1)
        pooled, profiles, shared_pooled = out["pooled"], out["profiles"].detach(), out["shared_pooled"].detach()
        return {
            "task": task(self.head, out["fused"]),
            "branchTask": task(self.branch_heads["shared"], out["shared_pooled"].sum(1) / present)
            + task(self.branch_heads["private"], out["private_pooled"].sum(1) / present),
            "reconstruction": distance(decoded, tokens),
            "cycle": distance(cycled, private),
            "orthogonality": mean([weighted_mean(x, mask[m]) for m, x in zip(MODALITIES, angles)]),
            "alignment": alignment(pool(join(shared)), there),
            "pathOverlap": weighted_mean(cosine(pool(out["temporal"]), pool(out["structural"])).square(), there),
            "anchorPreservation": weighted_mean(1 - cosine(pooled, profiles), there),
            "antiLeakage": weighted_mean(cosine(pooled, shared_pooled).square(), there),
            "borrowCost": out["beta"].sum() / out["pairs"].sum().clamp(min=1),
        }


def alignment(pooled: Tensor, there: Tensor) -> Tensor:
    """Central moment discrepancy of five moments, over pairs of modalities, of the samples that have them."""
    share = (there / there.sum(0).clamp(min=1e-8))[..., None]  # b m 1
    average = (pooled * share).sum(0)
    centred = pooled - average
    moments = torch.stack([average] + [(centred**k * share).sum(0) for k in range(2, 6)])  # k m d
    left, right = [i for i, _ in PAIRS], [j for _, j in PAIRS]
    lengths = ((moments[:, left] - moments[:, right]).square().sum(-1) + 1e-8).sqrt() - 1e-4
    gates = (there.sum(0) > 0).float()
    return (lengths.sum(0) * gates[left] * gates[right]).mean()
