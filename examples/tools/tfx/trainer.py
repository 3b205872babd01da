"""TFX's Trainer calls `run_fn`,
which fits a small Keras net to the examples and exports it."""

import keras
import tensorflow as tf
from keras import layers
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.utils import io_utils
from tfx_bsl.public import tfxio

LABEL = "charts"


def run_fn(args):
    """Train for `args.train_steps` steps, and export the net;
    args: the `FnArgs` of Trainer."""
    schema = io_utils.parse_pbtxt_file(args.schema_path, schema_pb2.Schema())
    names = [feature.name for feature in schema.feature if feature.name != LABEL]
    options = tfxio.TensorFlowDatasetOptions(batch_size=128, label_key=LABEL)

    def examples(files):
        rows = args.data_accessor.tf_dataset_factory(files, options, schema)
        return rows.map(
            lambda x, y: ({n: tf.cast(x[n], tf.float32) for n in names}, y)
        ).repeat()

    inputs = {name: keras.Input((1,), name=name) for name in names}
    hidden = layers.BatchNormalization()(layers.Concatenate()(list(inputs.values())))
    hidden = layers.Dense(32, "relu")(hidden)
    net = keras.Model(inputs, layers.Dense(1, "sigmoid")(hidden))
    net.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    net.fit(examples(args.train_files), steps_per_epoch=args.train_steps, verbose=0)
    net.export(args.serving_model_dir)
