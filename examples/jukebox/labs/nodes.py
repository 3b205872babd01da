"""The nodes: what a lab adds to a model's ONNX graph, so that the model answers otherwise."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from jukebox.model.training import Model


class Node(NamedTuple):
    """A node of ONNX: its operator, the names of its inputs and of its output, its attributes."""

    operator: str
    inputs: Sequence[str]
    output: str
    attributes: Mapping[str, int] = {}


def add_nodes(model: "Model", nodes: Sequence[Node], **constants: "np.ndarray") -> "Model":
    """Return a `Model` whose answers go through more nodes, from `before` to `probabilities`.

    constants: arrays, by name.
    """
    import hashlib
    from dataclasses import replace

    from onnx import helper, load_model_from_string, numpy_helper

    proto = load_model_from_string(model.onnx)
    for node in proto.graph.node:
        node.output[:] = ["before" if o == "probabilities" else o for o in node.output]
    for operator, inputs, output, attributes in nodes:
        node = helper.make_node(operator, inputs, [output])
        node.attribute.extend(helper.make_attribute(*one) for one in sorted(attributes.items()))
        proto.graph.node.append(node)
    proto.graph.initializer.extend(numpy_helper.from_array(a, n) for n, a in constants.items())
    onnx = proto.SerializeToString(deterministic=True)
    return replace(model, onnx=onnx, digest=hashlib.sha256(onnx).hexdigest())
