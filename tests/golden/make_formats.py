"""Writes tests/fixtures/formats/: small Parquet and Arrow files and folders of Hugging Face, as other libraries write them, with what they hold as JSON.

pip install pyarrow==26.0.1 datasets==5.2.0 pillow==13.0.0 && python tests/golden/make_formats.py
"""

import datetime
import decimal
import io
import json
import shutil
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
from PIL import Image

assert (pa.__version__, datasets.__version__) == ("26.0.1", "5.2.0")

OUT = Path(__file__).parents[1] / "fixtures/formats"
shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)

N = 7
UTC = datetime.timezone.utc
rows = [
    {
        "whole": i - 3,
        "large": 2**53 + i,
        "real": i / 4,
        "text": None if i == 2 else ["Zürich", "", "a \"quoted\" 👍", "x" * 300][i % 4],
        "kind": ["red", "green"][i % 2],
        "flag": [True, False, None][i % 3],
        "when": datetime.datetime(1969 + i, 2, 3, 4, 5, 6, 789000, UTC),
        "day": datetime.date(2024, 2, 27 + i % 3),
        "price": decimal.Decimal(i * 1000 - 1234) / 100,
        "tags": [["a", "b"], [], ["c"], None][i % 4],
        "vector": [float(i), 0.5, -1.0],
        "grid": [[i, 1, 2], [3, 4, 5]],
        "inner": None if i == 5 else {"name": f"n{i}", "deep": {"size": None if i == 4 else i}},
    }
    for i in range(N)
]
schema = pa.schema(
    [
        ("whole", pa.int32()),
        ("large", pa.int64()),
        ("real", pa.float64()),
        ("text", pa.string()),
        ("kind", pa.dictionary(pa.int32(), pa.string())),
        ("flag", pa.bool_()),
        ("when", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()),
        ("price", pa.decimal128(9, 2)),
        ("tags", pa.list_(pa.string())),
        ("vector", pa.list_(pa.float32())),
        ("grid", pa.list_(pa.list_(pa.int16()))),
        ("inner", pa.struct([("name", pa.string()), ("deep", pa.struct([("size", pa.int32())]))])),
    ]
)
table = pa.Table.from_pylist(rows, schema)


def plain(value):
    """What JSON can hold: dates as {"date": ms}, large numbers as {"bigint": text}."""
    if isinstance(value, datetime.datetime):
        return {"date": round(value.timestamp() * 1000)}
    if isinstance(value, datetime.date):
        return {"date": (value - datetime.date(1970, 1, 1)).days * 86_400_000}
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return {"bigint": str(value)} if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53 else value


(OUT / "rows.json").write_text(json.dumps([plain(row) for row in rows], ensure_ascii=False, indent=1) + "\n")

for codec in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
    pq.write_table(table, OUT / f"rows-{codec}.parquet", compression=codec, row_group_size=3)
pq.write_table(table.slice(0, 1), OUT / "one.parquet")
pq.write_table(table.slice(0, 0), OUT / "no-rows.parquet")
pq.write_table(table, OUT / "rows-v2.parquet", data_page_version="2.0", version="2.6", data_page_size=64, write_batch_size=2)
pq.write_table(
    table.select(["whole", "large", "real", "text"]),
    OUT / "rows-delta.parquet",
    use_dictionary=False,
    column_encoding={"whole": "DELTA_BINARY_PACKED", "large": "DELTA_BINARY_PACKED", "real": "BYTE_STREAM_SPLIT", "text": "DELTA_BYTE_ARRAY"},
)
pq.write_table(table.select(["text"]), OUT / "rows-delta-length.parquet", use_dictionary=False, column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY"})

feather.write_feather(table.slice(0, 1), OUT / "one.feather", compression="lz4")
for codec in ("uncompressed", "lz4", "zstd"):
    feather.write_feather(table, OUT / f"rows-{codec}.feather", compression=codec, chunksize=3)
with pa.ipc.new_stream(OUT / "rows.arrows", schema) as stream:
    stream.write_table(table, max_chunksize=3)
# Blocks of LZ4 that refer to those before them.
long = pa.table({"number": pa.array(np.arange(40_000, dtype=np.int32) % 1000)})
feather.write_feather(long, OUT / "long-lz4.feather", compression="lz4")
views = pa.table({"text": pa.array([row["text"] for row in rows], pa.string_view()), "map": pa.array([[("a", 1)]] * N, pa.map_(pa.string(), pa.int32()))})
feather.write_feather(views, OUT / "views.feather", compression="uncompressed")


def picture(i: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((4, 5, 3), i * 40, np.uint8)).save(out, "PNG")
    return out.getvalue()


def digits(first: int, count: int) -> datasets.Dataset:
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["zero", "one", "two"]),
            "colours": datasets.Sequence(datasets.ClassLabel(names=["red", "green"])),
        }
    )
    data = {
        "image": [{"bytes": picture(i), "path": f"{i}.png"} for i in range(first, first + count)],
        "label": [i % 3 for i in range(first, first + count)],
        "colours": [[0, 1][: i % 3] for i in range(first, first + count)],
    }
    return datasets.Dataset.from_dict(data, features=features)


parts = {"train": digits(0, 4), "validation": digits(4, 1), "test": digits(4, 2)}
datasets.DatasetDict(parts).save_to_disk(str(OUT / "saved"))
for name, part in parts.items():
    path = OUT / "hub/data" / f"{name}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    part.to_parquet(str(path))
(OUT / "hub-one").mkdir()
digits(0, 1).to_parquet(str(OUT / "hub-one/train-00000-of-00001.parquet"))
for path in sorted(OUT.rglob("*")):
    if path.is_file():
        print(path.relative_to(OUT), path.stat().st_size)
