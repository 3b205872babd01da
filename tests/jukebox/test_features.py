"""What the estimator sees of a track is the same in training and in the artefact."""

import numpy as np
import pytest
from jukebox import FEATURES, Catalogue, Settings, export, fit, matrix, predict
from jukebox.model.features import NAMES, feature_pipeline, log_odds
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

TRACKS, _ = Catalogue(1).week(0)


def test_the_matrix_has_the_order_of_the_features_whatever_the_order_of_the_columns():
    """The artefact knows columns by place, so a shuffled frame must not shuffle them."""
    shuffled = TRACKS[TRACKS.columns[::-1]]

    assert np.array_equal(TRACKS[NAMES].to_numpy("float32"), matrix(shuffled))


def test_the_matrix_is_float32():
    """The estimator is fitted on the very numbers that the service will see."""

    assert np.float32 == matrix(TRACKS).dtype


def test_a_missing_column_is_named():
    """A frame without a feature is an error, never a guess."""
    with pytest.raises(KeyError) as error:
        matrix(TRACKS.drop(columns="tempo"))

    assert "tempo" in str(error.value)


@pytest.mark.parametrize("share", [0, 1])
def test_a_share_of_zero_or_one_has_finite_log_odds(share):
    """Without the clip they are infinite, and one such track ruins the mean of all."""

    assert np.isfinite(log_odds(np.float32(share)))


def test_every_feature_but_the_key_is_scaled():
    """Adam's one step fits all columns only if they are of one size."""
    seen = feature_pipeline().fit_transform(matrix(TRACKS))[:, :11]  # one track's key is unknown
    scaled = seen[:, (seen.std(0) > 0.99) & (seen.std(0) < 1.01)]

    assert np.allclose(0, scaled.mean(0), atol=1e-4)


def test_an_unseen_key_is_none_of_the_keys():
    """A key that was not there in fitting must not stop the service."""
    rows = matrix(TRACKS)
    rows = rows[rows[:, NAMES.index("key")] != 5]
    fitted = feature_pipeline().fit(rows)
    rows[:, NAMES.index("key")] = 5
    keys = fitted.named_transformers_["onehotencoder"].transform(rows[:, [NAMES.index("key")]])

    assert not keys.any()


@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_the_artefact_agrees_with_scikit_learn_at_the_bounds_of_every_feature(end):
    """Where logarithms are steepest, float32 and float64 would part first."""
    y = np.random.default_rng(0).random((len(TRACKS), 3)) < 0.3
    fitted = fit(TRACKS, y, Settings(), seed=0)
    rows = np.repeat(matrix(TRACKS)[:1], len(FEATURES), axis=0)
    rows[np.diag_indices(len(FEATURES))] = [getattr(f, end) for f in FEATURES.values()]

    assert np.abs(fitted.predict_proba(rows) - predict(export(fitted, {}), rows)).max() < 1e-5


def test_a_function_that_onnx_was_not_told_of_is_refused():
    """Better no artefact than one that prepares the features differently."""
    fitted = make_pipeline(FunctionTransformer(np.sqrt), StandardScaler()).fit(matrix(TRACKS) ** 2)
    with pytest.raises(NotImplementedError) as error:
        export(fitted, {})

    assert "sqrt" in str(error.value)
