"""One row by the weights of one layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library


@library("scipy", "1 thread")
def scipy(w: sp.csr_array, x: NDArray[Any]) -> Callable[[], NDArray[Any]]:
    """`W.T @ x`."""
    return lambda: w.T @ x


@library("numpy", "dense")
def numpy_dense(w: sp.csr_array, x: NDArray[Any]) -> Callable[[], NDArray[Any]]:
    """BLAS: a vector by a dense matrix."""
    dense = w.toarray()
    return lambda: x @ dense


@library("onnxruntime", "dense")
def onnx_dense(w: sp.csr_array, x: NDArray[Any]) -> Callable[[], NDArray[Any]]:
    """A graph of one MatMul."""
    import onnxruntime
    from onnx import TensorProto, helper

    dense = w.toarray()
    rows, columns = dense.shape
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "layer",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, rows]),
            helper.make_tensor_value_info("w", TensorProto.FLOAT, [rows, columns]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    weights = onnxruntime.OrtValue.ortvalue_from_numpy(dense)
    row = onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(x).reshape(1, -1))
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", row)
    binding.bind_ortvalue_input("w", weights)
    binding.bind_output("y")

    def call() -> NDArray[Any]:
        session.run_with_iobinding(binding)
        answer: NDArray[Any] = binding.copy_outputs_to_cpu()[0].reshape(-1)
        return answer

    return call
