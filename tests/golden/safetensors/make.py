"""Writes tensors.safetensors with the safetensors package; run in this folder."""

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "weights": numpy.array([[0.5, -1.25, 3e38], [1e-45, 0.0, -0.0]], dtype=numpy.float32),
        "bias": numpy.array([0.1, 1e-320, -1.5], dtype=numpy.float64),
        "labels": numpy.array([0, -1, 2**53 + 1, -(2**63)], dtype=numpy.int64),
        "counts": numpy.array([[[7]], [[-8]]], dtype=numpy.int32),
        "offsets": numpy.array([[-32768, 32767], [1, -1]], dtype=numpy.int16),
        "halves": numpy.array([1.5, 65504, 6e-8, -0.0], dtype=numpy.float16),
        "codes": numpy.array([[-128, 127, 3]], dtype=numpy.int8),
        "mask": numpy.array([1, 0, 255], dtype=numpy.uint8),
        "step": numpy.array(2.5, dtype=numpy.float32),
        "none": numpy.zeros((0, 4), dtype=numpy.float32),
    },
    "tensors.safetensors",
    metadata={"bundle": '{"classes": ["é", 2]}'},
)
