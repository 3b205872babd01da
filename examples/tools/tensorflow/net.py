"""Train a small Keras net on Jukebox's tracks, keep it, read it back,
and write it as ONNX."""

import sys
from pathlib import Path

import keras
import numpy as np
from jukebox import Catalogue, average_precision, chance, labels, matrix, session
from keras import layers


def scale(x):
    """Return a layer that brings columns of x, (n, 13), to mean 0 and deviation 1."""
    if "--adapt" in sys.argv:
        layer = layers.Normalization()
        layer.adapt(x)
        return layer
    mean, spread = x.mean(0), x.std(0)
    return layers.Rescaling((1 / spread).tolist(), (-mean / spread).tolist())


def trained(x, y):
    """Return a net fitted to tracks, (n, 13), and labels, (n, 72)."""
    net = keras.Sequential(
        [
            keras.Input((13,), name="tracks"),
            scale(x),
            layers.Dense(64, "relu"),
            layers.Dense(72, "sigmoid"),
        ]
    )
    net.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    net.fit(x, y, batch_size=len(x), epochs=100, verbose=0)
    return net


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    catalogue = Catalogue(1)
    older, newer = catalogue.weeks(range(8)), catalogue.weeks(range(8, 12))
    net = trained(matrix(older[0]), labels(*older).astype("float32"))
    tracks, y = matrix(newer[0]), labels(*newer)
    p = net.predict(tracks, verbose=0)
    print(f"average precision {average_precision(y, p):.2f}")
    print(f"chance            {chance(y).average_precision:.2f}")

    net.save("net.keras")
    back = keras.saving.load_model("net.keras")
    q = back.predict(tracks, verbose=0)
    print("read back, same answers:", np.array_equal(q, p))

    net.export("net.onnx", format="onnx", verbose=False)
    running = session(Path("net.onnx").read_bytes())
    answers = running.run(None, {"tracks": tracks})[0]
    print("ONNX, same answers to 1e-6:", np.allclose(answers, p, rtol=0, atol=1e-6))
