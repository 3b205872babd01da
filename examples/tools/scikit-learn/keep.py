"""Fit one pipeline on Jukebox's tracks, keep it with skops, and read it back."""

import sys

import numpy as np
from jukebox import Catalogue, average_precision, chance, labels, matrix
from jukebox.model.features import feature_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skops import io
from skops.io.exceptions import UntrustedTypesFoundException

# Types whose code we have read and trust, besides those that skops trusts.
REVIEWED = []


def fitted(prepare, seed=1):
    """Return a model of weeks 0 to 7, and the tracks, (n, 13),
    and labels of the next four."""
    catalogue = Catalogue(seed)
    tracks, charts = catalogue.weeks(range(8))
    # One estimator for each country.
    estimator = OneVsRestClassifier(LogisticRegression(max_iter=500))
    model = make_pipeline(prepare, estimator).fit(
        matrix(tracks), labels(tracks, charts)
    )
    newer, their_charts = catalogue.weeks(range(8, 12))
    return model, matrix(newer), labels(newer, their_charts)


def main(prepare):
    """Fit, keep, read back; name the types in the file that nobody has reviewed."""
    model, tracks, y = fitted(prepare)
    p = model.predict_proba(tracks)
    print(f"average precision {average_precision(y, p):.3f}")
    print(f"chance            {chance(y).average_precision:.3f}")
    io.dump(model, "model.skops")
    try:
        back = io.load("model.skops", trusted=REVIEWED)
    except UntrustedTypesFoundException as error:
        sys.exit(f"refused: {str(error).splitlines()[0]}")
    print("read back, same answers:", np.array_equal(p, back.predict_proba(tracks)))


if __name__ == "__main__":
    main(feature_pipeline() if "--our-features" in sys.argv else StandardScaler())
