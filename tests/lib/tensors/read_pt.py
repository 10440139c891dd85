"""Reads a .pt file with Python's standard library alone, checks its format, prints what is in it as JSON.

Usage: python3 read_pt.py FILE. Shares no code with the project: zipfile finds and checksums the entries,
pickletools lists the instructions, struct reads the numbers.
"""

import collections
import io
import json
import pickle
import pickletools
import struct
import sys
import zipfile

ENTRIES = ["data.pkl", ".format_version", ".storage_alignment", "byteorder", "data/0", "data/1", "version"]
TEXTS = {".format_version": b"1", ".storage_alignment": b"64", "byteorder": b"little", "version": b"3\n"}
OPCODES = set(
    "PROTO EMPTY_DICT EMPTY_LIST EMPTY_TUPLE MARK BINUNICODE BININT LONG1 GLOBAL TUPLE BINPERSID NEWFALSE"
    " REDUCE APPENDS SETITEMS STOP".split()
)
GLOBALS = {
    "torch._utils _rebuild_tensor_v2": "rebuild",
    "torch FloatStorage": "<f",
    "torch LongStorage": "<q",
    "collections OrderedDict": collections.OrderedDict,
}


def check(holds, what):
    if not holds:
        raise SystemExit(f"{sys.argv[1]}: {what}")


def read_entries(path):
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        check(archive.testzip() is None, "a checksum differs")
        entries = {}
        for info in archive.infolist():
            folder, name = info.filename.split("/", 1)
            check(folder == "archive", f"folder {folder}")
            check(info.compress_type == zipfile.ZIP_STORED, f"{name} is compressed")
            check(info.compress_size == info.file_size, f"{name} has two sizes")
            file.seek(info.header_offset)
            header = file.read(30)
            check(header[:4] == b"PK\3\4", f"{name} has no local header")
            name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
            start = info.header_offset + 30 + name_bytes + extra_bytes
            check(start % 64 == 0, f"{name} begins at {start}")
            entries[name] = archive.read(info)
        return entries


class Unpickler(pickle.Unpickler):
    def __init__(self, entries):
        super().__init__(io.BytesIO(entries["data.pkl"]))
        self.entries = entries

    def find_class(self, module, name):
        value = GLOBALS[f"{module} {name}"]
        return rebuild if value == "rebuild" else value

    def persistent_load(self, identity):
        tag, code, key, device, count = identity
        check((tag, device) == ("storage", "cpu"), f"storage {identity}")
        content = self.entries[f"data/{key}"]
        check(len(content) == count * struct.calcsize(code), f"data/{key} has {len(content)} bytes")
        return [number for (number,) in struct.iter_unpack(code, content)]


def rebuild(storage, offset, shape, strides, requires_grad, hooks):
    check(offset == 0 and requires_grad is False and hooks == {}, "the tensor is no plain one")
    if len(shape) == 1:
        check(strides == (1,), f"strides {strides}")
        return storage
    check(strides == (shape[1], 1), f"strides {strides}")
    return [storage[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]


entries = read_entries(sys.argv[1])
is_labelled = "data/1" in entries
check(list(entries) == [name for name in ENTRIES if name != "data/1" or is_labelled], list(entries))
for name, text in TEXTS.items():
    check(entries[name] == text, f"{name} is {entries[name]}")
for opcode, argument, _ in pickletools.genops(entries["data.pkl"]):
    check(opcode.name in OPCODES, f"instruction {opcode.name}")
    check(opcode.name != "GLOBAL" or argument in GLOBALS, f"name {argument}")
    check(opcode.name != "PROTO" or argument == 2, f"protocol {argument}")

split = Unpickler(entries).load()
keys = ["features", "labels", "columns", "classes"] if is_labelled else ["features", "columns"]
check(list(split) == keys, f"keys {list(split)}")
json.dump(
    {
        **split,
        "features": [split["features"][0], split["features"][-1]],
        "n_samples": len(split["features"]),
    },
    sys.stdout,
    ensure_ascii=False,
)
