"""Train a small net, keep its weights without pickle, and write it as ONNX."""

import sys
from pathlib import Path

import numpy as np
import torch
from jukebox import Catalogue, average_precision, chance, labels, matrix, predict
from safetensors.torch import load_file, save_file
from torch import nn


class Net(nn.Module):
    """From tracks, (n, 13), to probabilities, (n, 72); it scales its inputs itself."""

    def __init__(self):
        """Begin with weights that mean nothing yet."""
        super().__init__()
        # Kept with the weights, but not trained.
        self.register_buffer("mean", torch.zeros(13))
        self.register_buffer("spread", torch.ones(13))
        self.layers = nn.Sequential(nn.Linear(13, 64), nn.ReLU(), nn.Linear(64, 72))

    def forward(self, tracks):
        """Answer for some tracks."""
        # This depends on what is in the tracks.
        if "--branch" in sys.argv and tracks.isnan().any():
            tracks = tracks.nan_to_num()
        return torch.sigmoid(self.layers((tracks - self.mean) / self.spread))


def trained(x, y, steps=100):
    """Return a net fitted to tracks, (n, 13), and labels, (n, 72)."""
    # The loss takes logits: a probability of 0 has no log.
    net, loss = Net(), nn.BCEWithLogitsLoss()
    net.mean, net.spread = x.mean(0), x.std(0)
    optimiser = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(net.layers((x - net.mean) / net.spread), y).backward()
        optimiser.step()
    return net.eval()


if __name__ == "__main__":
    torch.manual_seed(1)
    older, newer = map(Catalogue(1).weeks, (range(8), range(8, 12)))
    x, y = torch.from_numpy(matrix(older[0])), torch.from_numpy(labels(*older))
    net = trained(x, y.float())
    tracks, y = torch.from_numpy(matrix(newer[0])), labels(*newer)
    p = net(tracks).detach().numpy()
    print(f"average precision {average_precision(y, p):.2f}")
    print(f"chance            {chance(y).average_precision:.2f}")
    save_file(net.state_dict(), "net.safetensors")
    back = load_file("net.safetensors")
    same = [w.equal(back[name]) for name, w in net.state_dict().items()]
    print("same weights:", all(same))
    given = {"dynamo": True, "external_data": False, "verbose": False}
    given |= {"input_names": ["tracks"], "output_names": ["probabilities"]}
    any_number = ({0: torch.export.Dim("n")},)
    torch.onnx.export(net, (tracks,), "net.onnx", dynamic_shapes=any_number, **given)
    q = predict(Path("net.onnx").read_bytes(), newer[0])
    print("same answers to 1e-6:", np.allclose(p, q, rtol=0, atol=1e-6))
