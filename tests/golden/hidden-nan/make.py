"""Makes hidden.parquet: a NaN that the statistics of the file leave out, as pyarrow writes them.

Usage: python make.py (in this folder)
"""

import pyarrow as pa
import pyarrow.parquet as pq

table = pa.table({"x": pa.array([1.0, float("nan"), 1.0]), "y": pa.array([1, 2, 3])})
pq.write_table(table, "hidden.parquet")
